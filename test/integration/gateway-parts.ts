import { DataSource } from 'typeorm';
import { generateLocalKeys, type Keystore, LocalKekProvider } from '#libs/keystore';
import { ClientKeyRepository } from '../../apps/gateway/src/payments/bank-access/client-key.repository.js';
import { MerchantAccountRepository } from '../../apps/gateway/src/accounts/merchant-account.repository.js';
import { MerchantAccountsService } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { dataSourceOptions } from '../../apps/gateway/src/app/schema.js';
import { migrate } from '../../apps/gateway/src/database/migrate.js';
import { GatewayKeystore } from '../../apps/gateway/src/keys/gateway-keystore.js';
import { IdempotencyService } from '../../apps/gateway/src/payments/engine/idempotency.service.js';
import { ClientKeysService } from '../../apps/gateway/src/payments/bank-access/client-keys.service.js';
import { CardVault } from '../../apps/gateway/src/payments/engine/card-vault.js';
import { SavedCardRepository } from '../../apps/gateway/src/payments/store/saved-card.repository.js';
import { SavedCardsService } from '../../apps/gateway/src/payments/api/saved-cards.service.js';
import { CustomerVault } from '../../apps/gateway/src/payments/engine/customer-vault.js';
import { Engine } from '../../apps/gateway/src/payments/engine/engine.service.js';
import { Sender } from '../../apps/gateway/src/payments/engine/sender.service.js';
import { WriteAhead } from '../../apps/gateway/src/payments/engine/write-ahead.service.js';
import { PaymentLinks } from '../../apps/gateway/src/payments/bank/payment-links.js';
import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { createPayment, type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { IntentsService } from '../../apps/gateway/src/payments/api/intents.service.js';
import { VerificationsService } from '../../apps/gateway/src/payments/api/verifications.service.js';
import { HoldsService } from '../../apps/gateway/src/payments/api/holds.service.js';
import { PaymentsService } from '../../apps/gateway/src/payments/api/payments.service.js';
import { RefundsService } from '../../apps/gateway/src/payments/api/refunds.service.js';
import { IdempotencyRepository } from '../../apps/gateway/src/payments/store/idempotency.repository.js';
import { OperationRepository } from '../../apps/gateway/src/payments/store/operation.repository.js';
import { PaymentRecords } from '../../apps/gateway/src/payments/store/payment-records.js';
import { PaymentRepository } from '../../apps/gateway/src/payments/store/payment.repository.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { aMerchant } from '../support/demo-merchant.js';
import { BANK_MERCHANT_ID, FakePaymentBank, paid } from './fake-payment-bank.js';

/** A fresh, migrated database and how to open it more than once, as several processes would. */
export interface MigratedDatabase extends TestDatabase {
  connect(poolSize?: number): Promise<DataSource>;
}

export async function createMigratedDatabase(): Promise<MigratedDatabase> {
  const database = await createDatabase();
  await migrate(dataSourceOptions(database.url, { size: 2 }));
  const opened: DataSource[] = [];
  return {
    ...database,
    connect: async (poolSize = 5) => {
      const source = await new DataSource(dataSourceOptions(database.url, { size: poolSize })).initialize();
      opened.push(source);
      return source;
    },
    drop: async () => {
      for (const source of opened) await source.destroy();
      await database.drop();
    },
  };
}

export const aKeystore = (): Keystore => new GatewayKeystore(LocalKekProvider.from(generateLocalKeys()));

/** Installs a merchant account. @returns its id */
export function anAccount(
  accounts: MerchantAccountsService,
  over: { bankMerchantId?: string; a2aMerchantId?: string } = {},
): Promise<string> {
  const { bank } = aMerchant();
  return accounts.install({
    name: 'Test merchant',
    environment: 'test',
    baseUrl: 'https://bank.example',
    bankMerchantId: BANK_MERCHANT_ID,
    a2aMerchantId: null,
    serviceCode: bank.serviceCode,
    paymentKey: null,
    shopOrigins: null,
    protocolVersion: '1.0',
    paymentTypes: ['hosted_page'],
    ...over,
  });
}

export const recordsOver = (source: DataSource): PaymentRecords =>
  new PaymentRecords(source, new PaymentRepository(source), new OperationRepository(source));

/** The services of one process over a database, with a bank that says what it is told to. */
export async function startParts(database: MigratedDatabase, poolSize = 10) {
  const source = await database.connect(poolSize);
  const keystore = aKeystore();
  const clientKeys = new ClientKeyRepository(source, keystore);
  const accounts = new MerchantAccountsService(new MerchantAccountRepository(source), keystore);
  const bank = new FakePaymentBank();
  const records = recordsOver(source);
  const links = new PaymentLinks('https://pay.example');
  const keys = new IdempotencyRepository(source);
  const idempotency = new IdempotencyService(keys, records);
  const customers = new CustomerVault(keystore);
  const cards = new SavedCardRepository(source);
  const vault = new CardVault(accounts, keystore, cards);
  const sender = new Sender(bank, records.operations, customers, links, vault);
  const engine = new Engine(accounts, sender, records, new WriteAhead(records), idempotency);
  const intents = new IntentsService(accounts, engine, customers);
  const accountId = await anAccount(accounts);
  await new ClientKeysService(accounts, clientKeys).add(accountId, JSON.parse(aMerchant().privateKey) as object);
  return {
    ...{ source, keystore, accounts, accountId, bank, records, links, keys, idempotency, engine },
    payments: new PaymentsService(accounts, engine, intents, records, vault),
    verifications: new VerificationsService(intents, records),
    refunds: new RefundsService(accounts, engine, records),
    holds: new HoldsService(accounts, engine, records),
    sync: new PaymentSyncService(bank, records, engine, vault),
    cards: new SavedCardsService(accounts, bank, cards, vault, idempotency),
  };
}
export type Parts = Awaited<ReturnType<typeof startParts>>;

let keyNumber = 0;
export const aKey = (): string => `key-${++keyNumber}`;

export const aRequest = (over: Record<string, unknown> = {}) =>
  createPayment.parse({
    amount: 1_000,
    currency: 'UAH',
    returnUrl: 'https://shop.example/return',
    customer: { id: 'customer-1', firstName: 'Олена' },
    ...over,
  });

export async function create(parts: Parts, over: Record<string, unknown> = {}, key = aKey()): Promise<PaymentView> {
  const { body } = await parts.payments.create({ accountId: parts.accountId, key }, aRequest(over));
  return JSON.parse(body) as PaymentView;
}

/** A payment that the bank, asked, has called paid. */
export async function createPaid(parts: Parts, over: Record<string, unknown> = {}): Promise<PaymentView> {
  const { id, amount } = await create(parts, over);
  const { onReadOrder } = parts.bank;
  parts.bank.onReadOrder = paid({ amount });
  await parts.sync.syncWithBank(parts.accountId, id);
  parts.bank.onReadOrder = onReadOrder;
  return parts.payments.get(parts.accountId, id);
}

export interface OutboxRow {
  readonly sequence: number;
  readonly type: string;
  readonly data: Record<string, string>;
}

export const eventsOf = (database: TestDatabase, paymentId: string): Promise<OutboxRow[]> =>
  database.query<OutboxRow>('SELECT sequence, type, data FROM outbox_event WHERE subject_id = $1 ORDER BY sequence', [
    paymentId,
  ]);

/** Lets time pass for one row: moves a timestamp into the past. */
export async function age(database: TestDatabase, row: { column: string; id: string; seconds: number }): Promise<void> {
  const table = row.id.startsWith('pay_') ? 'payment' : 'operation';
  await database.query(`UPDATE ${table} SET ${row.column} = ${row.column} - make_interval(secs => $2) WHERE id = $1`, [
    row.id,
    row.seconds,
  ]);
}
