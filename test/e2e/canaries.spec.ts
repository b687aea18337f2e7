import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { EnvelopeKeystore, LocalKekProvider, type LocalKeys } from '#libs/keystore';
import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { WebhookReceiver } from '../integration/webhook-receiver.js';
import { payInBrowser } from './paying-customer.js';

/** Secrets and personal data are planted, all of the product is used, and then everything that stays is searched. */
describe('canaries', () => {
  const customer = {
    id: 'canary-customer-7391',
    firstName: 'Канарейка',
    lastName: "Шпаківна-О'Ніл",
    email: 'canary.7391@example.com',
    phone: '380991237391',
    street: 'Canary Street 7391',
  };
  let stack: Stack;
  let browser: TestBrowser;
  const answers: string[] = [];
  let receiver: WebhookReceiver;
  /** Shown once, in answers that are meant to hold them. */
  const webhookSecrets: string[] = [];

  beforeAll(async () => {
    const gateway = { LOG_LEVEL: 'trace', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' };
    [stack, browser, receiver] = await Promise.all([startStack({ gateway }), launchBrowser(), WebhookReceiver.start()]);
    await useEverything();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await stack.stop();
    receiver.stop();
  });

  async function useEverything(): Promise<void> {
    const call = async (method: string, path: string, body?: unknown, headers = {}): Promise<void> => {
      answers.push((await stack.client.call(method, path, { body, headers })).text);
    };
    const makeSecret = async (path: string, body: object): Promise<string> => {
      const made = await stack.client.call<{ id: string; secret: string }>('POST', path, { body });
      webhookSecrets.push(made.body.secret);
      return made.body.id;
    };
    const endpoint = await makeSecret('/v1/webhook-endpoints', { url: receiver.url });
    await makeSecret(`/v1/webhook-endpoints/${endpoint}/rotate-secret`, {});
    const { body: payment, text } = await stack.client.createPayment({ customer });
    answers.push(text);
    await payInBrowser(browser, payment, 'card-3ds');
    await stack.client.untilPayment(payment.id, ['succeeded']);
    await call('POST', `/v1/payments/${payment.id}/refunds`, { amount: 100 });
    await stack.bank.expireSessions();
    await stack.bank.addFault({ kind: 'truncated_json', path: 'create-order', times: 1 });
    await stack.bank.addFault({ kind: 'reset_after', path: 'payments/v3/refund', times: 1 });
    await call('POST', '/v1/payments', { amount: 1, currency: 'UAH', returnUrl: 'https://x.example', customer });
    await call('POST', `/v1/payments/${payment.id}/refunds`, { amount: 100 });
    await call('POST', '/v1/payments', {
      amount: 1.5,
      currency: 'XXX',
      customer: { ...customer, firstName: `${customer.firstName}!` },
    });
    await call('POST', '/v1/payments', `{"customer":"${customer.email}`);
    await call('GET', '/v1/payments?limit=100&reference=none');
    await call('GET', '/v1/payments', undefined, { authorization: `Bearer ${stack.apiKey}x` });
    await call('GET', `/nowhere/${payment.id}`);
    receiver.answer = (response) => response.writeHead(500).end(webhookSecrets.join(' '));
    await call('POST', `/v1/webhook-endpoints/${endpoint}/test`);
    await until('an event is refused, and the answer kept', async () => {
      const kept = await stack.database.query('SELECT 1 FROM webhook_attempt WHERE status_code = 500');
      return kept.length > 0;
    });
    await call('GET', `/v1/webhook-endpoints/${endpoint}/deliveries`);
  }

  const keyMember = (name: string): string => (JSON.parse(stack.merchant.privateKey) as Record<string, string>)[name]!;

  /** The tokens of the session in use, opened with the gateway's own key file. */
  async function sessionSecrets(): Promise<Record<string, string>> {
    const [row] = await stack.database.query<{ accountId: string; version: number; sealed: string }>(
      'SELECT merchant_account_id AS "accountId", version, session_sealed AS sealed FROM bank_session',
    );
    const { accountId, version, sealed } = row!;
    const keys = JSON.parse(await readFile(path.join(stack.dataDir, 'keystore.json'), 'utf8')) as LocalKeys;
    const keystore = new EnvelopeKeystore(LocalKekProvider.from(keys));
    const place = { table: 'bank_session', column: 'session', row: accountId, accountId, version };
    const session = JSON.parse(Buffer.from(await keystore.open(sealed, place)).toString()) as Record<string, string>;
    return { deviceId: session['deviceId']!, refreshToken: session['refreshToken']!, KEK: keys.keys[keys.current]! };
  }

  async function canaries(): Promise<Record<string, string>> {
    return {
      serviceCode: stack.merchant.bank.serviceCode,
      'private key d': keyMember('d'),
      apiKey: stack.apiKey,
      ...Object.fromEntries(
        webhookSecrets.map((secret, at) => [`webhook secret ${at}`, secret.slice('whsec_'.length)]),
      ),
      'body of a webhook': receiver.received[0]!.body,
      ...Object.fromEntries(Object.entries(customer).map(([name, value]) => [`customer ${name}`, value])),
      ...(await sessionSecrets()),
    };
  }

  /** As it is, and as JSON, a URL or base64 would show it. */
  const shapes = (canary: string): string[] => [
    canary,
    JSON.stringify(canary).slice(1, -1),
    encodeURIComponent(canary),
    Buffer.from(canary).toString('base64').replace(/=+$/u, '').slice(0, -1),
    Buffer.from(canary).toString('hex'),
  ];

  async function expectClean(where: string, text: string): Promise<void> {
    expect(text.length).toBeGreaterThan(0);
    const found = Object.entries(await canaries()).flatMap(([name, canary]) =>
      shapes(canary).some((shape) => text.includes(shape)) ? [name] : [],
    );
    expect({ where, found }).toEqual({ where, found: [] });
  }

  it('none is in a log of the gateway or the shop', async () => {
    expect(stack.gateway.logs()).toContain('"method":"POST"'); // the log is really on
    await expectClean('logs', stack.gateway.logs() + stack.shop!.logs());
  });

  it('none is in an answer of the API', async () => {
    await expectClean('answers', answers.join('\n'));
  });

  it('none is in a column of any table', async () => {
    const tables = await stack.database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables.length).toBeGreaterThan(8);
    for (const { name } of tables) {
      const rows = await stack.database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      if (rows.length > 0) await expectClean(name, rows.map(({ row }) => row).join('\n'));
    }
  });

  it('none is in the files of the database, the write-ahead log included', async () => {
    await stack.database.query('CHECKPOINT');
    const [where] = await stack.database.query<{ directory: string; oid: string }>(
      `SELECT current_setting('data_directory') AS directory, oid::text FROM pg_database WHERE datname = current_database()`,
    );
    const folders = [path.join(where!.directory, 'base', where!.oid), path.join(where!.directory, 'pg_wal')];
    const needles = Object.entries(await canaries()).map(([name, canary]) => [name, Buffer.from(canary)] as const);
    let files = 0;
    for (const folder of folders) {
      for (const file of await readdir(folder, { withFileTypes: true })) {
        if (!file.isFile()) continue;
        const content = await contentOf(path.join(folder, file.name));
        if (content === undefined) continue;
        expect({
          file: file.name,
          found: needles.filter(([, needle]) => content.includes(needle)).map(([name]) => name),
        }).toEqual({ file: file.name, found: [] });
        files++;
      }
    }
    expect(files).toBeGreaterThan(100);
  });

  it('none is in an address that the gateway called at the bank, or that the bank calls back', async () => {
    const requests = await stack.bank.ledger();
    await expectClean('addresses', requests.map(({ path, url }) => `${path ?? ''} ${url ?? ''}`).join('\n'));
  });

  it('would be found if it were there', async () => {
    await expect(expectClean('planted', `log line with ${customer.email}`)).rejects.toThrow('customer email');
  });
});

/** What a file of the running database holds; nothing when the database has removed it since its folder was listed. */
async function contentOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
