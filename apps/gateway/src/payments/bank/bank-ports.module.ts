import { Module } from '@nestjs/common';
import { AccountsModule } from '../../accounts/accounts.module.js';
import { PgSessionStore } from '../store/pg-session.store.js';
import { StoredAllianceAccounts } from './stored-alliance-accounts.js';

/** What the bank client needs of us: where accounts and sessions are kept. */
@Module({
  imports: [AccountsModule],
  providers: [PgSessionStore, StoredAllianceAccounts],
  exports: [PgSessionStore, StoredAllianceAccounts],
})
export class BankPortsModule {}
