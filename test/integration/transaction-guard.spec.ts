import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { inTransaction, type Transaction } from '../../apps/gateway/src/database/transaction.js';
import { transactionGuard } from '../../apps/gateway/src/database/transaction-guard.js';
import { createMigratedDatabase, type MigratedDatabase, type Parts, startParts } from './gateway-parts.js';

describe('inside a transaction', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());

  const place = { table: 'payment', column: 'customer', row: 'pay_1', accountId: 'acc_1', version: 1 };

  it.each<[what: string, misuse: () => Promise<unknown>]>([
    ['a second connection', () => parts.source.query('SELECT 1')],
    ['a second connection', () => parts.source.transaction((tx) => tx.query('SELECT 1'))],
    ['a second connection', () => inTransaction(parts.source, () => Promise.resolve())],
    ['a second connection', () => parts.records.payments.find(parts.accountId, 'pay_1')],
    ['opening an account', () => parts.accounts.open(parts.accountId)],
    ['sealing a secret', () => parts.keystore.seal(Buffer.from('secret'), place)],
    ['opening a secret', () => parts.keystore.open('sealed', place)],
    ['a call of the bank', () => parts.bank.read(parts.accountId, { by: 'order', id: 'order-1' })],
  ])('%s is refused with the place', async (what, misuse) => {
    const run = inTransaction(parts.source, async () => misuse());
    await expect(run).rejects.toMatchObject({
      name: 'TransactionMisuse',
      message: `${what} inside an open transaction`,
      stack: expect.stringContaining('transaction-guard.spec.ts'),
    });
  });

  it('a request over the network is told from others', async () => {
    const heard: string[] = [];
    const forbid = transactionGuard.forbid.bind(transactionGuard);
    transactionGuard.forbid = (what) => {
      try {
        forbid(what);
      } catch {
        heard.push(what);
      }
    };
    const server = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const ask = () =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).then((answer) => answer.text());
    try {
      await ask();
      expect(heard).toEqual([]);
      await inTransaction(parts.source, ask);
      expect(heard).toEqual(['a request over the network']);
    } finally {
      transactionGuard.forbid = forbid;
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('its own statements are not, nor what runs beside it or after it', async () => {
    let left: Promise<unknown> | undefined;
    const inside = inTransaction(parts.source, async (tx: Transaction) => {
      left = tx.query('SELECT 1').then(() => new Promise((resolve) => setTimeout(resolve, 50)));
      await tx.query('SELECT pg_sleep(0.02)');
    });
    await Promise.all([inside, parts.source.query('SELECT 1')]);
    await left?.then(() => parts.accounts.open(parts.accountId));
    expect(await parts.source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
