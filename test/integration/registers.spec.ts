import { Readable } from 'node:stream';
import { type BooksParts, startBooks } from './books-parts.js';
import { aBankOperation, aBankRefund, found } from './fake-payment-bank.js';
import { create, createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

const DAY = '26.11.2026';
const HEADING =
  'merchantAliasId,processingDateTime,coinAmount,merchantCommission,rrn,status,currency,operationId,merchantComment';

let database: MigratedDatabase;
let parts: BooksParts;
let number = 0;

beforeAll(async () => {
  database = await createMigratedDatabase();
  parts = await startBooks(database);
});
beforeEach(async () => {
  await database.query(`TRUNCATE register, register_line, register_bad_line, reconciliation_break, payment, operation`);
});
afterAll(() => database.drop());

/** A payment of ours that the bank has under that id. */
async function paidAs(operationId: string, over: { amount?: number; fee?: number } = {}): Promise<string> {
  const { amount = 1_000, fee = 15 } = over;
  const shown = { fee, processedAt: new Date('2026-11-26T10:00:00Z') };
  parts.bank.onReadOrder = (id) =>
    found(id, {
      status: 'SUCCESS',
      operations: [aBankOperation({ operationId, amount, rrn: rrnOf(operationId), shown })],
    });
  const { id } = await create(parts, { amount });
  await parts.sync.syncWithBank(parts.accountId, id);
  return id;
}

const anId = (): string => `17368861977${String(++number).padStart(13, '0')}`;
const rrnOf = (id: string): string => id.slice(-12);
const aLine = (
  operationId: string,
  over: Partial<Record<'time' | 'amount' | 'fee' | 'rrn' | 'status' | 'currency' | 'comment' | 'alias', string>> = {},
): string => {
  const { time = `${DAY} 12:00:00`, amount = '1000', fee = '15', rrn = rrnOf(operationId) } = over;
  const { status = 'Успішна', currency = '980', comment = '', alias = 'AE100003' } = over;
  return [alias, time, amount, fee, rrn, status, currency, operationId, comment].join(',');
};
const file = (...lines: string[]): AsyncIterable<Uint8Array> =>
  Readable.from([Buffer.from([HEADING, ...lines, ''].join('\r\n'))]);
const take = (...lines: string[]) =>
  parts.registers.import(parts.accountId, file(...lines), { amountsIn: 'kopiyky', adds: false });
const open = () => parts.breaks.list(parts.accountId, { status: 'open', type: undefined, limit: 1_000 });
const openTypes = async (): Promise<string[]> => (await open()).map(({ type }) => type).toSorted();

describe('a register', () => {
  it('that agrees with our books leaves no break', async () => {
    const ids = [anId(), anId()];
    for (const id of ids) await paidAs(id);
    const taken = await take(...ids.map((id) => aLine(`${id}-1`, { rrn: rrnOf(id) })));
    expect(taken).toMatchObject({
      lines: 2,
      badLines: 0,
      matched: 2,
      breaks: {},
      from: '2026-11-26',
      to: '2026-11-26',
      repeated: false,
    });
    expect(await open()).toEqual([]);
  });

  it('taken twice changes nothing', async () => {
    const id = anId();
    await paidAs(id);
    const line = aLine(id, { amount: '900' });
    const first = await take(line);
    const before = await database.query('SELECT * FROM reconciliation_break');
    expect(await take(line)).toMatchObject({ id: first.id, repeated: true, breaks: {} });
    expect(await database.query('SELECT * FROM reconciliation_break')).toEqual(before);
    expect(await parts.registers.list(parts.accountId, 10)).toHaveLength(1);
  });

  it('shows every kind of break, each once, with what to do and by when', async () => {
    const ids = Array.from({ length: 6 }, anId);
    for (const id of ids) await paidAs(id);
    const [amount = '', status = '', fee = '', twice = '', currency = ''] = ids;
    const taken = await take(
      aLine(amount, { amount: '999' }),
      aLine(status, { status: 'Відхилена' }),
      aLine(fee, { fee: '17.25' }),
      aLine(twice),
      aLine(twice),
      aLine(currency, { currency: '840' }),
      aLine(anId()),
    );
    const types = ['amount', 'currency', 'duplicate', 'fee', 'missing_here', 'missing_there', 'status'];
    expect(taken.breaks).toEqual(Object.fromEntries(types.map((type) => [type, 1])));
    expect(await openTypes()).toEqual(types);
    for (const one of await open()) {
      expect(one.action.length).toBeGreaterThan(20);
      expect(Date.parse(one.deadlineAt)).toBeGreaterThan(Date.parse(one.foundAt));
      expect(one.atRisk).toBe({ amount: 1, fee: 2 }[one.type as string] ?? 1_000);
    }
  });

  it('that is corrected takes the place of the one before, and ends what it explains', async () => {
    const [wrong, right] = [anId(), anId()] as [string, string];
    for (const id of [wrong, right]) await paidAs(id);
    const first = await take(aLine(wrong, { amount: '1' }));
    expect(await openTypes()).toEqual(['amount', 'missing_there']);
    const second = await take(aLine(wrong), aLine(right));
    expect(second).toMatchObject({ replaced: [first.id], breaks: {}, settled: 2 });
    expect(await open()).toEqual([]);
    expect((await parts.registers.list(parts.accountId, 10)).map(({ status }) => status)).toEqual([
      'taken',
      'replaced',
    ]);
  });

  it('of another terminal or of another day replaces nothing', async () => {
    const [card, other] = [anId(), anId()] as [string, string];
    for (const id of [card, other]) await paidAs(id);
    await take(aLine(card));
    const taken = await take(aLine(other, { alias: 'AE200000' }));
    expect(taken).toMatchObject({ replaced: [], breaks: {} });
    expect(await take(aLine(anId(), { time: '27.11.2026 00:00:01' }))).toMatchObject({ replaced: [] });
    expect(await openTypes()).toEqual(['missing_here']);
  });

  it('names the lines that cannot be read, and takes the others', async () => {
    const id = anId();
    await paidAs(id);
    const taken = await take(aLine(id), aLine(anId(), { amount: '10.00' }), aLine(anId(), { time: 'noon' }));
    expect(taken).toMatchObject({ lines: 1, badLines: 2, matched: 1 });
    expect(taken.bad).toEqual([
      { line: 3, problem: 'coinAmount is no whole number of kopiyky' },
      { line: 4, problem: 'processingDateTime is no time such as 14.01.2025 22:23:00' },
    ]);
    expect((await parts.registers.show(parts.accountId, taken.id)).bad).toEqual(taken.bad);
  });

  it.each<[string, () => AsyncIterable<Uint8Array>, RegExp]>([
    ['nothing', () => Readable.from([]), /no lines/u],
    ['a heading alone', () => file(), /no lines/u],
    ['bad lines alone', () => file(aLine(anId(), { amount: 'x' })), /none of its 1 lines/u],
    ['a spreadsheet', () => Readable.from([Buffer.from('PK\u0003\u0004 and so on')]), /spreadsheet/u],
    ['too few columns', () => Readable.from([Buffer.from('a,b\n1,2\n')]), /too few columns/u],
  ])('is refused with %s, and nothing is kept', async (_what, source, why) => {
    const wishes = { amountsIn: 'kopiyky', adds: false } as const;
    await expect(parts.registers.import(parts.accountId, source(), wishes)).rejects.toThrow(why);
    expect(await database.query('SELECT * FROM register WHERE merchant_account_id = $1', [parts.accountId])).toEqual(
      [],
    );
  });

  it('that breaks off counts nowhere, and can be sent again', async () => {
    const id = anId();
    await paidAs(id);
    const cut = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from([HEADING, ...Array.from({ length: 1_500 }, () => aLine(anId()))].join('\n'));
      await Promise.resolve();
      throw new Error('the line was cut');
    };
    const wishes = { amountsIn: 'kopiyky', adds: false } as const;
    await expect(parts.registers.import(parts.accountId, cut(), wishes)).rejects.toThrow('the line was cut');
    expect(
      await database.query('SELECT * FROM register_line WHERE merchant_account_id = $1', [parts.accountId]),
    ).toEqual([]);
    expect(await take(aLine(id))).toMatchObject({ matched: 1, breaks: {} });
  });

  it('is matched by RRN or by our id where a spreadsheet or the bank has lost the rest', async () => {
    const [byRrn, byComment] = [anId(), anId()] as [string, string];
    await paidAs(byRrn);
    const payment = await paidAs(byComment);
    const comment = `${payment.replace('_', '-')} ; order 7`;
    const taken = await take(
      aLine(byRrn).replace(byRrn + ',', ','),
      aLine('', { rrn: '5,01E+11'.replace(',', '.'), comment }),
    );
    expect(taken).toMatchObject({ matched: 2, breaks: {} });
  });
});

