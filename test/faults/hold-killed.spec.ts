import { randomUUID } from 'node:crypto';
import { type Fault } from '../support/bank-control.js';
import { aPaymentRequest, type Answer, type GatewayClient, type Payment } from '../support/gateway-client.js';
import { payByCard } from '../support/payer.js';
import { PostgresProxy, type TrapOptions } from '../support/postgres-proxy.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { World } from '../strangers/world.js';

interface Step {
  readonly step: string;
  /** Where the gateway stands still until it is killed. */
  readonly at: { readonly trap: Omit<TrapOptions, 'action'> } | { readonly fault: Fault['kind'] };
}

interface Action {
  readonly action: 'hold' | 'capture' | 'release' | 'cancel';
  /** Part of the path at the bank; null: it hears nothing. */
  readonly bankPath: string | null;
  /** Text of the statement that puts it on record for good, before the bank hears of it. */
  readonly begins: string;
  /** What the bank's ledger has of it in the end. */
  readonly effect: { readonly kind: string; readonly amount: number } | null;
  readonly endsAs: string;
}

const AMOUNT = 10_000;
/** Within the 20 % that the bank allows. */
const CAPTURED = 9_000;
/** Absence of a follow-up is proven over half an hour. */
const HALF_AN_HOUR_SECONDS = 1_900;
/** Looks that prove it, and one more for what follows. */
const ROUNDS = 4;

const ACTIONS: readonly Action[] = [
  {
    ...{ action: 'hold', bankPath: 'create-order', begins: 'INSERT INTO operation' },
    ...{ effect: { kind: 'money.held', amount: AMOUNT }, endsAs: 'authorized' },
  },
  {
    ...{ action: 'capture', bankPath: 'completion', begins: 'INSERT INTO operation' },
    ...{ effect: { kind: 'money.captured', amount: CAPTURED }, endsAs: 'succeeded' },
  },
  {
    ...{ action: 'release', bankPath: 'refund', begins: 'INSERT INTO operation' },
    ...{ effect: { kind: 'money.released', amount: AMOUNT }, endsAs: 'canceled' },
  },
  { action: 'cancel', bankPath: null, begins: 'COMMIT', effect: null, endsAs: 'canceled' },
];

const stepsOf = ({ begins, bankPath }: Action): readonly Step[] => [
  { step: 'before it is on record', at: { trap: { statement: begins, when: 'before' } } },
  { step: 'once it is on record', at: { trap: { statement: begins, when: 'after' } } },
  ...(bankPath === null
    ? []
    : ([
        { step: 'while it asks the bank, which never acts', at: { fault: 'timeout_before' } },
        { step: 'after the bank acted, before its answer', at: { fault: 'timeout_after' } },
        { step: 'before it writes down the answer', at: { trap: { statement: 'UPDATE operation', when: 'before' } } },
        { step: 'once the answer is written down', at: { trap: { statement: 'UPDATE operation', when: 'after' } } },
      ] satisfies Step[])),
];

