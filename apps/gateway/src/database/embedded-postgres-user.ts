import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
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
  if (process.platform === 'win32' || process.getuid?.() !== 0) return undefined;
  const user = (await lookUp('postgres')) ?? (await lookUp('nobody'));
  if (user) return user;
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root and there is no user "postgres" or "nobody": start as another user, or set DATABASE_URL.',
  );
}

/** Whether `user` may pass through `directory` and every folder above it. */
export async function canEnter(user: ServerUser, directory: string): Promise<boolean> {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const execute = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & execute) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

async function lookUp(name: string): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined; // `id` fails for an unknown user
  }
}
