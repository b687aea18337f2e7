import { randomBytes } from 'node:crypto';
import { kekVersionOf } from './kek-ring.js';
import { KeystoreError } from '../error/keystore-error.js';

/** The content of a key file: which KEK is current, and all that can still be opened. */
export interface LocalKeys {
  /** Id of the KEK that seals; any of `keys`, not necessarily the newest. */
  readonly current: string;
  /** KEKs of a lower version are refused. Default 1: none. */
  readonly minVersion?: number | undefined;
  /** 32 bytes in base64url by KEK id. `…_v<n>` is of version n, any other id of version 1. */
  readonly keys: Readonly<Record<string, string>>;
}

const KEK_BYTES = 32;
const MEMBERS = ['current', 'minVersion', 'keys'];

/**
 * A fresh key file with one random KEK of version 1.
 * @example
 * const keyFile = JSON.stringify(generateLocalKeys());
 * parseLocalKeys(keyFile).minVersion; // => undefined
 */
export function generateLocalKeys(): LocalKeys {
  const id = kekIdOf(1);
  return { current: id, keys: { [id]: randomKek() } };
}

/**
 * The key file with one more random KEK of the next version, not yet current: bring the file to every process first,
 * then make `added` current, re-wrap, and at last raise `minVersion`.
 * @example
 * const { added, keys } = addLocalKek(parseLocalKeys(keyFile));
 * kekVersionOf(added); // => 2
 * keys.current; // => 'main_v1'
 */
export function addLocalKek(keys: LocalKeys): { added: string; keys: LocalKeys } {
  const added = kekIdOf(Math.max(...Object.keys(keys.keys).map(kekVersionOf)) + 1);
  return { added, keys: { ...keys, keys: { ...keys.keys, [added]: randomKek() } } };
}

/**
 * Reads the text of a key file or of an environment variable.
 * @throws KeystoreError `KEYSTORE_INVALID_KEYS`, naming the member and never its value
 * @example
 * parseLocalKeys(keyFile).current; // => 'main_v1'
 * parseLocalKeys('{}'); // throws { code: 'KEYSTORE_INVALID_KEYS' }
 */
export function parseLocalKeys(text: string): LocalKeys {
  const file = parseObject(text);
  const stranger = Object.keys(file).find((name) => !MEMBERS.includes(name));
  if (stranger !== undefined) throw invalid(`the keys have an unknown member "${stranger.slice(0, 64)}"`);
  const { current, minVersion, keys } = file;
  if (typeof current !== 'string') throw invalid('"current" is not the id of a KEK');
  if (minVersion !== undefined && typeof minVersion !== 'number') throw invalid('"minVersion" is not a number');
  return { current, ...(minVersion !== undefined && { minVersion }), keys: readKeys(keys) };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('the keys are not JSON'); // the parser's own message quotes them
  }
  if (!isObject(value)) throw invalid('the keys are not a JSON object');
  return value;
}

function readKeys(keys: unknown): Record<string, string> {
  if (!isObject(keys)) throw invalid('"keys" is not an object of KEKs by id');
  for (const [id, value] of Object.entries(keys)) {
    if (typeof value !== 'string') throw invalid(`KEK "${id}" is not a text`);
  }
  return keys as Record<string, string>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const kekIdOf = (version: number): string => `kek_${randomBytes(6).toString('hex')}_v${version}`;
const randomKek = (): string => randomBytes(KEK_BYTES).toString('base64url');
const invalid = (message: string): KeystoreError => new KeystoreError('KEYSTORE_INVALID_KEYS', message);