describe('a gateway that is killed', () => {
  let stack: Stack;
  let world: World;
  let proxy: PostgresProxy;

  beforeAll(async () => {
    stack = await startStack({ withShop: false, gateway: { BANK_TIMEOUT_MS: '60000' } });
    world = new World(stack);
    proxy = await PostgresProxy.listen(stack.database.url);
  }, 60_000);
  afterAll(async () => {
    await stack.stop();
    await proxy.close();
  });

  async function anOpenHold(): Promise<Payment> {
    const { status, body } = await stack.client.createPayment({ amount: AMOUNT, captureMethod: 'manual' });
    expect(status).toBe(201);
    return body;
  }

  async function aHold(): Promise<Payment> {
    const payment = await anOpenHold();
    await payByCard(payment);
    return stack.client.untilPayment(payment.id, ['authorized']);
  }

  /** The request of an action, the same each time: what a shop repeats when it got no answer. */
  async function requestOf({ action }: Action): Promise<(client: GatewayClient) => Promise<Answer<Payment>>> {
    const idempotencyKey = randomUUID();
    const post = (path: string, body: object) => (client: GatewayClient) =>
      client.call<Payment>('POST', path, { body, idempotencyKey });
    if (action === 'hold') return post('/v1/payments', aPaymentRequest({ amount: AMOUNT, captureMethod: 'manual' }));
    if (action === 'cancel') return post(`/v1/payments/${(await anOpenHold()).id}/cancel`, {});
    const { id } = await aHold();
    return action === 'capture'
      ? post(`/v1/payments/${id}/capture`, { amount: CAPTURED })
      : post(`/v1/payments/${id}/cancel`, {});
  }

  /** Sends the request to a gateway of its own and kills that gateway where the step says. */
  async function killAt(request: (client: GatewayClient) => Promise<unknown>, step: Step, bankPath: string | null) {
    const victim = await stack.addGateway({ ROLE: 'api', DATABASE_URL: proxy.url });
    const acted = async () => (await stack.bank.ledger({ kind: 'request' })).length;
    const before = await acted();
    const trap = 'trap' in step.at ? proxy.trap({ ...step.at.trap, action: 'hold' }) : undefined;
    const fault = 'fault' in step.at ? { kind: step.at.fault, ...(bankPath ? { path: bankPath } : {}) } : undefined;
    if (fault) await stack.bank.addFault(fault);
    const answered = request(victim.client).then(
      () => true,
      () => false,
    );
    await trap?.sprung;
    if (fault) await until('the fault fires', async () => (await stack.bank.faults()).some(({ fired }) => fired === 1));
    if (fault?.kind === 'timeout_after') await until('the bank acts', async () => (await acted()) > before);
    expect(await victim.process.kill()).toMatchObject({ signal: 'SIGKILL' });
    expect(await answered).toBe(false);
    await stack.bank.clearFaults();
    await stack.database.query(`UPDATE idempotency_key SET lease_until = now() WHERE status_code IS NULL`);
  }

  /** Each move of a payment and of what belongs to it, in the order in which they were made. */
  async function historyOf(paymentId: string): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
    const rows = await stack.database.query<{ of: string; from: string | null; to: string }>(
      `SELECT coalesce(operation_id, subject_id) AS of, from_status AS "from", to_status AS "to"
       FROM history WHERE subject_id = $1 ORDER BY number`,
      [paymentId],
    );
    const chains = new Map<string, (string | null)[]>();
    for (const { of, from, to } of rows) {
      const chain = chains.get(of) ?? [from]; // the first state is the row's own
      expect(from).toBe(chain.at(-1)); // no move is missing
      chains.set(of, [...chain, to]);
    }
    return chains;
  }

  async function statusesOf(paymentId: string): Promise<readonly { readonly of: string; readonly status: string }[]> {
    return stack.database.query(
      `SELECT id AS of, status FROM payment WHERE id = $1 UNION ALL SELECT id, status FROM operation WHERE subject_id = $1`,
      [paymentId],
    );
  }

  const cases = ACTIONS.flatMap((action) => stepsOf(action).map((step) => ({ ...action, ...step })));
  it.each(cases)(
    'in a $action $step: one effect at the bank, and every move on record',
    async ({ step, at, ...action }) => {
      const request = await requestOf(action);
      await killAt(request, { step, at }, action.bankPath);

      const repeat = await request(stack.client);
      expect([200, 201, 202]).toContain(repeat.status);
      const { id } = repeat.body;
      if (action.action === 'hold') await payOnce(id);
      const hasEnded = async () => (await world.payment(id)).status === action.endsAs;
      for (let round = 0; round < ROUNDS && !(await hasEnded()); round += 1) {
        await world.round(id, HALF_AN_HOUR_SECONDS);
      }
      await world.passUntil(`the payment is ${action.endsAs}`, id, hasEnded);

      expect(await effectsOn(id)).toEqual(effectsOf(action));
      const history = await historyOf(id);
      for (const { of, status } of await statusesOf(id)) expect(history.get(of)?.at(-1)).toBe(status);
      const again = await request(stack.client);
      expect(again.body.id).toBe(id);
      expect(await effectsOn(id)).toEqual(effectsOf(action));
    },
    60_000,
  );

  async function payOnce(id: string): Promise<void> {
    const hasLink = async () => (await world.payment(id)).redirectUrl !== null;
    await world.passUntil('the payment has a link', id, hasLink);
    await payByCard(await world.payment(id));
    await stack.client.untilPayment(id, ['authorized']);
  }

  const effectsOf = ({ action, effect }: Action) => [
    ...(action === 'capture' || action === 'release' ? [{ kind: 'money.held', amount: AMOUNT }] : []),
    ...(effect ? [effect] : []),
  ];

  /** What the bank's ledger has of this payment, but for what a partial capture leaves of its hold. */
  async function effectsOn(paymentId: string): Promise<readonly { kind: string; amount: number }[]> {
    const ids = await stack.database.query<{ id: string }>(
      `SELECT merchant_request_id AS id FROM operation WHERE subject_id = $1 ORDER BY number`,
      [paymentId],
    );
    const entries = await Promise.all(ids.map(({ id }) => stack.bank.ledger({ merchantRequestId: id })));
    return entries
      .flat()
      .filter(({ kind, type }) => kind.startsWith('money.') && type !== undefined)
      .map(({ kind, coinAmount = 0 }) => ({ kind, amount: coinAmount }));
  }
});
