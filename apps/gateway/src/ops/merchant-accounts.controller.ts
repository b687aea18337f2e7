import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, UseGuards } from '@nestjs/common';
import { type ApiKeySummary } from '../accounts/api-keys.service.js';
import { type AccountSummary } from '../accounts/merchant-accounts.service.js';
import { type PublicClientKey } from '../payments/bank-access/client-keys.service.js';
import { type AccountView, type NewApiKey, OperationsService } from './operations.service.js';
import { OpsKeyGuard } from '../accounts/ops-key.guard.js';
import {
  addClientKey,
  type AddClientKey,
  changeAccount,
  type ChangeAccount,
  createAccount,
  type CreateAccount,
  createApiKey,
  type CreateApiKey,
} from './ops.dto.js';

const ACTOR = 'ops-api';

@Controller('ops/merchant-accounts')
@UseGuards(OpsKeyGuard)
export class MerchantAccountsController {
  constructor(private readonly operations: OperationsService) {}

  @Get()
  async list(): Promise<{ data: AccountSummary[] }> {
    return { data: await this.operations.accountList() };
  }

  @Get(':id')
  get(@Param('id') id: string): Promise<AccountView> {
    return this.operations.account(id);
  }

  @Post()
  create(@Body({ schema: createAccount }) body: CreateAccount): Promise<AccountView> {
    return this.operations.createAccount(ACTOR, body);
  }

  @Patch(':id')
  change(@Param('id') id: string, @Body({ schema: changeAccount }) body: ChangeAccount): Promise<AccountView> {
    return this.operations.changeAccount(ACTOR, id, body);
  }

  @Get(':id/api-keys')
  async apiKeys(@Param('id') id: string): Promise<{ data: ApiKeySummary[] }> {
    return { data: await this.operations.apiKeyList(id) };
  }

  @Post(':id/api-keys')
  createApiKey(
    @Param('id') id: string,
    @Body({ schema: createApiKey.optional() }) body?: CreateApiKey,
  ): Promise<NewApiKey> {
    return this.operations.createApiKey(ACTOR, id, body);
  }

  @Delete(':id/api-keys/:keyId')
  @HttpCode(204)
  revokeApiKey(@Param('id') id: string, @Param('keyId') keyId: string): Promise<void> {
    return this.operations.revokeApiKey(ACTOR, id, keyId);
  }

  @Post(':id/client-keys')
  addClientKey(@Param('id') id: string, @Body({ schema: addClientKey }) body: AddClientKey): Promise<PublicClientKey> {
    return this.operations.addClientKey(ACTOR, id, body.jwk);
  }

  @Post(':id/client-keys/:keyId/activate')
  @HttpCode(204)
  activate(@Param('id') id: string, @Param('keyId') keyId: string): Promise<void> {
    return this.operations.activateClientKey(ACTOR, id, keyId);
  }

  @Post(':id/client-keys/:keyId/retire')
  @HttpCode(204)
  retire(@Param('id') id: string, @Param('keyId') keyId: string): Promise<void> {
    return this.operations.retireClientKey(ACTOR, id, keyId);
  }
}
