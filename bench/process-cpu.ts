import { readFileSync } from 'node:fs';

/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const TICK_US = 10_000;

/**
 * Begins to count the CPU time, user and system, of these processes. One that ends on the way, such as an autovacuum of
 * Postgres, counts for nothing.
 * @returns microseconds since then; NaN where there is no /proc
 */
export function cpuMeter(pids: readonly number[]): () => number {
  const before = new Map(pids.map((pid) => [pid, ticksOf(pid)]));
  const isReadable = !Number.isNaN(ticksOf(process.pid));
  return () => {
    const spent = [...before].map(([pid, ticks]) => ticksOf(pid) - ticks).filter((ticks) => !Number.isNaN(ticks));
    return isReadable ? spent.reduce((sum, ticks) => sum + ticks, 0) * TICK_US : Number.NaN;
  };
}

function ticksOf(pid: number): number {
  try {
    // The command name, second of the fields, may hold spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]); // utime, stime: proc_pid_stat(5), fields 14 and 15
  } catch {
    return Number.NaN;
  }
}
