import { randomUUID } from 'node:crypto';
import { type PersonalityName, type PersonalityOptions } from '../support/bank-control.js';
import { type Payment } from '../support/gateway-client.js';
import { payByCard } from '../support/payer.js';
import { type Stack, startStack } from '../support/stack.js';
import { type Expectation, EXPECTATIONS, SHORT } from './expectations.js';
import { checkInvariants, checkReservation } from './invariants.js';
import { World } from './world.js';

type Options = PersonalityOptions<PersonalityName>;
interface Noticed {
  readonly flags?: readonly string[];
  readonly amountRefunded: number;
}
type Case = readonly [name: PersonalityName, options: Options];

type Group = Readonly<Partial<Record<PersonalityName, Expectation>>>;

/** The personality keeps no payment from its end. */
const isWorking = (meanwhile: readonly string[]): boolean => meanwhile.length === 1;
const casesOf = (group: Group): readonly Case[] =>
  (Object.keys(group) as PersonalityName[]).flatMap((name) =>
    [SHORT[name] ?? {}, ...(EXPECTATIONS[name].variants ?? [])].map((options) => [name, options] as const),
  );
/** Orders that one payment may open. */
const ORDERS_PER_PAYMENT = 3;
/** Enough looks, and far enough apart, for any proof of absence. */
const ROUNDS = 4;
const REFUND_ROUND_SECONDS = 1_900;
const PAYMENT_ROUND_SECONDS = 120;
/** A payment that has used up its orders waits for its own expiry. */
const TOWARDS_EXPIRY_SECONDS = 600;
const A_WEEK_SECONDS = 7 * 86_400;

