import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { type Arena, type Contestant, startArena } from './arena.js';
import { Load, type Round } from './load.js';
import { cpuMeter } from './process-cpu.js';
import { machine, numberText, print, type Row, spreadText, table } from './report.js';
import { interleave, quantile, ratios, type Spread, spreadOf } from './rounds.js';

const CONCURRENCIES = [1, 16, 64];
const PLAN = { warmUps: 1, rounds: 7 };
const ROUND_MS = 3_000;

/** Microseconds of CPU time per payment. */
interface CpuShares {
  readonly server: number;
  readonly database: number;
  readonly bank: number;
  readonly load: number;
}

interface Measured extends Round {
  readonly cpu: CpuShares;
}

/** Databases of both sides and the server's own processes; the side that rests uses next to nothing. */
async function databasePids({ gateway }: Arena): Promise<number[]> {
  const rows = await gateway.database.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
  return rows.map(({ pid }) => pid);
}

async function measure(arena: Arena, contestant: Contestant, load: Load): Promise<Measured> {
  const pids = [[contestant.pid], await databasePids(arena), [arena.simulatorPid], [process.pid]];
  const meters = pids.map(cpuMeter);
  const round = await load.run(ROUND_MS);
  const perPayment = meters.map((spent) => spent() / round.payments);
  const [server = 0, database = 0, bank = 0, own = 0] = perPayment;
  return { ...round, cpu: { server, database, bank, load: own } };
}

/** `BESIDE=<built working copy of another version>` puts its gateway in the floor's place. */
const { BESIDE: beside } = process.env;
const OTHER = beside === undefined ? 'floor' : 'beside';

async function compare(arena: Arena, concurrency: number): Promise<{ speed: Row; cost: Row[] }> {
  const gateway = new Load(arena.gateway, concurrency);
  const other = new Load(arena.other, concurrency);
  const { a, b } = await interleave(
    PLAN,
    () => measure(arena, arena.gateway, gateway),
    () => measure(arena, arena.other, other),
  );
  await Promise.all([gateway.close(), other.close()]);
  const [ofGateway, ofOther] = [a.map(perSecond), b.map(perSecond)];
  return {
    speed: {
      connections: String(concurrency),
      'gateway, payments/s': spreadText(spreadOf(ofGateway)),
      [`${OTHER}, payments/s`]: spreadText(spreadOf(ofOther)),
      [`gateway : ${OTHER}`]: spreadText(ratios(ofGateway, ofOther), 2),
    },
    cost: [costRow(concurrency, 'gateway', a), costRow(concurrency, OTHER, b)],
  };
}

const perSecond = ({ payments, seconds }: Round): number => payments / seconds;

function costRow(concurrency: number, side: string, rounds: readonly Measured[]): Row {
  const latencies = rounds.flatMap((round) => round.latencies).toSorted((a, b) => a - b);
  const of = (read: (round: Measured) => number): Spread => spreadOf(rounds.map(read));
  const cpu = (part: keyof CpuShares): string => numberText(of((round) => round.cpu[part]).median);
  return {
    connections: String(concurrency),
    side,
    'p50, ms': numberText(quantile(latencies, 0.5), 1),
    'p99, ms': numberText(quantile(latencies, 0.99), 1),
    'CPU/payment, µs': cpu('server'),
    'Postgres, µs': cpu('database'),
    'simulator, µs': cpu('bank'),
    'load, µs': cpu('load'),
    'bytes in/out': `${numberText(of((r) => r.bytesSent).median)}/${numberText(of((r) => r.bytesReceived).median)}`,
  };
}

/** Milliseconds to bring 8 KiB to this disk, a WAL page: what one commit cannot go below. */
function fsyncSpread(): Spread {
  mkdirSync('.data', { recursive: true });
  const name = '.data/bench-fsync';
  const file = openSync(name, 'w');
  const times = Array.from({ length: 200 }, () => {
    const start = performance.now();
    writeSync(file, Buffer.alloc(8192), 0, 8192, 0);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  rmSync(name);
  return spreadOf(times);
}

/** What the bank and the database saw: the speed above counts only if the work was done. */
async function printEvidence({ gateway, other, bank }: Arena): Promise<void> {
  const authorizations = await bank.ledger({ kind: 'authorize' });
  for (const [name, side] of Object.entries({ gateway, [OTHER]: other })) {
    const sessions = authorizations.filter(({ merchantId }) => merchantId === side.merchant.bank.merchantId).length;
    const [row] = await side.database.query<{ all: string; open: string }>(
      `SELECT count(*) AS all, count(*) FILTER (WHERE status = 'requires_action') AS open FROM payment`,
    );
    print(`${name}: ${row?.all ?? '?'} payments on record, ${row?.open ?? '?'} of them with an order at the bank,`);
    print(`  warm-ups included; authorize calls that the bank saw: ${sessions}`);
  }
}

async function main(): Promise<void> {
  const arena = await startArena({ beside });
  try {
    const [settings] = await arena.gateway.database.query<{ fsync: string; version: string }>(
      `SELECT current_setting('fsync') AS fsync, current_setting('server_version') AS version`,
    );
    print(`POST /v1/payments to 201 with redirectUrl. ${machine()}`);
    print(
      `PostgreSQL ${settings?.version ?? '?'}, fsync ${settings?.fsync ?? '?'}; fdatasync here, ms: ${spreadText(fsyncSpread(), 2)}`,
    );
    print(`Medians (min–max) of ${PLAN.rounds} alternating rounds of ${ROUND_MS} ms after ${PLAN.warmUps} warm-up.\n`);
    const results = [];
    for (const concurrency of CONCURRENCIES) results.push(await compare(arena, concurrency));
    print(`${table(results.map(({ speed }) => speed))}\n\n${table(results.flatMap(({ cost }) => cost))}\n`);
    await printEvidence(arena);
  } finally {
    await arena.stop();
  }
}

await main();
