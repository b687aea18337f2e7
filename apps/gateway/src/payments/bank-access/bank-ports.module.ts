import { Module } from '@nestjs/common';
import { AccountsModule } from '../../accounts/accounts.module.js';
import { ClientKeyRepository } from './client-key.repository.js';
import { SigningKeyRepository } from './signing-key.repository.js';
import { StoredAllianceAccounts } from './stored-alliance-accounts.js';

/** What the bank client needs of us: where accounts and their keys are kept. */
@Module({
  imports: [AccountsModule],
  providers: [ClientKeyRepository, SigningKeyRepository, StoredAllianceAccounts],
  exports: [ClientKeyRepository, SigningKeyRepository, StoredAllianceAccounts],
})
export class BankPortsModule {}
