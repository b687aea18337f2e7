import { type RegisterRow } from './register-row.js';

/** What can be wrong between a register and the merchant's books. */
export const BREAKS = ['missing_here', 'missing_there', 'amount', 'status', 'fee', 'duplicate', 'currency'] as const;
export type Break = (typeof BREAKS)[number];

export interface PlantedBreak {
  readonly type: Break;
  /** Of the line that is wrong, or that was left out. */
  readonly operationId: string;
}

/** What becomes of a line; the number tells the lines of one kind apart. */
const SPOILERS: Readonly<Record<Break, (row: RegisterRow, number: number) => readonly RegisterRow[]>> = {
  missing_here: (row, number) => [row, stranger(row, number)],
  missing_there: () => [],
  amount: (row, number) => [{ ...row, coinAmount: String(Number(row.coinAmount) + 1 + (number % 100)) }],
  status: (row) => [{ ...row, status: 'Відхилена' }],
  fee: (row, number) => [{ ...row, merchantCommission: `${Number(row.merchantCommission) + 2 + (number % 50)}.25` }],
  duplicate: (row) => [row, row],
  currency: (row) => [{ ...row, currency: '840' }],
};

/** Nobody's: an operation that the merchant never heard of. */
const stranger = (row: RegisterRow, number: number): RegisterRow => ({
  ...row,
  operationId: `${row.operationId.slice(0, 13)}X${String(number).padStart(10, '0')}`,
  rrn: `9${String(number).padStart(11, '0')}`,
  merchantComment: '',
  purpose: '',
});

/**
 * Spoils so many lines of each kind, every line at most once, spread evenly over the register.
 * @throws Error where there are too few lines
 */
export function plantBreaks(
  rows: readonly RegisterRow[],
  counts: Readonly<Partial<Record<Break, number>>>,
): { readonly rows: readonly RegisterRow[]; readonly planted: readonly PlantedBreak[] } {
  const wanted = BREAKS.flatMap((type) => Array.from({ length: counts[type] ?? 0 }, (_, number) => ({ type, number })));
  if (wanted.length > rows.length)
    throw new Error(`${wanted.length} breaks need as many lines, and there are ${rows.length}`);
  const places = new Map(
    wanted.map((one, index) => [placeOf(rows, one.type, Math.floor((index * rows.length) / wanted.length)), one]),
  );
  const planted: PlantedBreak[] = [];
  const spoiled = rows.flatMap((row, place) => {
    const one = places.get(place);
    if (!one) return [row];
    const lines = SPOILERS[one.type](row, one.number);
    const { operationId } = (one.type === 'missing_here' ? lines.at(-1) : row) ?? row;
    planted.push({ type: one.type, operationId });
    return lines;
  });
  return { rows: spoiled, planted };
}

/** A fee that nobody wrote cannot be a wrong one: then the next line has it. */
const placeOf = (rows: readonly RegisterRow[], type: Break, place: number): number =>
  type === 'fee' && rows[place]?.merchantCommission === '' && rows[place + 1]?.merchantCommission ? place + 1 : place;
