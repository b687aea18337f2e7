import { availableParallelism, cpus, loadavg, platform } from 'node:os';
import { type Spread } from './rounds.js';

export type Row = Readonly<Record<string, string>>;

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** What the figures depend on; they compare only within one run. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const { openssl } = process.versions;
  const [load = 0] = loadavg();
  const busy = `load ${numberText(load, 1)} before`;
  return `Node ${process.version} (OpenSSL ${openssl}), ${availableParallelism()} cores (${model}), ${platform()}, ${busy}`;
}

/** A Markdown table, so that it can be pasted into README.md as it is. */
export function table(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => row[name]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(names), rule, ...rows.map((row) => line(names.map((name) => row[name] ?? '')))].join('\n');
}

/** "1,234 (1,100–1,300)": median, minimum, maximum. */
export const spreadText = ({ median, min, max }: Spread, digits = 0): string =>
  `${numberText(median, digits)} (${numberText(min, digits)}–${numberText(max, digits)})`;

export const numberText = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
