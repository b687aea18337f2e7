import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { listRefunds, type ListRefunds } from './list.dto.js';
import { type RefundPage, type RefundView } from './payment.dto.js';
import { RefundsService } from './refunds.service.js';

/** Refunds of all payments; they are made below their payment. */
@Controller('v1/refunds')
@UseGuards(ApiKeyGuard)
export class RefundsController {
  constructor(private readonly refunds: RefundsService) {}

  @Get()
  @Scopes('payments', 'refunds', 'read')
  list(@Caller() caller: KeyOwner, @Query({ schema: listRefunds }) query: ListRefunds): Promise<RefundPage> {
    return this.refunds.listAll(caller.accountId, query);
  }

  @Get(':id')
  @Scopes('payments', 'refunds', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<RefundView> {
    return this.refunds.get(caller.accountId, id);
  }
}
