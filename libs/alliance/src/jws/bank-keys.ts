import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AllianceError } from '../error/alliance-error.js';
import { parseBankJson } from '../wire/bank-json.js';
import { SingleFlight } from '../session/single-flight.js';
import { algorithmsOf } from './algorithms.js';

/** Keys of the bank are few; more than this many ids are somebody's invention. */
const MAX_KNOWN = 100;
const MAX_UNKNOWN = 1000;
/** Milliseconds for which an id that no endpoint knows is not asked for again. */
const UNKNOWN_FOR_MS = 60_000;
/** Milliseconds between two fetches for ids that strangers named, so that a storm of callbacks costs the bank little. */
const STRANGERS_EVERY_MS = 1_000;

export interface BankKeysOptions {
  /** Asks one key endpoint; undefined where it does not know the id. */
  readonly fetch: (endpoint: BankKeyEndpoint, kid: string) => Promise<Uint8Array | undefined>;
  readonly clock: () => number;
  /** Told once for every key that was not pinned: the bank has a new key, or somebody stands in between. */
  readonly onNewKey?: (kid: string) => void;
  /** Keys known beforehand, PEM by id. They are never fetched. */
  readonly pinned?: Readonly<Record<string, string>>;
}

export const BANK_KEY_ENDPOINTS = ['keys.public-key-get', 'keys.public-key-get-recurring'] as const;
export type BankKeyEndpoint = (typeof BANK_KEY_ENDPOINTS)[number];

/** `answer`: the id came in an answer over our own connection. `callback`: anybody may have written it. */
export type KidOrigin = 'answer' | 'callback';

/**
 * Public keys of the bank by id. A key, once known, stays what it is as long as the process lives: an id that came to
 * mean another key would be an attack.
 */
export class BankKeys {
  private readonly known = new Map<string, KeyObject>();
  /** When each unknown id may be asked for again. */
  private readonly unknown = new Map<string, number>();
  private readonly flights = new SingleFlight<KeyObject>();
  private strangersFrom = 0;

  constructor(private readonly options: BankKeysOptions) {
    for (const [kid, pem] of Object.entries(options.pinned ?? {})) this.known.set(kid, readBankKey(pem));
  }

  /** @throws AllianceError `ALLIANCE_UNKNOWN_BANK_KEY` */
  async get(kid: string, origin: KidOrigin): Promise<KeyObject> {
    const known = this.known.get(kid);
    if (known) return known;
    const now = this.options.clock();
    if ((this.unknown.get(kid) ?? 0) > now) throw unknownKey('not_known');
    if (origin === 'callback' && !this.flights.has(kid)) {
      if (now < this.strangersFrom) throw unknownKey('too_many_unknown');
      this.strangersFrom = now + STRANGERS_EVERY_MS;
    }
    return this.flights.run(kid, () => this.find(kid));
  }

  private async find(kid: string): Promise<KeyObject> {
    for (const endpoint of BANK_KEY_ENDPOINTS) {
      const body = await this.options.fetch(endpoint, kid);
      const key = body && readAnswer(body);
      if (key) return this.keep(kid, key);
    }
    if (this.unknown.size >= MAX_UNKNOWN) this.unknown.clear();
    this.unknown.set(kid, this.options.clock() + UNKNOWN_FOR_MS);
    throw unknownKey('not_known');
  }

  private keep(kid: string, key: KeyObject): KeyObject {
    if (this.known.size >= MAX_KNOWN) throw unknownKey('too_many_keys');
    this.known.set(kid, key);
    this.options.onNewKey?.(kid);
    return key;
  }
}

/** The schema is published nowhere: PEM, bare base64 SPKI or a JWK, alone or under one of three names. */
function readAnswer(body: Uint8Array): KeyObject | undefined {
  const text = Buffer.from(body).toString('utf8').trim();
  if (!text.startsWith('{')) return tryKey(text);
  let answer: Readonly<Record<string, unknown>>;
  try {
    answer = parseBankJson(body) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
  return tryKey(answer['publicKey'] ?? answer['public_key'] ?? answer['key']);
}

function tryKey(value: unknown): KeyObject | undefined {
  try {
    return readBankKey(value);
  } catch {
    return undefined;
  }
}

/** @throws Error for what is no public key that the bank may sign with */
export function readBankKey(value: unknown): KeyObject {
  const key =
    typeof value === 'string'
      ? createPublicKey(
          value.startsWith('-----') ? value : { key: Buffer.from(value, 'base64'), format: 'der', type: 'spki' },
        )
      : createPublicKey({ key: value as JsonWebKey, format: 'jwk' });
  if (algorithmsOf(key).length === 0) throw new TypeError('the key is of a kind or size that nobody should use');
  return key;
}

export function unknownKey(reason: string): AllianceError {
  return new AllianceError('ALLIANCE_UNKNOWN_BANK_KEY', 'The key that a token names is not known to the bank', {
    reason,
  });
}
