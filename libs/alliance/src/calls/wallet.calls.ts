import { z } from 'zod';
import { operationWire } from '../wire/operation.wire.js';
import { appleMerchantWire, appleSessionWire, googleMerchantWire } from './answers.js';
import { type CallRow, DATE, json, jwe, jws, MERCHANT_AND_DATE, NOTHING } from './call.js';
import { namedPayer, payer } from './customer.js';
import * as m from './members.js';
import { applePaymentToken, googleEnvironment, googlePaymentData } from './wallet.members.js';

const DECRYPTED = ['paymentData'] as const;
const recipientAccount = m.iban.optional();

/** Apple's amount is inside `paymentData`; Google's stands beside it. */
const appleDecrypted = { ...m.firstStep, paymentData: m.cardJwe };
const googleDecrypted = { ...appleDecrypted, transactionAmount: m.amount };
const googleStep2 = m.threeDsStep.extend({ notificationUrl: m.told.notificationUrl });

/** Only Apple's own hosts: the bank's server opens the address. */
const appleValidationUrl = z.url({ protocol: /^https$/, hostname: /(?:^|\.)apple\.com$/ }).max(1000);
const appleSession = z.strictObject({
  validationUrl: appleValidationUrl,
  /** Apple's merchant identifier as the bank issued it, not the terminal's id. */
  merchantId: m.text(255),
  domain: m.text(255),
  merchantRequestId: m.longMerchantRequestId,
});

const googleToken = {
  ...m.firstStep,
  googlePayPaymentData: googlePaymentData,
  environment: googleEnvironment,
  /** The table says `transactionAmount`, every example `coinAmount`. */
  coinAmount: m.amount,
  customerData: payer,
};
/** The one step is all there is: 3-D Secure wants the browser in it. */
const googleEncrypted = z.discriminatedUnion('desiredThreeDSMode', [
  z.strictObject({ ...googleToken, desiredThreeDSMode: z.literal('MUST'), browserInfo: m.browserInfo }),
  z.strictObject({
    ...googleToken,
    desiredThreeDSMode: z.enum(['SHOULD', 'MUST_NOT']),
    browserInfo: m.browserInfo.optional(),
  }),
]);

/** Wallets. Without 3-D Secure the money moves in step 1. */
export const WALLET_CALLS = {
  'h2h.applepay.purchase': {
    v1: jwe('/payments/v3/apple_pay/purchase'),
    v2: jws('/payments/apple_pay/purchase_v3'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: DECRYPTED,
    body: z.strictObject({ ...appleDecrypted, customerData: payer }),
    answer: operationWire,
    source: 'H2H: Apple Pay decrypted, purchase, step 1',
  },
  'h2h.applepay.purchase-3ds': {
    v1: jwe('/payments/v1/apple_pay_3ds/purchase'),
    v2: jws('/payments/apple_pay_3ds/purchase_v1'),
    fills: DATE,
    effect: 'money',
    secret: NOTHING,
    body: m.threeDsStep,
    answer: operationWire,
    source: 'H2H: Apple Pay decrypted, purchase, step 2',
  },
  'h2h.applepay.c2a': {
    v1: jwe('/payments/v3/apple_pay/card_to_account'),
    v2: jws('/payments/apple_pay/card_to_account_v3'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: DECRYPTED,
    body: z.strictObject({ ...appleDecrypted, recipientAccount, customerData: namedPayer }),
    answer: operationWire,
    source: 'H2H: Apple Pay decrypted, C2A, step 1',
  },
  'h2h.applepay.c2a-3ds': {
    v1: jwe('/payments/v1/apple_pay_3ds/card_to_account'),
    v2: jws('/payments/apple_pay_3ds/card_to_account_v1'),
    fills: DATE,
    effect: 'money',
    secret: NOTHING,
    body: m.threeDsStep,
    answer: operationWire,
    source: 'H2H: Apple Pay decrypted, C2A, step 2',
  },
  'h2h.applepay.merchant-get': {
    v1: json('/payments/v1/applepay/merchant/get'),
    v2: jws('/payments/merchant/get_v1'), // without an Apple segment, as printed
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({}),
    answer: appleMerchantWire,
    source: 'H2H: Apple Pay, merchant data',
  },
  'h2h.applepay.session': {
    v1: json('/payments/v1/apple_pay/get_session'),
    v2: jws('/payments/apple_pay/get_session_v1'),
    fills: NOTHING,
    effect: 'opens',
    secret: NOTHING,
    body: appleSession,
    answer: appleSessionWire,
    source: 'H2H: Apple Pay, session',
  },
  'h2h.applepay.token-purchase': {
    v1: jwe('/payments/v1/apple_pay/token/purchase'),
    v2: jws('/payments/apple_pay/token/purchase_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: ['paymentToken'],
    body: z.strictObject({ ...m.firstStep, paymentToken: applePaymentToken, customerData: payer }),
    answer: operationWire,
    source: 'H2H: Apple Pay encrypted, payment',
  },
  'h2h.googlepay.purchase': {
    v1: jwe('/payments/v3/google_pay/purchase'),
    v2: jws('/payments/google_pay/purchase_v3'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: DECRYPTED,
    body: z.strictObject({ ...googleDecrypted, customerData: payer }),
    answer: operationWire,
    source: 'H2H: Google Pay decrypted, purchase, step 1',
  },
  'h2h.googlepay.purchase-3ds': {
    v1: jwe('/payments/v1/google_pay_3ds/purchase'),
    v2: jws('/payments/google_pay_3ds/purchase_v1'),
    fills: DATE,
    effect: 'money',
    secret: NOTHING,
    body: googleStep2,
    answer: operationWire,
    source: 'H2H: Google Pay decrypted, purchase, step 2',
  },
  'h2h.googlepay.c2a': {
    v1: jwe('/payments/v3/google_pay/card_to_account'),
    v2: jws('/payments/google_pay/card_to_account_v3'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: DECRYPTED,
    body: z.strictObject({ ...googleDecrypted, recipientAccount, customerData: namedPayer }),
    answer: operationWire,
    source: 'H2H: Google Pay decrypted, C2A, step 1',
  },
  'h2h.googlepay.c2a-3ds': {
    v1: jwe('/payments/v1/google_pay_3ds/card_to_account'),
    v2: jws('/payments/google_pay_3ds/card_to_account_v1'),
    fills: DATE,
    effect: 'money',
    secret: NOTHING,
    body: googleStep2,
    answer: operationWire,
    source: 'H2H: Google Pay decrypted, C2A, step 2',
  },
  'h2h.googlepay.merchant-get': {
    v1: json('/payments/v1/googplepay/merchant/get'), // the bank's spelling
    v2: jws('/payments/google_pay/merchant/get_v1'),
    fills: NOTHING,
    effect: 'none',
    secret: NOTHING,
    body: z.strictObject({}),
    answer: googleMerchantWire,
    source: 'H2H: Google Pay, merchant data',
  },
  'h2h.googlepay.token-purchase': {
    v1: jwe('/payments/v1/google_pay/token/purchase'),
    v2: jws('/payments/google_pay/token/purchase_v1'),
    fills: MERCHANT_AND_DATE,
    effect: 'money',
    secret: ['googlePayPaymentData'],
    body: googleEncrypted,
    answer: operationWire,
    source: 'H2H: Google Pay encrypted, payment',
  },
} as const satisfies Record<string, CallRow>;
