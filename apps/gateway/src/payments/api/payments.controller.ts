import { Body, Controller, Get, Headers, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { invalid } from '../../http/validation.js';
import { BankSlots } from '../bank/bank-slots.js';
import { PaymentError } from '../domain/payment-error.js';
import { type Answer } from '../engine/idempotency.service.js';
import {
  cancelPayment,
  type CancelPayment,
  capturePayment,
  type CapturePayment,
  createPayment,
  type CreatePayment,
  createRefund,
  type CreateRefund,
  listPayments,
  type ListPayments,
  type PaymentView,
  type RefundView,
} from './payment.dto.js';
import { HoldsService } from './holds.service.js';
import { PaymentsService } from './payments.service.js';
import { RefundsService } from './refunds.service.js';

@Controller('v1/payments')
@UseGuards(ApiKeyGuard)
export class PaymentsController {
  constructor(
    private readonly payments: PaymentsService,
    private readonly refunds: RefundsService,
    private readonly holds: HoldsService,
    private readonly slots: BankSlots,
  ) {}

  @Post()
  @Scopes('payments')
  async create(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createPayment }) body: CreatePayment,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (caller.livemode && !body.returnUrl.startsWith('https:')) {
      throw invalid([{ path: 'returnUrl', message: 'must be an https URL on a live account' }]);
    }
    const scope = { accountId: caller.accountId, key: checkKey(key) };
    send(reply, await this.slots.run(scope.accountId, () => this.payments.create(scope, body)));
  }

  @Get()
  @Scopes('payments', 'refunds', 'read')
  list(
    @Caller() caller: KeyOwner,
    @Query({ schema: listPayments }) query: ListPayments,
  ): Promise<{ data: PaymentView[]; nextCursor: string | null }> {
    return this.payments.list(caller.accountId, query);
  }

  @Get(':id')
  @Scopes('payments', 'refunds', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<PaymentView> {
    return this.payments.get(caller.accountId, id);
  }

  @Post(':id/capture')
  @Scopes('payments')
  async capture(
    @Caller() caller: KeyOwner,
    @Param('id') paymentId: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: capturePayment }) body: CapturePayment,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const scope = { accountId: caller.accountId, paymentId, key: checkKey(key) };
    send(reply, await this.slots.run(scope.accountId, () => this.holds.capture(scope, body)));
  }

  @Post(':id/cancel')
  @Scopes('payments')
  async cancel(
    @Caller() caller: KeyOwner,
    @Param('id') paymentId: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: cancelPayment }) body: CancelPayment,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const scope = { accountId: caller.accountId, paymentId, key: checkKey(key) };
    send(reply, await this.slots.run(scope.accountId, () => this.holds.cancel(scope, body)));
  }

  @Post(':id/refunds')
  @Scopes('refunds')
  async refund(
    @Caller() caller: KeyOwner,
    @Param('id') paymentId: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createRefund }) body: CreateRefund,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const scope = { accountId: caller.accountId, paymentId, key: checkKey(key) };
    send(reply, await this.slots.run(scope.accountId, () => this.refunds.create(scope, body)));
  }

  @Get(':id/refunds')
  @Scopes('payments', 'refunds', 'read')
  async listRefunds(@Caller() caller: KeyOwner, @Param('id') paymentId: string): Promise<{ data: RefundView[] }> {
    return { data: await this.refunds.list(caller.accountId, paymentId) };
  }
}

/** @throws PaymentError `IDEMPOTENCY_KEY_MISSING` | `IDEMPOTENCY_KEY_INVALID` */
function checkKey(key: string | undefined): string {
  if (!key)
    throw new PaymentError('IDEMPOTENCY_KEY_MISSING', 'This request creates something: it needs an Idempotency-Key.');
  if (!/^[\x21-\x7e]{1,255}$/u.test(key)) {
    throw new PaymentError(
      'IDEMPOTENCY_KEY_INVALID',
      'The Idempotency-Key must be 1 to 255 printable ASCII characters.',
    );
  }
  return key;
}

/** The text is sent as it was kept, so that a replay is the same byte for byte. */
function send(reply: FastifyReply, answer: Answer): void {
  if (answer.replayed) void reply.header('idempotent-replayed', 'true');
  void reply.status(answer.statusCode).type('application/json; charset=utf-8').send(answer.body);
}
