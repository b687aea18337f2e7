import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { INVARIANTS } from './invariants.js';
import { addUp, faultsOf, killsOf, newToll, type Toll } from './toll.js';

/** One start of the campaign. */
export interface Run {
  readonly seed: number;
  /** Of the code that was tried. */
  readonly commit: string;
  /** How gateways came to life: as copies of one process, or each by a start of its own. */
  readonly replicas: 'forked' | 'started';
  seconds: number;
  /** Epochs that could not be brought to their end, such as on a machine too busy to start a gateway. Nothing of them counts. */
  aborted: number;
  epochs: number;
  kills: number;
  faults: number;
  violations: number;
}

export interface Report {
  readonly runs: Run[];
  /** Of all runs. */
  readonly toll: Toll;
}

/** What earlier runs left, so that this one is added to it; or a new one. @param file without `.json` or `.md` */
export const readReport = (file: string, { isFresh }: { isFresh: boolean }): Report =>
  (isFresh ? undefined : tryRead(`${file}.json`)) ?? { runs: [], toll: newToll() };

export function beginRun({ runs }: Report, { seed, replicas }: Pick<Run, 'seed' | 'replicas'>): Run {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const run = { seed, commit, replicas, seconds: 0, aborted: 0, epochs: 0, kills: 0, faults: 0, violations: 0 };
  runs.push(run);
  return run;
}

export function addEpoch(report: Report, run: Run, toll: Toll): void {
  addUp(report.toll, toll);
  run.epochs += 1;
  run.kills += killsOf(toll);
  run.faults += faultsOf(toll);
  run.violations += toll.violations.length;
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

const hours = (seconds: number): string => `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;

function textOf({ runs, toll }: Report): string {
  const figures: [string, string | number][] = [
    ['kills', killsOf(toll)],
    ['of them in a named moment', killsOf(toll) - toll.randomKills],
    ['epochs, each with a world of its own', toll.epochs],
    ['faults that fired', faultsOf(toll)],
    ['payments', toll.payments],
    ['operations', toll.operations],
    ['events', toll.events],
    ['operations left to a person', toll.reviews],
    ['times that the books were compared', toll.checks],
    ['**violations**', toll.violations.length],
  ];
  return `# The campaign of crashes

Written by \`npm run test:chaos\` after each epoch; the next run is added to it. An epoch that could not be brought to its end
(a machine too busy to start a gateway in time) does not count, nor does what was killed in it.

${table(['What', 'Number'], figures)}

## Runs

A forked gateway is a copy of a process that has loaded and run the gateway's code once (\`test/chaos/nursery\`): all that
differs is what it takes until it listens. On a machine that is busy with others few lives last until the moment that was chosen.

${table(
  ['Seed', 'Commit', 'Gateways are', 'Time', 'Epochs', 'Given up', 'Kills', 'Faults', 'Violations'],
  runs.map((run) => [
    ...[run.seed, run.commit, run.replicas, hours(run.seconds), run.epochs, run.aborted],
    ...[run.kills, run.faults, run.violations],
  ]),
)}

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
