import { type JsonObject } from '../protocol/body-codec.js';
import { without } from './members.js';
import { type Moment, type Options, type Personality, personality } from './personality.js';

const MINUTE_MS = 60_000;

const EXPIRY_MEMBERS = ['tokenExpirationDateTime', 'tokenExpiration'];

const EXPIRIES: Readonly<Record<string, unknown>> = {
  null: null,
  past: '2001-01-01 00:00:00.0000 +0000',
  far: '2099-01-01 00:00:00.0000 +0000',
  garbage: '32.13.2050',
  number: 0,
};

const ofSession =
  <O extends Options>(change: (session: JsonObject, options: O) => JsonObject | undefined) =>
  (session: JsonObject, { call, options }: Moment<O>): JsonObject | undefined =>
    call.name === 'authorize' ? change(session, options) : undefined;

const shownExpiry = (session: JsonObject, { value }: { readonly value: string }): JsonObject => {
  const rest = without(session, ...EXPIRY_MEMBERS);
  if (value === 'absent') return rest;
  return { ...rest, ...Object.fromEntries(EXPIRY_MEMBERS.map((name) => [name, EXPIRIES[value]])) };
};

const SERVER_KEYS: Readonly<Record<string, (rest: JsonObject, key: unknown) => JsonObject>> = {
  null: (rest, key) => ({ ...rest, serverPublic: null, serverPublicKey: key }),
  legacy: (rest, key) => ({ ...rest, serverPublicKey: key }),
  decorated: (rest, key) => ({
    ...rest,
    serverPublic: {
      ...(key as JsonObject),
      kid: 'session-1',
      use: 'enc',
      alg: 'ECDH-ES+A256KW',
      key_ops: [],
      ext: true,
    },
  }),
};

/** P-256 instead of P-384: the example key of RFC 7517, appendix A.1. */
const SHORT_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};

const UNUSABLE: Readonly<Record<string, (session: JsonObject) => JsonObject>> = {
  no_token: (session) => without(session, 'refreshToken'),
  no_device: (session) => without(session, 'deviceId'),
  no_key: (session) => without(session, 'serverPublic'),
  other_curve: (session) => ({ ...session, serverPublic: SHORT_KEY }),
};

/** How the bank gives, shows and ends sessions, and whom it lets in. */
export const SESSION_PERSONALITIES = {
  session_life: personality({
    what: 'sessions live, and are said to live, for `lifeMs` of bank time',
    options: { lifeMs: 20 * MINUTE_MS },
    sessionLifeMs: ({ lifeMs }) => lifeMs,
  }),
  session_expiry: personality({
    what: 'the expiry that authorize shows is `value`: absent, null, past, far, garbage, number; the session lives as ever',
    options: { value: 'absent' },
    answer: ofSession(shownExpiry),
  }),
  session_key: personality({
    what: '`how` authorize shows the key: null (`serverPublic: null` beside `serverPublicKey`), legacy (`serverPublicKey` alone), decorated (kid, use, alg, key_ops)',
    options: { how: 'null' },
    answer: ofSession((session, { how }) =>
      SERVER_KEYS[how]?.(without(session, 'serverPublic'), session['serverPublic']),
    ),
  }),
  session_unusable: personality({
    what: 'authorize ends the old session and answers with one that cannot be used: `how` no_token, no_device, no_key, other_curve',
    options: { how: 'no_token' },
    answer: ofSession((session, { how }) => UNUSABLE[how]?.(session)),
  }),
  slow_authorize: personality({
    what: 'authorize acts at once and answers after `delayMs` of real time',
    options: { delayMs: 5_000 },
    door: ({ call, options }) =>
      call.name === 'authorize' ? { kind: 'slow_answer', delayMs: options.delayMs } : undefined,
  }),
  overloaded: personality({
    what: 'every call is refused with b_server_is_overloaded, or `msgCode`',
    options: { msgCode: 'b_server_is_overloaded' },
    door: ({ options }) => ({ kind: 'error', msgCode: options.msgCode }),
  }),
  refuses_sessions: personality({
    what: 'every call but authorize is refused with `msgCode`, whatever its session',
    options: { msgCode: 'b_session_doesnt_exists' },
    door: ({ call, options }) => (call.name === 'authorize' ? undefined : { kind: 'error', msgCode: options.msgCode }),
  }),
  closed_service_code: personality({
    what: 'authorize is refused as after 200 idle days',
    options: { msgCode: 'b_auth_token_expired' },
    door: ({ call, options }) => (call.name === 'authorize' ? { kind: 'error', msgCode: options.msgCode } : undefined),
  }),
  rival: personality({
    what: 'somebody else authorizes every `everyMs` of real time and so ends the session',
    options: { everyMs: 30_000 },
    everyMs: ({ everyMs }) => everyMs,
    strike: ({ rivalAuthorize }, merchantId) => rivalAuthorize(merchantId),
  }),
  hangs: personality<{ acts: boolean }>({
    what: 'calls are never answered; `acts` tells whether they are carried out',
    options: { acts: false },
    door: ({ options: { acts } }) => ({ kind: acts ? 'timeout_after' : 'timeout_before' }),
  }),
} as const satisfies Record<string, Personality>;
