import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

const run = promisify(execFile);

/** The system user that PostgreSQL runs as when we are root, which it refuses to be. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** `undefined` when we are not root: the server then runs as ourselves. Never creates a user. */
export async function findServerUser(): Promise<ServerUser | undefined> {
  if (process.platform === 'win32') return undefined;
  const uid = process.getuid?.();
  if (uid !== 0) {
    if (!isNamed()) throw new EmbeddedPostgresError(namelessUser(uid));
    return undefined;
  }
  const user = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (user) return user;
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root and there is no user "postgres" or "nobody": start as another user, or set DATABASE_URL.',
  );
}

/** PostgreSQL asks the system for its user's name and refuses to run without one. */
function isNamed(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

const namelessUser = (uid: number | undefined): string =>
  `The system has no name for user ${uid ?? 'unknown'}, which PostgreSQL needs: add a line for it to /etc/passwd, start as another user, or set DATABASE_URL.`;

/** Whether `user` may pass through `directory` and every folder above it. */
export async function canEnter(user: ServerUser, directory: string): Promise<boolean> {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const execute = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & execute) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/** Whether `user` may run `program`: npm keeps the umask of whoever installed it. */
export async function canRun(user: ServerUser, program: string): Promise<boolean> {
  const { mode, uid, gid } = await stat(program);
  const needed = uid === user.uid ? 0o500 : gid === user.gid ? 0o050 : 0o005;
  return (mode & needed) === needed;
}

async function lookUp(name: string): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // `id` fails for an unknown user
  }
}
