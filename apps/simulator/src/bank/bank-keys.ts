import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type PrivateJwk, publicHalf, type PublicJwk } from '../protocol/jwe.js';

/** Answers and callbacks of payments, and those of recurring payments, are signed under different keys (section c.3). */
export type KeyRing = 'payments' | 'recurring';

export interface SigningKeyRow {
  readonly kid: string;
  readonly ring: KeyRing;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
}

export interface BankKeysSnapshot {
  readonly signing: readonly SigningKeyRow[];
  readonly payment: readonly (readonly [merchantId: string, key: PrivateJwk])[];
}

interface SigningKey extends Omit<SigningKeyRow, 'privateKey'> {
  readonly privateKey: KeyObject;
}

const newSigningKey = (ring: KeyRing): SigningKey => ({
  ring,
  kid: randomUUID(),
  privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
});

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The bank's own keys: it signs with the newest of a ring, and shows the public half of every one. */
export class BankKeys {
  private signing: SigningKey[] = [];
  private readonly payment = new Map<string, PrivateJwk>();

  signer(ring: KeyRing): SigningKey {
    return this.signing.findLast((key) => key.ring === ring) ?? this.rotate(ring);
  }

  /** From now on the ring signs under a new kid. */
  rotate(ring: KeyRing): SigningKey {
    const key = newSigningKey(ring);
    this.signing.push(key);
    return key;
  }

  /** @returns SPKI PEM; undefined when the ring does not know the kid */
  publicKey(ring: KeyRing, kid: string): string | undefined {
    const key = this.signing.find((one) => one.ring === ring && one.kid === kid);
    return key && createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' }).toString();
  }

  /** What opens card data of a merchant. */
  paymentKey(merchantId: string): PrivateJwk {
    const known = this.payment.get(merchantId);
    if (known) return known;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
    const key: PrivateJwk = { kty: 'EC', crv: 'P-384', x, y, d };
    this.payment.set(merchantId, key);
    return key;
  }

  paymentPublicKey(merchantId: string): PublicJwk {
    return publicHalf(this.paymentKey(merchantId));
  }

  snapshot(): BankKeysSnapshot {
    return {
      signing: this.signing.map((key) => ({ ...key, privateKey: pemOf(key.privateKey) })),
      payment: [...this.payment],
    };
  }

  load({ signing, payment }: BankKeysSnapshot): void {
    this.signing = signing.map((key) => ({ ...key, privateKey: createPrivateKey(key.privateKey) }));
    for (const [merchantId, key] of payment) this.payment.set(merchantId, key);
  }
}