describe('a break', () => {
  it('that a person has resolved stays so, until something else is found', async () => {
    const id = anId();
    await paidAs(id);
    await take(aLine(id, { amount: '900' }));
    const [amount] = await open();
    expect(await parts.breaks.resolve(parts.accountId, amount!.id, 'settled by mail')).toMatchObject({
      status: 'resolved',
    });
    await expect(parts.breaks.resolve(parts.accountId, amount!.id, 'again')).rejects.toMatchObject({
      code: 'BREAK_NOT_OPEN',
    });
    await take(aLine(id, { amount: '900' }), aLine(anId(), { status: 'Відхилена' }));
    expect(await open()).toEqual([]);
    await take(aLine(id, { amount: '800' }));
    expect(await openTypes()).toEqual(['amount']);
  });

  it('ends by itself when the bank proves what the register said: a refund made elsewhere is taken over', async () => {
    const [purchase, refund] = [anId(), anId()] as [string, string];
    const id = await paidAs(purchase);
    const line = aLine(refund, { amount: '-400', fee: '', comment: id.replace('_', '-') });
    await take(aLine(purchase), line);
    expect(await open()).toMatchObject([{ type: 'missing_here', paymentId: id, theirs: 400 }]);
    const [due] = await database.query<{ due: boolean }>(
      'SELECT next_sync_at <= now() AS due FROM payment WHERE id = $1',
      [id],
    );
    expect(due).toEqual({ due: true });
    parts.bank.onReadOrder = (order) =>
      found(order, {
        status: 'SUCCESS',
        operations: [
          aBankOperation({ operationId: purchase, rrn: rrnOf(purchase) }),
          aBankRefund('somebody-elses', { operationId: refund, amount: 400, ecomOperationId: 'ecom-1' }),
        ],
      });
    await parts.sync.syncWithBank(parts.accountId, id);
    expect(await parts.registers.recheck(parts.accountId)).toEqual({ breaks: {}, settled: 1 });
    expect(await open()).toEqual([]);
    expect(await parts.payments.get(parts.accountId, id)).toMatchObject({ amountRefunded: 400 });
  });

  it('opens again when what had explained it is gone', async () => {
    const id = anId();
    await paidAs(id);
    await take(aLine(id, { amount: '900' }));
    await take(aLine(id));
    expect(await open()).toEqual([]);
    await take(aLine(id, { amount: '900' }));
    expect(await openTypes()).toEqual(['amount']);
  });
});

