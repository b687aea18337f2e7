import {
  CHARGE_STEPS,
  type ChargeStep,
  FOLLOW_UP_STEPS,
  ORDER_STEPS,
  type OrderStep,
  type StepName,
} from '../domain/operation.js';

/** How one call with effect behaves at the bank, whatever it is for. */
export interface StepRow {
  /**
   * After an outcome that nobody knows. `send_again`: the bank has no question for it. `by_request_id`: it is asked.
   * `by_operation_id`: the payment is, by what the step before it was answered with.
   */
  readonly doubt: 'send_again' | 'by_request_id' | 'by_operation_id';
  /**
   * The wall. `harmless`: the same request again at once, since it alone can charge nobody. `when_absent`: once, after the
   * bank was proven not to have it. `never`: only what is known to be unsent goes out.
   */
  readonly resend: 'harmless' | 'when_absent' | 'never';
  /** What is asked once the bank has it. */
  readonly follow: 'order' | 'by_request_id' | 'by_operation_id';
  /** Of the bank's two ways to authorize. */
  readonly protocol: '1.0' | '2.0';
  /** It is made with the card's own data, which only the customer has. */
  readonly cardData: boolean;
  /** A FAIL in its own answer is final. Otherwise it is asked for: the answer alone proves nothing. */
  readonly failIsFinal: boolean;
  /** The bank wants to know of the customer: what is sealed is opened to send it. */
  readonly customer: boolean;
}

/** What is paid with is in memory only, so that no worker can send it. */
const secret = { protocol: '1.0', resend: 'never', follow: 'by_operation_id', failIsFinal: true } as const;
const create = { ...secret, doubt: 'by_request_id', customer: true, cardData: true } as const;
const execute = { ...secret, doubt: 'by_operation_id', customer: false, cardData: true } as const;
/** Nothing but the customer's browser is needed. */
const authenticate = { ...execute, cardData: false } as const;

const onV1 = { protocol: '1.0', cardData: false, failIsFinal: false } as const;
const order = { ...onV1, doubt: 'send_again', resend: 'harmless', follow: 'order', customer: true } as const;
const followUp = {
  ...onV1,
  doubt: 'by_request_id',
  resend: 'when_absent',
  follow: 'by_request_id',
  customer: false,
} as const;

export const STEPS = {
  order_purchase: order,
  order_hold: order,
  order_verification: order,
  order_a2a: order,
  card_create: create,
  card_execute: execute,
  hold_create: create,
  hold_execute: execute,
  pay_out: { ...create, failIsFinal: false },
  saved_purchase: create,
  saved_authenticate: authenticate,
  saved_hold: create,
  saved_hold_authenticate: authenticate,
  complete: followUp,
  give_back: followUp,
} as const satisfies Record<StepName, StepRow>;

export const STEP_NAMES: readonly StepName[] = [...ORDER_STEPS, ...CHARGE_STEPS, ...FOLLOW_UP_STEPS];

/** Opens a page at the bank, instead of moving money by itself. */
export const isOrderStep = (step: StepName): step is OrderStep => ORDER_STEPS.some((name) => name === step);

/** Takes money from what the merchant's page was given. */
export const isChargeStep = (step: StepName): step is ChargeStep => CHARGE_STEPS.some((name) => name === step);

export const stepOf = (name: StepName): StepRow => STEPS[name];

/** Why a request that was on record may go out once more. */
export type Why = 'in_doubt' | 'unsent' | 'absent';

/** Whether a step may be sent again. Everything that puts a request on record anew asks here. */
export function maySendAgain(step: StepName, why: Why, attempt: number): boolean {
  const { resend } = stepOf(step);
  return why === 'unsent' || resend === 'harmless' || (resend === 'when_absent' && why === 'absent' && attempt === 1);
}
