import { BREAK_ROWS, type BreakType } from './break-types.js';
import { hryvnias, writeCsv } from './csv-export.js';

/** One day of an account. Sums are kopiyky in decimal digits: those of a large merchant outgrow a JavaScript number. */
export interface DailyReport {
  readonly accountId: string;
  /** In Kyiv. */
  readonly day: string;
  readonly currency: 'UAH';
  readonly taken: Sum;
  readonly refunded: Sum;
  /** What the bank keeps: of the register where there is one, else as the bank told it at each payment. */
  readonly fees: { readonly kopiyky: string; readonly source: 'register' | 'payments' };
  /** Taken, less refunded, less fees. */
  readonly payoutExpected: string;
  /** What of the day the bank's registers list; null where none was taken in. */
  readonly register: { readonly lines: number; readonly taken: string; readonly refunded: string } | null;
  /** Payments that the bank was asked about, where there is no register; null: the day was not asked about. */
  readonly sweep: { readonly asked: number; readonly unanswered: number; readonly doneAt: string | null } | null;
  readonly openBreaks: readonly { readonly type: BreakType; readonly count: number; readonly atRisk: string }[];
  /** Operations whose outcome nobody knows, of any day. */
  readonly openDoubts: readonly { readonly status: string; readonly count: number; readonly kopiyky: string }[];
}

export interface Sum {
  readonly count: number;
  readonly kopiyky: string;
}

const uah = (kopiyky: string): string => hryvnias(BigInt(kopiyky));

/** What was counted and how much it is, in hryvnias, line by line: both forms are made of it. */
function linesOf(report: DailyReport): (readonly [what: string, count: number | '', uah: string])[] {
  const { taken, refunded, fees, payoutExpected, register, sweep, openBreaks, openDoubts } = report;
  return [
    ['Taken', taken.count, uah(taken.kopiyky)],
    ['Refunded', refunded.count, uah(refunded.kopiyky)],
    [`Fees (${fees.source})`, '', uah(fees.kopiyky)],
    ['Payout expected', '', uah(payoutExpected)],
    ...(register
      ? ([
          ['Register: taken', register.lines, uah(register.taken)],
          ['Register: refunded', '', uah(register.refunded)],
        ] as const)
      : []),
    ...(sweep
      ? ([
          [`Bank asked about payments${sweep.doneAt === null ? ' so far' : ''}`, sweep.asked, ''],
          ['Of which without an answer', sweep.unanswered, ''],
        ] as const)
      : []),
    ...openBreaks.map(({ type, count, atRisk }) => [`Open break: ${type}`, count, uah(atRisk)] as const),
    ...openDoubts.map(({ status, count, kopiyky }) => [`Open doubt: ${status}`, count, uah(kopiyky)] as const),
  ];
}

export const reportAsCsv = (report: DailyReport): string =>
  writeCsv([
    ['account', 'day', 'what', 'count', 'UAH'],
    ...linesOf(report).map((line) => [report.accountId, report.day, ...line]),
  ]);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A page to print or to keep, which needs nothing from anywhere. */
export function reportAsHtml(report: DailyReport): string {
  const row = (cells: readonly (string | number)[], tag: 'td' | 'th'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(String(cell))}</${tag}>`).join('')}</tr>`;
  const rows = linesOf(report).map((line) => row(line, 'td'));
  const actions = report.openBreaks.map(
    ({ type }) =>
      `<dt>${escaped(type)}</dt><dd>${escaped(`${BREAK_ROWS[type].meaning} ${BREAK_ROWS[type].action}`)}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(`${report.day} ${report.accountId}`)}</title>
<style>
body { font: 12pt/1.5 system-ui, sans-serif; margin: 2em; }
table { border-collapse: collapse; }
td, th { border: 1px solid #999; padding: 0.2em 0.8em; text-align: right; }
td:first-child, th:first-child { text-align: left; }
</style>
<h1>${escaped(report.day)}</h1>
<p>Merchant account ${escaped(report.accountId)}. The day is Kyiv's; sums are in hryvnias.</p>
<table>
${[row(['What', 'Count', 'UAH'], 'th'), ...rows].join('\n')}
</table>
${actions.length > 0 ? `<h2>What to do</h2>\n<dl>\n${actions.join('\n')}\n</dl>` : ''}
</html>
`;
}
