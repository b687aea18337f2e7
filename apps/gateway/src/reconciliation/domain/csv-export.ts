/** What a spreadsheet would run as a formula. Source: OWASP, "CSV Injection". */
const FORMULA = /^[=+\-@\t\r]/u;
const NUMBER = /^-?\d+(?:\.\d+)?$/u;

/** Rows as CSV, every text cell quoted; what looks like a formula begins with an apostrophe. */
export const writeCsv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');

function cellOf(cell: string | number): string {
  const text = String(cell);
  if (NUMBER.test(text)) return text;
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** `123456` kopiyky are `1234.56` hryvnias, without floating point. */
export function hryvnias(kopiyky: bigint): string {
  const digits = String(kopiyky < 0n ? -kopiyky : kopiyky).padStart(3, '0');
  return `${kopiyky < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
