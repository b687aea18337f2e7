import {
  checkName,
  flag,
  integer,
  merchantComment,
  merchantId,
  merchantRequestId,
  notificationEncryption,
  payer,
  purpose,
  required,
  requiredStrict,
  shortNotificationUrl,
  text,
} from '../alliance/fields.js';
import { type FieldError, validationError } from './bank-error.js';
import { type JsonObject } from './body-codec.js';
import { checkDate } from './refund.fields.js';
import { checkUrl, type FieldRule, validate } from './validator.js';

export { checkName };

export const LANGUAGES = ['uk', 'en', 'es', 'de', 'pl', 'fr', 'tr', 'it', 'nl', 'pt'] as const;
export const PAYMENT_METHODS = ['CARD', 'APPLE_PAY', 'GOOGLE_PAY'] as const;
export const CURRENCIES = ['980', '840', '978'] as const;
const STATUS_PAGES = ['STATUS_TIMER_PAGE', 'STATUS_PAGE', 'STATUS_REDIRECT_MERCHANT_PAGE'] as const;

const LONGEST_LIFE_MINUTES = 1_440;
export const SHORTEST_A2A_MINUTES = 60;
const SHORTEST_A2A_COMMENT = 14;

const isA2A = ({ hppPayType }: JsonObject): boolean => hppPayType === 'A2A';

/** Section e.2. Strict mode keeps the shorter address of Authorization 1.0 and the printed comment class. */
export const ORDER_FIELDS: readonly FieldRule[] = [
  merchantRequestId,
  merchantId,
  text('hppPayType', 20, { ...required, values: ['PURCHASE', 'A2A', 'PREAUTH', 'VERIFICATION'] }),
  text('directType', 20, { values: ['REDIRECT', 'BANK_LINK', 'STATIC_LINK'] }),
  text('hppTryMode', 20, { values: ['ONE_TRY', 'MULTI_PAYMENT'] }),
  integer('expirationTimeMinutes', { min: 1, max: LONGEST_LIFE_MINUTES }),
  // Published clients leave the date of a hold out (trap 71).
  text('preAuthExpDate', 50, {
    check: checkDate,
    strict: { when: ({ hppPayType }) => hppPayType === 'PREAUTH' },
  }),
  integer('coinAmount', { ...required, min: 0 }),
  text('currencyCode', 3, { values: CURRENCIES }),
  { name: 'paymentMethods', type: 'strings', required: true, values: PAYMENT_METHODS },
  text('language', 50, { values: LANGUAGES }),
  shortNotificationUrl,
  notificationEncryption,
  text('successUrl', 1_000, { ...required, check: checkUrl }),
  text('failUrl', 1_000, { ...required, check: checkUrl }),
  text('statusPageType', 50, { ...requiredStrict, values: STATUS_PAGES }),
  purpose,
  { ...merchantComment, when: isA2A },
  text('priorityBankCode', 50),
  text('paymentCategoryGoal', 9, { strict: { values: ['MP2B/OTHR'] } }),
  flag('generateQrNbu'),
  flag('editableAmount'),
  flag('neverExpire'),
  { name: 'hppPageAdditionalInfo', type: 'object' },
  payer,
];

/** Parsed body of create-order: documented types, documented defaults. */
export interface CreateOrder {
  readonly merchantRequestId: string;
  readonly merchantId: string;
  readonly hppPayType: string;
  readonly directType: string;
  readonly hppTryMode: 'ONE_TRY' | 'MULTI_PAYMENT';
  /** Absent = as long as the bank likes. */
  readonly expirationTimeMinutes?: number;
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
  /** A2A: the bank whose application opens; ALL_BANKS = a page with all of them. */
  readonly priorityBankCode?: string;
  readonly paymentCategoryGoal?: string;
  readonly generateQrNbu?: boolean;
  /** The payer may change the amount. */
  readonly editableAmount?: boolean;
  readonly neverExpire?: boolean;
  readonly customerData: Readonly<Record<string, string>>;
}

const DEFAULTS = {
  directType: 'REDIRECT',
  hppTryMode: 'ONE_TRY',
  currencyCode: '980',
  language: 'uk',
  notificationEncryption: false,
  statusPageType: 'STATUS_TIMER_PAGE',
};

/** What the table says of A2A orders alone. */
export function orderErrors(order: JsonObject): readonly FieldError[] {
  if (!isA2A(order)) return [];
  const { expirationTimeMinutes = SHORTEST_A2A_MINUTES, merchantComment: told = '', currencyCode = '980' } = order;
  return [
    ...(Number(expirationTimeMinutes) < SHORTEST_A2A_MINUTES
      ? [{ field: 'expirationTimeMinutes', message: 'must be at least 60 when hppPayType is A2A' }]
      : []),
    ...(typeof told === 'string' && told !== '' && told.length < SHORTEST_A2A_COMMENT
      ? [{ field: 'merchantComment', message: 'must be at least 14 characters when hppPayType is A2A' }]
      : []),
    ...(currencyCode === '980' ? [] : [{ field: 'currencyCode', message: 'must be 980 when hppPayType is A2A' }]),
  ];
}

export const withDefaults = (order: JsonObject): CreateOrder => ({ ...DEFAULTS, ...order }) as unknown as CreateOrder;

/** @throws BankError `b_request_is_not_correct` with `validation.errors` */
export function parseCreateOrder(body: JsonObject, strict: boolean): CreateOrder {
  const { value, errors } = validate(body, ORDER_FIELDS, { strict, protocol: '1.0' });
  const all = [...errors, ...orderErrors(value)];
  if (all.length > 0) throw validationError(all);
  return withDefaults(value);
}
