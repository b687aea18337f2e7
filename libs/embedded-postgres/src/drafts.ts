import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isAlive } from './postmaster.js';

/** Drafts of `final` are named after the process that makes them, so that those of dead ones can be told. */
export const draftPrefix = (final: string): string => `${final}-${process.pid}-`;

/** Removes what killed processes left half made. */
export async function removeDeadDrafts(final: string): Promise<void> {
  const folder = path.dirname(final);
  const pattern = new RegExp(`^${path.basename(final).replace(/[.+]/gu, '\\$&')}-(\\d+)-\\w{6}$`, 'u');
  for (const name of await readdir(folder)) {
    const pid = Number(pattern.exec(name)?.[1] ?? process.pid);
    if (pid !== process.pid && !isAlive(pid)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}
