import { readdirSync, readFileSync } from 'node:fs';
import { type CallId } from '../src/calls/calls.js';
import { parseBankTime } from '../src/wire/bank-time.js';

const FOLDER = 'test/fixtures/alliance';

/** A member of a documented body; `name` is a path such as `rules[].coinAmount`. */
export interface DocumentedMember {
  readonly name: string;
  readonly type: string;
  readonly maxLength?: number;
  readonly required?: boolean | 'conditional';
  readonly condition?: string;
  readonly enum?: readonly string[];
}

export interface DocumentedEndpoint {
  readonly id: string;
  readonly auth: string;
  readonly method: string;
  readonly path: string;
  readonly bodyEncoding: string;
  readonly request: readonly DocumentedMember[];
  readonly response: readonly DocumentedMember[];
}

type Body = Record<string, unknown>;

const read = (name: string): unknown => JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8'));

export const documentedEndpoints = (): readonly DocumentedEndpoint[] => read('endpoints.json') as DocumentedEndpoint[];

/** Files are named by the call, its dots and leading group folded into dashes; these by another word. */
const FOLDED: Readonly<Partial<Record<CallId, string>>> = {
  'h2h.preauth.completion': 'h2h-completion',
  'h2h.operations.get': 'h2h-operations',
  'h2h.balance.get': 'h2h-balance',
  'jws.cardholder.verify-card-inn': 'jws-verify-card-inn',
  'recurring.payment.force': 'recurring-forced-payment',
  'recurring.payment.initial': 'recurring-initial-payment',
};
const foldedOf = (id: CallId): string => FOLDED[id] ?? id.replace('.', '-').replaceAll('.', '-');

export interface PublishedBody {
  readonly file: string;
  readonly body: Body;
}

export function publishedBodies(id: CallId, kind: 'request' | 'response'): readonly PublishedBody[] {
  const folded = foldedOf(id);
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(`${folded}.`) && file.endsWith(`.${kind}.json`))
    .map((file) => ({ file, body: read(file) as Body }));
}

/** A vector of the documents: seven digits under a published key. */
export const SAMPLE_JWE = (read('jwe/vectors.json') as { id: string; jwe: string }[]).find(
  ({ id }) => id === 'generated-exp-cvv',
)?.jwe;

const UUID = '137d9304-0368-11ed-b939-0242ac120002';

/** Printed empty here and there, although the bank refuses blank members and wants all seven. */
const BROWSER: Readonly<Record<string, string>> = {
  browserAcceptHeader: 'text/html',
  browserUserAgent: 'Mozilla/5.0',
  browserLanguage: 'uk',
  browserColorDepth: '24',
  browserScreenHeight: '800',
  browserScreenWidth: '1280',
  browserTZ: '-180',
};

/** What stands for a placeholder, or for a value that contradicts the documents' own tables. */
const USABLE: Readonly<Record<string, unknown>> = {
  ...BROWSER,
  merchantRequestId: UUID,
  planId: UUID,
  scheduledPaymentId: UUID,
  orderId: '1697008393082nW0c1jr6KVv',
  hppOrderId: '1697008393082nW0c1jr6KVv',
  operationId: '1697008393082nW0c1jr6KVv',
  originalOperationId: '1697008393082nW0c1jr6KVv',
  token: 'SRrSBe5DOb7lrZ_FS46fihty',
  externalCardToken: 'SRrSBe5DOb7lrZ_FS46fihty',
  encryptedCardNumber: SAMPLE_JWE,
  encryptedCardData: SAMPLE_JWE,
  encryptedExpDate: SAMPLE_JWE,
  paymentData: SAMPLE_JWE,
  paymentDataEncrypted: SAMPLE_JWE,
  cvv: SAMPLE_JWE,
  senderCountry: '804',
  recipientCountry: '804',
  recipientItn: '1234567890',
  senderPhone: '380931234567',
  senderBirthday: '31.12.2000',
  recipientBirthday: '31.12.2000',
  merchantComment: 'Order 42, honey',
  recipientAccount: 'UA123052992600221199990000000',
  senderAccount: 'UA123052992600221199990000000',
  recipientPhone: '380931234567',
  senderGender: 'Male',
  environment: 'PRODUCTION',
  notificationUrl: 'https://example.com/notify',
  hppPageAdditionalInfo: { productsSum: 100, products: [{ name: 'Honey', count: 1, sum: 100 }] },
  categorySubcategoryIndicator: 'C103',
  successUrl: 'https://example.com/success',
  failUrl: 'https://example.com/fail',
  resultRedirectUrl: 'https://example.com/back',
  validationUrl: 'https://apple-pay-gateway.apple.com/paymentservices/startSession',
};
/** Seen in examples only, in no table or against it, and not sent; by call, or by the file where only one has it. */
export const STRAY: Readonly<Record<string, readonly string[]>> = {
  'h2h.a2c': ['ecomComment'],
  'h2h.c2a.create': ['encryptedCardData'],
  'h2h.googlepay.purchase': ['currencyCode'],
  'h2h.googlepay.c2a': ['currencyCode'],
  'recurring.payment.initial': ['clientComment', 'paymentCurrencyCode', 'paymentAmount', 'customerData'],
  'h2h-preauth-create.apple-pay-decrypted.request.json': ['coinAmount'], // it is inside Apple's data
  'h2h-preauth-create.apple-pay-encrypted.request.json': ['coinAmount'],
  'h2h-preauth-create.google-pay-decrypted.request.json': ['environment'],
};
/** What an example lacks although its table demands it, or leaves to a default that we name. */
const LACKING: Readonly<Record<string, Body>> = {
  'h2h-preauth-create.card.request.json': { paymentMethodType: 'CARD' },
};
const DATES = ['preAuthExpDate', 'appliesDateTimeFrom', 'appliesDateTimeTo'];
const NUMBERS = ['coinAmount', 'transactionAmount', 'merchantCommission', 'versionId'];
const FLAGS = ['notificationEncryption', 'generateQrNbu', 'infiniteVersion'];

