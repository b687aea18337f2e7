import { PaymentLoad } from '../support/payment-load.js';
import { type Replica, Replicas, type ShopAccount, shopOf } from '../support/replicas.js';
import { until } from '../support/until.js';
import { CLAIM } from './renewal-statements.js';

const AUTHORIZE = 'authorize_virtual_device';

/** A process that stood still longer than its lease: swapped out, a stopped container, a virtual machine on the move. */
describe('a renewer that is paused beyond its lease', () => {
  let replicas: Replicas;
  let other: Replica;
  let account: ShopAccount;
  let load: PaymentLoad;

  beforeAll(async () => {
    replicas = await Replicas.start(1);
    other = replicas.first;
  }, 60_000);
  beforeEach(async () => {
    account = await replicas.addAccount();
    expect((await shopOf(other, account).createPayment()).status).toBe(201);
    load = new PaymentLoad([shopOf(other, account)]);
  });
  afterEach(() => load.stop());
  afterAll(() => replicas.stop());

  const rowOf = async (): Promise<unknown> =>
    (
      await replicas.stack.database.query(
        `SELECT version, session_sealed, obtained_at, expires_at, failures, last_error FROM bank_session
         WHERE merchant_account_id = $1`,
        [account.id],
      )
    )[0];
  const authorizes = (): Promise<number> => replicas.authorizesOf(account.bank);

  async function expectNoPaymentFelt(): Promise<void> {
    await load.turnOver();
    const { accepted, others, lost } = await load.stop();
    expect({ others, lost }).toEqual({ others: [], lost: 0 });
    expect(accepted.length).toBeGreaterThan(1);
  }

  it('while it waits for the bank: it stores nothing and is handed the session of the winner', async () => {
    const { bank } = replicas.stack;
    const { replica } = await replicas.addProxied({ ROLE: 'api' });
    const fault = await bank.addFault({ kind: 'slow', delayMs: 1_000, path: AUTHORIZE });
    const late = replica.ops.renew(account.id);
    await until('the bank is asked', async () =>
      (await bank.faults()).some((one) => one.id === fault && one.fired === 1),
    );
    process.kill(replica.process.pid, 'SIGSTOP');
    await until('the bank acts', async () => (await authorizes()) === 2); // its answer is in a socket that nobody reads
    await replicas.endLease(account);
    const winner = await other.ops.renew(account.id);
    expect(winner.status).toBe(200);
    await load.turnOver();
    const before = await rowOf();

    process.kill(replica.process.pid, 'SIGCONT');
    expect(await late).toEqual(winner);
    expect(await rowOf()).toEqual(before);
    expect(await shopOf(replica, account).createPayment()).toMatchObject({ status: 201 });
    await expectNoPaymentFelt();
    const { version, outcomes, ...evidence } = await replicas.evidence(account);
    expect(evidence).toEqual({ authorizes: version + 1, renewed: version });
    expect(outcomes.filter((outcome) => outcome === 'lost')).toHaveLength(1);
    await replica.process.stop();
  }, 60_000);

  it('before it asks the bank: it does not ask, stores nothing and is handed the session of the winner', async () => {
    const { replica, proxy } = await replicas.addProxied({ ROLE: 'api' });
    const claim = proxy.trap({ statement: CLAIM, when: 'after', action: 'hold' });
    const late = replica.ops.renew(account.id);
    await claim.sprung;
    process.kill(replica.process.pid, 'SIGSTOP');
    await replicas.endLease(account);
    const winner = await other.ops.renew(account.id);
    expect(winner.status).toBe(200);
    const before = await replicas.evidence(account);

    claim.release();
    process.kill(replica.process.pid, 'SIGCONT');
    expect(await late).toEqual(winner);
    await expectNoPaymentFelt();
    const { outcomes, version, ...evidence } = await replicas.evidence(account);
    expect(version).toBe(before.version);
    expect(evidence).toEqual({ authorizes: version, renewed: version });
    expect(outcomes.filter((outcome) => outcome === 'too_late')).toHaveLength(1);
    expect(await other.ops.session(account.id)).toMatchObject({ alarm: null, reactiveRenewalsLastHour: 0 });
    await replica.process.stop();
  }, 60_000);
});
