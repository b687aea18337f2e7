import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AllianceModule, callTimeoutOf } from '#libs/alliance';
import { Keystore } from '#libs/keystore';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AccountProvisioner } from './bank-access/account-provisioner.js';
import { AllianceRecurringBank } from './bank/alliance-recurring-bank.js';
import { AlliancePaymentBank } from './bank/alliance-payment-bank.js';
import { BankBreakers } from './bank/bank-breakers.js';
import { BankPortsModule } from './bank-access/bank-ports.module.js';
import { BankSessionsService } from './bank-access/bank-sessions.service.js';
import { BankSlots } from './bank/bank-slots.js';
import { ClientKeysService } from './bank-access/client-keys.service.js';
import { RecurringBank } from './bank/recurring-bank.js';
import { PaymentBank } from './bank/payment-bank.js';
import { WatchedPaymentBank } from './bank/watched-payment-bank.js';
import { StoredAllianceAccounts } from './bank-access/stored-alliance-accounts.js';
import { IdempotencyService, leaseSecondsOf } from './engine/idempotency.service.js';
import { RenewSessionsJob } from './bank-access/renew-sessions.job.js';
import { ResolveUnknownJob } from './jobs/resolve-unknown.job.js';
import { SyncPaymentsJob } from './jobs/sync-payments.job.js';
import { Workers } from '../database/workers.js';
import { CardVault } from './engine/card-vault.js';
import { CustomerVault } from './engine/customer-vault.js';
import { Engine } from './engine/engine.service.js';
import { PaymentLinks } from './bank/payment-links.js';
import { Sender } from './engine/sender.service.js';
import { WriteAhead } from './engine/write-ahead.service.js';
import { PaymentSyncService } from './engine/payment-sync.service.js';
import { HoldsService } from './api/holds.service.js';
import { IntentsService } from './api/intents.service.js';
import { LinkClicksService } from './api/link-clicks.service.js';
import { LinkOrders } from './api/link-orders.service.js';
import { PayController } from './api/pay.controller.js';
import { PaymentKeyController } from './api/payment-key.controller.js';
import { PaymentLinksController } from './api/payment-links.controller.js';
import { PaymentLinksService } from './api/payment-links.service.js';
import { SavedCardsController } from './api/saved-cards.controller.js';
import { SavedCardsService } from './api/saved-cards.service.js';
import { BalanceService } from './api/balance.service.js';
import { PayoutsController } from './api/payouts.controller.js';
import { PayoutsService } from './api/payouts.service.js';
import { PaymentsController } from './api/payments.controller.js';
import { PaymentsService } from './api/payments.service.js';
import { RefundsController } from './api/refunds.controller.js';
import { VerificationsController } from './api/verifications.controller.js';
import { VerificationsService } from './api/verifications.service.js';
import { RefundsService } from './api/refunds.service.js';
import { RestoresService } from './operators/restores.service.js';
import { ReviewsService } from './operators/reviews.service.js';
import { IdempotencyRepository } from './store/idempotency.repository.js';
import { OutageWaiters } from './bank-access/outage-waiters.store.js';
import { PaymentLinkRepository } from './store/payment-link.repository.js';
import { PaymentRecords } from './store/payment-records.js';
import { OperationRepository } from './store/operation.repository.js';
import { PaymentWatch } from './store/payment-watch.js';
import { WaitingService } from './api/waiting.service.js';
import { PaymentRepository } from './store/payment.repository.js';
import { SavedCardRepository } from './store/saved-card.repository.js';
import { ReviewsRepository } from './store/reviews.repository.js';
import { PgSessionStore } from './bank-access/pg-session.store.js';
import { SessionRows } from './bank-access/session-rows.store.js';
import { SessionSchedule } from './bank-access/session-schedule.store.js';
import { SigningKeysService } from './bank-access/signing-keys.service.js';
import { SessionWaiters } from './bank-access/session-waiters.store.js';

