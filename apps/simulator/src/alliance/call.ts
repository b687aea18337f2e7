import { type Bank } from '../bank/bank.js';
import { type KeyRing } from '../bank/bank-keys.js';
import { type Caller } from '../bank/merchants.js';
import { type FieldError } from '../protocol/bank-error.js';
import { type BodyEncoding, type JsonObject } from '../protocol/body-codec.js';
import { type FieldRule } from '../protocol/validator.js';

export interface CallContext {
  readonly bank: Bank;
  readonly caller: Caller;
  /** As the fields of the row read it. */
  readonly body: JsonObject;
}

/** One call of the bank: where it is, what it takes, what it does. */
export interface AllianceCall {
  /** Under /ecom/execute_request; `encoding` is what strict mode enforces (section b.8). Absent = there is none in 1.0. */
  readonly v1?: {
    readonly path: string;
    readonly encoding: BodyEncoding;
    /** Other spellings that are printed somewhere. */
    readonly aliases?: readonly string[];
  };
  /** Under /ecom/jws. Absent = there is none in 2.0. */
  readonly v2?: { readonly path: string };
  readonly fields: readonly FieldRule[];
  /** What no single field shows. */
  readonly errors?: (body: JsonObject) => readonly FieldError[];
  /** Which of the bank's keys signs the answer under 2.0; absent = that of payments. */
  readonly ring?: KeyRing;
  /** @throws BankError */
  readonly handle: (context: CallContext) => JsonObject | Promise<JsonObject>;
}

export const V1_PREFIX = '/ecom/execute_request';
export const V2_PREFIX = '/ecom/jws';
