import { inspect } from 'node:util';
import { z } from 'zod';
import { AllianceError } from '../error/alliance-error.js';
import { type PublicJwk, readPublicJwk } from '../jwe/communication-key.js';

/**
 * The bank session of one account. The bank keeps one session per service code: a new one ends the old one.
 * What the library hands out hides its token from `console.log`, `util.inspect` and JSON; see {@link serializeSession}.
 */
export interface BankSession {
  /** Starts at 1 and grows by one with every renewal. */
  readonly version: number;
  /** The bank's id of the session. */
  readonly deviceId: string;
  /** Secret. */
  readonly refreshToken: string;
  /** The key that request bodies are encrypted to while this session lives. */
  readonly serverPublic: PublicJwk;
  /** By the clock of the process that got it. */
  readonly obtainedAt: Date;
  /** By the same clock; 24 hours after `obtainedAt` where the bank named no moment that can be. */
  readonly expiresAt: Date;
}

/** A session as the bank gave it; the store numbers it. */
export type FreshSession = Omit<BankSession, 'version'>;

/** Prints everything but the token. */
const QUIET = {
  toJSON(this: FreshSession): object {
    return { ...this, refreshToken: '[hidden]' };
  },
  [inspect.custom](this: FreshSession): object {
    return { ...this, refreshToken: '[hidden]' };
  },
};

const isQuiet = (session: object): boolean => Object.getPrototypeOf(session) === QUIET;

/** The same members in an object that hides the token when it is shown. */
export function hideToken<T extends FreshSession>(session: T): T {
  return isQuiet(session) ? session : Object.assign<object, T>(Object.create(QUIET) as object, session);
}

/** What was stored, however often it went through JSON. */
const storedWire = z.object({
  version: z.int().min(1),
  deviceId: z.string().min(1),
  refreshToken: z
    .string()
    .min(1)
    .refine((token) => token !== '[hidden]'),
  serverPublic: z.unknown().transform((jwk, context) => {
    try {
      return readPublicJwk(jwk);
    } catch {
      context.addIssue({ code: 'custom', message: 'no P-384 public key' });
      return z.NEVER;
    }
  }),
  obtainedAt: z.coerce.date(),
  expiresAt: z.coerce.date(),
});

/**
 * A session as text, for a store of your own. It holds the token: encrypt it, or keep it where tokens may be.
 * @example
 * const text = serializeSession(session);
 * parseSession(text).version; // => session.version
 */
export function serializeSession(session: FreshSession): string {
  return JSON.stringify({ ...session });
}

/**
 * The session that {@link serializeSession} wrote.
 * @throws AllianceError `ALLIANCE_SESSION_UNAVAILABLE`, reason `session_store`, for any other text
 * @example
 * parseSession(serializeSession(session)).expiresAt; // => session.expiresAt
 */
export function parseSession(text: string): BankSession {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    throw unusable('it is not JSON'); // the parser's own message quotes it
  }
  return readStored(stored);
}

/**
 * A session that somebody's store gave back, with the types that it had.
 * @throws AllianceError `ALLIANCE_SESSION_UNAVAILABLE`, naming the member and never quoting it
 */
export function readStored(stored: unknown): BankSession {
  if (typeof stored === 'object' && stored !== null && isQuiet(stored)) return stored as BankSession;
  const parsed = storedWire.safeParse(stored);
  if (parsed.success) return hideToken(parsed.data);
  const member = parsed.error.issues[0]?.path[0];
  throw unusable(member === undefined ? 'it is no session' : `its ${String(member)} is wrong or missing`);
}

function unusable(problem: string): AllianceError {
  const message = `The session store gave back no session: ${problem}. Write it with serializeSession, read it with parseSession`;
  return new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', message, { reason: 'session_store', noEffect: true });
}
