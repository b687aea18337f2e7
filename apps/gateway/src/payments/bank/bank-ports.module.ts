import { Module } from '@nestjs/common';
import { AccountsModule } from '../../accounts/accounts.module.js';
import { SessionRows } from '../store/session-rows.store.js';
import { SessionWaiters } from '../store/session-waiters.store.js';
import { PgSessionStore } from '../store/pg-session.store.js';
import { StoredAllianceAccounts } from './stored-alliance-accounts.js';

/** What the bank client needs of us: where accounts and sessions are kept. */
@Module({
  imports: [AccountsModule],
  providers: [PgSessionStore, SessionRows, SessionWaiters, StoredAllianceAccounts],
  exports: [PgSessionStore, SessionRows, SessionWaiters, StoredAllianceAccounts],
})
export class BankPortsModule {}
