import { type CreateCompletion, type CreateRefund, checkDate } from '../protocol/refund.fields.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type AllianceCall } from './call.js';
import {
  amount,
  browserInfo,
  comment,
  date,
  integer,
  jwe,
  merchantComment,
  merchantId,
  merchantRequestId,
  notificationEncryption,
  notificationUrl,
  object,
  operationId,
  payer,
  paymentMembers,
  purpose,
  required,
  requiredStrict,
  shortNotificationUrl,
  text,
  txnType,
  typeToken,
} from './fields.js';
import { meansOf, methodTypeOf, PAYMENT_METHOD_TYPES } from './means.js';
import { cvv, isNonCvv } from './token.calls.js';
import { environment, googlePayMembers, paymentTokenMembers } from './wallet.calls.js';

const isMethod =
  (...types: readonly string[]) =>
  (body: JsonObject): boolean =>
    types.includes(methodTypeOf(body));

const isApple = isMethod('APPLE_PAY_ENCRYPTED', 'APPLE_PAY_DECRYPTED');

/** Members by paymentMethodType (section h.3). */
export const methodFields = [
  jwe('encryptedCardNumber', { when: isMethod('CARD') }),
  text('token', 40, { when: isMethod('TOKEN') }),
  object('paymentToken', paymentTokenMembers, { when: isMethod('APPLE_PAY_ENCRYPTED') }),
  jwe('paymentDataEncrypted', { when: isMethod('APPLE_PAY_DECRYPTED', 'GOOGLE_PAY_DECRYPTED') }),
  object('googlePayPaymentData', googlePayMembers, { when: isMethod('GOOGLE_PAY_ENCRYPTED') }),
  { ...environment, strict: { ...environment.strict, when: isMethod('GOOGLE_PAY_ENCRYPTED') } },
];

export const paymentMethodType = text('paymentMethodType', 30, { values: PAYMENT_METHOD_TYPES });

export const HOLD_CALLS = {
  'h2h.preauth.create': {
    v1: { path: '/payments/v1/create/preauth', encoding: 'jwe' },
    v2: { path: '/payments/preauth/create_v1' },
    fields: [
      ...paymentMembers.filter(({ name }) => name !== 'notificationUrl'),
      shortNotificationUrl,
      paymentMethodType,
      ...methodFields,
      { ...cvv, when: (body) => isMethod('TOKEN')(body) && !isNonCvv(body) },
      integer('coinAmount', { min: 1, when: (body) => !isApple(body) }),
      text('preAuthExpDate', 50, { ...requiredStrict, check: checkDate }),
      txnType,
      typeToken,
      browserInfo(),
      payer,
    ],
    handle: async ({ bank, caller, body }) => {
      const means = await meansOf(bank, body);
      const coinAmount = means.coinAmount ?? Number(body['coinAmount']);
      const second = means.service === 'CARD' ? 'always' : 'for_3ds';
      return bank.payments.begin({ type: 'PREAUTH', body, caller, means, coinAmount, second });
    },
  },
  'h2h.preauth.execute': {
    v1: { path: '/payments/v1/execute/preauth', encoding: 'jwe' },
    v2: { path: '/payments/preauth/execute_v1' },
    // Whether it was a card is known to the bank alone: the handler asks for its data.
    fields: [operationId, jwe('encryptedCardData'), date, browserInfo()],
    handle: ({ bank, caller, body }) => bank.payments.execute(body, caller, ['PREAUTH']),
  },
  'h2h.preauth.completion': {
    v1: { path: '/payments/v1/completion', encoding: 'jwe' },
    v2: { path: '/payments/preauth/completion_v1' },
    fields: [
      merchantRequestId,
      merchantId,
      text('originalOperationId', 36, required),
      amount,
      date,
      shortNotificationUrl,
      notificationEncryption,
      merchantComment,
      comment,
      purpose,
    ],
    handle: ({ bank, caller, body }) => bank.holds.complete(body as unknown as CreateCompletion, caller),
  },
  'h2h.refund': {
    v1: { path: '/payments/v3/refund', encoding: 'jwe' },
    v2: { path: '/payments/refund_v1' },
    fields: [
      merchantRequestId,
      merchantId,
      text('operationId', 36, required),
      integer('coinAmount', required),
      date,
      notificationUrl,
      notificationEncryption,
      merchantComment,
    ],
    handle: ({ bank, caller, body }) => bank.refunds.create(body as unknown as CreateRefund, caller),
  },
} as const satisfies Record<string, AllianceCall>;
