import { createHash } from 'node:crypto';
import { type DcmErrorCode } from './dcm-error.js';

/** For a log or an alarm; holds no token and nothing secret. */
export type DcmEvent =
  | {
      readonly event: 'token.refused';
      /** `INTERNAL` where a port failed. */
      readonly code: DcmErrorCode | 'INTERNAL';
      readonly reason?: string | undefined;
      readonly member?: string | undefined;
      /** SHA-256 of the token, first 16 characters; absent where there was none or it was too large. */
      readonly thumbprint?: string | undefined;
    }
  | {
      readonly event: 'jwks.failed';
      readonly reason: string;
      /** Of the keys in use; absent where there are none. */ readonly ageMs?: number;
    }
  | { readonly event: 'clock.differs'; /** Ours minus theirs. */ readonly differenceMs: number };

/** Told of what a log or an alarm should hear. Must not throw. */
export type DcmAudit = (event: DcmEvent) => void;

const HASHED_BYTES = 64 * 1024;

/** Names a token in a log without disclosing it. */
export function thumbprintOfToken(token: string | undefined): string | undefined {
  if (token === undefined || token === '' || token.length > HASHED_BYTES) return undefined;
  return createHash('sha256').update(token).digest('base64url').slice(0, 16);
}
