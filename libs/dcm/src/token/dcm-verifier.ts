import { verify } from 'node:crypto';
import {
  type AuthorizationClaims,
  LIMITS,
  type OrderClaims,
  type PayloadClaims,
  type RequestClaims,
} from './claims.js';
import { readCallbackToken, type SignedCallback } from './callback-body.js';
import { type CompactJws, KnownHeaders, readCompactJws } from './compact-jws.js';
import { tokenError } from '../error/dcm-error.js';
import { FixedKeySet, type KeySet, type VerificationKey } from '../key/key-set.js';
import { InMemoryReplayMemory, type ReplayMemory } from './replay-memory.js';
import { type JsonObject } from './strict-json.js';
import { checkClaims, type Profile, PROFILES } from './token-profiles.js';

/** Who signs on a channel. */
export interface Signer {
  /** `dcm`, or the guid of a counterparty, or the uid of a merchant; keeps apart what two of them have used. */
  readonly name: string;
  readonly keys: KeySet;
}

/** The ports of a verifier; each has a default. */
export interface VerifierOptions {
  readonly clock?: (() => Date) | undefined;
  readonly replay?: ReplayMemory | undefined;
  /** Our own keys, where DCM may forward our own authorization tokens to us. */
  readonly own?: (() => Promise<KeySet>) | undefined;
}

const NO_KEYS = new FixedKeySet([]);

/**
 * Verifies tokens by `kid`, in the order of the reference; the first failed check is the error's code.
 * `jwk`, `jku`, `x5u` and `x5c` of a token are never looked at. Every method throws DcmError.
 * @example
 * const token = await tokens.request();
 * const { jti } = await verifier.request(token);
 * await verifier.request(token); // throws { code: 'DCM_REPLAYED' }
 */
export class DcmVerifier {
  readonly #dcm: Signer;
  readonly #clock: () => Date;
  readonly #replay: ReplayMemory;
  readonly #own: (() => Promise<KeySet>) | undefined;
  readonly #headers = new KnownHeaders();

  /** @param dcm DCM's own key set */
  constructor(dcm: KeySet, { clock = () => new Date(), replay, own }: VerifierOptions = {}) {
    this.#dcm = { name: 'dcm', keys: dcm };
    this.#clock = clock;
    this.#replay = replay ?? new InMemoryReplayMemory(clock);
    this.#own = own;
  }

