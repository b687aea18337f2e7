import { type CutsReport } from './cuts.js';
import { type AsynchronousReport, type SynchronousReport } from './fail-overs.js';
import { type Books } from './trading.js';

interface Run {
  readonly seed: number;
  readonly commit: string;
}

type Row = readonly [what: string, figure: string | number];

const table = (rows: readonly Row[]): string => {
  const width = Math.max(...rows.map(([what]) => what.length));
  const figures = Math.max(...rows.map(([, figure]) => String(figure).length), 'Number'.length);
  const line = ([what, figure]: Row): string => `| ${what.padEnd(width)} | ${String(figure).padEnd(figures)} |`;
  return [line(['What', 'Number']), `| ${'-'.repeat(width)} | ${'-'.repeat(figures)} |`, ...rows.map(line)].join('\n');
};

const booksRows = ({ payments, operations, events, acknowledged, lost, violations }: Books): Row[] => [
  ['payments', payments],
  ['operations', operations],
  ['events', events],
  ['answered 2xx: ids', acknowledged],
  ['**of them lost**', lost],
  ['**violations of the invariants of the campaign of crashes**', violations.length],
];

const listed = ({ violations }: Books): string =>
  violations.length === 0 ? 'No violation.' : violations.map((line) => `- ${line}`).join('\n');

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export interface FailOversReport extends Run {
  readonly synchronous: SynchronousReport;
  readonly asynchronous: AsynchronousReport;
}

export function failOversText({ seed, commit, synchronous, asynchronous }: FailOversReport): string {
  const { outagesMs } = synchronous;
  const lost = asynchronous.lost.reduce((sum, one) => sum + one, 0);
  return `# Fail-overs of two Postgres servers

Written by \`npm run test:failover\`. Seed ${seed}, at ${commit}. Two servers with streaming replication on one machine; the primary is
killed as it stands (nothing is written out), in most cases while the standby has not received the last of it for up to 0.3 s. The
standby is promoted, the address leads there, and a new standby is copied from it.

## With \`synchronous_standby_names\`

Merchants pay, capture, release, refund and pay out through two gateways meanwhile.

${table([
  ['fail-overs', synchronous.failOvers],
  ['milliseconds until a payment is created again: middle', middle(outagesMs)],
  ['the same: longest', Math.max(...outagesMs)],
  ...booksRows(synchronous),
])}

${listed(synchronous)}

## Without

${table([
  ['fail-overs', asynchronous.failOvers],
  ['milliseconds that the standby lags behind', asynchronous.lagMs],
  ['payments answered 201 or 202', asynchronous.acknowledged],
  ['**of them lost**', lost],
  ['lost in each fail-over', asynchronous.lost.join(', ')],
])}
`;
}

export function cutsText({ seed, commit, cuts, ofCommits, after, ...books }: CutsReport & Run): string {
  const rows = Object.entries(after).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `# Cut connections to the database

Written by \`npm run test:cuts\`. Seed ${seed}, at ${commit}. Between three gateways and Postgres stands a proxy that ends a
connection after a message of the protocol, in the direction and after as many messages as the seed says. Merchants pay, capture,
release, refund and pay out meanwhile.

${table([['cuts', cuts], ['of them around a COMMIT', ofCommits], ...booksRows(books)])}

${listed(books)}

## After which message

${table(rows)}
`;
}
