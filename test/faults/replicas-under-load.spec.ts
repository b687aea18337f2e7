import { type LoadReport, PaymentLoad } from '../support/payment-load.js';
import { isFullSize } from '../support/full-size.js';
import { type Replica, Replicas, type SessionEvidence, type ShopAccount, shopOf } from '../support/replicas.js';

/** Replicas, and renewals: enough for each to lose and to win some, or 1,000 together. */
const SIZES = isFullSize
  ? [
      { count: 2, wanted: 330 },
      { count: 3, wanted: 330 },
      { count: 5, wanted: 340 },
    ]
  : [{ count: 3, wanted: 60 }];
/** Renewed at the same time, each by a replica of its own. */
const ACCOUNTS = 8;
/** Requests to renew one account, sent at once. */
const STORM = 30;

interface Drill {
  readonly report: LoadReport;
  /** Versions that the operators' route returned, in the order of the answers. */
  readonly versions: readonly number[];
  readonly refusals: readonly number[];
}

const one = (replicas: readonly Replica[]): Replica => replicas[Math.floor(Math.random() * replicas.length)]!;

describe.each(SIZES)('$count replicas', ({ count, wanted }) => {
  let replicas: Replicas;

  beforeAll(async () => {
    replicas = await Replicas.start(count);
  }, 60_000);
  afterAll(() => replicas.stop());

  /** Payments of one account at every replica, while random replicas renew its session one renewal after the other. */
  async function drill(account: ShopAccount, goOn: () => boolean): Promise<Drill> {
    const load = new PaymentLoad(replicas.all.map((replica) => shopOf(replica, account)));
    const versions: number[] = [];
    const refusals: number[] = [];
    while (goOn()) {
      const { status, body } = await one(replicas.all).ops.renew(account.id);
      if (status === 200) versions.push(body.version);
      else refusals.push(status);
    }
    await load.turnOver();
    return { report: await load.stop(), versions, refusals };
  }

  it(`renew ${wanted} times under load: one authorize each, and no payment feels it`, async () => {
    const accounts = await replicas.addAccounts(ACCOUNTS);
    for (const account of accounts) expect((await shopOf(replicas.first, account).createPayment()).status).toBe(201);
    let left = wanted;
    const drills = await Promise.all(accounts.map((account) => drill(account, () => left-- > 0)));
    const evidence = await Promise.all(accounts.map((account) => replicas.evidence(account)));

    const renewals = evidence.reduce((sum, { version }) => sum + version - 1, 0);
    const payments = drills.reduce((sum, { report }) => sum + report.accepted.length, 0);
    const slowestMs = Math.max(...drills.map(({ report }) => report.slowestMs));
    print(`${count} replicas: ${renewals} renewals, ${payments} payments, the slowest ${Math.round(slowestMs)} ms`);

    expect(drills.flatMap(({ report }) => report.others)).toEqual([]);
    expect(drills.map(({ report }) => report.lost)).toEqual(accounts.map(() => 0));
    expect(drills.flatMap(({ refusals }) => refusals)).toEqual([]);
    expect(renewals).toBe(wanted);
    for (const [index, { versions }] of drills.entries()) {
      expect(versions).toEqual(versions.map((_none, nth) => nth + 2)); // the first one came with the first payment
      expectOneAuthorizeEach(evidence[index]!);
    }
  }, 180_000);

  it(`asked ${STORM} times at once, authorize once for each version`, async () => {
    const account = await replicas.addAccount();
    const answers = await Promise.all(Array.from({ length: STORM }, () => one(replicas.all).ops.renew(account.id)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const evidence = await replicas.evidence(account);
    expectOneAuthorizeEach(evidence);
    expect(new Set(answers.map(({ body }) => body.version)).size).toBe(evidence.version);
    expect(evidence.version).toBeLessThan(STORM); // some were given another's renewal
  });
});

function expectOneAuthorizeEach({ version, authorizes, renewed, outcomes }: SessionEvidence): void {
  expect({ authorizes, renewed }).toEqual({ authorizes: version, renewed: version });
  expect(outcomes).toHaveLength(version);
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
