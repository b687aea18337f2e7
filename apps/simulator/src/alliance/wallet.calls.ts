import { type Means } from '../bank/means.js';
import { type OperationType } from '../bank/operation-types.js';
import { BankError, type FieldError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type FieldRule } from '../protocol/validator.js';
import { type AllianceCall, type CallContext } from './call.js';
import {
  bothSidesNamed,
  browserInfo,
  integer,
  jwe,
  notificationUrl,
  object,
  payerOfSamples,
  paymentMembers,
  required,
  requiredStrict,
  text,
} from './fields.js';
import { appleDecrypted, appleEncrypted, googleDecrypted, googleEncrypted } from './means.js';
import { authenticate, threeDsFields } from './second-step.js';

const LONG_TEXT = 20_000;
const paymentData = jwe('paymentData', required);
const sums: readonly FieldRule[] = [integer('transactionAmount', { min: 1 }), integer('coinAmount', { min: 1 })];

/** Google's amount has two names; both at once must agree (trap 10). */
const amountErrors = ({ transactionAmount, coinAmount }: JsonObject): readonly FieldError[] => {
  if (transactionAmount === undefined && coinAmount === undefined)
    return [{ field: 'coinAmount', message: 'is required' }];
  const differ = transactionAmount !== undefined && coinAmount !== undefined && transactionAmount !== coinAmount;
  return differ ? [{ field: 'transactionAmount', message: 'differs from coinAmount' }] : [];
};

/** Decrypted by the merchant: its table knows transactionAmount alone. */
const decryptedAmountErrors = (body: JsonObject): readonly FieldError[] =>
  amountErrors(body).map(({ field, message }) => ({
    field: message === 'is required' ? 'transactionAmount' : field,
    message,
  }));

const amountOf = ({ transactionAmount, coinAmount }: JsonObject, means: Means): number =>
  means.coinAmount ?? Number(transactionAmount ?? coinAmount);

interface WalletPath {
  readonly type: OperationType;
  readonly open: (context: CallContext) => Means | Promise<Means>;
  readonly second: 'for_3ds' | 'at_once' | 'at_once_with_browser';
}

/** Without 3DS the money moves in this call (trap 53). */
const byWallet =
  ({ type, open, second }: WalletPath) =>
  async (context: CallContext): Promise<JsonObject> => {
    const { bank, caller, body } = context;
    const means = await open(context);
    return bank.payments.begin({ type, body, caller, means, coinAmount: amountOf(body, means), second });
  };

const apple = ({ bank, body }: CallContext) => appleDecrypted(bank, body);
const google = ({ bank, body }: CallContext) => googleDecrypted(bank, body);

export const paymentTokenMembers: readonly FieldRule[] = [
  object(
    'paymentData',
    [
      text('data', LONG_TEXT, required),
      text('signature', LONG_TEXT, required),
      text('version', 20, required),
      object(
        'header',
        [
          text('publicKeyHash', 255, required),
          text('applicationData', LONG_TEXT),
          text('wrappedKey', LONG_TEXT),
          text('ephemeralPublicKey', LONG_TEXT, required),
          text('transactionId', 255, required),
        ],
        required,
      ),
    ],
    required,
  ),
  object(
    'paymentMethod',
    [text('displayName', 255, required), text('network', 50, required), text('type', 50, required)],
    required,
  ),
  text('transactionIdentifier', 255, required),
];

