import { Module } from '@nestjs/common';
import { ApiKeyRepository } from './api-key.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { MerchantAccountRepository } from './merchant-account.repository.js';
import { MerchantAccountsService } from './merchant-accounts.service.js';

@Module({
  providers: [ApiKeyRepository, ApiKeysService, MerchantAccountRepository, MerchantAccountsService],
  exports: [ApiKeysService, MerchantAccountsService],
})
export class AccountsModule {}
