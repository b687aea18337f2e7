import { randomUUID } from 'node:crypto';
import { payByCard } from '../support/payer.js';
import { PaymentLoad } from '../support/payment-load.js';
import { type PostgresProxy, type TrapOptions } from '../support/postgres-proxy.js';
import { type Replica, Replicas, type ShopAccount, shopOf } from '../support/replicas.js';
import { CLAIM, PUBLISH } from './renewal-statements.js';

interface Cut extends Omit<TrapOptions, 'action'> {
  readonly what: string;
  /** Whether the renewal is in the database although its process cannot know. */
  readonly published: boolean;
  /** Sessions of the bank that are in no row. */
  readonly wasted: 0 | 1;
}

const CUTS: readonly Cut[] = [
  { what: 'on the way to the claim', statement: CLAIM, when: 'before', published: false, wasted: 0 },
  { what: 'on the way back from the claim', statement: CLAIM, when: 'after', published: false, wasted: 0 },
  // the session is not thrown away: it is published over another connection
  { what: 'on the way to the publish', statement: PUBLISH, when: 'before', published: true, wasted: 0 },
  { what: 'on the way back from the publish', statement: PUBLISH, when: 'after', published: true, wasted: 0 },
];

describe('a database connection that is cut', () => {
  let replicas: Replicas;
  let replica: Replica;
  let proxy: PostgresProxy;
  let account: ShopAccount;

  beforeAll(async () => {
    replicas = await Replicas.start(1);
    ({ replica, proxy } = await replicas.addProxied());
  }, 60_000);
  beforeEach(async () => {
    account = await replicas.addAccount();
    expect((await shopOf(replica, account).createPayment()).status).toBe(201);
  });
  afterAll(() => replicas.stop());

  it.each(CUTS)(
    '$what: the system finds its way, for at most one authorize more',
    async (cut) => {
      const load = new PaymentLoad([shopOf(replica, account)]);
      const elsewhere = new PaymentLoad([shopOf(replicas.first, account)]);
      try {
        await load.turnOver();
        const trap = proxy.trap({ statement: cut.statement, when: cut.when, action: 'cut' });
        const doubtful = await replica.ops.renew(account.id);
        expect(trap.hasSprung()).toBe(true);
        expect(doubtful.status).toBe(cut.published ? 200 : 503);
        expect((await replicas.evidence(account)).version).toBeGreaterThanOrEqual(cut.published ? 2 : 1);
        await replicas.endLease(account); // a claim whose process heard nothing of it leaves its lease behind
        await replicas.changeSession(account, `retry_at = '-infinity'`);
        expect((await replica.ops.renew(account.id)).status).toBe(200);
        await Promise.all([load.turnOver(), elsewhere.turnOver()]);
      } finally {
        await Promise.all([load.stop(), elsewhere.stop()]);
      }
      const [here, there] = await Promise.all([load.stop(), elsewhere.stop()]);
      expect([here.lost, there.lost]).toEqual([0, 0]);
      // 202: the bank was not asked in time, and is asked later · 503: this request's own connection was cut
      expect(here.others.filter((other) => !/^(202|503)/u.test(other))).toEqual([]);
      expect(there.others.filter((other) => !other.startsWith('202'))).toEqual([]);
      await expectKept([...here.accepted, ...there.accepted]);
      const { version, authorizes, renewed } = await replicas.evidence(account);
      expect({ authorizes, renewed }).toEqual({ authorizes: version + cut.wasted, renewed: version });
      expect(await replica.ops.session(account.id)).toMatchObject({
        state: 'active',
        failuresInARow: 0,
        lastError: null,
      });
    },
    60_000,
  );

  it.each([
    { moment: 'that puts a payment on record', statement: 'INSERT INTO operation', status: 503 },
    { moment: 'that writes down the answer of the bank', statement: 'UPDATE operation', status: 201 },
  ])(
    'in the statement $moment: the repeated request meets the same payment and one order',
    async (doubt) => {
      const trap = proxy.trap({ statement: doubt.statement, when: 'after', action: 'cut' });
      const key = randomUUID();
      const doubtful = await shopOf(replica, account).createPayment({ reference: key }, key);
      expect(trap.hasSprung()).toBe(true);
      expect(doubtful.status).toBe(doubt.status);
      const again = await untilAnswered(() => shopOf(replica, account).createPayment({ reference: key }, key));
      const { body } = await shopOf(replica, account).payments({ reference: key });
      expect(body.data.map(({ id }) => id)).toEqual([again.id]);
      const orders = await replicas.stack.bank.ledger({ kind: 'order.created' });
      const [{ requests }] = (await replicas.stack.database.query<{ requests: string[] }>(
        `SELECT array_agg(merchant_request_id) AS requests FROM operation WHERE subject_id = $1`,
        [again.id],
      )) as [{ requests: string[] }];
      expect(orders.filter(({ merchantRequestId = '' }) => requests.includes(merchantRequestId))).toHaveLength(1);
    },
    60_000,
  );

  it('in the statement that puts a refund on record: its fate is asked for, and one refund goes to the bank', async () => {
    const shop = shopOf(replica, account);
    const { body: payment } = await shop.createPayment();
    await payByCard(payment);
    await shop.untilPayment(payment.id, ['succeeded']);
    const trap = proxy.trap({ statement: 'INSERT INTO operation', when: 'after', action: 'cut' });
    const key = randomUUID();
    const { status, body } = await shop.refund(payment.id, {}, key);
    expect(trap.hasSprung()).toBe(true);
    expect(status).toBe(201);
    expect((await shop.refund(payment.id, {}, key)).body.id).toBe(body.id);
    const [{ id: merchantRequestId }] = (await replicas.stack.database.query<{ id: string }>(
      'SELECT merchant_request_id AS id FROM operation WHERE id = $1',
      [body.id],
    )) as [{ id: string }];
    const sent = await replicas.stack.bank.ledger({ kind: 'request', path: 'payments/v3/refund', merchantRequestId });
    expect(sent).toHaveLength(1);
  }, 60_000);

  async function expectKept(ids: readonly string[]): Promise<void> {
    const rows = await replicas.stack.database.query<{ id: string }>('SELECT id FROM payment WHERE id = ANY($1)', [
      ids,
    ]);
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(ids));
  }
});

/** While the first request counts as being in flight the answer is 409. */
async function untilAnswered<Body>(
  ask: () => Promise<{ readonly status: number; readonly body: Body }>,
): Promise<Body> {
  for (let tries = 0; tries < 100; tries++) {
    const { status, body } = await ask();
    if (status === 201 || status === 202) return body;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('the repeated request is never answered');
}
