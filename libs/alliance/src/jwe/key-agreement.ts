import { createHash } from 'node:crypto';
import { JWE_ALG } from './communication-key.js';

/** What both sides bind into the key beside the shared secret, base64url text of the header. */
export interface Agreement {
  readonly apu?: unknown;
  readonly apv?: unknown;
}

/** Bits of an A256KW key: as many as one block of SHA-256 gives. */
const KEY_BITS = 256;
const ALGORITHM = withLength(Buffer.from(JWE_ALG));

/**
 * Concat KDF over the shared secret. Source: RFC 7518 section 4.6.2.
 * @throws TypeError for an apu or apv that is no text
 */
export function agreedKey(sharedSecret: Buffer, { apu, apv }: Agreement = {}): Buffer {
  const parts = [
    uint32(1),
    sharedSecret,
    ALGORITHM,
    withLength(decode(apu)),
    withLength(decode(apv)),
    uint32(KEY_BITS),
  ];
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function decode(text: unknown): Buffer {
  if (text === undefined) return Buffer.alloc(0);
  if (typeof text !== 'string') throw new TypeError('apu and apv are text');
  return Buffer.from(text, 'base64url');
}

function withLength(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
