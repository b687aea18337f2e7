import { lstat, readFile, rename, rm } from 'node:fs/promises';

/** Rename is atomic, so a half-made copy is never taken for a whole one. */
export async function publish(draft: string, final: string): Promise<void> {
  try {
    await rename(draft, final);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!isCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM')) throw error; // another process was quicker
  }
}

export async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

export async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
