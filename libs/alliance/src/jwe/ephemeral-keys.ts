import { generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type PublicJwk } from './communication-key.js';

/** Half of a token's key agreement: for one token, then it is gone. */
export interface EphemeralKey {
  readonly privateKey: KeyObject;
  readonly epk: PublicJwk;
}

/** A burst of so many tokens waits for no key; more would only lie about. */
const STOCK = 16;
const CURVE = { namedCurve: 'P-384' } as const;

const ready: EphemeralKey[] = [];
let isRefilling = false;

/** One that was made ahead, on another thread, or where there is none a new one. */
export function ephemeralKey(): EphemeralKey {
  const key = ready.pop() ?? ephemeral(generateKeyPairSync('ec', CURVE));
  if (!isRefilling) refill();
  return key;
}

/** One after the other, so that the thread pool stays free for the rest; a failure is left to the next who needs a key. */
function refill(): void {
  isRefilling = ready.length < STOCK;
  if (!isRefilling) return;
  generateKeyPair('ec', CURVE, (error, publicKey, privateKey) => {
    isRefilling = false;
    if (error) return;
    ready.push(ephemeral({ publicKey, privateKey }));
    refill();
  });
}

function ephemeral({ publicKey, privateKey }: Readonly<Record<'publicKey' | 'privateKey', KeyObject>>): EphemeralKey {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return { privateKey, epk: { kty: 'EC', crv: 'P-384', x, y } };
}
