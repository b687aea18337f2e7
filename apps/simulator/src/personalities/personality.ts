import { type Operation } from '../bank/operation.js';
import { type FaultKind } from '../faults/faults.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type CallName } from '../alliance/call-names.js';

export type OptionValue = string | number | boolean;
export type Options = Readonly<Record<string, OptionValue>>;

/** What is being answered: a call of the API, or a callback that is about to be sent. */
export interface Call {
  readonly name: CallName | 'authorize' | 'callback';
  readonly path: string;
  /** Absent when the caller could not be told. */
  readonly serviceCode?: string | undefined;
}

/** What comes over the caller instead of the bank's usual work. */
export interface Interruption {
  readonly kind: FaultKind;
  readonly delayMs?: number;
  readonly msgCode?: string;
  readonly httpStatus?: number;
  /** Body of an `http_error` instead of the HTML page. */
  readonly text?: string;
}

export interface WireAnswer {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Moment<O extends Options> {
  readonly call: Call;
  readonly options: O;
  /** Epoch milliseconds of bank time. */
  readonly now: number;
}

/** What the bank does by itself once a purchase has succeeded. */
export interface Afterthought {
  /** Bank time from the success. */
  readonly delayMs: number;
  readonly kind: 'charge' | 'refund';
  /** Kopiyky; absent = all. */
  readonly coinAmount?: number;
  /** Of a refund; absent = none. */
  readonly merchantRequestId?: string;
}

export interface Levers {
  /** Somebody else opens a session under each service code, or under that of one merchant. */
  readonly rivalAuthorize: (merchantId?: string) => Promise<void>;
}

/**
 * One way in which a bank differs from the usual one: what it changes, and at which points.
 * A hook that answers undefined changed nothing, and does not count as a use.
 */
export interface Personality<O extends Options = Options> {
  /** One sentence for the documentation. */
  readonly what: string;
  /** Defaults; their types are the types of the options. */
  readonly options: O;
  /** Before the bank acts. */
  readonly door?: (moment: Moment<O>) => Interruption | undefined;
  /** Each operation object that the bank shows; `hidden` = as if it were not there. */
  readonly operation?: (
    view: JsonObject,
    moment: Moment<O> & { readonly known: Operation },
  ) => JsonObject | 'hidden' | undefined;
  /** The answer as an object; may throw a BankError instead. */
  readonly answer?: (answer: JsonObject, moment: Moment<O>) => JsonObject | undefined;
  /** The JSON text, before it is encrypted where it is. */
  readonly text?: (json: string, moment: Moment<O>) => string;
  /** More members of the JWE's protected header. */
  readonly joseHeader?: (moment: Moment<O>) => JsonObject;
  /** The bytes and headers that leave. */
  readonly wire?: (answer: WireAnswer, moment: Moment<O>) => WireAnswer;
  /** Bank time that an operation stays PENDING. */
  readonly pendingMs?: (operation: Operation, options: O) => number | undefined;
  readonly paid?: (operation: Operation, options: O) => Afterthought | undefined;
  readonly losesCallback?: boolean;
  readonly sessionLifeMs?: (options: O) => number;
  /** By how much the bank's clock is ahead when it compares a caller's `date`. */
  readonly clockSkewMs?: (options: O) => number;
  readonly servesCipherHelpers?: boolean;
  /** Real milliseconds between two uses of `strike`. */
  readonly everyMs?: (options: O) => number;
  readonly strike?: (levers: Levers, merchantId?: string) => Promise<void>;
}

/** Keeps the types of one personality's own options inside its hooks. */
export const personality = <O extends Options>(definition: Personality<O>): Personality =>
  definition as unknown as Personality;
