import { type DcmAudit } from '../error/dcm-audit.js';
import { DcmError } from '../error/dcm-error.js';
import { JwksFetcher } from './jwks-fetcher.js';
import { KeySet, theOnlyUsable, type VerificationKey } from './key-set.js';
import { isKid } from './rsa-jwk.js';

/** Milliseconds. */
export interface JwksLimits {
  /** A set older than this is fetched anew in the background. 5 minutes. */
  readonly refreshMs: number;
  /** A set older than this is fetched anew before it is used. 10 minutes. */
  readonly maxAgeMs: number;
  /** While fetching fails, known keys stay usable until the set is this old. 24 hours. */
  readonly staleMs: number;
  /** Between two fetches for an unknown `kid`, and after a fetch that failed; for the whole process. 30 s. */
  readonly cooldownMs: number;
  /** How long a token waits for a fetch; the fetch itself goes on. 500 ms, for DCM gives the answer one second. */
  readonly waitMs: number;
  /** How long one fetch may take. 5 s. */
  readonly timeoutMs: number;
}

/** The default of each limit. */
export const JWKS_LIMITS: JwksLimits = {
  refreshMs: 300_000,
  maxAgeMs: 600_000,
  staleMs: 86_400_000,
  cooldownMs: 30_000,
  waitMs: 500,
  timeoutMs: 5000,
};

/** `url` must be https, unless loopback or `allowInsecure`. */
export interface JwksCacheOptions {
  readonly url: URL;
  readonly limits?: Partial<JwksLimits> | undefined;
  readonly allowInsecure?: boolean | undefined;
  readonly clock?: (() => Date) | undefined;
  readonly audit?: DcmAudit | undefined;
}

/**
 * The JWK Set behind one address: DCM's own, or a merchant's. Whatever arrives, it fetches at most once in a cool-down
 * for unknown names; unknown names are not remembered, so that they cost no memory.
 * @example
 * const keys = new JwksCache({ url: new URL('https://dcm.example/api/v1/.well-known/jwks.json') });
 * await keys.start();
 * const verifier = new DcmVerifier(keys);
 */
export class JwksCache extends KeySet {
  readonly #limits: JwksLimits;
  readonly #clock: () => Date;
  readonly #audit: DcmAudit;
  readonly #fetcher: JwksFetcher;
  #keys: ReadonlyMap<string, VerificationKey> = new Map();
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #flight: Promise<void> | undefined;
  /** Fetches begun so far, and the last of them that succeeded. */
  #flights = 0;
  #loadedFlight = 0;
  /** When the next fetch for an unknown name, and the next after a failure, may start. */
  #missGate = Number.NEGATIVE_INFINITY;
  #failureGate = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @throws DcmError `DCM_CONFIGURATION` where the address is not https */
  constructor({ url, limits, allowInsecure, clock, audit }: JwksCacheOptions) {
    super();
    this.#limits = { ...JWKS_LIMITS, ...limits };
    this.#clock = clock ?? (() => new Date());
    this.#audit = audit ?? (() => undefined);
    assertSecure(url, allowInsecure ?? false);
    this.#fetcher = new JwksFetcher(url, this.#limits.timeoutMs);
  }

  /** Loads the set, waiting `waitMs` for it at most, and keeps it fresh until `close`. Never fails. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => {
      this.#refreshIfOlderThan(this.#limits.refreshMs / 2); // the timer itself may be a millisecond early
    }, this.#limits.refreshMs).unref();
    this.#refreshIfOlderThan(this.#limits.refreshMs);
    const patience = new Patience(this.#limits.waitMs);
    await patience.waitFor(this.#flight);
    patience.end();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#fetcher.close();
  }

  override find(kid: string): VerificationKey | undefined | Promise<VerificationKey | undefined> {
    const key = this.#keys.get(kid);
    if (!key || this.#ageMs() > this.#limits.maxAgeMs) return this.#search(kid);
    this.#refreshIfOlderThan(this.#limits.refreshMs);
    return key;
  }

  override peek(kid: string): VerificationKey | undefined {
    return this.#ageMs() > this.#limits.staleMs ? undefined : this.#keys.get(kid);
  }

  override onlyUsable(): VerificationKey | undefined {
    return this.#ageMs() > this.#limits.staleMs ? undefined : theOnlyUsable(this.#keys);
  }

  /** The names of the keys known now. */
  kids(): string[] {
    return [...this.#keys.keys()];
  }

  async #search(kid: string): Promise<VerificationKey | undefined> {
    if (!isKid(kid)) return undefined;
    const before = this.#flights;
    const patience = new Patience(this.#limits.waitMs);
    this.#refreshIfOlderThan(this.#limits.maxAgeMs);
    await patience.waitFor(this.#flight);
    // A set that was asked for after the token came cannot become newer by asking again.
    if (!this.#keys.has(kid) && this.#loadedFlight <= before) this.#fetchForMiss();
    await patience.waitFor(this.#flight);
    patience.end();
    return this.peek(kid);
  }

  #fetchForMiss(): void {
    const now = this.#now();
    if (this.#flight || now < this.#missGate || now < this.#failureGate) return;
    this.#missGate = now + this.#limits.cooldownMs;
    this.#fetch();
  }

  #refreshIfOlderThan(limitMs: number): void {
    if (this.#ageMs() > limitMs && this.#now() >= this.#failureGate) this.#fetch();
  }

  #fetch(): void {
    this.#flight ??= this.#load(++this.#flights).finally(() => {
      this.#flight = undefined;
    });
  }

  async #load(flight: number): Promise<void> {
    const startedAt = this.#now();
    try {
      this.#keys = await this.#fetcher.fetch();
      this.#fetchedAt = startedAt;
      this.#loadedFlight = flight;
    } catch (error) {
      this.#failureGate = startedAt + this.#limits.cooldownMs;
      const reason = error instanceof DcmError ? (error.reason ?? 'unreadable') : 'unreadable';
      const age = this.#ageMs();
      this.#audit({ event: 'jwks.failed', reason, ...(Number.isFinite(age) && { ageMs: age }) });
    }
  }

  #now(): number {
    return this.#clock().getTime();
  }

  #ageMs(): number {
    return this.#now() - this.#fetchedAt;
  }
}

/** One span of waiting, for however many things. */
class Patience {
  readonly #over: Promise<void>;
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#over = promise;
    this.#timer = setTimeout(() => {
      resolve(undefined);
    }, ms);
  }

  async waitFor(flight: Promise<void> | undefined): Promise<void> {
    if (flight) await Promise.race([flight, this.#over]);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @throws DcmError `DCM_CONFIGURATION` */
export function assertSecure(url: URL, allowInsecure: boolean): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && (allowInsecure || LOOPBACK.test(url.hostname))) return;
  const message = `${url.protocol}//${url.host} is not https; set allowInsecure for a private network`;
  throw new DcmError('DCM_CONFIGURATION', message, { member: 'baseUrl', noEffect: true });
}