/** The example as a caller of ours gives it: `fills` are the client's, dates are dates, numbers are numbers. */
export function asGiven(id: CallId, fills: readonly string[], { file, body }: PublishedBody): Body {
  const stray = [...fills, ...(STRAY[id] ?? []), ...(STRAY[file] ?? [])];
  const given = Object.fromEntries(Object.entries(body).filter(([member]) => !stray.includes(member)));
  const mended = { ...LACKING[file], ...(mend(given) as Body) };
  const { customerData } = mended;
  const nobody = typeof customerData === 'object' && customerData !== null && !('recipientCustomerId' in customerData);
  // Four examples lack the required id of the payer.
  return nobody ? { ...mended, customerData: { senderCustomerId: '1258728c1', ...customerData } } : mended;
}

function mend(value: unknown, member = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => mend(item));
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([name, inner]) => !isAbsent(name, inner))
      .map(([name, inner]) => [name, mend(inner, name)]);
    return Object.fromEntries(members);
  }
  return isUsable(member, value) ? asTyped(member, value) : (USABLE[member] ?? value);
}

/** Null and blank members are left out, but for those that need a value. */
const isAbsent = (name: string, value: unknown): boolean => value === null || (value === '' && !(name in USABLE));

function asTyped(member: string, value: unknown): unknown {
  if (DATES.includes(member)) return parseBankTime(String(value));
  if (NUMBERS.includes(member)) return Number(value);
  return FLAGS.includes(member) ? String(value) === 'true' : value;
}

/**
 * What a printed value must be to stand as it is; the rest becomes a usable one. The tables say DD.MM.YYYY, the samples
 * have 32.13.2050, 22081989 and 12/12/2000; the class of a comment is printed, and some samples are outside of it.
 */
const MAY_STAND: readonly (readonly [RegExp, (value: unknown) => boolean])[] = [
  [/Country$/, (value) => typeof value === 'string' && /^\d{3}$/.test(value)],
  [/^recipientItn$/, (value) => /^\d{10}$/.test(String(value))],
  [/^validationUrl$|^encrypted|^cvv$|^paymentData(?:Encrypted)?$/, () => false],
  [/Url$/, (value) => /^https?:/.test(String(value))],
  [/Phone$/, (value) => /^\d+$/.test(String(value))],
  [/Gender$/, (value) => ['Male', 'Female'].includes(String(value))],
  [/^environment$/, (value) => value !== 'PROD'],
  [/Birthday$/, (value) => /^(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.\d{4}$/.test(String(value))],
  [/^merchantComment$/, (value) => /^[a-zA-Z0-9 ,.;:@#$%'+=-]+$/.test(String(value))],
  [/^browser[A-Z]/, (value) => value !== ''],
];

function isUsable(member: string, value: unknown): boolean {
  const text = String(value);
  if (text.includes('{{') || (text === '' && member in USABLE)) return false;
  return MAY_STAND.find(([name]) => name.test(member))?.[1](value) ?? true;
}

/** A value that the tables allow, by the last member of a path. */
export function allowedValue({ name, type, enum: words }: DocumentedMember): unknown {
  const member = name.split('.').at(-1)?.replace('[]', '') ?? name;
  if (words) return type.startsWith('array') ? [words[0]] : words[0];
  if (DATES.includes(member)) return new Date(Date.UTC(2026, 6, 15));
  return USABLE[member] ?? BY_TYPE[type.split(/[|<]/)[0] ?? ''] ?? 'Demo';
}
const BY_TYPE: Readonly<Record<string, unknown>> = { integer: 100, boolean: true };
