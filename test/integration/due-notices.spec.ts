import { SchedulerRegistry } from '@nestjs/schedule';
import pg from 'pg';
import { DueNotices } from '../../apps/gateway/src/database/due-notices.js';
import { NoticeConnection } from '../../apps/gateway/src/database/notice-connection.js';
import { Workers } from '../../apps/gateway/src/database/workers.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { PostgresProxy } from '../support/postgres-proxy.js';
import { until } from '../support/until.js';
import { FakePaymentBank } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { WebhookReceiver } from './webhook-receiver.js';
import { addAccount, type NewAccount, OPS_KEY, someKeks, startGateway, type WholeGateway } from './whole-gateway.js';

const NETWORKS = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' };
const OWN = `SELECT pid FROM pg_stat_activity
  WHERE application_name = 'alliance-gateway-notices' AND datname = current_database()`;

/** One process takes requests, another works. */
describe('work of another process', () => {
  let database: MigratedDatabase;
  let receiver: WebhookReceiver;
  let api: WholeGateway;
  let worker: WholeGateway;
  let account: NewAccount;
  const bank = new FakePaymentBank();

  beforeAll(async () => {
    [database, receiver] = [await createMigratedDatabase(), await WebhookReceiver.start()];
    const keks = someKeks();
    api = await startGateway(database, { keks, env: NETWORKS });
    worker = await startGateway(database, { keks, bank, env: { ...NETWORKS, ROLE: 'worker' } });
    account = await addAccount(api);
    const body = { url: receiver.url };
    expect((await api.call('POST', '/v1/webhook-endpoints', { key: account.apiKey, body })).status).toBe(201);
    for (const { app } of [api, worker]) app.get(DueNotices).open(app.get(Workers));
    await until('both hear', () => Promise.resolve(hears(api) && hears(worker)));
  });
  afterAll(async () => {
    for (const { app } of [worker, api]) await app.get(DueNotices).close();
    for (const { app } of [worker, api]) await app.close();
    await database.drop();
    receiver.stop();
  });

  const hears = ({ app }: WholeGateway): boolean => app.get(Workers).areTold;
  const create = async (): Promise<string> => {
    const { status, body } = await api.call('POST', '/v1/payments', { key: account.apiKey, body: aPaymentRequest() });
    expect(status).toBe(201);
    return body['id'] as string;
  };
  const callBack = async (): Promise<void> => {
    const { callbackUrl } = api.bank.orders.at(-1)!;
    const { status } = await api.call('POST', new URL(callbackUrl).pathname, { body: { orderStatus: 'SUCCESS' } });
    expect(status).toBe(200);
  };
  /** Nothing is found by polling any more. */
  const stopPolling = ({ app }: WholeGateway): void => {
    const registry = app.get(SchedulerRegistry);
    for (const name of registry.getIntervals()) registry.deleteInterval(name);
  };
  const untilTold = (payment: string): Promise<void> =>
    until(`the receiver is told of ${payment}`, () =>
      Promise.resolve(receiver.received.some(({ body }) => body.includes(payment))),
    );

  it('is looked for less often while others tell of it, and shown as told', async () => {
    const { text } = await worker.call('GET', '/metrics', { key: OPS_KEY });
    expect(text).toMatch(/^gateway_database_notices 1$/mu);
  });

  it('is found by polling while the connection is cut, and is told of again after it', async () => {
    expect(await database.query(OWN)).toHaveLength(2);
    const cut = new Promise<void>((resolve) => {
      const seen = setInterval(() => {
        if (hears(worker)) return;
        clearInterval(seen);
        resolve();
      }, 1);
    });
    await database.query(`SELECT pg_terminate_backend(pid) FROM (${OWN}) AS own`);
    await cut;
    await untilTold(await create());
    await until('both hear again', () => Promise.resolve(hears(api) && hears(worker)));
    expect(await database.query(OWN)).toHaveLength(2);
  });

  it('starts at once: an event is published and posted, and a callback asks the bank, without any polling', async () => {
    stopPolling(worker);
    await untilTold(await create());
    const before = bank.reads.length;
    await callBack();
    await until('the bank is asked', () => Promise.resolve(bank.reads.length > before));
  });

  it('is told of a few times a second, however much there is, by names of workers alone', async () => {
    const heard: string[] = [];
    const listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    try {
      listener.on('notification', ({ payload = '' }) => heard.push(payload));
      await listener.query('LISTEN gateway_due');
      const startedAt = performance.now();
      const notices = api.app.get(DueNotices);
      for (let times = 0; times < 1_000; times++) {
        notices.due(['publish-events', 'sync-payments']);
        if (times % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await until('it is told', () => Promise.resolve(heard.length > 1));
      const seconds = (performance.now() - startedAt) / 1_000;
      expect(heard.length).toBeLessThanOrEqual(2 + seconds * 10);
      expect(new Set(heard.flatMap((words) => words.split(' ')))).toEqual(new Set(['publish-events', 'sync-payments']));
    } finally {
      await listener.end();
    }
  });
});

describe('where notices are switched off', () => {
  it('no connection is taken for them, and work is found by polling', async () => {
    const [database, keks, bank] = [await createMigratedDatabase(), someKeks(), new FakePaymentBank()];
    const env = { DATABASE_NOTICES: 'off' };
    const api = await startGateway(database, { keks, env });
    const worker = await startGateway(database, { keks, bank, env: { ...env, ROLE: 'worker' } });
    try {
      for (const { app } of [api, worker]) app.get(DueNotices).open(app.get(Workers));
      const { apiKey: key } = await addAccount(api);
      await api.call('POST', '/v1/payments', { key, body: aPaymentRequest() });
      const { callbackUrl } = api.bank.orders.at(-1)!;
      await api.call('POST', new URL(callbackUrl).pathname, { body: { orderStatus: 'SUCCESS' } });
      await until('the bank is asked', () => Promise.resolve(bank.reads.length > 0));
      expect(await database.query(OWN)).toEqual([]);
      expect(worker.app.get(Workers).areTold).toBe(false);
    } finally {
      for (const { app } of [worker, api]) await app.close();
      await database.drop();
    }
  });
});

describe('a connection for notices', () => {
  let database: MigratedDatabase;
  beforeAll(async () => {
    database = await createMigratedDatabase();
  });
  afterAll(() => database.drop());

  it.each([
    { where: 'to the server', drops: false, hears: true },
    { where: 'behind a pooler that brings none back', drops: true, hears: false },
  ])('$where hears: $hears', async ({ drops, hears }) => {
    const proxy = await PostgresProxy.listen(database.url);
    proxy.dropsNotices = drops;
    const changes: boolean[] = [];
    const handlers = { onNotice: () => undefined, onChange: (isHeard: boolean) => changes.push(isHeard) };
    const connection = new NoticeConnection(proxy.url, handlers, 300);
    try {
      connection.open();
      if (hears) await until('it hears', () => Promise.resolve(changes.length > 0));
      else await until('it has given up', async () => (await database.query(OWN)).length === 0 && probed(proxy));
      expect(changes).toEqual(hears ? [true] : []);
    } finally {
      await connection.close();
      await proxy.close();
    }
  });

  const probed = (proxy: PostgresProxy): boolean => proxy.statements.some(({ sql }) => sql.includes('pg_notify'));

  it('that falls silent is given up, and made anew', async () => {
    const proxy = await PostgresProxy.listen(database.url);
    const changes: boolean[] = [];
    const handlers = { onNotice: () => undefined, onChange: (isHeard: boolean) => changes.push(isHeard) };
    const connection = new NoticeConnection(proxy.url, handlers, 300, 50);
    try {
      connection.open();
      await until('it hears', () => Promise.resolve(changes.length === 1));
      const silence = proxy.fallSilent();
      await until('it is given up', () => Promise.resolve(changes.length === 2));
      expect(silence.swallowedBytes()).toBeGreaterThan(0);
      silence.end();
      await until('it hears again', () => Promise.resolve(changes.length === 3), 20_000);
      expect(changes).toEqual([true, false, true]);
    } finally {
      await connection.close();
      await proxy.close();
    }
  });
});
