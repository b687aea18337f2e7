import { SendWindow } from '#libs/alliance';
import { type Customer } from './customer.js';
import { type BankOperationFacts, type BankOrderFacts } from '../domain/bank-facts.js';
import { type FollowUpStep, type OrderStep } from '../domain/operation.js';
import { type OrderAnswer } from '../domain/order-answer.js';

export { SendWindow };

export type { Customer };

export interface OrderRequest {
  readonly step: OrderStep;
  readonly accountId: string;
  /** The terminal to take the money on. */
  readonly bankMerchantId: string;
  readonly merchantRequestId: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly description: string | null;
  readonly language: string;
  readonly expiresInMinutes: number;
  /** Of a hold: when the bank lets go of it by itself. */
  readonly holdExpiresAt?: Date;
  readonly customer: Customer;
  /** Where the bank posts callbacks. */
  readonly callbackUrl: string;
  /** Where the bank's page sends the browser, whatever the result. */
  readonly returnUrl: string;
  /** Opened right before the COMMIT that put the request on record; past it nothing is sent. */
  readonly window?: SendWindow;
}

/** A request that acts on an operation which the bank has. */
export interface FollowUpRequest {
  readonly step: FollowUpStep;
  readonly accountId: string;
  /** The terminal of that operation. */
  readonly bankMerchantId: string;
  readonly merchantRequestId: string;
  /** The bank's id of the operation that it acts on. */
  readonly bankOperationId: string;
  readonly amount: number;
  readonly callbackUrl: string;
  /** As in {@link OrderRequest}. */
  readonly window?: SendWindow;
}

/** The bank said no. `code` is its own. */
interface Refused {
  readonly kind: 'refused';
  readonly code: string;
  /** The bank documents that nothing was started; otherwise only a query tells. */
  readonly provenNoEffect: boolean;
}
/** Nothing can be said about the effect; `reason` is fit for a log. */
interface Unknown {
  readonly kind: 'unknown';
  readonly reason: string;
  /** There was no session, or the bank refused every one that was tried: this request started nothing. */
  readonly noSession?: boolean;
  /** Of a request with effect: it certainly never reached the bank's books, so the same may be put on record anew. */
  readonly unsent?: boolean;
  /** The connection was reset, or the time to send had passed: where a repeat is safe, there is no reason to wait. */
  readonly atOnce?: boolean;
}
/** The bank already has a request with this merchantRequestId. */
interface Duplicate {
  readonly kind: 'duplicate';
}

export type OrderOutcome =
  /** The bank's answer as it came; whether it answers our question is not its to say. */
  ({ readonly kind: 'opened' } & OrderAnswer) | Refused | Duplicate | Unknown;
export type FollowUpOutcome =
  { readonly kind: 'answered'; readonly facts: BankOperationFacts } | Refused | Duplicate | Unknown;
export type OrderReading =
  | { readonly kind: 'found'; readonly order: BankOrderFacts }
  | { readonly kind: 'order_expired' }
  | { readonly kind: 'not_found' }
  | Unknown;
export type OperationReading =
  { readonly kind: 'found'; readonly facts: BankOperationFacts } | { readonly kind: 'not_found' } | Unknown;

/** Port: what payments ask of a bank. Never throws for anything the bank or the network did. */
export abstract class PaymentBank {
  abstract openOrder(request: OrderRequest): Promise<OrderOutcome>;
  abstract readOrder(accountId: string, bankOrderId: string): Promise<OrderReading>;
  abstract followUp(request: FollowUpRequest): Promise<FollowUpOutcome>;
  abstract readOperation(accountId: string, merchantRequestId: string): Promise<OperationReading>;
}
