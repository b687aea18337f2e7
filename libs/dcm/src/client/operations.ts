import { type z } from 'zod';
import {
  accountWire,
  customerListWire,
  customerWire,
  employeeListWire,
  employeeWire,
  emptyWire,
  jwkListWire,
  guidWire,
  sessionTokenWire,
  transferWire,
} from '../wire/bank.wire.js';
import {
  aliasWire,
  newOrderWire,
  orderDetailsWire,
  orderStatusWire,
  p2pMessageWire,
  paymentMessageStatusWire,
} from '../wire/platform.wire.js';

/** How one operation is called and answered. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `{counterparty_guid}` is filled in; other names come from the call. */
  readonly path: string;
  /** `scheme`: scheme DCM or BANK, as the call says. `request`: a fresh request token for each attempt. */
  readonly credential: 'scheme' | 'request' | 'none';
  /** `jws`: a bare token of DCM, which is verified; its claims are the answer. */
  readonly answer: 'json' | 'jws';
  /** True where a repeat does no harm, so that 429 and 5xx are tried again. */
  readonly idempotent: boolean;
  /** Of the answer, or of its claims. */
  readonly wire: z.ZodType;
}

const COUNTERPARTY = '/api/v1/counterparty/{counterparty_guid}';
const BANK = { credential: 'scheme', answer: 'json', idempotent: false } as const;
const PLATFORM = { credential: 'request', answer: 'json', idempotent: false } as const;

/**
 * What a bank or merchant may call. Sources: bank guide and aid guide (first part), platform guide (second part).
 * Answers are read for the members that are published as always present; others pass through.
 */
export const OPERATIONS = {
  'jwk-create': { ...BANK, method: 'POST', path: `${COUNTERPARTY}/jwk`, wire: guidWire },
  'jwk-list': { ...BANK, method: 'GET', path: `${COUNTERPARTY}/jwk`, idempotent: true, wire: jwkListWire },
  'jwk-update': { ...BANK, method: 'PUT', path: `${COUNTERPARTY}/jwk/{jwk_guid}`, idempotent: true, wire: emptyWire },
  'employee-create': { ...BANK, method: 'POST', path: `${COUNTERPARTY}/employees`, wire: employeeWire },
  'customer-create': { ...BANK, method: 'POST', path: `${COUNTERPARTY}/customers`, wire: customerWire },
  'account-create': { ...BANK, method: 'POST', path: `${COUNTERPARTY}/accounts`, wire: accountWire },
  'identifiers-issue': { ...BANK, method: 'POST', path: `${COUNTERPARTY}/emission/issue`, wire: emptyWire },
  // Inferred: no public page has them. Members are named after the error table and the balance notifications; the rest
  // is as in apps/simulator. Give them your contract's word before you rely on them.
  'employee-list': {
    ...BANK,
    method: 'GET',
    path: `${COUNTERPARTY}/employees`,
    idempotent: true,
    wire: employeeListWire,
  },
  'customer-list': {
    ...BANK,
    method: 'GET',
    path: `${COUNTERPARTY}/customers`,
    idempotent: true,
    wire: customerListWire,
  },
  'transfer-create': { ...BANK, method: 'POST', path: `${COUNTERPARTY}/transfers`, wire: transferWire },
  'transfer-read': {
    ...BANK,
    method: 'GET',
    path: `${COUNTERPARTY}/transfers/{transaction_id}`,
    idempotent: true,
    wire: transferWire,
  },

  'order-create': {
    ...PLATFORM,
    method: 'POST',
    path: '/api/v1/merchants/order',
    credential: 'none',
    wire: newOrderWire,
  },
  'order-nbu-json': {
    ...PLATFORM,
    method: 'GET',
    path: '/api/v1/merchants/order/nbu/json',
    idempotent: true,
    wire: orderDetailsWire,
  },
  'order-status': {
    ...PLATFORM,
    method: 'GET',
    path: '/api/v1/merchants/order/status',
    credential: 'none',
    idempotent: true,
    wire: orderStatusWire,
  },
  'payment-message-create': { ...PLATFORM, method: 'POST', path: `${COUNTERPARTY}/payment-message`, wire: guidWire },
  'payment-message-status': {
    ...PLATFORM,
    method: 'GET',
    path: `${COUNTERPARTY}/payment-message/{payment_message_guid}`,
    idempotent: true,
    wire: paymentMessageStatusWire,
  },
  'p2p-payment-message-create': {
    ...PLATFORM,
    method: 'POST',
    path: '/api/v1/p2p/payment-messages',
    answer: 'jws',
    wire: p2pMessageWire,
  },
  'p2p-payment-message-status': {
    ...PLATFORM,
    method: 'GET',
    path: '/api/v1/p2p/payment-messages/{guid}',
    answer: 'jws',
    idempotent: true,
    wire: p2pMessageWire,
  },
  // No page prints its prefix: it lies where the base URL of the contract says.
  'alias-update': { ...PLATFORM, method: 'PUT', path: '/update_alias_db', idempotent: true, wire: emptyWire },
  'alias-status': {
    ...PLATFORM,
    method: 'GET',
    path: '/api/v1/p2p/alias',
    answer: 'jws',
    idempotent: true,
    wire: aliasWire,
  },
} as const satisfies Record<string, Operation>;

/** Name of an operation, such as `order-status`. */
export type OperationId = keyof typeof OPERATIONS;
/** The members of an operation's answer. */
export type AnswerOf<Id extends OperationId> = z.output<(typeof OPERATIONS)[Id]['wire']>;
/** Operations of the bank and aid guides: they need a scheme. */
export type SchemeOperationId = {
  [Id in OperationId]: (typeof OPERATIONS)[Id]['credential'] extends 'scheme' ? Id : never;
}[OperationId];

/** The dry run: not in the table, for its refusals are an answer. */
export const AUTHENTICATE = { path: `${COUNTERPARTY}/jwk/authenticate`, wire: sessionTokenWire } as const;
export const LOGIN_FLOW_PATH = '/kratos/self-service/login/api';
export const LOGIN_PATH = '/kratos/self-service/login';
export const JWKS_PATH = '/api/v1/.well-known/jwks.json';
