import { SendWindow } from '#libs/alliance';
import { type SecretText } from '../../accounts/secret-text.js';
import { type Customer } from './customer.js';
import { type BankOperationFacts, type BankOrderFacts, type Hidden } from '../domain/bank-facts.js';
import { type CardStatus } from '../domain/saved-card.js';
import { type Currency } from '../domain/money.js';
import { type ChargeStep, type FollowUpStep, type OrderStep, type StepName } from '../domain/operation.js';
import { type PageWishes } from '../domain/page.js';
import { type OrderAnswer } from '../domain/order-answer.js';

export { SendWindow };

export type { Customer };

/** One sending of a step, as it stands on record. It has no place for secrets. */
export interface Sending<Step extends StepName = StepName> {
  readonly step: Step;
  /** Of the bank's two ways to authorize. */
  readonly protocol: '1.0' | '2.0';
  readonly accountId: string;
  /** The terminal. */
  readonly bankMerchantId: string;
  readonly merchantRequestId: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: Currency;
  /** The bank's id of the operation that it acts on, or goes on with; null: there is none. */
  readonly parentBankId: string | null;
  /** Ids of ours, payment and operation, which the bank's registers repeat. */
  readonly ourIds: readonly [payment: string, operation: string];
  /** Where the bank posts callbacks. */
  readonly callbackUrl: string;
  /** Read by steps that open a page only. */
  readonly page: Page;
  /** Opened right before the COMMIT that put the request on record; past it nothing is sent. */
  readonly window?: SendWindow;
}

/** The page on which a customer pays. */
export interface Page {
  readonly description: string | null;
  /** How the customer is asked to pay. */
  readonly wishes: PageWishes;
  /** The merchant's own number of the payment, or ours. */
  readonly reference: string;
  readonly language: string;
  readonly expiresInMinutes: number;
  /** Of a hold: when the bank lets go of it by itself. */
  readonly holdExpiresAt: Date | null;
  /** Where it sends the browser, whatever the result. */
  readonly returnUrl: string;
}

/** What is opened only to be sent, and never kept in the open. */
export interface Secrets {
  /** Null for steps whose row does not ask for it. */
  readonly customer: Customer | null;
  /** What is paid with, for steps that take it. */
  readonly card?: CardSecrets | undefined;
}

/** What the customer's browser encrypted for the bank. In memory only: never stored, logged, hashed or sent again. */
export interface CardSecrets {
  readonly number?: SecretText | undefined;
  /** Expiry and CVV. */
  readonly data?: SecretText | undefined;
  readonly browser?: Browser | undefined;
  /** The bank's token of a card that it keeps, and the CVV that was asked for once more. */
  readonly token?: SecretText | undefined;
  readonly cvv?: SecretText | undefined;
}

/** Of the customer's browser, as 3-D Secure asks for it. */
export interface Browser {
  readonly acceptHeader: string;
  readonly userAgent: string;
  readonly language: string;
  readonly colorDepth: number;
  /** Pixels, as is the next. */
  readonly screenHeight: number;
  readonly screenWidth: number;
  /** Minutes by which UTC is ahead of it, as `Date.getTimezoneOffset` has them. */
  readonly timeZoneOffset: number;
}

/** The bank said no. `code` is its own. */
interface Refused {
  readonly kind: 'refused';
  readonly code: string;
  /** The bank documents that nothing was started; otherwise only a query tells. */
  readonly provenNoEffect: boolean;
}
/** Nothing can be said about the effect; `reason` is fit for a log. */
export interface Unknown {
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
/** Our own client does not send such a request: nothing left, and nothing would another time. `reason` names members, never values. */
interface Unsendable {
  readonly kind: 'unsendable';
  readonly reason: string;
}
/** What came instead of an answer that says what was done. */
export type Failed = Refused | Duplicate | Unknown | Unsendable;

/** The bank's answer as it came; whether it answers our question is not its to say. */
type Opened = { readonly kind: 'opened' } & OrderAnswer;
interface Answered {
  readonly kind: 'answered';
  readonly facts: BankOperationFacts;
}
/** What the bank says of a step that it has done: orders are opened, everything else is an operation. */
export type AnswerTo<Step extends StepName> = Step extends OrderStep ? Opened : Answered;
/** What a step came to. */
export type OutcomeOf<Step extends StepName> = AnswerTo<Step> | Failed;
export type OrderOutcome = OutcomeOf<OrderStep>;
export type ChargeOutcome = OutcomeOf<ChargeStep>;
export type FollowUpOutcome = OutcomeOf<FollowUpStep>;

/** What can be asked for, and what the bank says of it. */
export interface Readings {
  /** By the bank's id of an order. */
  readonly order:
    | { readonly kind: 'found'; readonly order: BankOrderFacts }
    | { readonly kind: 'order_expired' }
    | { readonly kind: 'not_found' }
    | Unknown;
  /** By the bank's id of an operation that it has shown before. */
  readonly operation_id:
    { readonly kind: 'found'; readonly facts: BankOperationFacts } | { readonly kind: 'not_found' } | Unknown;
  /** What is on the merchant's account, in kopiyky; by its terminal. */
  readonly balance:
    | { readonly kind: 'found'; readonly available: number; readonly overdraft: number; readonly total: number }
    | { readonly kind: 'not_found' }
    | Unknown;
  /** By our id of a request. */
  readonly request_id:
    { readonly kind: 'found'; readonly facts: BankOperationFacts } | { readonly kind: 'not_found' } | Unknown;
  /** A card that the bank keeps, by its token. */
  readonly card_token:
    { readonly kind: 'found'; readonly status: CardStatus } | { readonly kind: 'not_found' } | Unknown;
}
export type OrderReading = Readings['order'];
export type OperationReading = Readings['request_id'];

export interface Question<By extends keyof Readings = keyof Readings> {
  readonly by: By;
  readonly id: string;
}

/** What the bank is to do that moves no money, and what it says of it. Done twice, it does no harm. */
export interface Errands {
  readonly keep_card: {
    readonly asks: {
      readonly merchantRequestId: string;
      /** The terminal that may charge it. */
      readonly bankMerchantId: string;
      readonly customerId: string;
      readonly number: SecretText;
      readonly expiry: SecretText;
    };
    readonly answer: { readonly card: BankCard };
  };
  readonly change_card: {
    readonly asks: { readonly token: SecretText; readonly to: CardChange };
    readonly answer: { readonly changed: boolean };
  };
}
/** What a merchant may make of a card; that it is over only the bank says. */
export type CardChange = Exclude<CardStatus, 'expired'>;
export type Errand<Name extends keyof Errands = keyof Errands> = {
  [One in keyof Errands]: { readonly name: One } & Errands[One]['asks'];
}[Name];
export type ErrandOutcome<Name extends keyof Errands> = ({ readonly kind: 'done' } & Errands[Name]['answer']) | Failed;

/** What the bank told of a card that it keeps. */
export interface BankCard {
  readonly token: Hidden;
  readonly mask: string | undefined;
  readonly scheme: string | undefined;
}

/** Port: what payments ask of a bank. Never throws for anything the bank or the network did. */
export abstract class PaymentBank {
  abstract send<Step extends StepName>(sending: Sending<Step>, secrets: Secrets): Promise<OutcomeOf<Step>>;
  abstract read<By extends keyof Readings>(accountId: string, question: Question<By>): Promise<Readings[By]>;
  abstract run<Name extends keyof Errands>(accountId: string, errand: Errand<Name>): Promise<ErrandOutcome<Name>>;
}
