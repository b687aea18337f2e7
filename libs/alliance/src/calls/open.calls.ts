import { z } from 'zod';
import { publicKeyWire, sessionAnswerWire, verbatimWire } from './answers.js';
import { type CallRow, NOTHING } from './call.js';
import * as m from './members.js';

const publicJwk = {
  kty: z.literal('EC'),
  crv: z.literal('P-384'),
  x: z.string().min(1),
  y: z.string().min(1),
  use: z.string().optional(),
  alg: z.string().optional(),
};

/** Calls without credentials, and pages that the customer's browser opens. */
export const OPEN_CALLS = {
  /** Only AllianceSession calls it: every call ends the session before. */
  'auth.authorize-virtual-device': {
    open: { path: '/api-gateway/authorize_virtual_device' },
    fills: NOTHING,
    effect: 'state',
    secret: ['serviceCode'],
    body: z.strictObject({ serviceCode: m.uuid }),
    answer: sessionAnswerWire,
    source: 'Authentication',
  },
  'keys.public-key-get': {
    open: { path: '/ecom/keys/public_key/get_v1' },
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ kid: m.uuid }),
    answer: publicKeyWire,
    source: 'Authorization 2.0: answers',
  },
  'keys.public-key-get-recurring': {
    open: { path: '/keys/get_public_key_v1' },
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ kid: m.uuid }),
    answer: publicKeyWire,
    source: 'Authorization 2.0: answers',
  },
  /** Test environment only, never with a real key; the message travels in the address. */
  'cipher.encrypt-by-jwk': {
    open: { path: '/cipher/encrypt_by_jwk' },
    fills: NOTHING,
    effect: 'none',
    secret: ['message'],
    body: z.strictObject({ message: z.string(), ...publicJwk }),
    answer: verbatimWire,
    source: 'Encryption of data',
  },
  'cipher.decrypt-by-jwk': {
    open: { path: '/cipher/decrypt_by_jwk' },
    fills: NOTHING,
    effect: 'none',
    secret: ['message', 'd'],
    body: z.strictObject({ message: z.string(), ...publicJwk, d: z.string().min(1) }),
    answer: verbatimWire,
    source: 'Encryption of data',
  },
  'browser.three-ds-redirect': {
    page: { path: '/threeDS/getRedirectHtml/{operationId}' },
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ operationId: m.bankId }),
    answer: verbatimWire,
    source: 'H2H: purchase, step 2',
  },
  'browser.receipt': {
    page: { path: '/generate_receipt/{ecomOperationId}/{operationId}' },
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({ ecomOperationId: m.uuid, operationId: m.bankId }),
    answer: verbatimWire,
    source: 'H2H: callback',
  },
} as const satisfies Record<string, CallRow>;
