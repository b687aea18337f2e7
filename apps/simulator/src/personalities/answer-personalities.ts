import { gzipSync } from 'node:zlib';
import { type JsonObject } from '../protocol/body-codec.js';
import { type Moment, type Options, type Personality, personality } from './personality.js';

const MINUTE_MS = 60_000;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The answer and each operation in it. */
const everywhere = (answer: JsonObject, change: (object: JsonObject) => JsonObject): JsonObject => {
  const { operations } = answer;
  if (!Array.isArray(operations)) return change(answer);
  return change({ ...answer, operations: operations.map((one: unknown) => (isObject(one) ? change(one) : one)) });
};

const inEvery =
  (change: (object: JsonObject) => JsonObject) =>
  (answer: JsonObject, { call }: Moment<Options>): JsonObject | undefined =>
    call.name === 'callback' ? undefined : everywhere(answer, change);

const fractions = {
  limits: { maxAmount: 1.5, minCoinAmount: 0.01 },
  feeAmount: 0.5,
  bonusCoinAmount: 12.25,
  amountInUsd: 1e-7,
};

const unknownMembers: JsonObject = {
  '': 1,
  ['__proto__']: { status: 'FAIL' },
  constructor: 'x',
  extra: { status: 'FAIL', coinAmount: '12,50', operationId: 7, deep: [[[{ operations: null }]]] },
  newFlag: null,
};

/** Members that are only shown, with a type they should not have. */
const WRONG_TYPES: JsonObject = {
  ecomOrderId: 7,
  paymentMethods: 'CARD',
  statusUrl: false,
  nbuQrCode: {},
  createDate: 0,
  merchantName: 5,
  paymentSystem: [],
  cardNumberMask: {},
  merchantCommission: '0,00',
  transactionType: 'thirty-five',
  processingTerminalId: 1,
  bankCode: {},
  creationDateTime: 0,
  desiredThreeDSMode: false,
  purpose: 3,
  authToken: 1,
};

const withWrongTypes = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, Object.hasOwn(WRONG_TYPES, name) ? WRONG_TYPES[name] : value]),
  );

/** Optional members of orders and operations that older answers print as null (trap 42). */
const NULLABLE = ['notificationUrl', 'purpose', 'merchantComment', 'errorDetails', 'repeatedPayment', 'sourceAmount'];
const NULLABLE_TOO = ['sourceCurrencyCode', 'conversionRate', 'externalCardToken', 'redirect3dsUrl', 'approvalCode'];
const nulls = Object.fromEntries([...NULLABLE, ...NULLABLE_TOO].map((name) => [name, null]));

const FOREIGN_404 = JSON.stringify({
  timestamp: '2026-01-01T00:00:00.000+00:00',
  status: 404,
  error: 'Not Found',
  message: 'No static resource.',
});
const BARE: Readonly<Record<string, { readonly text?: string }>> = {
  html: {},
  json: { text: FOREIGN_404 },
  empty: { text: '' },
};

const httpDate = (at: number): string => new Date(at).toUTCString();

/** How the bank writes, and what stands before it. Nothing here changes what is said. */
export const ANSWER_PERSONALITIES = {
  fractions: personality({
    what: 'unknown members with "amount" in their names hold fractions, in every answer',
    options: {},
    answer: inEvery((object) => ({ ...object, ...fractions })),
  }),
  unknown_members: personality({
    what: 'every answer holds unknown members of many shapes, also under awkward names',
    options: {},
    answer: inEvery((object) =>
      Object.defineProperties({ ...object }, Object.getOwnPropertyDescriptors(unknownMembers)),
    ),
  }),
  wrong_types: personality({
    what: 'members that are only shown have another type',
    options: {},
    answer: inEvery(withWrongTypes),
  }),
  nulls: personality({
    what: 'optional members that are absent are printed as null',
    options: {},
    answer: inEvery((object) => ({ ...nulls, ...object })),
  }),
  msg_type_success: personality({
    what: 'answers that are no errors carry `msgType: "SUCCESS"`, `msgCode: null` and a text',
    options: {},
    answer: inEvery((object) => ({ ...object, msgType: 'SUCCESS', msgCode: null, msgText: 'OK' })),
  }),
  odd_json: personality({
    what: 'the JSON has line breaks, an unknown member twice, and a number that no float holds',
    options: {},
    text: (json) => `\r\n{ "note": 1e400,\n\t"note": "twice", ${json.slice(1)}\n`,
  }),
  bom: personality({
    what: 'the JSON begins with a byte order mark',
    options: {},
    text: (json) => `\uFEFF${json}`,
  }),
  jose_header: personality({
    what: 'the header of a JWE carries kid, typ and cty as well',
    options: {},
    joseHeader: () => ({ kid: 'bank-key-1', typ: 'JOSE', cty: 'application/json' }),
  }),
  gzip: personality({
    what: 'answers are compressed with gzip, asked for or not',
    options: {},
    wire: ({ body, headers }) => ({ body: gzipSync(body), headers: { ...headers, 'content-encoding': 'gzip' } }),
  }),
  media_type: personality({
    what: 'answers carry `value` as Content-Type',
    options: { value: 'text/html' },
    wire: ({ body, headers }, { options }) => ({ body, headers: { ...headers, 'content-type': options.value } }),
  }),
  date_header: personality({
    what: 'the Date header is `skewMs` ahead of the bank',
    options: { skewMs: 10 * MINUTE_MS },
    wire: ({ body, headers }, { options, now }) => ({
      body,
      headers: { ...headers, date: httpDate(now + options.skewMs) },
    }),
  }),
  clock_off: personality({
    what: 'the bank compares the `date` of a request with a clock that is `skewMs` ahead, and shows it in its Date header',
    options: { skewMs: 10 * MINUTE_MS },
    clockSkewMs: ({ skewMs }) => skewMs,
    wire: ({ body, headers }, { options, now }) => ({
      body,
      headers: { ...headers, date: httpDate(now + options.skewMs) },
    }),
  }),
  bare_status: personality({
    what: "something before the bank answers `httpStatus` and nothing of the bank: `how` html, json (not the bank's), empty",
    options: { httpStatus: 404, how: 'html' },
    door: ({ options }) => ({ kind: 'http_error', httpStatus: options.httpStatus, ...BARE[options.how] }),
  }),
  cipher_helpers: personality({
    what: '/cipher/encrypt_by_jwk and /cipher/decrypt_by_jwk are served, as at the release host',
    options: {},
    servesCipherHelpers: true,
  }),
} as const satisfies Record<string, Personality>;
