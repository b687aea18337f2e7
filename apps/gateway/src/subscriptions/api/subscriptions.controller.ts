import { Body, Controller, Get, Headers, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type z } from 'zod';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { checkKey, checkReturnUrl, send } from '../../payments/api/requests.js';
import { BankSlots } from '../../payments/bank/bank-slots.js';
import {
  changeSubscription,
  confirmSubscription,
  type ConfirmSubscription,
  createSubscription,
  type CreateSubscription,
  listSubscriptions,
  type ListSubscriptions,
  type ScheduledPaymentList,
  type SubscriptionPage,
  type SubscriptionView,
} from './subscription.dto.js';
import { SubscriptionsService } from './subscriptions.service.js';

@Controller('v1/subscriptions')
@UseGuards(ApiKeyGuard)
export class SubscriptionsController {
  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly slots: BankSlots,
  ) {}

  @Post()
  @Scopes('subscriptions')
  async create(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createSubscription }) body: CreateSubscription,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkReturnUrl(caller, body.returnUrl);
    const asked = { caller, key: checkKey(key) };
    send(reply, await this.slots.run(caller.accountId, () => this.subscriptions.create(asked, body)));
  }

  @Get()
  @Scopes('subscriptions', 'read')
  list(
    @Caller() caller: KeyOwner,
    @Query({ schema: listSubscriptions }) query: ListSubscriptions,
  ): Promise<SubscriptionPage> {
    return this.subscriptions.list(caller.accountId, query);
  }

  @Get(':id')
  @Scopes('subscriptions', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<SubscriptionView> {
    return this.subscriptions.get(caller.accountId, id);
  }

  @Post(':id/confirm')
  @Scopes('subscriptions')
  async confirm(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Param('id') id: string,
    @Body({ schema: confirmSubscription }) body: ConfirmSubscription,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = { caller, key: checkKey(key) };
    send(reply, await this.slots.run(caller.accountId, () => this.subscriptions.confirm(asked, id, body)));
  }

  @Post(':id/cancel')
  @Scopes('subscriptions')
  async cancel(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Param('id') id: string,
    @Body({ schema: changeSubscription }) _body: z.output<typeof changeSubscription>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = { caller, key: checkKey(key) };
    send(reply, await this.slots.run(caller.accountId, () => this.subscriptions.cancel(asked, id)));
  }

  @Get(':id/scheduled-payments')
  @Scopes('subscriptions', 'read')
  scheduled(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<ScheduledPaymentList> {
    return this.subscriptions.scheduled(caller.accountId, id);
  }

  @Post(':id/scheduled-payments/:scheduledId/charge')
  @Scopes('subscriptions')
  async charge(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Param('id') id: string,
    @Param('scheduledId') scheduledId: string,
    @Body({ schema: changeSubscription }) _body: z.output<typeof changeSubscription>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = { caller, key: checkKey(key) };
    send(reply, await this.slots.run(caller.accountId, () => this.subscriptions.charge(asked, id, scheduledId)));
  }
}
