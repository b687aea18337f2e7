import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generateLocalKeys, KeystoreError, type LocalKeys, parseLocalKeys } from '#libs/keystore';
import { ConfigError } from './gateway-config.js';

export interface KeysFile {
  readonly keys: LocalKeys;
  /** True when the file did not exist: tell the operator loudly to back it up. */
  readonly generated: boolean;
}

/**
 * Reads the KEKs, or makes them on the first start.
 * @param remedy what to do about a file that does not exist and may not be made
 * @throws ConfigError naming KEYSTORE_KEYS_FILE
 */
export function readKeysFile(path: string, mayGenerate: boolean, remedy = 'restore it from your backup'): KeysFile {
  const text = readIfPresent(path);
  if (text !== undefined) return { keys: parseKeys(path, text), generated: false };
  if (!mayGenerate) {
    throw new ConfigError(`KEYSTORE_KEYS_FILE names a file that does not exist (${path}): ${remedy}`);
  }
  return { keys: makeKeys(path), generated: true };
}

/** What is wrong with a key file that is there: told before anything is started. */
export function keysFileProblem(path: string): string | undefined {
  try {
    const text = readIfPresent(path);
    if (text !== undefined) parseKeys(path, text);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

function makeKeys(path: string): LocalKeys {
  const keys = generateLocalKeys();
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(path, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return parseKeys(path, readIfPresent(path) ?? ''); // another process was quicker
    throw new ConfigError(
      `KEYSTORE_KEYS_FILE cannot be made (${path}, ${code ?? 'unknown problem'}): set it or DATA_DIR to a folder that this user may write to`,
    );
  }
  return keys;
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(`KEYSTORE_KEYS_FILE names a file that cannot be read (${path}): check its permissions`);
  }
}

function parseKeys(path: string, text: string): LocalKeys {
  try {
    return parseLocalKeys(text);
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    throw new ConfigError(
      `KEYSTORE_KEYS_FILE is not a key file (${path}): ${error.message}; expected {"current": "<id>", "keys": {"<id>": "<32 bytes, base64url>"}}`,
    );
  }
}
