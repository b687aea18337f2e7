import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../apps/gateway/src/app/schema.js';
import { type Statement } from '../support/postgres-frames.js';
import { PostgresProxy } from '../support/postgres-proxy.js';
import { aBankRefund, paid } from './fake-payment-bank.js';
import {
  aKey,
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
} from './gateway-parts.js';
import { startParts } from './gateway-parts.js';

/** What one use of the database costs; none of it depends on the machine. */
interface Cost {
  readonly roundTrips: number;
  readonly commits: number;
  /** Bytes of the write-ahead log. */
  readonly walBytes: number;
}

const TIMES = 5;
/** The statements of all that was measured. */
const measured = new Set<string>();

let database: MigratedDatabase;
let proxy: PostgresProxy;
let source: DataSource;
let parts: Parts;

beforeAll(async () => {
  database = await createMigratedDatabase();
  proxy = await PostgresProxy.listen(database.url);
  source = await new DataSource(dataSourceOptions(proxy.url, { size: 1 })).initialize();
  parts = await startParts({ ...database, connect: () => Promise.resolve(source) });
  for (let warm = 0; warm < 3; warm++) await create(parts);
});
afterAll(async () => {
  await source.destroy();
  await proxy.close();
  await database.drop();
});

const wal = async (): Promise<number> => {
  await source.query('SELECT pg_stat_force_next_flush()');
  const [row] = await source.query<{ bytes: string }[]>(
    'SELECT (SELECT wal_bytes FROM pg_stat_get_backend_wal(pg_backend_pid())) AS bytes',
  );
  return Number(row?.bytes);
};

async function measure(act: () => Promise<unknown>): Promise<Cost> {
  const before = await wal();
  const first = proxy.statements.length;
  await act();
  const statements = proxy.statements.slice(first);
  for (const { sql } of statements) measured.add(sql);
  return { roundTrips: statements.length, commits: commitsOf(statements), walBytes: (await wal()) - before };
}

/** A statement by itself is a transaction. */
function commitsOf(statements: readonly Statement[]): number {
  let isOpen = false;
  let commits = 0;
  for (const { sql } of statements) {
    if (/^(?:START TRANSACTION|BEGIN)/u.test(sql)) isOpen = true;
    else if (sql.startsWith('COMMIT')) [isOpen, commits] = [false, commits + 1];
    else if (!isOpen) commits += 1;
  }
  return commits;
}

const UNITS = ['roundTrips', 'commits', 'walBytes'] as const;

/** What it usually costs: now and then an account is read anew, or a whole page goes into the log after a checkpoint. */
async function usualCost(prepare: () => Promise<() => Promise<unknown>>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let time = 0; time < TIMES; time++) costs.push(await measure(await prepare()));
  const usual = (unit: keyof Cost) =>
    costs.map((cost) => cost[unit]).toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] ?? NaN;
  return { roundTrips: usual('roundTrips'), commits: usual('commits'), walBytes: usual('walBytes') };
}

const BUDGETS = [
  {
    what: 'a created payment',
    prepare: () => Promise.resolve(() => create(parts)),
    budget: { roundTrips: 2, commits: 2, walBytes: 8_400 },
  },
  {
    what: 'a payment that is found paid',
    prepare: async () => {
      const { id, amount } = await create(parts);
      parts.bank.onReadOrder = paid({ amount });
      return () => parts.sync.syncWithBank(parts.accountId, id);
    },
    budget: { roundTrips: 2, commits: 2, walBytes: 4_500 },
  },
  {
    what: 'a refund',
    prepare: async () => {
      const { id } = await createPaid(parts);
      parts.bank.onRefund = ({ merchantRequestId, amount }) => ({
        kind: 'answered',
        facts: aBankRefund(merchantRequestId, { amount }),
      });
      return () => parts.refunds.create({ accountId: parts.accountId, paymentId: id, key: aKey() }, {});
    },
    budget: { roundTrips: 3, commits: 3, walBytes: 8_800 },
  },
  {
    what: 'a payment that is read',
    prepare: async () => {
      const { id } = await createPaid(parts);
      return () => parts.payments.get(parts.accountId, id);
    },
    budget: { roundTrips: 1, commits: 1, walBytes: 0 },
  },
];

it.each(BUDGETS)('$what keeps its budget', async ({ prepare, budget }) => {
  const cost = await usualCost(prepare);
  for (const unit of UNITS) expect({ [unit]: cost[unit] <= budget[unit] || cost[unit] }).toEqual({ [unit]: true });
});

it('names the account wherever it reads or writes what belongs to one, so that no request crosses accounts', async () => {
  const tables = await source.query<{ name: string }[]>(
    `SELECT DISTINCT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'merchant_account_id'`,
  );
  const ofAccounts = new RegExp(
    String.raw`\b(?:FROM|JOIN|INTO|UPDATE) (?:${tables.map(({ name }) => name).join('|')})\b`,
    'u',
  );
  const statements = [...measured].filter((sql) => ofAccounts.test(sql));
  expect(statements.length).toBeGreaterThan(5);
  expect(statements.filter((sql) => !sql.includes('merchant_account_id'))).toEqual([]);
});
