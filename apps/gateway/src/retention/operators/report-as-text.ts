import { EVERYBODY } from '../domain/kept-data.js';
import { type RetentionReport } from '../retention.service.js';

const HEADINGS = ['data', 'table', 'account', 'kept', 'rows', 'oldest'] as const;

/** A table for a terminal. */
export function reportAsText({ dryRun, lines }: RetentionReport): string {
  const rows = lines.map(({ data, table, accountId, keepDays, rows: count, oldest }) => [
    ...[data, table, accountId === EVERYBODY ? 'installation' : accountId],
    ...[keepDays === null ? 'for good' : `${keepDays} days`, String(count), oldest?.slice(0, 10) ?? ''],
  ]);
  const widths = HEADINGS.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const text = [HEADINGS, ...rows].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const sum = lines.reduce((total, { rows: count }) => total + count, 0);
  return `${text.join('\n')}\n\n${sum} rows ${dryRun ? 'would go; nothing was deleted' : 'deleted'}.\n`;
}
