import { AMOUNT_LIMIT, COUNT_LIMIT, type ResultCodes } from './cards.js';
import { type Operation } from './operation.js';
import { type OperationType } from './operation-types.js';

const DAY_MS = 24 * 3_600_000;
const MONTH_MS = 30 * DAY_MS;
const ATTEMPTS_PER_DAY = 70;
const GAMBLING = '7995';

/** Section l; amounts in kopiyky. */
interface Limit {
  readonly single?: number;
  readonly perDayCount: number;
  readonly perDay?: number;
  readonly perMonth: number;
}

const PAYOUT: Readonly<Record<string, Limit>> = {
  [GAMBLING]: { single: 2_999_900, perDayCount: 20, perMonth: 39_900_000 },
  other: { perDayCount: 25, perDay: 5_000_000, perMonth: 40_000_000 },
};
const ACQUIRING: Readonly<Record<string, Limit>> = {
  [GAMBLING]: { single: 10_000_000, perDayCount: 50, perMonth: 39_999_900 },
  other: { perDayCount: 25, perDay: 5_000_000, perMonth: 40_000_000 },
};

const TABLES: Readonly<Partial<Record<OperationType, Readonly<Record<string, Limit>>>>> = {
  ACCOUNT_2_CARD: PAYOUT,
  PURCHASE: ACQUIRING,
  PREAUTH: ACQUIRING,
  CARD_2_ACCOUNT: ACQUIRING,
};

const sumOf = (operations: readonly Operation[]): number =>
  operations.reduce((total, { coinAmount }) => total + coinAmount, 0);

const limitOf = (type: OperationType, mcc: string): Limit | undefined => TABLES[type]?.[mcc] ?? TABLES[type]?.['other'];

const isOver = (coinAmount: number, limit: Limit, { day, month }: { readonly day: number; readonly month: number }) =>
  coinAmount > (limit.single ?? Infinity) ||
  day + coinAmount > (limit.perDay ?? Infinity) ||
  month + coinAmount > limit.perMonth;

/**
 * @param earlier operations of the same terminal, card and type before this one
 * @returns undefined when it is within every limit
 */
export function limitResult(operation: Operation, earlier: readonly Operation[], mcc = ''): ResultCodes | undefined {
  const limit = limitOf(operation.type, mcc);
  if (!limit) return undefined;
  const since = (spanMs: number) => earlier.filter(({ createdAt }) => createdAt > operation.createdAt - spanMs);
  const paid = (spanMs: number) => since(spanMs).filter(({ status }) => status === 'SUCCESS');
  if (since(DAY_MS).length >= ATTEMPTS_PER_DAY || paid(DAY_MS).length >= limit.perDayCount) return COUNT_LIMIT;
  const sums = { day: sumOf(paid(DAY_MS)), month: sumOf(paid(MONTH_MS)) };
  return isOver(operation.coinAmount, limit, sums) ? AMOUNT_LIMIT : undefined;
}
