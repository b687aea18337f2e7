import { layoutOf, ourIdsIn, readLine } from './register-line.js';
import { dayOf, readWallTime, startOfDay } from './kyiv-time.js';
import { readAmount, readFee, roundFee } from './register-money.js';

const HEX = '0193a1b2c3d4e5f60718293a4b5c6d7e';
const CELLS = [
  'AE011111',
  'XAPI/1',
  '14.01.2025 22:23:00',
  '300',
  '13.83',
  '',
  '',
  'VISA',
  '523244######6428',
  '68011',
  '501421000111',
  'Успішна',
  '',
  '',
  '980',
  '8067033111',
  '1736886197752hTsvMV11112-1',
  `pay-${HEX} , customer , alb`,
  'Honey',
];
const { layout } = layoutOf(CELLS);
const read = (over: Record<number, string> = {}, unit: 'kopiyky' | 'hryvnia' = 'kopiyky') =>
  readLine(
    CELLS.map((cell, at) => over[at] ?? cell),
    7,
    layout,
    unit,
  );

describe('a line of a register', () => {
  it('is read in our units', () => {
    expect(read()).toEqual({
      kind: 'line',
      line: {
        line: 7,
        terminal: 'AE011111',
        operationId: '1736886197752hTsvMV11112',
        rrn: '501421000111',
        ourIds: [`pay_${HEX}`],
        amount: 300,
        isOutgoing: false,
        fee: 138_300n,
        currency: 'UAH',
        succeeded: true,
        processedAt: new Date('2025-01-14T20:23:00Z'),
      },
    });
  });

  it.each<[string, Record<number, string>, object]>([
    ['money that went back', { 3: '-300' }, { amount: 300, isOutgoing: true }],
    ['an RRN that a spreadsheet has rounded', { 10: '5,01E+11' }, { rrn: null }],
    ['an RRN without its zeros', { 10: '1421000111' }, { rrn: '001421000111' }],
    ['the RRN of a test terminal', { 10: '-1' }, { rrn: null }],
    ['no fee', { 4: '' }, { fee: null }],
    ['another currency', { 14: '840' }, { currency: 'USD' }],
    ['a status in English', { 11: 'SUCCESS' }, { succeeded: true }],
    ['a status that is none of success', { 11: 'Неуспішна' }, { succeeded: false }],
    ['another status', { 11: 'Відхилена' }, { succeeded: false }],
  ])('%s', (_what, over, expected) => {
    expect(read(over)).toMatchObject({ kind: 'line', line: expected });
  });

  it.each<[string, Record<number, string>, RegExp]>([
    ['hryvnias where kopiyky are meant', { 3: '300.00' }, /whole number of kopiyky/u],
    ['no amount', { 3: '' }, /whole number of kopiyky/u],
    ['an amount that a spreadsheet has rounded', { 3: '3E+5' }, /whole number/u],
    ['no date', { 2: '14.13.2025 22:23:00' }, /processingDateTime/u],
    ['a fee that is none', { 4: 'free' }, /merchantCommission/u],
    ['no status', { 11: ' ' }, /status is blank/u],
    ['nothing that names an operation', { 10: '', 16: '', 17: '' }, /neither/u],
  ])('is refused with %s', (_what, over, problem) => {
    expect(read(over)).toEqual({ kind: 'bad', line: 7, problem: expect.stringMatching(problem) });
  });

  it('is refused with too few cells', () => {
    expect(readLine(CELLS.slice(0, 16), 7, layout, 'kopiyky')).toMatchObject({ problem: 'has too few cells' });
  });

  it('is found by the names of the documents, in any order', () => {
    const names = ['operationId', 'status', 'coinAmount', 'processingDateTime', 'currency'];
    const { layout: named, isHeading } = layoutOf(names);
    expect(isHeading).toBe(true);
    const cells = ['1736886197752hTsvMV11112', 'Успішна', '5', '14.01.2025 22:23:00', '980'];
    expect(readLine(cells, 2, named, 'kopiyky')).toMatchObject({ line: { amount: 5, rrn: null, ourIds: [] } });
  });

  it('is no heading', () => {
    expect(layoutOf(CELLS).isHeading).toBe(false);
    expect(layoutOf(['Ідентифікатор', '', 'Дата', 'Сума']).isHeading).toBe(true);
  });

  it('names ids of ours with any separator, each once', () => {
    expect(ourIdsIn(`pay-${HEX},ref_${HEX} pay_${HEX} pay-xyz`)).toEqual([`pay_${HEX}`, `ref_${HEX}`]);
  });
});

