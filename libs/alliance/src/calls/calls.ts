import { type z } from 'zod';
import { ACCOUNT_CALLS } from './account.calls.js';
import { type CallRow, type Protocol } from './call.js';
import { CARD_CALLS } from './card.calls.js';
import { HOLD_CALLS } from './hold.calls.js';
import { HOSTED_PAGE_CALLS } from './hosted-page.calls.js';
import { OPEN_CALLS } from './open.calls.js';
import { RECURRING_CALLS } from './recurring.calls.js';
import { TOKEN_CALLS } from './token.calls.js';
import { WALLET_CALLS } from './wallet.calls.js';

/** Every documented call of the bank: 57 rows for 92 endpoints, since most exist under both authorizations. */
export const CALLS = {
  ...HOSTED_PAGE_CALLS,
  ...CARD_CALLS,
  ...WALLET_CALLS,
  ...TOKEN_CALLS,
  ...HOLD_CALLS,
  ...ACCOUNT_CALLS,
  ...RECURRING_CALLS,
  ...OPEN_CALLS,
} as const satisfies Record<string, CallRow>;

/** Name of a documented call, such as `h2h.refund`. */
export type CallId = keyof typeof CALLS;
type Rows = typeof CALLS;

/** What a caller gives; `fills` are added by the client. */
export type BodyOf<Id extends CallId> = z.input<Rows[Id]['body']>;
/** What the client gives back. */
export type AnswerOf<Id extends CallId> = z.output<Rows[Id]['answer']>;

/** The authorizations a call exists under; `never` for open calls and pages. */
export type ProtocolOf<Id extends CallId> =
  | (Rows[Id] extends { readonly v1: object } ? Extract<Protocol, '1.0'> : never)
  | (Rows[Id] extends { readonly v2: object } ? Extract<Protocol, '2.0'> : never);

/** Calls under an account's credentials. */
export type AccountCallId = { [Id in CallId]: ProtocolOf<Id> extends never ? never : Id }[CallId];
/** Calls without credentials. */
export type OpenCallId = { [Id in CallId]: Rows[Id] extends { readonly open: object } ? Id : never }[CallId];
/** Pages of the bank that a browser opens. */
export type PageId = { [Id in CallId]: Rows[Id] extends { readonly page: object } ? Id : never }[CallId];

type MemberOf<T> = T extends unknown ? keyof T : never;
type Misnamed = { [Id in CallId]: Exclude<Rows[Id]['secret'][number], MemberOf<BodyOf<Id>>> }[CallId];
/** Compiles only while every secret member named in a row is a member of its body. */
export const SECRETS_ARE_MEMBERS: [Misnamed] extends [never] ? true : Misnamed = true;

/** The row of a call, widened to what all rows have. */
export const rowOf = (id: CallId): CallRow => CALLS[id];
