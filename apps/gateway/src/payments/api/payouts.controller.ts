import { Body, Controller, Get, Headers, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { BankSlots } from '../bank/bank-slots.js';
import { BalanceService } from './balance.service.js';
import {
  type BalanceView,
  createPayout,
  type CreatePayout,
  listPayouts,
  type ListPayouts,
  type PayoutPage,
  type PayoutView,
} from './payout.dto.js';
import { PayoutsService } from './payouts.service.js';
import { checkKey, send } from './requests.js';

@Controller('v1')
@UseGuards(ApiKeyGuard)
export class PayoutsController {
  constructor(
    private readonly payouts: PayoutsService,
    private readonly balance: BalanceService,
    private readonly slots: BankSlots,
  ) {}

  @Post('payouts')
  @Scopes('payouts')
  async create(
    @Caller() caller: KeyOwner,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: createPayout }) body: CreatePayout,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = { caller, key: checkKey(key) };
    send(reply, await this.slots.run(caller.accountId, () => this.payouts.create(request, body)));
  }

  @Get('payouts')
  @Scopes('payouts', 'read')
  list(@Caller() caller: KeyOwner, @Query({ schema: listPayouts }) query: ListPayouts): Promise<PayoutPage> {
    return this.payouts.list(caller.accountId, query);
  }

  @Get('payouts/:id')
  @Scopes('payouts', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<PayoutView> {
    return this.payouts.get(caller.accountId, id);
  }

  @Get('balance')
  @Scopes('payouts', 'read')
  readBalance(@Caller() caller: KeyOwner): Promise<BalanceView> {
    return this.slots.run(caller.accountId, () => this.balance.read(caller.accountId, caller.livemode));
  }
}