/** Google's object is passed on unchanged by the merchant's page; lenient mode looks at its token alone. */
export const googlePayMembers: readonly FieldRule[] = [
  integer('apiVersion', requiredStrict),
  integer('apiVersionMinor', requiredStrict),
  object(
    'merchantInfo',
    [text('merchantId', 255, requiredStrict), text('gateway', 255, requiredStrict)],
    requiredStrict,
  ),
  object(
    'paymentMethodData',
    [
      text('type', 50, requiredStrict),
      text('description', 255, requiredStrict),
      object(
        'info',
        [
          object(
            'assuranceDetails',
            [
              { name: 'accountVerified', type: 'boolean', ...requiredStrict },
              { name: 'cardHolderAuthenticated', type: 'boolean', ...requiredStrict },
            ],
            requiredStrict,
          ),
          text('cardDetails', 50, requiredStrict),
          text('cardFundingSource', 50),
          text('cardNetwork', 50, requiredStrict),
        ],
        requiredStrict,
      ),
      object('tokenizationData', [text('token', LONG_TEXT, required), text('type', 50, required)], required),
    ],
    required,
  ),
];

/** `PROD` is in one sample (trap 21). */
export const environment = text('environment', 20, {
  values: ['TEST', 'PRODUCTION', 'PROD'],
  strict: { values: ['TEST', 'PRODUCTION'] },
});

/** Only an Apple host: anything else would make the bank call whatever the merchant's page names. */
const isAppleHost = (url: unknown): boolean =>
  typeof url === 'string' && URL.canParse(url) && /(?:^|\.)apple\.com$/.test(new URL(url).hostname);

const SESSION_LIFE_MS = 3_600_000;

const appleSession = ({ bank, body }: CallContext): JsonObject => {
  const { validationUrl, domain, merchantRequestId } = body;
  if (!isAppleHost(validationUrl)) throw new BankError('b_failed_to_get_apple_pay_session');
  const now = bank.clock.now();
  return {
    applePaySessionData: {
      epochTimestamp: now,
      expiresAt: now + SESSION_LIFE_MS,
      ...bank.wallets.appleSession(String(domain)),
    },
    merchantRequestId,
    applePaySessionId: bank.wallets.newSessionId(),
  };
};

