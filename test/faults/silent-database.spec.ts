import { type PostgresProxy } from '../support/postgres-proxy.js';
import { type Replica, Replicas, type ShopAccount, shopOf } from '../support/replicas.js';
import { OPS_KEY } from '../support/stack.js';
import { until } from '../support/until.js';

/**
 * Milliseconds. A statement is given up after 10 s, a new connection after 5 s, and a load balancer that asks every few
 * seconds has taken the process out before customers give up: docs/correctness.md, "Ready".
 */
const NOTICED_WITHIN_MS = 30_000;
/** Milliseconds. What was under way runs into the limits above, a worker rests for 5 s, and the next claim works. */
const BACK_WITHIN_MS = 30_000;

/** A firewall that forgets its connections, a lost route: packets vanish, and no reset says so. */
describe.each(['all', 'api'])('a database that falls silent, under a process with ROLE=%s', (role) => {
  let replicas: Replicas;
  let account: ShopAccount;
  let replica: Replica;
  let proxy: PostgresProxy;

  beforeAll(async () => {
    replicas = await Replicas.start(1, { ROLE: 'api' });
    account = await replicas.addAccount();
    ({ replica, proxy } = await replicas.addProxied({ ROLE: role }));
    await replicas.stack.bank.setCallbacks({ mode: 'drop' });
  }, 60_000);
  afterAll(() => replicas.stop());

  const readiness = async (): Promise<{ status: number; detail?: string }> => {
    const answer = await fetch(`${replica.url}/health/ready`);
    const { detail } = (await answer.json()) as { detail?: string };
    return { status: answer.status, ...(detail === undefined ? {} : { detail }) };
  };
  const gauge = async (name: string): Promise<number | undefined> => {
    const answer = await fetch(`${replica.url}/metrics`, { headers: { authorization: `Bearer ${OPS_KEY}` } });
    expect(answer.status).toBe(200);
    const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.split(' ')[1]);
  };
  const untilReadiness = (status: number, withinMs: number) =>
    until(`ready answers ${status}`, async () => (await readiness()).status === status, withinMs);
  const untilLogged = (words: RegExp, since: number, withinMs: number) =>
    until(`the log says ${words}`, () => Promise.resolve(words.test(replica.process.logs().slice(since))), withinMs);
  /** The customer pays, and the next look at the bank is due. */
  const isPaid = async (payment: string): Promise<void> => {
    const [row] = await replicas.stack.database.query<{ order: string; status: string }>(
      `UPDATE payment p SET next_sync_at = now() FROM operation o
       WHERE p.id = $1 AND o.subject_id = p.id RETURNING o.bank_order_id AS order, p.status`,
      [payment],
    );
    expect(row?.status).toBe('requires_action');
    await replicas.stack.bank.chargeAgain(row!.order);
  };

  it('is noticed, shown and logged, and comes back by itself', async () => {
    const payment = (await shopOf(replicas.first, account).createPayment()).body.id;
    await until('it is ready', async () => (await readiness()).status === 200);
    expect(await gauge('gateway_database_up')).toBe(1);
    const before = replica.process.logs().length;

    const silence = proxy.fallSilent();
    await untilReadiness(503, NOTICED_WITHIN_MS);
    expect((await readiness()).detail).toMatch(/database/u);
    expect(await gauge('gateway_database_up')).toBe(0);
    await untilLogged(/not ready: the database/u, before, NOTICED_WITHIN_MS);
    await isPaid(payment);
    const refused = await shopOf(replica, account).payment(payment);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(silence.swallowedBytes()).toBeGreaterThan(0);

    silence.end();
    await untilReadiness(200, BACK_WITHIN_MS);
    expect(await gauge('gateway_database_up')).toBe(1);
    await untilLogged(/ready again/u, before, NOTICED_WITHIN_MS);
    const shop = shopOf(replica, account);
    expect((await shop.payment(payment)).status).toBe(200);
    // A worker elsewhere would settle it; here there is no other.
    if (role === 'all') await shop.untilPayment(payment, ['succeeded'], BACK_WITHIN_MS);
  }, 150_000);
});
