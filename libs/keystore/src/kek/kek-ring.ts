import { KeystoreError } from '../error/keystore-error.js';

const KEK_ID = /^[A-Za-z0-9_-]{1,64}$/;
const VERSION = /_v([1-9]\d{0,8})$/;

export const isKekId = (id: string): boolean => KEK_ID.test(id);

/**
 * `kek_ab12_v3` is of version 3; an id without such an ending is of version 1.
 * @example
 * kekVersionOf('kek_ab12_v3'); // => 3
 * kekVersionOf('main'); // => 1
 */
export const kekVersionOf = (id: string): number => Number(VERSION.exec(id)?.[1] ?? 1);

export interface KekRingOptions {
  readonly current: string;
  /** KEKs of a lower version are refused. Default 1. */
  readonly minVersion?: number | undefined;
}

/** The configured KEKs by id, of which those below `minVersion` are retired. */
export class KekRing<T> {
  readonly current: string;
  readonly #minVersion: number;
  readonly #keks: ReadonlyMap<string, T>;

  /** @throws KeystoreError `KEYSTORE_INVALID_KEYS`, naming the key id */
  constructor({ current, minVersion = 1 }: KekRingOptions, keks: ReadonlyMap<string, T>) {
    this.current = current;
    this.#minVersion = minVersion;
    this.#keks = keks;
    this.#check();
  }

  /** @throws KeystoreError `KEYSTORE_UNKNOWN_KEK` | `KEYSTORE_RETIRED_KEK` */
  get(id: string): T {
    const kek = this.#keks.get(id);
    if (kek === undefined) throw new KeystoreError('KEYSTORE_UNKNOWN_KEK', `KEK "${id}" is not configured`);
    if (kekVersionOf(id) < this.#minVersion) {
      throw new KeystoreError('KEYSTORE_RETIRED_KEK', `KEK "${id}" is retired: minVersion is ${this.#minVersion}`);
    }
    return kek;
  }

  /** Those that are not retired. */
  entries(): [string, T][] {
    return [...this.#keks].filter(([id]) => kekVersionOf(id) >= this.#minVersion);
  }

  #check(): void {
    const bad = [...this.#keks.keys()].find((id) => !isKekId(id));
    if (bad !== undefined) throw invalid(`"${bad}" is not a KEK id`);
    if (!Number.isSafeInteger(this.#minVersion) || this.#minVersion < 1) {
      throw invalid('minVersion is not a whole number from 1 on');
    }
    if (!this.#keks.has(this.current)) throw invalid(`current KEK "${this.current}" is not among the keys`);
    if (kekVersionOf(this.current) < this.#minVersion) {
      throw invalid(`current KEK "${this.current}" is below minVersion ${this.#minVersion}`);
    }
  }
}

const invalid = (message: string): KeystoreError => new KeystoreError('KEYSTORE_INVALID_KEYS', message);
