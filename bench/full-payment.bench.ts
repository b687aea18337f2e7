import { type House, startHouse } from './arena.js';
import { type Journey, Journeys } from './journeys.js';
import { cpuMeter } from './process-cpu.js';
import { machine, numberText, print, type Row, table } from './report.js';
import { quantile } from './rounds.js';

/** Payments a second, one after the other; then twice the best of them for a minute, and once more the half of it. */
const RATES = (process.env['RATES'] ?? '20,40,60,80,100,120,140').split(',').map(Number);
const SECONDS = Number(process.env['SECONDS'] ?? 20);
const OVERLOAD_SECONDS = 60;
/** Of the payments that began, what must end within the patience of a shop for a rate to hold. */
const HOLDS = 0.999;

interface Result {
  readonly row: Row;
  /** Payments a second that the shop was told of. */
  readonly throughput: number;
  readonly holds: boolean;
}

async function measure(house: House, journeys: Journeys, perSecond: number, seconds = SECONDS): Promise<Result> {
  const databasePids = await house.gateway.database.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
  const groups = [[house.gateway.pid], databasePids.map(({ pid }) => pid), [house.simulatorPid], [process.pid]];
  const meters = groups.map(cpuMeter);
  const start = performance.now();
  const all = await journeys.run(perSecond, seconds);
  const took = Math.max(seconds, (performance.now() - start) / 1_000);
  const told = all.filter(({ toldMs }) => toldMs !== undefined);
  const cpu = meters.map((spent) => spent() / all.length / 1_000);
  const [gateway = 0, database = 0, bank = 0, load = 0] = cpu;
  const throughput = told.length / took;
  return {
    throughput,
    holds: told.length >= HOLDS * all.length && took < seconds + 5,
    row: {
      'begun a second': numberText(perSecond),
      'told a second': numberText(throughput, 1),
      'told of all': `${told.length} of ${all.length}`,
      'create p50/p99, ms': spread(all.map(({ createMs }) => createMs)),
      'paid to told p50/p99, ms': spread(all.map(({ toldMs }) => toldMs)),
      'CPU a payment, ms: gateway + Postgres': `${numberText(gateway, 1)} + ${numberText(database, 1)}`,
      'bank, load': `${numberText(bank, 1)}, ${numberText(load, 1)}`,
      stopped: stoppedBy(all),
    },
  };
}

function spread(values: readonly (number | undefined)[]): string {
  const sorted = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  return `${numberText(quantile(sorted, 0.5))} / ${numberText(quantile(sorted, 0.99))}`;
}

function stoppedBy(all: readonly Journey[]): string {
  const counts = new Map<string, number>();
  for (const { stopped } of all) if (stopped !== undefined) counts.set(stopped, (counts.get(stopped) ?? 0) + 1);
  return [...counts].map(([why, count]) => `${count} × ${why}`).join(', ') || '–';
}

/** The figures count only if the bank, the database and the shop agree. */
async function printEvidence({ gateway, bank }: House, journeys: Journeys): Promise<void> {
  const { length: charged } = await bank.ledger({ kind: 'money.charged' });
  const [row] = await gateway.database.query<{ paid: string; all: string }>(
    `SELECT count(*) FILTER (WHERE status = 'succeeded') AS paid, count(*) AS all FROM payment`,
  );
  const twice = [...journeys.told.values()].filter((times) => times > 1).length;
  print(`charged at the bank: ${charged}; payments on record: ${row?.all ?? '?'}, succeeded: ${row?.paid ?? '?'};`);
  print(`payments the shop was told of: ${journeys.told.size}, of them more than once: ${twice}`);
}

async function main(): Promise<void> {
  const house = await startHouse();
  const journeys = await Journeys.start(house);
  try {
    print(`Create, pay, callback, query, webhook; open loop, everything on this machine. ${machine()}\n`);
    await journeys.run(10, 10); // warm-up
    await house.gateway.database.query('ANALYZE');
    const results: Result[] = [];
    for (const rate of RATES) {
      results.push(await measure(house, journeys, rate));
      if (!results.at(-1)?.holds) break;
    }
    const best = RATES[results.findLastIndex(({ holds }) => holds)];
    if (best !== undefined) {
      results.push(await measure(house, journeys, best * 2, OVERLOAD_SECONDS));
      results.push(await measure(house, journeys, best / 2));
    }
    print(`${table(results.map(({ row }) => row))}\n`);
    await printEvidence(house, journeys);
  } finally {
    await journeys.stop();
    await house.stop();
  }
}

await main();