export interface PaymentsOptions {
  /** Whether this process serves the REST API. */
  readonly api: boolean;
  /** Whether this process works off what is due. */
  readonly worker: boolean;
  readonly publicUrl: string;
  readonly bankTimeoutMs: number;
  readonly sessionRenewHours: number;
}

/**
 * Global: callbacks, operators' commands and metrics are about the same payments, and a module that is given its options
 * once is the one that everybody means by its class.
 */
@Global()
@Module({
  imports: [AccountsModule, BankPortsModule],
  providers: [
    { provide: PaymentBank, useClass: WatchedPaymentBank },
    { provide: RecurringBank, useClass: AllianceRecurringBank },
    AccountProvisioner,
    AlliancePaymentBank,
    BalanceService,
    BankBreakers,
    BankSessionsService,
    BankSlots,
    CardVault,
    ClientKeysService,
    CustomerVault,
    Engine,
    HoldsService,
    IdempotencyRepository,
    IntentsService,
    LinkClicksService,
    LinkOrders,
    OperationRepository,
    OutageWaiters,
    PaymentLinkRepository,
    PaymentLinksService,
    PaymentRecords,
    PaymentRepository,
    PaymentsService,
    PayoutsService,
    PaymentSyncService,
    PaymentWatch,
    RefundsService,
    RestoresService,
    ReviewsRepository,
    ReviewsService,
    SavedCardRepository,
    SavedCardsService,
    Sender,
    SessionWaiters,
    SigningKeysService,
    VerificationsService,
    WaitingService,
    Workers,
    WriteAhead,
  ],
  exports: [
    AccountProvisioner,
    AccountsModule,
    BankBreakers,
    BankSessionsService,
    BankSlots,
    ClientKeysService,
    CustomerVault,
    PaymentBank,
    PaymentRecords,
    PaymentSyncService,
    PaymentWatch,
    RecurringBank,
    SigningKeysService,
    Workers,
  ],
})
export class PaymentsModule {
  static forRoot(options: PaymentsOptions): DynamicModule {
    return {
      module: PaymentsModule,
      imports: [allianceModule(options)],
      controllers: options.api ? CONTROLLERS : [],
      providers: [
        { provide: PaymentLinks, useValue: new PaymentLinks(options.publicUrl) },
        idempotency(options.bankTimeoutMs),
        ...sessionStores(options.sessionRenewHours),
        ...(options.worker ? WORKERS : []),
      ],
      exports: [AllianceModule, IdempotencyService, PaymentLinks],
    };
  }
}

const CONTROLLERS = [
  PaymentsController,
  RefundsController,
  VerificationsController,
  PaymentKeyController,
  PaymentLinksController,
  PayController,
  PayoutsController,
  SavedCardsController,
];
const WORKERS = [ResolveUnknownJob, RenewSessionsJob, SyncPaymentsJob];

const idempotency = (timeoutMs: number): Provider => ({
  provide: IdempotencyService,
  inject: [IdempotencyRepository, PaymentRecords],
  useFactory: (keys: IdempotencyRepository, records: PaymentRecords) =>
    new IdempotencyService(keys, records, leaseSecondsOf(callTimeoutOf({ timeoutMs }))),
});

const sessionStores = (renewHours: number): Provider[] =>
  [SessionRows, SessionSchedule].map((Store) => ({
    provide: Store,
    inject: [DataSource],
    useFactory: (database: DataSource) => new Store(database, renewHours),
  }));

function allianceModule({ bankTimeoutMs: timeoutMs, sessionRenewHours }: PaymentsOptions): DynamicModule {
  return AllianceModule.forRootAsync({
    imports: [BankPortsModule],
    inject: [StoredAllianceAccounts, DataSource, Keystore],
    useFactory: (accounts: StoredAllianceAccounts, database: DataSource, keystore: Keystore) => ({
      accounts,
      sessions: new PgSessionStore(database, keystore, sessionRenewHours),
      timeoutMs,
    }),
  });
}
