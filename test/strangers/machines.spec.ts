import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type Payment } from '../support/gateway-client.js';
import { payByCard } from '../support/payer.js';
import { type Replica, Replicas, type ShopAccount, shopOf } from '../support/replicas.js';
import { OPS_KEY } from '../support/stack.js';
import { startTlsFront, type TlsFront } from '../support/tls-front.js';
import { until } from '../support/until.js';

const MINUTES_OFF = 10;
const HOUR_MS = 3_600_000;
/** What Kubernetes makes of services that happen to be called like our variables. */
const SERVICE_LINKS = Object.fromEntries(
  ['GATEWAY', 'POSTGRES', 'VAULT', 'DATABASE', 'BANK', 'SESSION', 'ALLIANCE', 'DCM', 'API', 'OPS'].flatMap((name) => [
    [`${name}_PORT`, 'tcp://10.96.0.12:5432'],
    [`${name}_SERVICE_HOST`, '10.96.0.12'],
    [`${name}_PORT_5432_TCP_ADDR`, '10.96.0.12'],
  ]),
);
const RETURN_URL = 'https://крамниця.example/дякуємо?замовлення=1&сума=5';

/** The gateway on machines that others have set up, as far as it needs no special rights: real processes throughout. */
describe('on a strange machine', () => {
  let replicas: Replicas;
  let gateway: Replica;
  beforeAll(async () => {
    replicas = await Replicas.start(1, { DATABASE_POOL_SIZE: '2', ...SERVICE_LINKS });
    gateway = replicas.first;
  }, 60_000);
  afterEach(async () => {
    if (!isChanged) return;
    await change('RESET ALL');
    isChanged = false;
    await cutConnections();
    await untilItSells();
  }, 60_000);
  afterAll(() => replicas.stop());

  let isChanged = false;
  /** Takes effect on new connections. */
  const change = async (setting: string): Promise<void> => {
    const { database } = replicas.stack;
    const name = new URL(database.url).pathname.slice(1);
    isChanged = true;
    await database.query(`SET TRANSACTION READ WRITE; ALTER DATABASE ${name} ${setting}`);
  };
  /** Every connection to the database is another one from here, as after a fail-over. */
  const cutConnections = () =>
    replicas.stack.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  /** What somebody reads there who sets nothing himself. */
  const nowOfNewConnection = async (): Promise<string> => {
    const client = new pg.Client({ connectionString: replicas.stack.database.url });
    await client.connect();
    const { rows } = await client.query<{ now: string }>('SELECT now()::text AS now');
    await client.end();
    return rows[0]!.now;
  };
  const ready = async (): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`${gateway.url}/health/ready`);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const clockGauge = async (): Promise<number> => {
    const answer = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${OPS_KEY}` } });
    const lines = (await answer.text()).split('\n');
    return Number(lines.find((line) => line.startsWith('gateway_bank_clock_difference_seconds{'))?.split(' ')[1]);
  };
  const refundedOf = async ({ id }: Payment): Promise<number> => {
    const rows = await replicas.stack.database.query<{ id: string }>(
      `SELECT merchant_request_id AS id FROM operation WHERE subject_id = $1 AND kind = 'refund'`,
      [id],
    );
    const moved = rows.map((row) => replicas.stack.bank.ledger({ kind: 'money.refunded', merchantRequestId: row.id }));
    return (await Promise.all(moved)).flat().length;
  };

  const untilItSells = () =>
    until('it sells', async () => (await replicas.stack.client.createPayment()).status === 201, 30_000);

  async function sell(): Promise<Payment> {
    const { client } = replicas.stack;
    const { status, body } = await client.createPayment({ returnUrl: RETURN_URL });
    expect(status).toBe(201);
    await payByCard(body);
    return client.untilPayment(body.id, ['succeeded'], 30_000);
  }

  async function giveBack(payment: Payment): Promise<void> {
    const { client } = replicas.stack;
    await client.refund(payment.id);
    const isBack = async () =>
      (await client.refunds(payment.id)).body.data.some(({ status }) => status === 'succeeded');
    await until('the refund is done', isBack, 30_000);
    expect(await refundedOf(payment)).toBe(1);
  }

  it('sells and refunds over a database that writes German dates in Tokyo, with a pool of two and the variables of others', async () => {
    await change(`SET datestyle = 'German, DMY'`);
    await change(`SET timezone = 'Asia/Tokyo'`);
    await cutConnections();
    expect(await nowOfNewConnection()).toMatch(/^\d\d\.\d\d\.\d{4} .*JST$/u);
    await untilItSells();
    const payment = await sell();
    await giveBack(payment);
    expect(Math.abs(Date.parse(payment.createdAt) - Date.now())).toBeLessThan(HOUR_MS);
  }, 90_000);

  it('sends the customer back to an address in Cyrillic', async () => {
    const { body: payment } = await replicas.stack.client.createPayment({ returnUrl: RETURN_URL });
    await payByCard(payment);
    const page = await (await fetch(payment.redirectUrl!)).text(); // what the bank shows after it was paid
    const back = /href="([^"]+\/return\/[^"]+)"/u.exec(page)?.[1] ?? page;
    const answer = await fetch(back, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, new URL(RETURN_URL).href]);
  }, 60_000);

  it('refuses while the database only reads after a fail-over, and sells again by itself when it writes', async () => {
    await change('SET default_transaction_read_only = on');
    await cutConnections();
    await until('it is not ready', async () => (await ready()).status === 503, 30_000);
    const refused = await replicas.stack.client.createPayment();
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
    await change('RESET default_transaction_read_only');
    await untilItSells();
    await until('it is ready', async () => (await ready()).status === 200, 30_000);
    await giveBack(await sell());
  }, 120_000);

  describe('whose bank has a certificate of a private authority', () => {
    let front: TlsFront;
    let account: ShopAccount;
    beforeAll(async () => {
      front = await startTlsFront(replicas.stack.simulatorUrl);
      account = await replicas.addAccount(front.url);
    });
    afterAll(() => front.stop());

    it('says so, sends nothing, and sells where the authority is known', async () => {
      const { status, body } = await shopOf(gateway, account).createPayment();
      expect(status).toBe(202);
      expect(await gateway.ops.session(account.id)).toMatchObject({ lastError: 'certificate_untrusted' });
      expect(front.seen).toEqual({ tried: expect.any(Number), through: 0 });
      expect(front.seen.tried).toBeGreaterThan(0);

      const file = path.join(replicas.stack.dataDir, 'authority.pem');
      await writeFile(file, front.authority);
      const informed = await replicas.addReplica({ NODE_EXTRA_CA_CERTS: file });
      await until(
        'the one that knows the authority has a session',
        async () => (await shopOf(informed, account).createPayment()).status === 201,
        30_000,
      );
      const before = gateway.process.logs().length;
      expect((await shopOf(gateway, account).createPayment()).status).toBe(202); // with a session, and still nothing is sent
      expect(gateway.process.logs().slice(before)).toContain('certificate_untrusted');
      // Either of the two may take the row when it is due; only one of them gets through.
      const opens = async (): Promise<boolean> => {
        const due = `UPDATE operation SET next_query_at = now() WHERE subject_id = $1 AND status = 'unknown'`;
        await replicas.stack.database.query(due, [body.id]);
        const seen = shopOf(informed, account).untilPayment(body.id, ['requires_action'], 2_000);
        return seen.then(
          () => true,
          () => false,
        );
      };
      await until('the payment has its link', opens, 45_000);
    }, 120_000);
  });

  it('raises an alarm while the clock of the bank and ours are ten minutes apart, and none of its refunds is lost', async () => {
    const [early, late] = [await sell(), await sell()];
    expect((await ready()).body).not.toHaveProperty('clockDiffersSeconds');
    const { bank, client } = replicas.stack;
    await bank.switchOn('clock_off', { skewMs: MINUTES_OFF * 60_000 });
    const since = gateway.process.logs().length;
    const { body: refused } = await client.refund(early.id);
    expect(refused.status).not.toBe('succeeded');
    expect((await bank.usesOf('clock_off')).length).toBeGreaterThan(0);
    const { status, body } = await ready();
    expect([status, Math.round(Number(body['clockDiffersSeconds']) / 60)]).toEqual([200, MINUTES_OFF]);
    expect(Math.round((await clockGauge()) / 60)).toBe(MINUTES_OFF);
    expect(gateway.process.logs().slice(since)).toContain('clock.differs');
    expect(await refundedOf(early)).toBe(0);

    await bank.switchOff('clock_off');
    await giveBack(late);
    expect((await ready()).body).not.toHaveProperty('clockDiffersSeconds');
    expect(gateway.process.logs().slice(since)).toContain('clock.agrees');
    expect(await refundedOf(early)).toBeLessThanOrEqual(1);
  }, 90_000);
});
