import { readFileSync } from 'node:fs';

/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const TICK_US = 10_000;

/** Microseconds of CPU time, user and system, that the processes have used so far. NaN where there is no /proc. */
export const cpuUsOf = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + ticksOf(pid), 0) * TICK_US;

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
