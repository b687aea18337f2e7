import { type Fault } from '../support/bank-control.js';
import { isFullSize } from '../support/full-size.js';
import { PaymentLoad } from '../support/payment-load.js';
import { type TrapOptions } from '../support/postgres-proxy.js';
import { type Replica, Replicas, type ShopAccount, shopOf } from '../support/replicas.js';
import { until } from '../support/until.js';
import { CLAIM, PUBLISH } from './renewal-statements.js';

/** Source: docs/correctness.md, "Session renewal". */
const LEASE_SECONDS = 40;
const AUTHORIZE = 'authorize_virtual_device';

interface Death {
  readonly step: string;
  /** Where the renewer stands still until it is killed. */
  readonly at: { readonly trap: Omit<TrapOptions, 'action'> } | { readonly fault: Fault };
  /** Sessions that the bank gave to the dead one and that are in no row. */
  readonly wasted: 0 | 1;
  readonly published: boolean;
  /** Whether the dead one left a lease behind. */
  readonly leased: boolean;
}

const DEATHS: readonly Death[] = [
  {
    step: 'before the claim',
    at: { trap: { statement: CLAIM, when: 'before' } },
    ...{ wasted: 0, published: false, leased: false },
  },
  {
    step: 'after the claim, before it asks the bank',
    at: { trap: { statement: CLAIM, when: 'after' } },
    ...{ wasted: 0, published: false, leased: true },
  },
  {
    step: 'while it asks the bank, which never acts',
    at: { fault: { kind: 'timeout_before', path: AUTHORIZE } },
    ...{ wasted: 0, published: false, leased: true },
  },
  {
    step: 'while it asks the bank, which acts later',
    at: { fault: { kind: 'slow', delayMs: 1_500, path: AUTHORIZE } },
    ...{ wasted: 1, published: false, leased: true },
  },
  {
    step: 'after the bank acted, before its answer',
    at: { fault: { kind: 'timeout_after', path: AUTHORIZE } },
    ...{ wasted: 1, published: false, leased: true },
  },
  {
    step: 'before it publishes',
    at: { trap: { statement: PUBLISH, when: 'before' } },
    ...{ wasted: 1, published: false, leased: true },
  },
  {
    step: 'in the publish, before it hears of it',
    at: { trap: { statement: PUBLISH, when: 'after' } },
    ...{ wasted: 0, published: true, leased: false },
  },
  {
    step: 'right after the publish',
    at: { trap: { statement: 'INSERT INTO audit_entry', when: 'before' } },
    ...{ wasted: 0, published: true, leased: false },
  },
];

describe('a renewer that is killed', () => {
  let replicas: Replicas;
  let survivor: Replica;
  let load: PaymentLoad | undefined;

  beforeAll(async () => {
    replicas = await Replicas.start(1);
    survivor = replicas.first;
  }, 60_000);
  afterEach(() => load?.stop());
  afterAll(() => replicas.stop());

  /** An account with a session, and the payments of its shop at the survivor. */
  async function aBusyAccount(): Promise<{ account: ShopAccount; payments: PaymentLoad }> {
    const account = await replicas.addAccount();
    const shop = shopOf(survivor, account);
    expect((await shop.createPayment()).status).toBe(201);
    const payments = new PaymentLoad([shop, shop]);
    load = payments;
    return { account, payments };
  }

  /** Starts a renewal at a replica of its own and kills that replica where `at` says. */
  async function killRenewer(account: ShopAccount, at: Death['at']): Promise<void> {
    const { replica, proxy } = await replicas.addProxied({ ROLE: 'api' });
    const { bank } = replicas.stack;
    const trap = 'trap' in at ? proxy.trap({ ...at.trap, action: 'hold' }) : undefined;
    const fault = 'fault' in at ? await bank.addFault(at.fault) : undefined;
    const renewal = replica.ops.renew(account.id).then(
      () => 'answered',
      () => 'cut off',
    );
    if (trap) await trap.sprung;
    await until('the fault fires', async () => fault === undefined || (await firedOf(fault)) === 1);
    if ('fault' in at && at.fault.kind === 'timeout_after') await actedOn(account, 2);
    expect(await replica.process.kill()).toMatchObject({ signal: 'SIGKILL' });
    expect(await renewal).toBe('cut off');
    await bank.clearFaults();
  }

  async function leaseLeftOf({ id }: ShopAccount): Promise<number> {
    const [row] = await replicas.stack.database.query<{ seconds: number | null }>(
      `SELECT extract(epoch FROM lease_until - clock_timestamp())::float8 AS seconds FROM bank_session
       WHERE merchant_account_id = $1`,
      [id],
    );
    return row?.seconds ?? 0;
  }

  const firedOf = async (id: string): Promise<number> =>
    (await replicas.stack.bank.faults()).find((fault) => fault.id === id)?.fired ?? 0;
  const actedOn = ({ bank }: ShopAccount, authorizes: number): Promise<void> =>
    until('the bank acts', async () => (await replicas.authorizesOf(bank)) >= authorizes);

  it.each(DEATHS)(
    '$step: another one takes over, for at most one authorize more',
    async (death) => {
      const { account, payments } = await aBusyAccount();
      await killRenewer(account, death.at);
      if (death.wasted) await actedOn(account, 2);
      const orphaned = await replicas.evidence(account);
      expect(orphaned).toMatchObject({
        version: death.published ? 2 : 1,
        authorizes: 1 + death.wasted + +death.published,
      });
      const leftSeconds = await leaseLeftOf(account);
      expect(leftSeconds > 0).toBe(death.leased);
      expect(leftSeconds).toBeLessThanOrEqual(LEASE_SECONDS); // nobody is held up for longer

      await replicas.endLease(account);
      expect(await survivor.ops.renew(account.id)).toMatchObject({ status: 200 });
      await payments.turnOver();
      const { accepted, others, lost } = await payments.stop();
      expect({ others, lost }).toEqual({ others: [], lost: 0 });
      expect(accepted.length).toBeGreaterThan(2);
      const after = await replicas.evidence(account);
      expect(after.version).toBeGreaterThan(orphaned.version);
      expect(after).toMatchObject({ authorizes: after.version + death.wasted, renewed: after.version });
      expect(after.outcomes.filter((outcome) => outcome === null)).toHaveLength(+death.leased);
    },
    40_000,
  );

  const itInFull = isFullSize ? it : it.skip;
  itInFull(
    'holds nobody up for longer than its lease, without any help',
    async () => {
      const account = await replicas.addAccount();
      const shop = shopOf(survivor, account);
      expect((await shop.createPayment()).status).toBe(201);
      const start = Date.now();
      await killRenewer(account, { fault: { kind: 'timeout_after', path: AUTHORIZE } });
      await until('a payment gets through', async () => (await shop.createPayment()).status === 201, 60_000);
      expect(Date.now() - start).toBeGreaterThan((LEASE_SECONDS - 5) * 1_000);
      expect(await replicas.evidence(account)).toMatchObject({ version: 2, authorizes: 3, renewed: 2 });
    },
    90_000,
  );
});
