import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { INVARIANTS } from './invariants.js';
import { killsOf, newToll, type Toll } from './toll.js';

export interface Report {
  readonly seed: number;
  /** Of the code that was tried, one for each run. */
  readonly commits: string[];
  seconds: number;
  /** Epochs that could not be brought to their end, such as on a machine too busy to start a gateway. */
  aborted: number;
  readonly toll: Toll;
}

/** What an earlier run left, so that this one goes on; or a new one. @param file without `.json` or `.md` */
export function readReport(file: string, { seed, isFresh }: { seed: number; isFresh: boolean }): Report {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const earlier = isFresh ? undefined : tryRead(`${file}.json`);
  const report = earlier ?? { seed, commits: [], seconds: 0, aborted: 0, toll: newToll() };
  if (!report.commits.includes(commit)) report.commits.push(commit);
  return report;
}

export function writeReport(file: string, report: Report): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${file}.md`, textOf(report));
}

function tryRead(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const widths = head.map((text, at) => Math.max(text.length, ...rows.map((row) => String(row[at]).length)));
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell, at) => String(cell).padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
};

const rowsOf = (tally: Readonly<Record<string, number>>) =>
  Object.entries(tally).toSorted(([a], [b]) => (a < b ? -1 : 1));

function textOf({ seed, commits, seconds, aborted, toll }: Report): string {
  const figures: [string, string | number][] = [
    ['kills', killsOf(toll)],
    ['of them in a named moment', killsOf(toll) - toll.randomKills],
    ['epochs, each with a world of its own', toll.epochs],
    ['epochs given up because the machine was too busy', aborted],
    ['payments', toll.payments],
    ['operations', toll.operations],
    ['events', toll.events],
    ['operations left to a person', toll.reviews],
    ['times that the books were compared', toll.checks],
    ['**violations**', toll.violations.length],
  ];
  return `# The campaign of crashes

Written by \`npm run test:chaos\`, which goes on from here. Seed ${seed}, ${Math.round(seconds / 60)} minutes, at ${commits.join(', ')}.

${table(['What', 'Number'], figures)}

## Invariants

Compared at the end of each epoch, when the world is well again: the simulator's ledger, the database, the events that a webhook
received, and what the merchant was answered.

${table(
  ['Invariant', 'What it says'],
  INVARIANTS.map(({ name, says }) => [name, says]),
)}

${toll.violations.length === 0 ? 'No violation.' : toll.violations.map((line) => `- ${line}`).join('\n')}

## Kills by failpoint

${table(['Failpoint', 'Kills'], [...rowsOf(toll.killsAt), ['at a moment that nobody chose', toll.randomKills]])}

## Faults that fired

${table(['Fault', 'Times'], rowsOf(toll.faults))}
`;
}
