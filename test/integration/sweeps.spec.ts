import { Readable } from 'node:stream';
import { type TextDocument } from '../../apps/gateway/src/audit/text-document.js';
import { BankAnswers } from '../../apps/gateway/src/reconciliation/bank-answers.service.js';
import { dayAfter, dayOf } from '../../apps/gateway/src/reconciliation/domain/kyiv-time.js';
import { RegisterRepository } from '../../apps/gateway/src/reconciliation/store/register.repository.js';
import { SweepRepository } from '../../apps/gateway/src/reconciliation/store/sweep.repository.js';
import { SweepsService } from '../../apps/gateway/src/reconciliation/sweeps.service.js';
import { SweptBooks } from '../../apps/gateway/src/reconciliation/swept-books.service.js';
import { BankBreakers } from '../../apps/gateway/src/payments/bank/bank-breakers.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { type BooksParts, startBooks } from './books-parts.js';
import { aBankOperation, aBankRefund, found } from './fake-payment-bank.js';
import { aKey, create, createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

/** Since payments are made now: the day need not be over to be compared. */
let today: string;
const HEADING =
  'merchantAliasId,processingDateTime,coinAmount,merchantCommission,rrn,status,currency,operationId,merchantComment';
const NEVER = new AbortController().signal;

let database: MigratedDatabase;
let parts: BooksParts;
let swept: SweptBooks;
let number = 0;

/** What the bank has under each order; what is asked for and not there is unknown to it. */
const books = new Map<string, readonly BankOperationFacts[]>();

beforeAll(async () => {
  database = await createMigratedDatabase();
  parts = await startBooks(database);
  const repository = new SweepRepository(parts.source);
  swept = new SweptBooks(
    repository,
    new RegisterRepository(parts.source),
    parts.reconciler,
    parts.sync,
    parts.accounts,
  );
  parts.bank.onReadOrder = (id) =>
    books.has(id) ? found(id, { status: 'SUCCESS', operations: [...books.get(id)!] }) : { kind: 'not_found' };
});
beforeEach(async () => {
  books.clear();
  today = dayOf(new Date());
  await database.query(
    `TRUNCATE bank_sweep, register, register_line, register_bad_line, reconciliation_break, payment, operation, history`,
  );
});
afterAll(() => database.drop());

/** One of the processes that may sweep. */
const aWorker = (atHour?: number): SweepsService =>
  new SweepsService(
    new SweepRepository(parts.source),
    new BankAnswers(parts.bank, parts.records),
    swept,
    new BankBreakers(),
    { atHour, perSecond: 1_000 },
  );

async function sweepToday(): Promise<void> {
  await swept.begin(parts.accountId, today);
  const worker = aWorker();
  while (await worker.step(NEVER));
}

const anId = (): string => `17368861977${String(++number).padStart(13, '0')}`;
const rrnOf = (id: string): string => id.slice(-12);

interface Paid {
  readonly payment: string;
  readonly order: string;
  readonly bankId: string;
}

/** Paid by the books of both. */
async function aPaid(): Promise<Paid> {
  const { id } = await create(parts, { amount: 1_000 });
  const [row] = await database.query<{ order: string }>(
    `SELECT bank_order_id AS order FROM operation WHERE subject_id = $1`,
    [id],
  );
  const bankId = anId();
  const order = row!.order;
  const shown = { fee: 15, processedAt: new Date() };
  books.set(order, [aBankOperation({ operationId: bankId, amount: 1_000, rrn: rrnOf(bankId), shown })]);
  await parts.sync.syncWithBank(parts.accountId, id);
  return { payment: id, order, bankId };
}

/** From now on the bank says something else of it. */
const says = ({ order, bankId }: Paid, over: Partial<BankOperationFacts>): void => {
  const shown = { fee: 15, processedAt: new Date() };
  books.set(order, [aBankOperation({ operationId: bankId, amount: 1_000, rrn: rrnOf(bankId), shown, ...over })]);
};

/** The register of the day, of all that the bank has: made of what it says, not of what we asked. */
function register(): AsyncIterable<Uint8Array> {
  const kyiv = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Kyiv', dateStyle: 'short', timeStyle: 'medium' });
  const lines = [...books.values()]
    .flat()
    .map(({ type, operationId, amount, shown, rrn, status, currency }) =>
      [
        ...['AE100003', kyiv.format(new Date()), type === 'REFUND' ? -amount! : amount, shown?.fee ?? ''],
        ...[rrn, status === 'SUCCESS' ? 'Успішна' : 'Відхилена', currency === 'UAH' ? '980' : '840', operationId, ''],
      ].join(','),
    );
  return Readable.from([Buffer.from([HEADING, ...lines, ''].join('\r\n'))]);
}
const importRegister = () =>
  parts.registers.import(parts.accountId, register(), {
    ...{ amountsIn: 'kopiyky' as const, adds: false, from: today, to: today },
  });

interface Found {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly source: string;
}
const open = () =>
  database.query<Found & Record<string, unknown>>(
    `SELECT id, break_key AS key, type, source FROM reconciliation_break WHERE status = 'open' ORDER BY break_key`,
  );
const typesOf = async (): Promise<string[]> => (await open()).map(({ type }) => type).toSorted();

/** What may come to differ after both agreed. */
async function plant(): Promise<void> {
  const [amount, status, fee, missing, currency, twice, more] = [
    await aPaid(),
    await aPaid(),
    await aPaid(),
    await aPaid(),
    await aPaid(),
    await aPaid(),
    await aPaid(),
  ] as const;
  says(amount, { amount: 900 });
  says(status, { status: 'FAIL' });
  says(fee, { shown: { fee: 30, processedAt: new Date() } });
  books.set(missing.order, []);
  says(currency, { currency: 'USD' });
  books.set(twice.order, [...books.get(twice.order)!, ...books.get(twice.order)!]);
  books.set(more.order, [...books.get(more.order)!, aBankOperation({ operationId: anId(), amount: 700 })]);
}
const PLANTED = ['amount', 'currency', 'duplicate', 'fee', 'missing_here', 'missing_there', 'status'];

describe('a sweep', () => {
  it('of books that are equal finds nothing', async () => {
    for (let n = 0; n < 3; n++) await aPaid();
    await create(parts, { amount: 500 }); // whose order the bank does not show
    await sweepToday();
    expect(await open()).toEqual([]);
    expect(await swept.list(parts.accountId, 10)).toMatchObject([
      { day: today, asked: 4, unanswered: 0, breaks: 0, doneAt: expect.any(Date) as Date },
    ]);
  });

  it('finds what the register of the day finds, as the same rows', async () => {
    await plant();
    await sweepToday();
    const bySweep = await open();
    expect(bySweep.map(({ type }) => type).toSorted()).toEqual(PLANTED);
    expect(bySweep.every(({ source }) => source === 'bank')).toBe(true);
    expect(await parts.reports.daily(parts.accountId, today)).toMatchObject({
      register: null,
      sweep: { asked: 7, unanswered: 0, doneAt: expect.any(String) as string },
      openBreaks: PLANTED.map((type) => ({ type, count: 1 })),
    });
    const page = await parts.reports.dailyAs('html', parts.accountId, today);
    expect((page as TextDocument).text).toContain('<td>Bank asked about payments</td><td>7</td>');
    const taken = await importRegister();
    expect(Object.keys(taken.breaks).toSorted()).toEqual(PLANTED);
    const byRegister = await open();
    expect(byRegister).toEqual(bySweep.map((row) => ({ ...row, source: 'register' })));
    await sweepToday();
    expect(await open()).toEqual(byRegister);
  });

  it('after a register adds no doubles, and one without differences ends nothing of it', async () => {
    await plant();
    await importRegister();
    const before = await open();
    expect(before.map(({ type }) => type).toSorted()).toEqual(PLANTED);
    await sweepToday();
    expect(await open()).toEqual(before);
  });

  it('finds a refund that was made elsewhere; once the bank has proven it, the break ends by itself', async () => {
    const paid = await aPaid();
    const refund = aBankRefund('somebody-elses', { operationId: anId(), amount: 400, ecomOperationId: 'ecom-1' });
    books.set(paid.order, [...books.get(paid.order)!, refund]);
    await sweepToday();
    expect(await typesOf()).toEqual(['missing_here']);
    await parts.sync.syncWithBank(parts.accountId, paid.payment);
    expect(await parts.payments.get(parts.accountId, paid.payment)).toMatchObject({ amountRefunded: 400 });
    await aWorker().recheck(NEVER);
    expect(await open()).toEqual([]);
  });

  it('finds that a refund of ours is not there', async () => {
    const { payment } = await aPaid();
    parts.bank.onRefund = ({ merchantRequestId }) => ({
      kind: 'answered',
      facts: aBankRefund(merchantRequestId, { amount: 300, ecomOperationId: 'ecom-2' }),
    });
    await parts.refunds.create({ accountId: parts.accountId, paymentId: payment, key: aKey() }, { amount: 300 });
    const asked = parts.bank.reads.length;
    await sweepToday();
    expect(await typesOf()).toEqual(['missing_there']);
    expect(parts.bank.reads.slice(asked)).toHaveLength(2);
  });

  it('moves no payment, and has the bank asked about those that differ', async () => {
    const paid = await aPaid();
    says(paid, { amount: 900 });
    await sweepToday();
    expect(await parts.payments.get(parts.accountId, paid.payment)).toMatchObject({ amountCaptured: 1_000 });
    const [due] = await database.query<{ due: boolean }>('SELECT next_sync_at <= now() AS due FROM payment');
    expect(due).toEqual({ due: true });
  });

  it('that gets no answer knows nothing, and says so', async () => {
    const { order } = await aPaid();
    const { onReadOrder } = parts.bank;
    parts.bank.onReadOrder = (id) => (id === order ? { kind: 'unknown', reason: 'timeout' } : onReadOrder(id));
    try {
      await sweepToday();
    } finally {
      parts.bank.onReadOrder = onReadOrder;
    }
    expect(await open()).toEqual([]);
    expect(await swept.list(parts.accountId, 1)).toMatchObject([
      { asked: 1, unanswered: 1, doneAt: expect.any(Date) as Date },
    ]);
  });

  it('passes over a payment that is written to while the bank is asked', async () => {
    const paid = await aPaid();
    says(paid, { amount: 900 });
    const { onReadOrder } = parts.bank;
    parts.bank.onReadOrder = async (id) => {
      await database.query('UPDATE payment SET updated_at = now()');
      return onReadOrder(id);
    };
    try {
      await sweepToday();
    } finally {
      parts.bank.onReadOrder = onReadOrder;
    }
    expect(await open()).toEqual([]);
  });
});

describe('sweeps of a night', () => {
  const rows = () =>
    database.query<{ day: string; done: boolean }>(
      `SELECT day::text AS day, done_at IS NOT NULL AS done FROM bank_sweep ORDER BY day`,
    );
  /** 10:00 in Kyiv in winter. */
  const MORNING = new Date('2026-11-26T08:00:00Z');

  it('begin once their hour has come, once for each account and day, whoever comes first', async () => {
    await aWorker(11).planDue(MORNING);
    await aWorker(undefined).planDue(MORNING);
    expect(await rows()).toEqual([]);
    await Promise.all([1, 2, 3].map(() => aWorker(10).planDue(MORNING)));
    await aWorker(10).planDue(MORNING);
    expect(await rows()).toEqual([{ day: '2026-11-25', done: false }]);
  });

  it('are worked on by one process at a time, and go on where a dead one stood', async () => {
    for (let n = 0; n < 12; n++) await aPaid();
    await swept.begin(parts.accountId, today);
    const repository = new SweepRepository(parts.source);
    const asked = parts.bank.reads.length;
    expect(await aWorker().step(NEVER)).toBe(true); // ten of them
    const dead = await repository.claim('lease-of-the-dead', []);
    expect(dead).toMatchObject({ day: today });
    expect(await aWorker().step(NEVER)).toBe(false);
    await database.query(`UPDATE bank_sweep SET lease_until = now()`);
    while (await aWorker().step(NEVER));
    expect(parts.bank.reads.length - asked).toBe(12);
    expect(await rows()).toEqual([{ day: today, done: true }]);
    const late = { answers: [], asked: 0, lastNumber: undefined };
    await expect(swept.conclude(dead!, 'lease-of-the-dead', late)).rejects.toThrow('another process');
  });

  it('give a batch back undone where the process stops', async () => {
    await aPaid();
    await swept.begin(parts.accountId, today);
    expect(await aWorker().step(AbortSignal.abort())).toBe(true);
    expect(await swept.list(parts.accountId, 1)).toMatchObject([{ asked: 0, doneAt: null }]);
    while (await aWorker().step(NEVER));
    expect(await swept.list(parts.accountId, 1)).toMatchObject([{ asked: 1, doneAt: expect.any(Date) as Date }]);
  });

  it('leave alone what is neither of the day nor open', async () => {
    await aPaid();
    await swept.begin(parts.accountId, dayAfter(today, 1));
    const asked = parts.bank.reads.length;
    while (await aWorker().step(NEVER));
    expect(parts.bank.reads).toHaveLength(asked);
  });
});
