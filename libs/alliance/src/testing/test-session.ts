import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readPublicJwk } from '../jwe/communication-key.js';
import { type FreshSession, hideToken } from '../session/bank-session.js';

/** Milliseconds. The bank's sessions live for 24 h. */
const LIFE_MS = 24 * 3_600_000;

/**
 * A session as the bank would give it, with a key of its own.
 * @example
 * const session = { ...testSession(), version: 1 };
 */
export function testSession(over: Partial<FreshSession> = {}): FreshSession {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const obtainedAt = new Date();
  return hideToken({
    deviceId: randomUUID(),
    refreshToken: randomUUID(),
    serverPublic: readPublicJwk(publicKey.export({ format: 'jwk' })),
    obtainedAt,
    expiresAt: new Date(obtainedAt.getTime() + LIFE_MS),
    ...over,
  });
}