export const WALLET_CALLS = {
  'h2h.applepay.purchase': {
    v1: { path: '/payments/v3/apple_pay/purchase', encoding: 'jwe' },
    v2: { path: '/payments/apple_pay/purchase_v3' },
    fields: [...paymentMembers, paymentData, payerOfSamples],
    handle: byWallet({ type: 'PURCHASE', open: apple, second: 'for_3ds' }),
  },
  'h2h.applepay.purchase-3ds': {
    v1: { path: '/payments/v1/apple_pay_3ds/purchase', encoding: 'jwe' },
    v2: { path: '/payments/apple_pay_3ds/purchase_v1' },
    fields: threeDsFields,
    handle: authenticate('PURCHASE'),
  },
  'h2h.applepay.c2a': {
    v1: { path: '/payments/v3/apple_pay/card_to_account', encoding: 'jwe' },
    v2: { path: '/payments/apple_pay/card_to_account_v3' },
    fields: [...paymentMembers, paymentData, text('recipientAccount', 34), bothSidesNamed],
    handle: byWallet({ type: 'CARD_2_ACCOUNT', open: apple, second: 'for_3ds' }),
  },
  'h2h.applepay.c2a-3ds': {
    v1: { path: '/payments/v1/apple_pay_3ds/card_to_account', encoding: 'jwe' },
    v2: { path: '/payments/apple_pay_3ds/card_to_account_v1' },
    fields: threeDsFields,
    handle: authenticate('CARD_2_ACCOUNT'),
  },
  'h2h.applepay.token-purchase': {
    v1: { path: '/payments/v1/apple_pay/token/purchase', encoding: 'jwe' },
    v2: { path: '/payments/apple_pay/token/purchase_v1' },
    fields: [...paymentMembers, object('paymentToken', paymentTokenMembers, required), payerOfSamples],
    handle: byWallet({ type: 'PURCHASE', open: ({ bank, body }) => appleEncrypted(bank, body), second: 'at_once' }),
  },
  'h2h.applepay.merchant-get': {
    v1: { path: '/payments/v1/applepay/merchant/get', encoding: 'json' },
    v2: { path: '/payments/merchant/get_v1' },
    fields: [],
    handle: () => ({
      merchantCapabilities: ['SUPPORTS_3DS'],
      supportedNetworks: ['VISA', 'MASTERCARD'],
      countryCode: ['UA'],
      currencyCode: 'UAH',
    }),
  },
  'h2h.applepay.session': {
    v1: { path: '/payments/v1/apple_pay/get_session', encoding: 'json' },
    v2: { path: '/payments/apple_pay/get_session_v1' },
    fields: [
      text('validationUrl', 1_000, required),
      text('merchantId', 255, required),
      text('domain', 255, required),
      text('merchantRequestId', 50, required),
    ],
    handle: appleSession,
  },
  'h2h.googlepay.purchase': {
    v1: { path: '/payments/v3/google_pay/purchase', encoding: 'jwe' },
    v2: { path: '/payments/google_pay/purchase_v3' },
    fields: [...paymentMembers, paymentData, ...sums, text('currencyCode', 3), payerOfSamples],
    errors: decryptedAmountErrors,
    handle: byWallet({ type: 'PURCHASE', open: google, second: 'for_3ds' }),
  },
  'h2h.googlepay.purchase-3ds': {
    v1: { path: '/payments/v1/google_pay_3ds/purchase', encoding: 'jwe' },
    v2: { path: '/payments/google_pay_3ds/purchase_v1' },
    fields: [...threeDsFields, notificationUrl],
    handle: authenticate('PURCHASE'),
  },
  'h2h.googlepay.c2a': {
    v1: { path: '/payments/v3/google_pay/card_to_account', encoding: 'jwe' },
    v2: { path: '/payments/google_pay/card_to_account_v3' },
    fields: [
      ...paymentMembers,
      paymentData,
      ...sums,
      text('currencyCode', 3),
      text('recipientAccount', 34),
      bothSidesNamed,
    ],
    errors: decryptedAmountErrors,
    handle: byWallet({ type: 'CARD_2_ACCOUNT', open: google, second: 'for_3ds' }),
  },
  'h2h.googlepay.c2a-3ds': {
    v1: { path: '/payments/v1/google_pay_3ds/card_to_account', encoding: 'jwe' },
    v2: { path: '/payments/google_pay_3ds/card_to_account_v1' },
    fields: [...threeDsFields, notificationUrl],
    handle: authenticate('CARD_2_ACCOUNT'),
  },
  'h2h.googlepay.token-purchase': {
    v1: { path: '/payments/v1/google_pay/token/purchase', encoding: 'jwe' },
    v2: { path: '/payments/google_pay/token/purchase_v1' },
    fields: [
      ...paymentMembers,
      object('googlePayPaymentData', googlePayMembers, required),
      { ...environment, strict: { ...environment.strict, required: true } },
      ...sums,
      browserInfo(),
      payerOfSamples,
    ],
    errors: amountErrors,
    handle: byWallet({
      type: 'PURCHASE',
      open: ({ bank, body }) => googleEncrypted(bank, body),
      second: 'at_once_with_browser',
    }),
  },
  'h2h.googlepay.merchant-get': {
    // Printed with two p (trap 4); the right spelling is taken too.
    v1: {
      path: '/payments/v1/googplepay/merchant/get',
      encoding: 'json',
      aliases: ['/payments/v1/google_pay/merchant/get'],
    },
    v2: { path: '/payments/google_pay/merchant/get_v1' },
    fields: [],
    handle: ({ bank, caller }) => ({
      id: bank.wallets.gatewayIdOf(caller.merchants[0]?.merchantId ?? ''),
      gPayMerchantName: caller.merchants[0]?.name ?? '',
      gatewayIds: caller.merchants.map(({ merchantId }) => bank.wallets.gatewayIdOf(merchantId)),
      allowedCardNetworks: ['MASTERCARD', 'VISA'],
      allowedAuthMethods: ['PAN_ONLY', 'CRYPTOGRAM_3DS'],
      enabled: true,
      countryCode: 'UA',
    }),
  },
} as const satisfies Record<string, AllianceCall>;
