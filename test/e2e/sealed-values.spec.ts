import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { encryptCardNumber, encryptExpiry } from '#libs/alliance';
import { EnvelopeKeystore, type Keystore, LocalKekProvider, parseLocalKeys, type SealPlace } from '#libs/keystore';
import { SEALED_COLUMNS } from '../../apps/gateway/src/app/sealed-columns.js';
import { type SealedColumn, type SealedRow } from '../../apps/gateway/src/keys/sealed-column.js';
import { APP_ENVIRONMENT } from '../support/app-environment.js';
import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { OpsClient } from '../support/ops-client.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { payInBrowser } from './paying-customer.js';

const run = promisify(execFile);

interface Value extends SealedRow {
  readonly sealed: string;
}

/** Whatever is sealed opens in its own place only, in every column, and goes with every rotation. */
describe('sealed values', () => {
  let stack: Stack;
  let browser: TestBrowser;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ withShop: false, withDcm: true }), launchBrowser()]);
    const ops = new OpsClient(stack.gatewayUrl, OPS_KEY);
    for (const login of ['olena', 'taras']) {
      const { status } = await ops.call('POST', 'dcm/objects', { login, firstName: login });
      expect(status).toBe(201);
    }
    const owner = { account: 'UA213223130000026007233566001', name: 'Канарейка', taxNumber: '1234567890' };
    expect((await ops.call('POST', 'dcm/receivers', owner)).status).toBe(201);
    const notice = await fetch(`${stack.gatewayUrl}/api/dcm/notify/pay-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ transaction_id: randomUUID() }),
    });
    expect(notice.status).toBe(200);
    for (const path of ['first', 'second']) {
      const body = { url: `https://shop.example/${path}`, eventTypes: ['refund.created'] };
      expect((await stack.client.call('POST', '/v1/webhook-endpoints', { body })).status).toBe(201);
    }
    await until('a signing key', async () => (await stack.database.query('SELECT FROM dcm_signing_key')).length > 0);
    for (let payments = 0; payments < 2; payments++) {
      const { body } = await stack.client.createPayment();
      await payInBrowser(browser, body);
      await stack.client.untilPayment(body.id, ['succeeded']);
      expect((await stack.client.call('GET', `/v1/payments/${body.id}/proof`)).status).toBe(200);
    }
    await keepCards();
    await subscribe(ops);
    await until('two callbacks', async () => (await stack.database.query('SELECT 1 FROM callback_inbox')).length >= 2);
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  async function keepCards(): Promise<void> {
    const key = await stack.bank.paymentKey(stack.merchant.bank.merchantId);
    for (const pan of ['4111111111111111', '5555555555554444']) {
      const body = {
        encryptedNumber: await encryptCardNumber(pan, key),
        encryptedExpiry: await encryptExpiry({ month: 12, year: 2049 }, key),
      };
      expect((await stack.client.call('POST', '/v1/customers/customer-7/cards', { body })).status).toBe(201);
    }
  }

  async function subscribe(ops: OpsClient): Promise<void> {
    const [account] = await ops.sessions();
    const { id, jwk } = stack.merchant.signingKey;
    const keys = `merchant-accounts/${account?.accountId ?? ''}/signing-keys`;
    expect((await ops.call('POST', keys, { id, jwk })).status).toBe(201);
    const rules = [{ fromNumber: 1, toNumber: 4, amount: 100, intervalCount: 1, intervalUnit: 'day' }];
    const plan = { name: 'Coffee', currency: 'UAH', rules };
    const { status, body } = await stack.client.call<{ id: string }>('POST', '/v1/plans', { body: plan });
    expect(status).toBe(201);
    for (const customerId of ['customer-7', 'customer-8']) {
      const subscription = {
        ...{ planId: body.id, customer: { id: customerId, firstName: 'Олена' } },
        ...{ paymentMethod: { type: 'hosted_page' }, returnUrl: 'https://shop.example/thanks' },
      };
      expect((await stack.client.call('POST', '/v1/subscriptions', { body: subscription })).status).toBe(201);
    }
  }

  const keystore = async (): Promise<Keystore> =>
    new EnvelopeKeystore(
      LocalKekProvider.from(parseLocalKeys(await readFile(path.join(stack.dataDir, 'keystore.json'), 'utf8'))),
    );
  const valuesOf = ({ table, column, account, id, version }: SealedColumn): Promise<Value[]> =>
    stack.database.query<Value & Record<string, unknown>>(
      `SELECT ${account} AS "accountId", ${id} AS id, ${version}::int AS version, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`,
    );
  const cli = async (...args: string[]): Promise<string> => {
    const env = { ...APP_ENVIRONMENT, DATABASE_URL: stack.database.url, DATA_DIR: stack.dataDir };
    return (await run(process.execPath, ['dist/apps/gateway/src/cli.js', ...args], { env })).stdout;
  };

  /** Changes every row of a table. @returns what puts the rows back as they were */
  async function damage(table: string, assignment: string): Promise<() => Promise<void>> {
    await stack.database.query(`CREATE SCHEMA aside; CREATE TABLE aside.whole AS SELECT * FROM ${table}`);
    const [column] = assignment.split(' = ');
    await stack.database.query(`UPDATE ${table} SET ${assignment}`);
    return async () => {
      await stack.database.query(`UPDATE ${table} t SET ${column} = w.${column} FROM aside.whole w WHERE w.id = t.id`);
      await stack.database.query('DROP SCHEMA aside CASCADE');
    };
  }

  it('are in exactly the columns that rotation knows', async () => {
    const columns = await stack.database.query<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name LIKE '%\\_sealed'`,
    );
    const known = SEALED_COLUMNS.all.map(({ table, column }) => `${table}.${column}`);
    expect(columns.map(({ name }) => name).toSorted()).toEqual(known.toSorted());
  });

  it.each(SEALED_COLUMNS.all.map((column) => [`${column.table}.${column.column}`, column] as const))(
    '%s opens in its own place and in no other',
    async (_name, column) => {
      const keys = await keystore();
      const values = await valuesOf(column);
      expect(values.length).toBeGreaterThan(0);
      const [value] = values as [Value];
      const home = column.place(value);
      expect((await keys.open(value.sealed, home)).length).toBeGreaterThan(0);
      const elsewhere: SealPlace[] = [
        ...SEALED_COLUMNS.all.filter((other) => other !== column).map((other) => other.place(value)),
        { ...home, row: `${home.row}x` },
        { ...home, accountId: 'acc_other' },
        { ...home, version: home.version + 1 },
        ...values.slice(1).map((other) => column.place(other)),
      ];
      for (const place of elsewhere) {
        await expect(keys.open(value.sealed, place)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
      }
      const [head, kek, dek, iv, box] = value.sealed.split('.') as [string, string, string, string, string];
      const cut = Buffer.from(box, 'base64url').subarray(0, -12).toString('base64url');
      await expect(keys.open([head, kek, dek, iv, cut].join('.'), home)).rejects.toThrow();
    },
  );

  it('moved to another row in the database, are refused by the gateway, and nothing else suffers', async () => {
    const { body: payment } = await stack.client.createPayment();
    // a value of the same row, another column
    const undo = await damage('merchant_account', 'service_code_sealed = account_secret_sealed');
    let refused = await stack.client.createPayment();
    await until(
      'the opened account is no longer kept in memory',
      async () => (refused = await stack.client.createPayment()).status !== 201,
      20_000, // it is kept for ten seconds
    );
    expect({ status: refused.status, code: (refused.body as unknown as { code: string }).code }).toEqual({
      status: 500,
      code: 'INTERNAL_ERROR',
    });
    expect((await stack.client.payment(payment.id)).status).toBe(200);
    expect((await fetch(`${stack.gatewayUrl}/health/live`)).status).toBe(200);
    await undo();
  }, 30_000);

  it('go with three rotations in a row under load, after which the old keys can leave', async () => {
    const other = await startStack({ withShop: false });
    const command = async (...args: string[]): Promise<string> => {
      const env = { ...APP_ENVIRONMENT, DATABASE_URL: other.database.url, DATA_DIR: other.dataDir };
      return (await run(process.execPath, ['dist/apps/gateway/src/cli.js', ...args], { env })).stdout;
    };
    const before = await readFile(path.join(other.dataDir, 'keystore.json'), 'utf8');
    const load = { goesOn: true };
    const statuses: number[] = [];
    const customers = (async () => {
      while (load.goesOn) statuses.push((await other.client.createPayment()).status);
    })();
    for (let rotation = 0; rotation < 3; rotation++) {
      expect(JSON.parse(await command('keys', 'rotate'))).toMatchObject({ rowsUnderOthers: 0 });
    }
    load.goesOn = false;
    await customers;
    expect(statuses.filter((status) => status !== 201)).toEqual([]);
    const { retired } = JSON.parse(await command('keys', 'retire-old')) as { retired: string[] };
    expect(retired).toHaveLength(3);
    const file = path.join(other.dataDir, 'keystore.json');
    const latest = await readFile(file, 'utf8');
    await writeFile(file, before); // somebody starts with a backup, which knows the first KEK only
    await expect(other.restartGateway()).rejects.toThrow('is not configured: restore the key file');
    await writeFile(file, latest);
    await other.restartGateway();
    const [first] = await other.database.query<{ id: string }>('SELECT id FROM payment ORDER BY id LIMIT 1');
    await other.database.query('UPDATE operation SET next_query_at = now() WHERE subject_id = $1', [first!.id]);
    expect((await other.client.createPayment()).status).toBe(201);
    await other.stop();
  }, 240_000);

  it('cannot be retired while something still needs them', async () => {
    const undo = await damage(
      'payment',
      `customer_sealed = overlay(customer_sealed placing 'kek_000000000000_v1' from 5 for 19)`,
    );
    await expect(cli('keys', 'retire-old')).rejects.toMatchObject({
      stderr: expect.stringContaining('still sealed under an older KEK'),
    });
    await undo();
  });
});
