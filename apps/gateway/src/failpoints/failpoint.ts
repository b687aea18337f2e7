import { writeSync } from 'node:fs';

/** What whoever started the process may send it: where to stand still, and at which time of passing there. */
interface Arming {
  /** null: nowhere. */
  readonly failpoint: string | null;
  /** Default 1: the next time. */
  readonly pass?: number;
}

let armed: { readonly name: string; passes: number } | undefined;

/** What a process prints where it stands still, on standard error. */
export const REACHED = 'failpoint reached:';

/**
 * A moment in which a process may die. Costs a comparison; where the process was told to, it stands still here, with all
 * that it has in hand, until it is killed or goes on.
 */
export function reach(name: string): void {
  if (armed?.name !== name || --armed.passes > 0) return;
  armed = undefined;
  writeSync(process.stderr.fd, `${REACHED} ${name}\n`);
  process.kill(process.pid, 'SIGSTOP');
}

/** Takes orders from the process that started this one. For tests alone: production refuses the variable. */
export function openFailpoints(): void {
  process.on('message', (message: unknown) => {
    const { failpoint, pass = 1 } = message as Arming;
    armed = failpoint === null ? undefined : { name: failpoint, passes: pass };
  });
}
