import { type BankOperationFacts } from './bank-facts.js';
import { type Failure } from './payment.js';

/** Action code / response code → our failure code. Source: bank docs, action codes (protocol reference j.4). */
const DECLINES: Readonly<Record<string, readonly [code: string, message: string]>> = {
  '1/01': ['expired_card', 'The card has expired.'],
  '1/02': ['suspected_fraud', 'The issuer suspects fraud.'],
  '1/11': ['invalid_card_number', 'The card number is not valid.'],
  '1/16': ['insufficient_funds', 'Not enough money on the card.'],
  '1/18': ['invalid_card', 'The card is not valid.'],
  '1/19': ['not_permitted', 'The card does not permit this payment.'],
  '1/21': ['limit_exceeded', 'The amount limit of the card is exceeded.'],
  '1/23': ['limit_exceeded', 'The number of payments of the card is exceeded.'],
  '1/76': ['limit_exceeded', 'A limit of the card is exceeded.'],
  '1/85': ['invalid_cvv', 'The security code is not valid.'],
  '1/88': ['insufficient_funds', 'Not enough money on the card.'],
  '1/90': ['limit_exceeded', 'The payment limit of the card is exceeded.'],
  '2/08': ['lost_card', 'The card is reported lost.'],
  '2/09': ['stolen_card', 'The card is reported stolen.'],
};

/** Why the bank did not move the money; `card_declined` when it gives no reason we can name. */
export function declineOf(facts: BankOperationFacts): Failure {
  const codes = `${facts.actionCode ?? '?'}/${facts.responseCode ?? '?'}`;
  const known = DECLINES[codes];
  if (known) return { code: known[0], message: known[1] };
  if (facts.actionCode === '33') return { code: 'authentication_failed', message: `3-D Secure failed (${codes}).` };
  if (facts.errorDetails) return { code: 'bank_error', message: `The bank reports ${facts.errorDetails}.` };
  if (facts.type === 'REFUND') return { code: 'refund_declined', message: `The bank declined the refund (${codes}).` };
  return { code: 'card_declined', message: `The bank declined the payment (${codes}).` };
}
