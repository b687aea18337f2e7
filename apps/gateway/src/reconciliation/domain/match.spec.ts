import { type BankLine, type BookedOperation, type Break, matchBooks } from './match.js';

const ID = '1736886197752hTsvMV11112';
const OTHER_ID = '1736886197752hTsvMV11113';
const UUID = '0b0c8f2e-1111-4222-8333-444455556666';
const PAYMENT = 'pay_1';

const aLine = (over: Partial<BankLine> = {}): BankLine => ({
  key: '2',
  operationId: ID,
  rrn: '501421000111',
  ourIds: [],
  amount: 1_000,
  isOutgoing: false,
  fee: null,
  currency: 'UAH',
  succeeded: true,
  ...over,
});
const anOperation = (over: Partial<BookedOperation> = {}): BookedOperation => ({
  id: 'op_1',
  paymentId: PAYMENT,
  isOutgoing: false,
  bankIds: [ID],
  sharedId: null,
  rrn: '501421000111',
  amount: 1_000,
  fee: null,
  isDone: true,
  isExpected: true,
  isTaken: false,
  ...over,
});
const aRefund = (over: Partial<BookedOperation> = {}): BookedOperation =>
  anOperation({ id: 'ref_1', isOutgoing: true, amount: 300, bankIds: [UUID], sharedId: ID, ...over });

const matched = (lines: BankLine[], operations: BookedOperation[]): string[] =>
  matchBooks(lines, operations).matches.map(({ line, operationId }) => `${line} ${operationId}`);
const breaks = (lines: BankLine[], operations: BookedOperation[]): Partial<Break>[] =>
  matchBooks(lines, operations).breaks.map((one) => ({ ...one }));
const types = (lines: BankLine[], operations: BookedOperation[]): string[] =>
  matchBooks(lines, operations).breaks.map(({ type }) => type);

describe('what belongs together', () => {
  it.each<[string, Partial<BankLine>, Partial<BookedOperation>]>([
    ['by the bank’s id', { rrn: null }, { rrn: null }],
    ['by another id that the bank gave', { operationId: OTHER_ID }, { bankIds: [UUID, OTHER_ID] }],
    ['by RRN and amount, where the line has no id', { operationId: null }, {}],
    ['by RRN and amount, where we know no id', {}, { bankIds: [] }],
    ['by RRN and amount, where we know its other id only', {}, { bankIds: [UUID] }],
    ['by the id of the payment', { operationId: null, rrn: null, ourIds: [PAYMENT] }, {}],
    ['by the id of the operation', { operationId: null, rrn: null, ourIds: ['op_1'] }, {}],
    [
      'by an id of ours, where we know none of the bank',
      { ourIds: [PAYMENT], rrn: null },
      { bankIds: [], isDone: false },
    ],
  ])('%s', (_how, line, operation) => {
    expect(matched([aLine(line)], [anOperation(operation)])).toEqual(['2 op_1']);
  });

  it.each<[string, Partial<BankLine>, Partial<BookedOperation>]>([
    ['nothing in common', { rrn: '9' }, { bankIds: [OTHER_ID] }],
    ['the same RRN, another amount', { operationId: null, amount: 999 }, {}],
    ['the same RRN, another id of the bank', { operationId: OTHER_ID }, {}],
    [
      'our id, another id of the bank: it was paid once more',
      { operationId: OTHER_ID, rrn: null, ourIds: [PAYMENT] },
      {},
    ],
    ['money that went back, and a charge', { isOutgoing: true }, {}],
  ])('not with %s', (_how, line, operation) => {
    expect(matched([aLine(line)], [anOperation(operation)])).toEqual([]);
    expect(types([aLine(line)], [anOperation(operation)])).toEqual(['missing_here', 'missing_there']);
  });

  it('a refund that is listed under the id of its purchase is told by its amount, with a minus or without', () => {
    for (const isOutgoing of [true, false])
      for (const order of [1, -1]) {
        const lines = [aLine(), aLine({ key: '3', amount: 300, isOutgoing })].slice().sort(() => order);
        const found = matched(lines, [aRefund(), anOperation()]);
        expect(found.toSorted()).toEqual(['2 op_1', '3 ref_1']);
        expect(types(lines, [aRefund(), anOperation()])).toEqual([]);
      }
  });

  it('a refund with an id of its own is not taken for a purchase whose amount is wrong', () => {
    const refund = aRefund({ bankIds: [UUID, OTHER_ID], sharedId: null });
    const lines = [aLine({ amount: 300 }), aLine({ key: '3', operationId: OTHER_ID, amount: 300, isOutgoing: true })];
    expect(matched(lines, [refund, anOperation()]).toSorted()).toEqual(['2 op_1', '3 ref_1']);
    expect(types(lines, [refund, anOperation()])).toEqual(['amount']);
  });

  it('a line that is sure goes before one that is not', () => {
    const lines = [
      aLine({ key: '2', operationId: null, rrn: null, ourIds: [PAYMENT], amount: 300 }),
      aLine({ key: '3' }),
    ];
    expect(matched(lines, [anOperation(), aRefund({ sharedId: null })])).toEqual(['3 op_1', '2 ref_1']);
  });

  it('many lines and operations, in any order', () => {
    const ids = Array.from({ length: 500 }, (_, number) => String(number).padStart(24, '0'));
    const lines = ids.map((id, at) => aLine({ key: String(at), operationId: id, rrn: null }));
    const operations = ids.toReversed().map((id) => anOperation({ id: `op_${id}`, bankIds: [id], rrn: null }));
    const { matches, breaks: none } = matchBooks(lines, operations);
    expect([matches.length, none.length]).toEqual([500, 0]);
    for (const { line, operationId } of matches) expect(operationId).toBe(`op_${ids[Number(line)]}`);
  });
});

