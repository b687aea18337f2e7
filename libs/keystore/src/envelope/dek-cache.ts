import { type KeyObject } from 'node:crypto';
import { KeystoreError } from '../error/keystore-error.js';

/** How many unwrapped DEKs may stay in memory, and for how long. */
export interface DekCacheLimits {
  /** 1–1 000 000; the least recently used leaves first. */
  readonly maxEntries: number;
  /** Milliseconds since the DEK was unwrapped, 1–86 400 000. A KEK retired meanwhile still opens until then. */
  readonly maxAgeMs: number;
}

const MAX_ENTRIES = 1_000_000;
const MAX_AGE_MS = 86_400_000;

interface Entry {
  readonly dek: KeyObject;
  readonly timer: NodeJS.Timeout;
}

/** Unwrapped DEKs by wrapped DEK. Concurrent callers share one call to the provider; its failure is forgotten. */
export class DekCache {
  readonly #limits: DekCacheLimits;
  readonly #entries = new Map<string, Entry>();
  readonly #flights = new Map<string, Promise<KeyObject>>();

  /** @throws KeystoreError `KEYSTORE_INVALID_KEYS` */
  constructor(limits: DekCacheLimits) {
    assertWithin('maxEntries', limits.maxEntries, MAX_ENTRIES);
    assertWithin('maxAgeMs', limits.maxAgeMs, MAX_AGE_MS);
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  take(id: string, unwrap: () => Promise<KeyObject>): Promise<KeyObject> {
    const entry = this.#entries.get(id);
    if (!entry) return this.#fly(id, unwrap);
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return Promise.resolve(entry.dek);
  }

  put(id: string, dek: KeyObject): void {
    this.#drop(id);
    const timer = setTimeout(() => this.#entries.delete(id), this.#limits.maxAgeMs).unref();
    this.#entries.set(id, { dek, timer });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#limits.maxEntries && oldest !== undefined) this.#drop(oldest);
  }

  #fly(id: string, unwrap: () => Promise<KeyObject>): Promise<KeyObject> {
    const inFlight = this.#flights.get(id);
    if (inFlight) return inFlight;
    const flight = unwrap()
      .then((dek) => {
        this.put(id, dek);
        return dek;
      })
      .finally(() => this.#flights.delete(id));
    this.#flights.set(id, flight);
    return flight;
  }

  #drop(id: string): void {
    clearTimeout(this.#entries.get(id)?.timer);
    this.#entries.delete(id);
  }
}

function assertWithin(name: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
  throw new KeystoreError('KEYSTORE_INVALID_KEYS', `dekCache.${name} is not a whole number from 1 to ${max}`);
}
