import {
  type AccountCallId,
  type AnswerOf,
  type BodyOf,
  type OpenCallId,
  type PageId,
  type ProtocolOf,
} from '../src/calls/calls.js';

// Compiled by the type check, never run: what must not compile is marked, and fails the check when it does.
declare function call<Id extends AccountCallId>(id: Id, body: BodyOf<Id>, protocol: ProtocolOf<Id>): AnswerOf<Id>;
declare const card: BodyOf<'h2h.purchase.execute'>['encryptedCardData'];

const payer = { senderCustomerId: '1258728c1' };
const page = {
  merchantRequestId: 'm',
  coinAmount: 100,
  paymentMethods: ['CARD' as const],
  successUrl: 'https://shop.example/paid',
  failUrl: 'https://shop.example/failed',
  statusPageType: 'STATUS_PAGE' as const,
  customerData: payer,
};
const payout = { merchantRequestId: 'm', coinAmount: 1, encryptedCardNumber: card };
const nobody = { recipientCustomerId: 'c' };
const forced = { merchantRequestId: 'm', scheduledPaymentId: 's' };
const wallet = { merchantRequestId: 'm', desiredThreeDSMode: 'SHOULD' as const, customerData: payer };

export const compiles = (): void => {
  call('hpp.create-order', { hppPayType: 'PREAUTH', preAuthExpDate: new Date(), ...page }, '1.0')
    .hppOrderId satisfies string;
  call('h2h.purchase.execute', { operationId: 'o', encryptedCardData: card }, '2.0').status satisfies string;
  call('h2h.token.get', { token: 't' }, '1.0') satisfies readonly { readonly status: string }[];
  'keys.public-key-get' satisfies OpenCallId;
  'browser.receipt' satisfies PageId;

  // @ts-expect-error the hosted page exists in 1.0 only
  call('hpp.create-order', { hppPayType: 'PURCHASE', ...page }, '2.0');
  // @ts-expect-error recurring payments exist in 2.0 only
  call('recurring.payment.force', forced, '1.0');
  // @ts-expect-error a hold needs its end
  call('hpp.create-order', { hppPayType: 'PREAUTH', ...page }, '1.0');
  // @ts-expect-error a member nobody knows
  call('h2h.refund', { merchantRequestId: 'm', operationId: 'o', coinAmount: 1, surprise: 1 }, '1.0');
  // @ts-expect-error a payout needs tax id or passport
  call('h2h.a2c', { ...payout, customerData: nobody }, '1.0');
  // @ts-expect-error Apple's amount is inside its data
  call('h2h.applepay.purchase', { ...wallet, coinAmount: 1, paymentData: card }, '1.0');
  // @ts-expect-error bare card data is no JWE
  call('h2h.purchase.execute', { operationId: 'o', encryptedCardData: '2603123' }, '1.0');
  // @ts-expect-error with the CVV, or expressly without
  call('h2h.token.purchase', { ...wallet, token: 't', coinAmount: 1 }, '1.0');
  // @ts-expect-error open calls need no account
  call('keys.public-key-get', { kid: 'k' }, '2.0');
  // @ts-expect-error the answer that only says "started" has no amount
  call('recurring.payment.force', forced, '2.0').coinAmount satisfies number;
};
