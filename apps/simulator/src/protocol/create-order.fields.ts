import { type FieldError, validationError } from './bank-error.js';
import { type JsonObject } from './body-codec.js';
import { checkDate } from './refund.fields.js';
import { checkUrl, type FieldRule, validate } from './validator.js';

const NAME =
  /^[\p{Script=Latin}\p{Script=Cyrillic}\d](?:[\p{Script=Latin}\p{Script=Cyrillic}\d '-]*[\p{Script=Latin}\p{Script=Cyrillic}\d])?$/u;
const FORBIDDEN_NAMES = new Set(['NULL', '3D SECURE', 'SURNAME', 'CARDHOLDER', 'UNKNOWN']);
/** The printed class of section o, with its accidental range U+0027-U+003D. */
const COMMENT = /^[a-zA-Z0-9 ,.;:@#$%'-=+]*$/;
const BIRTHDAY = /^(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.\d{4}$/;

export const checkName = (value: string): string | undefined => {
  if (!NAME.test(value) || /^\d+$/.test(value))
    return 'must be letters and digits, with space, hyphen or apostrophe between';
  return FORBIDDEN_NAMES.has(value.trim().toUpperCase()) ? 'is a forbidden name' : undefined;
};

const checkComment = (value: string): string | undefined =>
  COMMENT.test(value) ? undefined : 'holds characters that are not allowed';

const checkBirthday = (value: string): string | undefined => (BIRTHDAY.test(value) ? undefined : 'must be DD.MM.YYYY');

const text = (name: string, max: number, more: Partial<FieldRule> = {}): FieldRule => ({
  name,
  type: 'string',
  max,
  ...more,
});

const customerFields = (strict: boolean): readonly FieldRule[] => [
  text('senderCustomerId', 255, { required: true }),
  text('senderFirstName', 30, { check: checkName }),
  text('senderLastName', 30, { check: checkName }),
  text('senderMiddleName', 30, { check: checkName }),
  text('senderEmail', 256),
  text('senderCountry', 3),
  text('senderRegion', 255),
  text('senderCity', 25),
  text('senderStreet', 35),
  text('senderAdditionalAddress', 255),
  text('senderItn', 20),
  text('senderPassport', 255),
  text('senderIp', 50),
  text('senderPhone', 20),
  text('senderBirthday', 50, strict ? { check: checkBirthday } : {}),
  text('senderGender', 50, strict ? { values: ['Male', 'Female'] } : {}),
  text('senderZipCode', 50),
];

export const LANGUAGES = ['uk', 'en', 'es', 'de', 'pl', 'fr', 'tr', 'it', 'nl', 'pt'] as const;
export const PAYMENT_METHODS = ['CARD', 'APPLE_PAY', 'GOOGLE_PAY'] as const;
export const CURRENCIES = ['980', '840', '978'] as const;
const STATUS_PAGES = ['STATUS_TIMER_PAGE', 'STATUS_PAGE', 'STATUS_REDIRECT_MERCHANT_PAGE'] as const;

/** Section e.2. Strict mode keeps the shorter address of Authorization 1.0 and the printed comment class. */
const orderFields = (strict: boolean): readonly FieldRule[] => [
  text('merchantRequestId', 36, { required: true }),
  text('merchantId', 36, { required: true }),
  text('hppPayType', 20, { required: true, values: ['PURCHASE', 'A2A', 'PREAUTH', 'VERIFICATION'] }),
  text('directType', 20, { values: ['REDIRECT', 'BANK_LINK', 'STATIC_LINK'] }),
  text('hppTryMode', 20, { values: ['ONE_TRY', 'MULTI_PAYMENT'] }),
  { name: 'expirationTimeMinutes', type: 'integer', min: 1, max: 1440 },
  text('preAuthExpDate', 50, { check: checkDate }),
  { name: 'coinAmount', type: 'integer', required: true, min: 0 },
  text('currencyCode', 3, { values: CURRENCIES }),
  { name: 'paymentMethods', type: 'strings', required: true, values: PAYMENT_METHODS },
  text('language', 50, { values: LANGUAGES }),
  text('notificationUrl', strict ? 255 : 1000, { check: checkUrl }),
  { name: 'notificationEncryption', type: 'boolean' },
  text('successUrl', 1000, { required: true, check: checkUrl }),
  text('failUrl', 1000, { required: true, check: checkUrl }),
  text('statusPageType', 50, { required: strict, values: STATUS_PAGES }),
  text('purpose', 255),
  text('merchantComment', 255, strict ? { check: checkComment } : {}),
  { name: 'customerData', type: 'object', required: true },
];

const RULES = {
  strict: { order: orderFields(true), customer: customerFields(true) },
  lenient: { order: orderFields(false), customer: customerFields(false) },
};

/** Parsed body of create-order: documented types, documented defaults. */
export interface CreateOrder {
  readonly merchantRequestId: string;
  readonly merchantId: string;
  readonly hppPayType: string;
  readonly directType: string;
  readonly hppTryMode: 'ONE_TRY' | 'MULTI_PAYMENT';
  readonly expirationTimeMinutes: number;
  /** Of a PREAUTH order: when an uncaptured hold is reversed. */
  readonly preAuthExpDate?: string;
  readonly coinAmount: number;
  readonly currencyCode: (typeof CURRENCIES)[number];
  readonly paymentMethods: readonly string[];
  readonly language: string;
  readonly notificationUrl?: string;
  readonly notificationEncryption: boolean;
  readonly successUrl: string;
  readonly failUrl: string;
  readonly statusPageType: (typeof STATUS_PAGES)[number];
  readonly purpose?: string;
  readonly merchantComment?: string;
  readonly customerData: Readonly<Record<string, string>>;
}

const DEFAULTS = {
  directType: 'REDIRECT',
  hppTryMode: 'ONE_TRY',
  expirationTimeMinutes: 15,
  currencyCode: '980',
  language: 'uk',
  notificationEncryption: false,
  statusPageType: 'STATUS_TIMER_PAGE',
};

/** Strict mode wants the date of a hold; published clients leave it out (trap 71). */
const conditionalErrors = ({ hppPayType, preAuthExpDate }: JsonObject, strict: boolean): readonly FieldError[] =>
  strict && hppPayType === 'PREAUTH' && preAuthExpDate === undefined
    ? [{ field: 'preAuthExpDate', message: 'is required when hppPayType is PREAUTH' }]
    : [];

/** @throws BankError `b_request_is_not_correct` with `validation.errors` */
export function parseCreateOrder(body: JsonObject, strict: boolean): CreateOrder {
  const rules = strict ? RULES.strict : RULES.lenient;
  const order = validate(body, rules.order, strict);
  const customerBody = (order.value['customerData'] ?? {}) as JsonObject;
  const customer = validate(customerBody, rules.customer, strict, 'customerData.');
  const missing = order.errors.some(({ field }) => field === 'customerData');
  const errors = missing ? [...order.errors] : [...order.errors, ...customer.errors];
  errors.push(...conditionalErrors(order.value, strict));
  if (errors.length > 0) throw validationError(errors);
  return { ...DEFAULTS, ...order.value, customerData: customer.value } as unknown as CreateOrder;
}
