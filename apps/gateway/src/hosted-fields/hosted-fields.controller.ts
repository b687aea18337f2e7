import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiKeyGuard, Caller, type KeyOwner } from '../accounts/api-key.guard.js';
import { Scopes } from '../accounts/scopes.js';
import { type HostedFieldsView } from './hosted-fields.dto.js';
import { HostedFieldsService } from './hosted-fields.service.js';

/** What a shop's server writes into a page that takes cards. */
@Controller('v1/hosted-fields')
@UseGuards(ApiKeyGuard)
export class HostedFieldsController {
  constructor(private readonly fields: HostedFieldsService) {}

  @Get()
  @Scopes('payments', 'cards', 'payouts', 'read')
  get(@Caller() { accountId }: KeyOwner): Promise<HostedFieldsView> {
    return this.fields.of(accountId);
  }
}
