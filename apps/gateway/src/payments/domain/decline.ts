import { type BankOperationFacts } from './bank-facts.js';
import { type Failure, type FailureCode, failureOf } from './failures.js';

/** Action code / response code → our failure code. Source: bank docs, action codes (protocol reference j.4). */
const DECLINES: Readonly<Record<string, readonly [code: FailureCode, message?: string]>> = {
  '1/01': ['expired_card'],
  '1/02': ['suspected_fraud'],
  '1/11': ['invalid_card_number'],
  '1/16': ['insufficient_funds'],
  '1/18': ['invalid_card'],
  '1/19': ['not_permitted'],
  '1/21': ['limit_exceeded', 'The amount limit of the card is exceeded.'],
  '1/23': ['limit_exceeded', 'The number of payments of the card is exceeded.'],
  '1/76': ['limit_exceeded'],
  '1/85': ['invalid_cvv'],
  '1/88': ['insufficient_funds'],
  '1/90': ['limit_exceeded', 'The payment limit of the card is exceeded.'],
  '2/08': ['lost_card'],
  '2/09': ['stolen_card'],
};

/** Why the bank did not move the money; `card_declined` when it gives no reason we can name. */
export function declineOf(facts: BankOperationFacts): Failure {
  if (facts.status === 'DESIRED_THREEDS_MODE_ERROR') return failureOf('three_ds_unavailable');
  const codes = `${facts.actionCode ?? '?'}/${facts.responseCode ?? '?'}`;
  const known = DECLINES[codes];
  if (known) return failureOf(...known);
  if (facts.actionCode === '33') return failureOf('authentication_failed', `3-D Secure failed (${codes}).`);
  if (facts.errorDetails) return failureOf('bank_error', `The bank reports ${facts.errorDetails}.`);
  if (facts.type === 'REFUND') return failureOf('refund_declined', `The bank declined the refund (${codes}).`);
  return failureOf('card_declined', `The bank declined the payment (${codes}).`);
}