describe('the report of a day', () => {
  const daily = () => parts.reports.daily(parts.accountId, '2026-11-26');

  it('has what our books have, and the fees and sums of the register once there is one', async () => {
    const [first, second] = [anId(), anId()] as [string, string];
    await paidAs(first, { amount: 10_000, fee: 150 });
    await paidAs(second);
    expect(await daily()).toMatchObject({
      taken: { count: 2, kopiyky: '11000' },
      refunded: { count: 0, kopiyky: '0' },
      fees: { kopiyky: '165', source: 'payments' },
      payoutExpected: '10835',
      register: null,
      openBreaks: [],
      openDoubts: [],
    });
    await take(
      aLine(first, { amount: '10000', fee: '150.4' }),
      aLine(second, { fee: '15.3' }),
      aLine(anId(), { amount: '-7' }),
    );
    expect(await daily()).toMatchObject({
      fees: { kopiyky: '181', source: 'register' },
      payoutExpected: '10819',
      register: { lines: 3, taken: '11000', refunded: '7' },
      openBreaks: [{ type: 'missing_here', count: 1, atRisk: '7' }],
    });
  });

  it('has nothing of another day', async () => {
    await paidAs(anId());
    expect(await parts.reports.daily(parts.accountId, '2026-11-27')).toMatchObject({
      taken: { count: 0, kopiyky: '0' },
    });
  });
});
