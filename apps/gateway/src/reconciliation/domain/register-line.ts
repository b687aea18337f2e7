import { readWallTime } from './kyiv-time.js';
import { type AmountUnit, readAmount, readFee } from './register-money.js';

/** One line of the bank's register, in our units. */
export interface RegisterLine {
  /** Of the file, counted from 1; the heading counts, too. */
  readonly line: number;
  /** The bank's name of the terminal. */
  readonly terminal: string;
  /** The bank's id of the operation, without a suffix. */
  readonly operationId: string | null;
  readonly rrn: string | null;
  /** Ids of ours that its comment names. */
  readonly ourIds: readonly string[];
  /** Kopiyky, never negative. */
  readonly amount: number;
  /** The amount had a minus: money went back to the payer. Without one nothing is said. */
  readonly isOutgoing: boolean;
  /** Ten-thousandths of a kopiyka; null where the cell is blank. */
  readonly fee: bigint | null;
  /** ISO 4217 letters, or what the bank wrote. */
  readonly currency: string;
  readonly succeeded: boolean;
  readonly processedAt: Date;
}

/** Columns that are read, and their place in the order of the documents. Source: bank docs, "Registers". */
export const COLUMNS = {
  merchantAliasId: 0,
  processingDateTime: 2,
  coinAmount: 3,
  merchantCommission: 4,
  rrn: 10,
  status: 11,
  currency: 14,
  operationId: 16,
  merchantComment: 17,
} as const;
export type Column = keyof typeof COLUMNS;
const COLUMN_NAMES = Object.keys(COLUMNS) as Column[];
/** Without these a line says nothing. */
const NEEDED: readonly Column[] = ['processingDateTime', 'coinAmount', 'status', 'operationId'];

/** Where each column is in a file; -1: it has none. */
export type Layout = Readonly<Record<Column, number>>;

/** By the names of the documents where the heading has them, otherwise by their order. */
export function layoutOf(first: readonly string[]): { readonly layout: Layout; readonly isHeading: boolean } {
  const names = first.map((cell) => cell.trim().toLowerCase());
  const named = Object.fromEntries(
    COLUMN_NAMES.map((column) => [column, names.indexOf(column.toLowerCase())]),
  ) as unknown as Layout;
  if (NEEDED.every((column) => named[column] >= 0)) return { layout: named, isHeading: true };
  return { layout: COLUMNS, isHeading: readWallTime(first[COLUMNS.processingDateTime] ?? '') === undefined };
}

/** Whether a file of that many columns can hold all that is needed. */
export const hasNeeded = (layout: Layout, columns: number): boolean =>
  NEEDED.every((column) => layout[column] >= 0 && layout[column] < columns);

export type ReadLine =
  | { readonly kind: 'line'; readonly line: RegisterLine }
  | { readonly kind: 'bad'; readonly line: number; readonly problem: string };

/** Words for "successful", in lower case. The documents show a localized one and do not name it. */
const SUCCESS = /^(?:успіш\p{L}*|успех|успеш\p{L}*|success\p{L}*|виконан\p{L}*|approved|ok)$/u;
const CURRENCIES: Readonly<Record<string, string>> = {
  '980': 'UAH',
  '840': 'USD',
  '978': 'EUR',
  грн: 'UAH',
  'грн.': 'UAH',
};
/** Characters of the bank's own id; what follows them is a suffix such as `-1`. Source: bank docs, "Registers". */
const BANK_ID_LENGTH = 24;
/** Ours, with any separator after the prefix, since a comment may not hold an underscore. */
const OUR_ID = /\b(pay|ver|op|ref)[-_ ]([0-9a-f]{32})\b/gu;
/** Test terminals answer with it. */
const NO_RRN = '-1';

/** @param unit of amounts and fees */
export function readLine(cells: readonly string[], line: number, layout: Layout, unit: AmountUnit): ReadLine {
  const cell = (column: Column): string => (cells[layout[column]] ?? '').trim();
  const amount = readAmount(cell('coinAmount'), unit);
  const fee = cell('merchantCommission') === '' ? null : readFee(cell('merchantCommission'), unit);
  const processedAt = readWallTime(cell('processingDateTime'));
  const problem = problemOf(
    { cells: hasNeeded(layout, cells.length), amount, fee, processedAt, status: cell('status') },
    unit,
  );
  if (problem !== undefined || amount === undefined || fee === undefined || processedAt === undefined)
    return { kind: 'bad', line, problem: problem ?? 'it cannot be read' };
  const read: RegisterLine = {
    ...{ line, fee, processedAt },
    terminal: cell('merchantAliasId').slice(0, 64),
    operationId: bankIdOf(cell('operationId')),
    rrn: rrnOf(cell('rrn')),
    ourIds: ourIdsIn(cell('merchantComment')),
    amount: Math.abs(amount),
    isOutgoing: amount < 0,
    currency: currencyOf(cell('currency')),
    succeeded: SUCCESS.test(cell('status').toLowerCase()),
  };
  if (read.operationId === null && read.rrn === null && read.ourIds.length === 0)
    return { kind: 'bad', line, problem: 'names neither an operation, nor an RRN, nor an id of ours' };
  return { kind: 'line', line: read };
}

interface Checked {
  readonly cells: boolean;
  readonly amount: number | undefined;
  readonly fee: bigint | null | undefined;
  readonly processedAt: Date | undefined;
  readonly status: string;
}

/** Never quotes a cell: it may hold anything. */
function problemOf({ cells, amount, fee, processedAt, status }: Checked, unit: AmountUnit): string | undefined {
  if (!cells) return 'has too few cells';
  if (processedAt === undefined) return 'processingDateTime is no time such as 14.01.2025 22:23:00';
  if (amount === undefined)
    return unit === 'kopiyky'
      ? 'coinAmount is no whole number of kopiyky'
      : 'coinAmount is no amount of hryvnias with at most two decimals';
  if (fee === undefined) return 'merchantCommission is no number';
  return status === '' ? 'status is blank' : undefined;
}

const bankIdOf = (text: string): string | null => (text === '' ? null : text.slice(0, BANK_ID_LENGTH));

/** A number that a spreadsheet has rounded, such as `5,01E+11`, names nothing any more. */
const rrnOf = (text: string): string | null =>
  /^\d{6,12}$/u.test(text) && text !== NO_RRN ? text.padStart(12, '0') : null;

const currencyOf = (text: string): string =>
  CURRENCIES[text.toLowerCase()] ?? (text === '' ? 'UAH' : text.slice(0, 8).toUpperCase());

export const ourIdsIn = (comment: string): string[] => [
  ...new Set(Array.from(comment.matchAll(OUR_ID), ([, prefix = '', hex = '']) => `${prefix}_${hex}`)),
];
