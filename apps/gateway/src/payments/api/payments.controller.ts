import { Body, Controller, Get, Headers, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { BankSlots } from '../bank/bank-slots.js';
import { listPayments, type ListPayments } from './list.dto.js';
import {
  cancelPayment,
  type CancelPayment,
  capturePayment,
  type CapturePayment,
  createPayment,
  type CreatePayment,
  createRefund,
  type CreateRefund,
  type PaymentView,
  qrQuery,
  type QrQuery,
  type RefundView,
} from './payment.dto.js';
import { confirmPayment, type ConfirmPayment } from './card.dto.js';
import { HoldsService } from './holds.service.js';
import { PaymentsService } from './payments.service.js';
import { RefundsService } from './refunds.service.js';
import { WaitingService } from './waiting.service.js';
import { checkKey, checkReturnUrl, send, sendQr } from './requests.js';

@Controller('v1/payments')
@UseGuards(ApiKeyGuard)
export class PaymentsController {
  constructor(
    private readonly payments: PaymentsService,
    private readonly refunds: RefundsService,
    private readonly holds: HoldsService,
    private readonly slots: BankSlots,
    private readonly waiting: WaitingService,
  ) {}

  @Post()
  @Scopes('payments')
  async create(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createPayment }) body: CreatePayment,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkReturnUrl(caller, body.returnUrl);
    const { accountId } = caller;
    const scope = { accountId, key: checkKey(key) };
    const create = () => this.slots.run(accountId, () => this.payments.create(scope, body));
    send(reply, await this.waiting.forAnswer({ accountId, request, reply }, await create(), create));
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
  async get(
    @Caller() { accountId }: KeyOwner,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentView> {
    const read = () => this.payments.get(accountId, id);
    return this.waiting.forView({ accountId, request, reply }, await read(), read);
  }

  @Get(':id/qr')
  @Scopes('payments', 'refunds', 'read')
  async qr(
    @Caller() caller: KeyOwner,
    @Param('id') id: string,
    @Query({ schema: qrQuery }) query: QrQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendQr(reply, await this.payments.qrLink(caller.accountId, id), query, 60);
  }

  @Post(':id/confirm')
  @Scopes('payments')
  async confirm(
    @Caller() caller: KeyOwner,
    @Param('id') paymentId: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: confirmPayment }) body: ConfirmPayment,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const scope = { accountId: caller.accountId, paymentId, key: checkKey(key) };
    send(reply, await this.slots.run(scope.accountId, () => this.payments.confirm(scope, body)));
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