describe('what differs', () => {
  const about = { line: '2', operationId: 'op_1', paymentId: PAYMENT };

  it.each<[string, Partial<BankLine>, Partial<BookedOperation>, Partial<Break>]>([
    ['amount', { amount: 999 }, {}, { ours: 1_000, theirs: 999, atRisk: 1 }],
    ['amount', { amount: 1_500 }, {}, { ours: 1_000, theirs: 1_500, atRisk: 500 }],
    ['status', { succeeded: false }, {}, { ours: 1_000, theirs: 0, atRisk: 1_000 }],
    ['status', {}, { isDone: false }, { ours: 0, theirs: 1_000, atRisk: 1_000 }],
    ['currency', { currency: 'USD' }, {}, { ours: 1_000, theirs: 1_000, atRisk: 1_000 }],
    ['fee', { fee: 160_000n }, { fee: 15 }, { ours: 15, theirs: 16, atRisk: 1 }],
    ['fee', { fee: 122_499n }, { fee: 15 }, { ours: 15, theirs: 12, atRisk: 3 }],
  ])('%s: %j', (type, line, operation, expected) => {
    expect(breaks([aLine(line)], [anOperation(operation)])).toEqual([{ type, ...about, ...expected }]);
  });

  it('an operation that the bank lists and we do not know, and the payment that it names', () => {
    const line = aLine({ operationId: OTHER_ID, rrn: null, ourIds: [PAYMENT], amount: 700 });
    expect(breaks([aLine({ key: '1' }), line], [anOperation()])).toEqual([
      { type: 'missing_here', line: '2', operationId: null, paymentId: PAYMENT, ours: null, theirs: 700, atRisk: 700 },
    ]);
    const [nobodys] = breaks([aLine()], []);
    expect(nobodys).toMatchObject({ type: 'missing_here', paymentId: null });
  });

  it('an operation of ours that the bank does not list', () => {
    expect(breaks([], [anOperation()])).toEqual([
      {
        type: 'missing_there',
        line: null,
        operationId: 'op_1',
        paymentId: PAYMENT,
        ours: 1_000,
        theirs: null,
        atRisk: 1_000,
      },
    ]);
  });

  it('a line that comes twice, three times', () => {
    const lines = ['2', '3', '4'].map((key) => aLine({ key }));
    expect(breaks(lines, [anOperation()])).toEqual(
      ['3', '4'].map((line) => ({ ...about, type: 'duplicate', line, ours: null, theirs: 1_000, atRisk: 1_000 })),
    );
    expect(types([aLine()], [anOperation({ isTaken: true })])).toEqual(['duplicate']);
    const bare = { operationId: null, rrn: null, ourIds: [PAYMENT] };
    expect(types([aLine(bare), aLine({ ...bare, key: '3' })], [anOperation()])).toEqual(['duplicate']);
  });

  it('amount and fee of one line are two breaks', () => {
    expect(types([aLine({ amount: 1, fee: 0n })], [anOperation({ fee: 15 })])).toEqual(['amount', 'fee']);
  });
});

describe('what does not differ', () => {
  it.each<[string, Partial<BankLine>, Partial<BookedOperation>]>([
    ['all is equal', { fee: 150_000n }, { fee: 15 }],
    ['a fraction of a kopiyka', { fee: 149_999n }, { fee: 15 }],
    ['just less than a kopiyka', { fee: 159_999n }, { fee: 15 }],
    ['a fee that nobody told us', { fee: 990_000n }, { fee: null }],
    ['a fee that is not listed', { fee: null }, { fee: 15 }],
    ['an amount that is not known here yet', {}, { amount: null }],
    ['both say that it is not done', { succeeded: false }, { isDone: false }],
    ['both say that it is not done, in another currency', { succeeded: false, currency: 'USD' }, { isDone: false }],
  ])('%s', (_what, line, operation) => {
    expect(types([aLine(line)], [anOperation(operation)])).toEqual([]);
  });

  it('what is not expected need not be listed, and what is not done is none of the bank’s', () => {
    expect(types([], [anOperation({ isExpected: false })])).toEqual([]);
    expect(types([], [anOperation({ isDone: false })])).toEqual([]);
  });

  it('a line of something that failed and is not ours', () => {
    expect(types([aLine({ succeeded: false })], [])).toEqual([]);
  });

  it('nothing and nothing', () => {
    expect(matchBooks([], [])).toEqual({ matches: [], breaks: [] });
  });
});
