import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject, randomBytes } from 'node:crypto';
import { type RsaJwk } from './rsa-jwk.js';

/** The platform's own key: published from `createdAt` until `removedAt`, signing from `signsFrom` (epoch ms). */
export interface DcmKey {
  readonly kid: string;
  readonly privateJwk: JsonWebKey;
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly removedAt?: number;
}

export interface DcmSigner {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** G7: the new key stands in the set this long before it signs, the old one this long after it stopped. */
const ANNOUNCED_MS = 600_000;
const KEPT_MS = 3_600_000;

const generate = (createdAt: number, signsFrom: number): DcmKey => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = `dcm-${randomBytes(6).toString('hex')}`;
  return { kid, privateJwk: privateKey.export({ format: 'jwk' }), createdAt, signsFrom };
};

const publicOf = ({ kid, privateJwk: { n = '' } }: DcmKey): RsaJwk => ({
  kty: 'RSA',
  alg: 'RS256',
  use: 'sig',
  kid,
  n,
  e: 'AQAB',
});

/** The platform's keys. Which of them are published and which one signs follows from the clock alone. */
export class DcmKeys {
  private keys: DcmKey[] = [];
  private readonly imported = new Map<string, KeyObject>();

  constructor(private readonly now: () => number) {}

  /** Newest last; the first key is made on first use. */
  published(): readonly DcmKey[] {
    const now = this.now();
    this.keys = this.keys.filter(({ removedAt = Infinity }) => removedAt > now);
    if (this.keys.length === 0) this.keys = [generate(now, now)];
    return this.keys;
  }

  publicSet(): { keys: readonly RsaJwk[] } {
    return { keys: this.published().map(publicOf) };
  }

  signing(): DcmKey {
    const keys = this.published();
    const now = this.now();
    const current = keys.findLast(({ signsFrom }) => signsFrom <= now) ?? keys[0];
    if (!current) throw new Error('no key'); // published() always holds one
    return current;
  }

  signer(): DcmSigner {
    const { kid, privateJwk } = this.signing();
    const privateKey = this.imported.get(kid) ?? createPrivateKey({ key: privateJwk, format: 'jwk' });
    this.imported.set(kid, privateKey);
    return { kid, privateKey };
  }

  rotate(overlap: boolean): DcmKey {
    const now = this.now();
    const signsFrom = overlap ? now + ANNOUNCED_MS : now;
    const leavesAt = signsFrom + KEPT_MS;
    const kept = this.published().map((key) => ({ ...key, removedAt: Math.min(key.removedAt ?? Infinity, leavesAt) }));
    const key = generate(now, signsFrom);
    this.keys = overlap ? [...kept, key] : [key];
    return key;
  }

  /** Takes one key out of the set at once. @throws Error when it is unknown or the only one. */
  drop(kid: string): void {
    const rest = this.published().filter((key) => key.kid !== kid);
    if (rest.length === this.keys.length) throw new Error('kid is not in the set of DCM');
    if (rest.length === 0) throw new Error('the only key cannot be dropped: rotate without overlap instead');
    this.keys = rest.map(({ removedAt, ...key }) =>
      removedAt === undefined || rest.length === 1 ? key : { ...key, removedAt },
    );
  }

  /** A new start keeps the key that signs, so that caches stay right. */
  settle(): void {
    if (this.keys.length === 0) return;
    const { kid, privateJwk, createdAt } = this.signing();
    const since = Math.min(createdAt, this.now());
    this.keys = [{ kid, privateJwk, createdAt: since, signsFrom: since }];
  }

  /** The clock went back: what was made ahead of it moves along, so that it signs and leaves as soon as it would have. */
  moveBack(byMs: number): void {
    const now = this.now();
    if (this.keys.every(({ createdAt }) => createdAt <= now)) return;
    this.keys = this.keys.map(({ removedAt, ...key }) => ({
      ...key,
      ...(key.createdAt > now && { createdAt: key.createdAt - byMs, signsFrom: key.signsFrom - byMs }),
      ...(removedAt !== undefined && { removedAt: removedAt - byMs }),
    }));
  }

  snapshot(): readonly DcmKey[] {
    return this.keys;
  }

  load(keys: readonly DcmKey[]): void {
    this.keys = [...keys];
  }
}
