import { Module } from '@nestjs/common';
import { AccountsModule } from '../../accounts/accounts.module.js';
import { StoredAllianceAccounts } from './stored-alliance-accounts.js';

/** What the bank client needs of us: where accounts are kept. */
@Module({
  imports: [AccountsModule],
  providers: [StoredAllianceAccounts],
  exports: [StoredAllianceAccounts],
})
export class BankPortsModule {}
