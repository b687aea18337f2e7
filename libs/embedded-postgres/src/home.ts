import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { isCode, readOptional } from './files.js';
import { canEnter, type ServerUser } from './server-user.js';

/** As root the server's user has to pass through our folders; it may not list them. */
const modeFor = (user: ServerUser | undefined): number => (user ? 0o711 : 0o700);

/**
 * The folder that holds the cluster: `dataDir`, or a folder in /var/tmp when the server's user cannot get into
 * `dataDir`. Which one is remembered in `dataDir`, so that deleting `dataDir` starts afresh in either case.
 */
export async function prepareHome(dataDir: string, user: ServerUser | undefined): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: modeFor(user) });
  if (user === undefined) return dataDir;
  const remembered = await readRelocation(dataDir);
  if (remembered !== undefined) return remembered;
  await chmod(dataDir, modeFor(user));
  return (await canEnter(user, dataDir)) ? dataDir : relocate(dataDir, user);
}

/** Where the cluster of `dataDir` is kept, or would be. Looks only. */
export async function homeOf(dataDir: string): Promise<string> {
  const home = (await readOptional(path.join(dataDir, 'location'))) ?? path.resolve(dataDir);
  return realpath(home).catch(() => home); // as it stands in the server's command line
}

async function relocate(dataDir: string, user: ServerUser): Promise<string> {
  const home = await mkdtemp('/var/tmp/alliance-gateway-');
  await chmod(home, modeFor(user));
  const note = path.join(dataDir, 'location');
  try {
    await writeFile(note, home, { mode: 0o600, flag: 'wx' });
    return home;
  } catch (error) {
    await rm(home, { recursive: true });
    if (!isCode(error, 'EEXIST')) throw error;
    return readFile(note, 'utf8'); // another process was quicker
  }
}

async function readRelocation(dataDir: string): Promise<string | undefined> {
  const home = await readOptional(path.join(dataDir, 'location'));
  if (home === undefined) return undefined;
  const found = await lstat(home).catch(() => undefined);
  if (found?.isDirectory() && found.uid === process.getuid?.()) return home;
  throw new EmbeddedPostgresError(
    `The database was kept in ${home}, which is gone: restore it, or delete ${dataDir} to start with an empty database.`,
  );
}

/** Reads the password of the cluster in `dataDir`; makes one for a new cluster. */
export async function readPassword(dataDir: string, isNew: boolean): Promise<string> {
  const file = path.join(dataDir, 'password');
  const kept = await readOptional(file);
  if (kept !== undefined) return kept;
  if (!isNew) {
    throw new EmbeddedPostgresError(
      `${file} is missing: restore it, or delete ${dataDir} to start with an empty database.`,
    );
  }
  const password = randomBytes(24).toString('hex');
  await writeFile(file, password, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (!isCode(error, 'EEXIST')) throw error;
  });
  return readFile(file, 'utf8'); // whoever wrote first
}