describe('money of a register', () => {
  it.each<[string, 'kopiyky' | 'hryvnia', number | undefined]>([
    ['300', 'kopiyky', 300],
    ['1 234 567', 'kopiyky', 1_234_567],
    ['-5', 'kopiyky', -5],
    ['3.5', 'kopiyky', undefined],
    ['3,5', 'hryvnia', 350],
    ['0.29', 'hryvnia', 29],
    ['1 234,05', 'hryvnia', 123_405],
    ['\u221212.34', 'hryvnia', -1_234],
    ['12.345', 'hryvnia', undefined],
    ['1e3', 'kopiyky', undefined],
    ['9999999999999', 'hryvnia', 999_999_999_999_900],
    ['99999999999999', 'kopiyky', undefined],
    ['', 'kopiyky', undefined],
  ])('%j of %s is %s', (text, unit, amount) => {
    expect(readAmount(text, unit)).toBe(amount);
  });

  it.each<[string, 'kopiyky' | 'hryvnia', bigint | undefined]>([
    ['3', 'kopiyky', 30_000n],
    ['13.83', 'kopiyky', 138_300n],
    ['0,0001', 'kopiyky', 1n],
    ['0.00001', 'kopiyky', undefined],
    ['-0.5', 'kopiyky', -5_000n],
    ['0.1383', 'hryvnia', 138_300n],
    ['1.500000', 'hryvnia', 1_500_000n],
  ])('a fee of %j %s is %s', (text, unit, fee) => {
    expect(readFee(text, unit)).toBe(fee);
  });

  it.each<[bigint, bigint]>([
    [4_999n, 0n],
    [5_000n, 1n],
    [-5_000n, -1n],
    [-4_999n, 0n],
  ])('a fee of %s ten-thousandths is %s kopiyky', (fee, whole) => {
    expect(roundFee(fee)).toBe(whole);
  });
});

describe('time in Kyiv', () => {
  it.each<[string, string]>([
    ['14.01.2025 22:23:00', '2025-01-14T20:23:00.000Z'],
    ['14.07.2025 22:23', '2025-07-14T19:23:00.000Z'],
    ['2025.07.14 22:23:00.000', '2025-07-14T19:23:00.000Z'],
    ['2025-01-01 00:00:00', '2024-12-31T22:00:00.000Z'],
    ['30.03.2025 02:59:59', '2025-03-30T00:59:59.000Z'],
    ['30.03.2025 04:00:00', '2025-03-30T01:00:00.000Z'],
    ['26.10.2025 03:30:00', '2025-10-26T00:30:00.000Z'],
    ['26.10.2025 04:00:00', '2025-10-26T02:00:00.000Z'],
  ])('%s is %s', (text, moment) => {
    expect(readWallTime(text)?.toISOString()).toBe(moment);
  });

  it.each(['31.02.2025 10:00:00', '14.01.2025', '14.01.2025 25:00:00', '45671.93264', ''])('%j is no time', (text) => {
    expect(readWallTime(text)).toBeUndefined();
  });

  it('days begin at midnight there', () => {
    expect(startOfDay('2025-07-14').toISOString()).toBe('2025-07-13T21:00:00.000Z');
    expect(startOfDay('2025-10-27').toISOString()).toBe('2025-10-26T22:00:00.000Z');
    expect(dayOf(new Date('2025-07-13T20:59:59Z'))).toBe('2025-07-13');
    expect(dayOf(new Date('2025-07-13T21:00:00Z'))).toBe('2025-07-14');
  });
});