  /** Profile A: `X-Session-ID`, or a bank's `CX-Authorization`. Good for any number of uses until it expires. */
  async authorization(token: string, signer?: Signer): Promise<AuthorizationClaims> {
    const jws = readCompactJws(token, PROFILES.authorization.maxBytes, this.#headers);
    const kid = readKid(jws);
    const keys = signer?.keys ?? (this.#own ? await this.#keysOfSession(kid, this.#own) : this.#dcm.keys);
    const claims = this.#verify(jws, PROFILES.authorization, await requireKey(keys, kid));
    const { flow, obj, sub, iat, exp } = claims as unknown as AuthorizationClaims;
    return { flow, obj, sub, iat, exp };
  }

  /** Profile B: `CX-Authorization` of the platform guide. Good for one use. */
  async request(token: string, signer: Signer = this.#dcm): Promise<RequestClaims> {
    const { iat, jti } = (await this.#use(token, signer)).claims;
    return { iat, jti };
  }

  /** Profile C: a signed body with a `kid`. Its `jti` is a business key, which is the caller's to compare. */
  async payload(token: string, signer: Signer = this.#dcm): Promise<PayloadClaims> {
    const jws = readCompactJws(token, PROFILES.payload.maxBytes, this.#headers);
    return this.#verify(jws, PROFILES.payload, await requireKey(signer.keys, readKid(jws)));
  }

  /** Profile D. `sub` is read before anything is verified, but only to choose the merchant. */
  async order(token: string, merchantOf: (sub: string) => Signer | undefined): Promise<OrderClaims> {
    const jws = readCompactJws(token, PROFILES.order.maxBytes, this.#headers);
    const kid = readKid(jws);
    const { sub } = jws.payload;
    const merchant = typeof sub === 'string' ? merchantOf(sub) : undefined;
    const key = await requireKey(merchant?.keys ?? NO_KEYS, kid);
    return this.#verify(jws, PROFILES.order, key) as unknown as OrderClaims;
  }

  /** A callback with both of its tokens: the request token first, then the body. */
  async callback(callback: SignedCallback, signer: Signer = this.#dcm): Promise<PayloadClaims> {
    const { kid } = await this.#use(callback.requestToken, signer);
    return this.callbackBody(readCallbackToken(callback), { signer, requestKid: kid });
  }

  /**
   * Profile E: a body that may lack a `kid`. Then the request token's counts, and without one the signer's only key.
   * Proves nothing about age or replay: use `callback`.
   */
  async callbackBody(token: string, channel: { signer?: Signer; requestKid?: string } = {}): Promise<PayloadClaims> {
    const { keys } = channel.signer ?? this.#dcm;
    const jws = readCompactJws(token, PROFILES.callback.maxBytes, this.#headers);
    assertHeader(jws);
    const kid = jws.header['kid'] === undefined ? (channel.requestKid ?? keys.onlyUsable()?.kid) : readKid(jws);
    if (kid === undefined) throw tokenError('DCM_KID_MISSING');
    return this.#verify(jws, PROFILES.callback, await requireKey(keys, kid));
  }

  async #use(token: string, { name, keys }: Signer): Promise<{ readonly claims: RequestClaims; readonly kid: string }> {
    const jws = readCompactJws(token, PROFILES.request.maxBytes, this.#headers);
    const kid = readKid(jws);
    const key = await requireKey(keys, kid);
    const claims = this.#verify(jws, PROFILES.request, key) as unknown as RequestClaims;
    const { requestMaxAgeSeconds, skewSeconds } = LIMITS;
    // The last second in which it would pass the age check, and one more for the cut-off of milliseconds.
    const until = new Date((claims.iat + requestMaxAgeSeconds + skewSeconds + 1) * 1000);
    if (!(await this.#replay.claim({ signer: name, kid, jti: claims.jti }, until))) throw tokenError('DCM_REPLAYED');
    return { claims, kid };
  }

  /** DCM's set decides where it has the `kid`; only then ours, and only where forwarding is expected. */
  async #keysOfSession(kid: string, loadOwn: () => Promise<KeySet>): Promise<KeySet> {
    if (this.#dcm.keys.peek(kid)) return this.#dcm.keys;
    const own = await loadOwn();
    return own.peek(kid) ? own : this.#dcm.keys;
  }

  #verify(jws: CompactJws, profile: Profile, { key }: VerificationKey): JsonObject {
    const { headerText, payload, signed, signature } = jws;
    if (!key) throw tokenError('DCM_KEY_NOT_USABLE');
    // On this thread: the thread pool adds 15 µs to the 20 µs of the check (bench/dcm-verify.bench.ts).
    if (!verify('sha256', signed, key, signature)) throw tokenError('DCM_SIGNATURE_INVALID');
    if (!this.#headers.get(headerText)) this.#headers.keep(jws);
    checkClaims(payload, profile, Math.floor(this.#clock().getTime() / 1000));
    return payload;
  }
}

/** Checks 2 to 4. */
function readKid(jws: CompactJws): string {
  assertHeader(jws);
  const { kid } = jws.header;
  if (typeof kid !== 'string' || kid === '') throw tokenError('DCM_KID_MISSING');
  return kid;
}

function assertHeader({ header }: CompactJws): void {
  if (header['alg'] !== 'RS256') throw tokenError('DCM_ALG_NOT_ALLOWED');
  if (Object.hasOwn(header, 'crit')) throw tokenError('DCM_CRIT_NOT_SUPPORTED');
}

async function requireKey(keys: KeySet, kid: string): Promise<VerificationKey> {
  const key = await keys.find(kid);
  if (!key) throw tokenError('DCM_KID_UNKNOWN');
  return key;
}
