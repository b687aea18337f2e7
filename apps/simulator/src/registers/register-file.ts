import { encodeWindows1251 } from './windows-1251.js';
import { type RegisterRow } from './register-row.js';

export const ENCODINGS = ['utf-8', 'windows-1251'] as const;
export const SEPARATORS = [',', ';'] as const;

export interface FileForm {
  readonly encoding: (typeof ENCODINGS)[number];
  readonly separator: (typeof SEPARATORS)[number];
  /** As after a spreadsheet: a long number is rounded, and a leading zero is gone. */
  readonly damaged: boolean;
}

/** Columns in the order of the documents; some are always empty. */
const COLUMNS: readonly (readonly [heading: string, member: keyof RegisterRow | undefined])[] = [
  ['Ідентифікатор торговця', 'merchantAliasId'],
  ['Референс у процесингу', 'pgiReference'],
  ['Дата операції', 'processingDateTime'],
  ['Сума', 'coinAmount'],
  ['Комісія', 'merchantCommission'],
  ['Тип картки відправника', undefined],
  ['Номер картки відправника', undefined],
  ['Тип картки отримувача', 'paymentSystem'],
  ['Номер картки отримувача', 'cardNumberMask'],
  ['Код авторизації', 'approvalCode'],
  ['RRN', 'rrn'],
  ['Статус', 'status'],
  ['Назва контрагента', undefined],
  ['ЄДРПОУ контрагента', undefined],
  ['Валюта', 'currency'],
  ['STAN', 'STAN'],
  ['Номер замовлення', 'operationId'],
  ['Коментар торговця', 'merchantComment'],
  ['Призначення платежу', 'purpose'],
];

export function registerFile(rows: readonly RegisterRow[], { encoding, separator, damaged }: FileForm): Buffer {
  const lines = [
    COLUMNS.map(([heading]) => heading),
    ...rows
      .map((row) => (damaged ? damage(row) : row))
      .map((row) => COLUMNS.map(([, member]) => (member === undefined ? '' : row[member]))),
  ];
  const text = lines.map((cells) => `${cells.map(quoted).join(separator)}\r\n`).join('');
  return encoding === 'utf-8' ? Buffer.from(text) : encodeWindows1251(text);
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** `501421000111` becomes `5,01E+11`. */
const damage = (row: RegisterRow): RegisterRow => ({
  ...row,
  rrn: /^\d{12}$/u.test(row.rrn) ? `${row.rrn.slice(0, 1)},${row.rrn.slice(1, 3)}E+11` : row.rrn,
  approvalCode: row.approvalCode.replace(/^0+/u, ''),
});