/** The gateway at a bank with one personality at a time: no word of the bank may cost anybody money. */
export function meetStrangers(group: Group): void {
  let stack: Stack;
  let world: World;

  beforeAll(async () => {
    const gateway = { BANK_TIMEOUT_MS: '3000' }; // the bank of a busy machine needs a second
    stack = await startStack({ withShop: false, gateway, merchant: { terminal: 'live' } });
    world = new World(stack);
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.bank.switchOff();
    await stack.bank.clearFaults();
    await stack.bank.goBackToRealTime();
  });

  it.each(casesOf(group))(
    '%s %j',
    async (name, options) => {
      const expectation = EXPECTATIONS[name];
      const before = (await stack.bank.usesOf(name)).length;
      const switchOn = () => stack.bank.switchOn(name, options);
      const run = expectation.from === 'paid' ? refundAt : payAt;
      const payment = await run(expectation, switchOn, async () => {
        if (expectation.meetsAt) await fetch(stack.simulatorUrl + expectation.meetsAt, { method: 'POST', body: '{}' });
        expect((await stack.bank.usesOf(name)).length).toBeGreaterThan(before); // the fault fired
      });
      await checkInvariants(world, payment.id);
    },
    90_000,
  );

  /** One payment, opened and paid as far as the bank lets it. */
  async function payAt(expectation: Expectation, switchOn: () => Promise<unknown>, met: () => Promise<void>) {
    const key = randomUUID();
    const started = await begin(expectation, key, switchOn);
    if (started) {
      if (started.redirectUrl) await payByCard(started);
      await watch(started.id, expectation);
    }
    await met();

    await end(expectation);
    const payment = started ?? (await untilOpen(key));
    const { id } = payment;
    let paid = (await world.money(id)).charged.length > 0;
    const hasEnded = async (): Promise<boolean> => {
      const current = await world.payment(id);
      if (current.redirectUrl && !paid) {
        await payByCard(current);
        paid = true;
      }
      return expectation.finally.includes(current.status) && (current.status !== 'needs_review' || !paid);
    };
    const stepSeconds = paid ? 1 : TOWARDS_EXPIRY_SECONDS;
    await world.passUntil(`the payment is ${expectation.finally.join(' or ')}`, id, hasEnded, stepSeconds);
    expect(await ordersOf(id)).toBeLessThanOrEqual(ORDERS_PER_PAYMENT);
    return payment;
  }

  async function begin({ from, live, meanwhile }: Expectation, key: string, switchOn: () => Promise<unknown>) {
    if (from === 'start') {
      await switchOn(); // first: a worker may be the one who renews
      await world.endSession();
    }
    const hasLink = from === 'opened' || isWorking(meanwhile);
    const payment = await (hasLink ? untilOpen(key) : open(key));
    if (from === 'opened') await switchOn();
    if (payment && live) await makeLive(payment.id);
    return payment;
  }

  /** One payment that is paid, and its refund. */
  async function refundAt(expectation: Expectation, switchOn: () => Promise<unknown>, met: () => Promise<void>) {
    const payment = await untilOpen(randomUUID());
    await payByCard(payment);
    await stack.client.untilPayment(payment.id, ['succeeded']);
    await switchOn();
    if (expectation.losesRefundAnswer) await stack.bank.addFault({ kind: 'reset_after', path: 'v3/refund' });
    await world.refund(payment.id);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [refund] = await world.refunds(payment.id);
      expect(expectation.meanwhile).toContain(refund?.status);
      await checkReservation(world, payment.id);
      await world.round(payment.id, REFUND_ROUND_SECONDS);
    }
    await checkInvariants(world, payment.id);
    await met();
    await end(expectation);
    const hasEnded = async () => expectation.finally.includes((await world.refunds(payment.id))[0]?.status ?? '');
    await world.passUntil(`the refund is ${expectation.finally.join(' or ')}`, payment.id, hasEnded);
    return payment;
  }

  async function watch(paymentId: string, { meanwhile, notices }: Expectation): Promise<void> {
    const settles = isWorking(meanwhile);
    if (settles) {
      const isThere = async () => meanwhile.includes((await world.payment(paymentId)).status);
      await world.passUntil(`the payment is ${meanwhile.join()}`, paymentId, isThere);
    }
    for (let round = 0; round < ROUNDS && !settles; round += 1) {
      expect(meanwhile).toContain((await world.payment(paymentId)).status);
      await world.round(paymentId, PAYMENT_ROUND_SECONDS);
    }
    await checkInvariants(world, paymentId);
    if (notices) await notice(paymentId, notices);
  }

  /** Later, when a payment at rest is read again, what happened behind its back is on record. */
  async function notice(paymentId: string, notices: NonNullable<Expectation['notices']>): Promise<void> {
    await stack.bank.advanceClock(2_000);
    await world.round(paymentId, A_WEEK_SECONDS);
    const isNoticed = async (): Promise<boolean> => {
      const { flags = [], amountRefunded } = (await world.payment(paymentId)) as Noticed;
      return (
        flags.includes(notices) || (notices === 'refund' && (amountRefunded > 0 || flags.includes('refund_unclear')))
      );
    };
    await world.passUntil(`${notices} is noticed`, paymentId, isNoticed);
  }

  async function end({ endsAfterMs }: Expectation): Promise<void> {
    if (endsAfterMs === undefined) await stack.bank.switchOff();
    else await stack.bank.advanceClock(endsAfterMs);
  }

  /** The payment, or undefined while the gateway asks for a repeat. */
  async function open(key: string): Promise<Payment | undefined> {
    const { status, body } = await stack.client.createPayment({}, key);
    return status < 300 ? body : undefined;
  }

  async function untilOpen(key: string): Promise<Payment> {
    const giveUpAt = Date.now() + 30_000;
    for (;;) {
      const payment = await open(key);
      const current = payment && (await world.payment(payment.id));
      if (current?.redirectUrl) return current;
      if (Date.now() > giveUpAt) throw new Error(`No link for the payment: ${JSON.stringify(payment)}`);
      if (payment) await world.letPass(payment.id, 1);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async function ordersOf(paymentId: string): Promise<number> {
    const ids = await world.requestIds(paymentId, 'purchase');
    const entries = await Promise.all(
      ids.map((merchantRequestId) => stack.bank.ledger({ kind: 'order.created', merchantRequestId })),
    );
    return entries.flat().length;
  }

  /** A gateway that speaks http to its bank has no live accounts; the rules for them hold all the same. */
  const makeLive = (paymentId: string) =>
    stack.database.query('UPDATE payment SET livemode = true WHERE id = $1', [paymentId]);
}
