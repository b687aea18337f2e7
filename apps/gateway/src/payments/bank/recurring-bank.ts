import { type SendWindow } from '#libs/alliance';
import { type ThreeDs } from '../domain/page.js';
import { type CardSecrets, type Customer, type Failed, type Unknown } from './payment-bank.js';

/** How often the bank charges, and how much, for consecutive numbers of charges. */
export interface PlanRule {
  readonly fromNumber: number;
  readonly toNumber: number;
  /** Kopiyky. */
  readonly amount: number;
  /** Before each of them: so many units. */
  readonly intervalCount: number;
  readonly intervalUnit: 'day' | 'week' | 'month';
}

/** A set of rules and when it applies. */
export interface VersionFacts {
  /** The bank's number of it, from 1. */
  readonly number: number;
  readonly rules: readonly PlanRule[];
  readonly appliesFrom: Date | null;
  /** Null: without an end. */
  readonly appliesTo: Date | null;
}

export interface PlanFacts {
  readonly bankPlanId: string;
  /** The bank's word. */
  readonly status: string;
  readonly versions: readonly VersionFacts[];
}

/** Rules as they are asked for. */
export interface NewVersion {
  readonly rules: readonly PlanRule[];
  readonly appliesFrom: Date | null;
  readonly appliesTo: Date | null;
}

export interface NewPlan extends NewVersion {
  readonly name: string;
  /** Holds our id of the plan, by which it is found after a lost answer. */
  readonly description: string;
  readonly category: string;
}

/** Whose call it is. */
export interface RecurringCall {
  readonly accountId: string;
  /** The terminal. */
  readonly bankMerchantId: string;
  /** Opened right before the COMMIT that put the request on record; past it nothing is sent. */
  readonly window?: SendWindow | undefined;
}

export type RecurringOutcome<Answer> = { readonly kind: 'done'; readonly answer: Answer } | Failed;
export type RecurringReading<Answer> =
  { readonly kind: 'found'; readonly answer: Answer } | { readonly kind: 'not_found' } | Unknown;

/** What a customer begins to follow a plan with. */
export interface NewSubscription {
  readonly merchantRequestId: string;
  readonly bankPlanId: string;
  readonly customer: Customer;
  readonly description: string | null;
  /** Where the bank posts callbacks. */
  readonly callbackUrl: string;
  /** Where the bank's page sends the browser; null: there is no page, and the first charge is ours to begin. */
  readonly returnUrl: string | null;
}

export interface SubscriptionFacts {
  readonly bankOrderId: string;
  /** As the bank repeats it. */
  readonly merchantRequestId: string | undefined;
  readonly redirectUrl: string | null;
}

/** The first charge, with the card in the merchant's page. */
export interface FirstCharge {
  readonly merchantRequestId: string;
  readonly bankOrderId: string;
  readonly threeDs: ThreeDs;
  readonly returnUrl: string;
}

/** A charge that was begun: nothing is proven by it. */
export interface StartedCharge {
  readonly operationId: string;
  /** The bank's word. */
  readonly status: string;
  /** Of 3-D Secure. */
  readonly redirectUrl: string | null;
}

/** A payment of the bank's schedule. */
export interface ScheduledFacts {
  readonly id: string;
  readonly bankOrderId: string;
  readonly number: number | null;
  readonly version: number | null;
  /** The bank's word. */
  readonly word: string;
  /** Kopiyky. */
  readonly amount: number;
  readonly executionAt: Date | null;
  readonly retryAt: Date | null;
  readonly retries: number;
}

/** What a plan is to become, in the bank's word. */
export type PlanWord = 'ACTIVE' | 'PAUSED' | 'CANCELED';

/**
 * Port: what plans and subscriptions ask of a bank, under its Authorization 2.0. Never throws for anything the bank or the
 * network did.
 */
export abstract class RecurringBank {
  abstract createPlan(call: RecurringCall, plan: NewPlan): Promise<RecurringOutcome<PlanFacts>>;
  abstract addVersion(
    call: RecurringCall,
    bankPlanId: string,
    version: NewVersion,
  ): Promise<RecurringOutcome<VersionFacts>>;
  abstract setPlanStatus(
    call: RecurringCall,
    bankPlanId: string,
    status: PlanWord,
  ): Promise<RecurringOutcome<{ readonly status: string }>>;
  abstract readPlan(call: RecurringCall, bankPlanId: string): Promise<RecurringReading<PlanFacts>>;
  /** The plan whose description holds the text. */
  abstract findPlan(call: RecurringCall, text: string): Promise<RecurringReading<PlanFacts>>;
  abstract createSubscription(
    call: RecurringCall,
    subscription: NewSubscription,
  ): Promise<RecurringOutcome<SubscriptionFacts>>;
  abstract cancelSubscription(
    call: RecurringCall,
    bankOrderId: string,
  ): Promise<RecurringOutcome<{ readonly status: string }>>;
  abstract chargeFirst(
    call: RecurringCall,
    charge: FirstCharge,
    card: CardSecrets,
  ): Promise<RecurringOutcome<StartedCharge>>;
  abstract force(
    call: RecurringCall,
    charge: { readonly merchantRequestId: string; readonly scheduledId: string },
  ): Promise<RecurringOutcome<StartedCharge>>;
  /** What is planned and was charged under an order, in a span of time or by id; the bank shows a hundred at most. */
  abstract readSchedule(
    call: RecurringCall,
    wanted: { readonly bankOrderId: string } & (
      { readonly from: Date; readonly to: Date } | { readonly ids: readonly string[] }
    ),
  ): Promise<RecurringReading<readonly ScheduledFacts[]>>;
}
