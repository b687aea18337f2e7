import { SCOPE_NAMES } from '../../apps/gateway/src/accounts/scopes.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import {
  addAccount,
  type CallAnswer,
  type NewAccount,
  OPS_KEY,
  startGateway,
  type WholeGateway,
} from './whole-gateway.js';

const PAYMENT = {
  amount: 1_000,
  currency: 'UAH',
  returnUrl: 'https://shop.example/back',
  customer: { id: 'customer-1' },
};
/** Words of a validator, which tell a storefront developer nothing. */
const RAW = /received|Invalid|expected|Unrecognized|Too |NaN|undefined|\[object/u;

type Wrong = readonly [value: unknown, message: RegExp];
const TEXT: readonly Wrong[] = [
  [7, /^must be a text$/u],
  [true, /^must be a text$/u],
  [[], /^must be a text$/u],
  [{}, /^must be a text$/u],
];
const tooLong = (max: number): Wrong => ['x'.repeat(max + 1), new RegExp(`^must have at most ${max} characters$`, 'u')];
const WHOLE: readonly Wrong[] = [
  ['100', /^must be a whole number/u],
  [true, /^must be a whole number/u],
  [[], /^must be a whole number/u],
  [{}, /^must be a whole number/u],
];
const AMOUNT: readonly Wrong[] = [
  ...WHOLE,
  [0, /^must be at least 1 kopiyka$/u],
  [-1, /^must be at least 1 kopiyka$/u],
  [1_000_000_001, /^must be at most 1000000000 kopiyky$/u],
];
const LIST_AND_TEXT: readonly unknown[] = [[], 'text', 7, true];

/** What is wrong with one member of a new payment. */
const MEMBERS: Readonly<Record<string, readonly Wrong[]>> = {
  amount: [...AMOUNT, [null, /^must be a whole number/u], [undefined, /^must be a whole number/u]],
  currency: [
    ...['', 'uah', 'GBP', 7, null, [], undefined].map((value): Wrong => [value, /^must be one of UAH, USD, EUR$/u]),
  ],
  returnUrl: [
    ...['', '/thanks', 'shop.example', 'ftp://shop.example', 'javascript:alert(1)', 7, null, [], undefined].map(
      (value): Wrong => [value, /^must be an absolute https URL/u],
    ),
    [`https://shop.example/${'x'.repeat(2_048)}`, /^must have at most 2048 characters when percent-encoded$/u],
  ],
  customer: [
    ...LIST_AND_TEXT.map((value): Wrong => [value, /^must be an object$/u]),
    [null, /^must be an object$/u],
    [undefined, /^is required$/u],
  ],
  reference: [...TEXT, tooLong(255)],
  description: [...TEXT, tooLong(255)],
  language: ['xx', 'UK', 7, [], {}].map((value): Wrong => [value, /^must be one of uk, en/u]),
  captureMethod: ['auto', 7, [], {}, true].map((value): Wrong => [value, /^must be one of automatic, manual$/u]),
  holdHours: [...WHOLE, [25, /^must be at least 26$/u], [672, /^must be at most 671$/u]],
  expiresInMinutes: [...WHOLE, [0, /^must be at least 1$/u], [1_441, /^must be at most 1440$/u]],
  metadata: [
    ...LIST_AND_TEXT.map((value): Wrong => [value, /^must be an object$/u]),
    [Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, 'v'])), /^must have at most 20 entries$/u],
  ],
};
const WITHIN: readonly (readonly [path: string, over: object, message: RegExp])[] = [
  ['customer.id', { customer: {} }, /^is required$/u],
  ['customer.id', { customer: { id: '' } }, /^must not be blank/u],
  ['customer.id', { customer: { id: ' ' } }, /^must not be blank/u],
  ['customer.id', { customer: { id: null } }, /^must be a text$/u],
  ['customer.id', { customer: { id: 7 } }, /^must be a text$/u],
  ['customer.id', { customer: { id: 'x'.repeat(256) } }, /^must have at most 255 characters$/u],
  ['customer.name', { customer: { id: 'c', name: 'n' } }, /^is not known here$/u],
  ['customer.email', { customer: { id: 'c', email: {} } }, /^must be a text$/u],
  ['customer.phone', { customer: { id: 'c', phone: [] } }, /^must be a text$/u],
  ['metadata.n', { metadata: { n: 7 } }, /^must be a text$/u],
  ['metadata.n', { metadata: { n: {} } }, /^must be a text$/u],
  ['metadata.n', { metadata: { n: 'x'.repeat(501) } }, /^must have at most 500 characters$/u],
  [
    'paymentMethod.type',
    { paymentMethod: { type: 'cash' } },
    /^must be one of hosted_page, bank_transfer, card, saved_card$/u,
  ],
  ['paymentMethod.type', { paymentMethod: {} }, /^must be one of hosted_page, bank_transfer, card, saved_card$/u],
  ['paymentMethod.encryptedNumber', { paymentMethod: { type: 'card' } }, /^is required$/u],
  ['paymentMethod.card', { paymentMethod: { type: 'saved_card' } }, /^is required$/u],
  ['paymentMethod.card', { paymentMethod: { type: 'saved_card', card: 7 } }, /^must be a text$/u],
  [
    'paymentMethod.encryptedCvv',
    { paymentMethod: { type: 'saved_card', card: 'card_1', encryptedCvv: '737' } },
    /^must be encrypted for the bank/u,
  ],
  ['paymentMethod.cvv', { paymentMethod: { type: 'saved_card', card: 'card_1', cvv: '737' } }, /^is not known here$/u],
  ['amonut', { amonut: 7 }, /^is not known here$/u],
  ['Amount', { Amount: 7 }, /^is not known here$/u],
  ['status', { status: 'succeeded' }, /^is not known here$/u],
];
/** Numbers as they are written. */
const WRITTEN: readonly (readonly [json: string, path: string])[] = [
  ...['125.5', '125.0', '1e2', '1E2', '-0.5', '1234567890123456', '0.1e1'].map(
    (number) => [`{"amount":${number}}`, 'amount'] as const,
  ),
  ['{"customer":{"id":"c","country":80.4}}', 'customer.country'],
  ['{"metadata":{"weight":1.5}}', 'metadata.weight'],
  ['{"lines":[{"price":1},{"price":1.5}]}', 'lines.1.price'],
  ['{"lines":[1,2,3.5]}', 'lines.2'],
  ['[1,[2,[3.5]]]', '1.1.0'],
  ['7.5', ''],
];
const KEYS: readonly (readonly [key: string, code: string])[] = [
  ['', 'IDEMPOTENCY_KEY_MISSING'],
  ...['a b', 'a\tb', 'кey', '\u007f', 'x'.repeat(256)].map((key) => [key, 'IDEMPOTENCY_KEY_INVALID'] as const),
];
const BODIES: readonly (readonly [body: string, code: string])[] = [
  ['', 'VALIDATION_FAILED'],
  ...['[]', '"text"', '7', 'true', 'null'].map((body) => [body, 'VALIDATION_FAILED'] as const),
  ...['{', '{"amount":}', "{'amount':1}", '{amount:1}', 'undefined', '{"a":1}{"b":2}', '{"amount":01}', '\u0000'].map(
    (body) => [body, 'BODY_NOT_JSON'] as const,
  ),
  ['{"amount":1,"amount":2}', 'BODY_NOT_JSON'],
  ['{"customer":{"id":"a","id":"b"}}', 'BODY_NOT_JSON'],
  ['{"__proto__":{}}', 'BODY_NOT_JSON'],
  ['{"constructor":{}}', 'BODY_NOT_JSON'],
  ['{"reference":"\\u0000"}', 'BODY_NOT_JSON'],
  ['{"reference":"\\ud800"}', 'BODY_NOT_JSON'],
  [`${'['.repeat(65)}${']'.repeat(65)}`, 'BODY_NOT_JSON'],
];
const QUERIES: readonly (readonly [query: string, path: string, message: RegExp])[] = [
  ['limit=0', 'limit', /^must be at least 1$/u],
  ['limit=-1', 'limit', /^must be at least 1$/u],
  ['limit=101', 'limit', /^must be at most 100$/u],
  ['limit=x', 'limit', /^must be a whole number$/u],
  ['limit=1.5', 'limit', /^must be a whole number$/u],
  ['limit=', 'limit', /^must be at least 1$/u],
  ['limit=1&limit=2', 'limit', /^must be a whole number$/u],
  ['status=paid', 'status', /^must be one of created,/u],
  ['status=', 'status', /^must be one of created,/u],
  ['status=SUCCEEDED', 'status', /^must be one of created,/u],
  ['reference=a&reference=b', 'reference', /^must be a text$/u],
  [`reference=${'x'.repeat(256)}`, 'reference', /^must have at most 255 characters$/u],
  [`cursor=${'x'.repeat(201)}`, 'cursor', /^must have at most 200 characters$/u],
  ['metadata=1', 'metadata', /^must be given as metadata\[key\]=value$/u],
  ['metadata[a]=1&metadata[b]=1', 'metadata', /^must have one entry$/u],
  ['metadata[a]=1&metadata[a]=2', 'metadata.a', /^must be a text$/u],
  [`metadata[a]=${'x'.repeat(501)}`, 'metadata.a', /^must have at most 500 characters$/u],
  ['metadata[]=1', 'metadata[]', /^is not known here$/u],
  ['status[a]=failed', 'status', /^must be one of created,/u],
  ['changedSince=today', 'changedSince', /^must be a time with offset/u],
  ['changedSince=2026-01-31T12:00:00', 'changedSince', /^must be a time with offset/u],
  ['changedSince=2026-01-31T12:00:00Z&reference=a', 'changedSince', /^goes with limit and cursor alone$/u],
  ['sort=amount', 'sort', /^is not known here$/u],
  ['Limit=5', 'Limit', /^is not known here$/u],
];

/** A compact JWE by its form. */
const JWE = ['e'.repeat(60), 'k'.repeat(54), 'i'.repeat(16), 'c'.repeat(22), 't'.repeat(22)].join('.');
const NO_JWE = /^must be encrypted for the bank: five parts of base64url/u;
const LINK = { amount: 1_000, currency: 'UAH' };
const PAYOUT = {
  ...LINK,
  destination: { type: 'card', encryptedNumber: JWE },
  recipient: { id: 'winner-7', taxId: '1234567890' },
};
const BROWSER = {
  ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk', colorDepth: 24 },
  ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
};
const CONFIRM = { encryptedData: JWE, browser: BROWSER };
type WrongBody = readonly [path: string, over: object, message: RegExp];
/** Bodies of the other routes, each with a body that is right and what is changed about it. */
const OTHERS: readonly (readonly [
  verb: 'POST' | 'PATCH',
  route: string,
  right: object,
  wrongs: readonly WrongBody[],
])[] = [
  [
    'POST',
    '/v1/payment-links',
    LINK,
    [
      ['amount', { amount: '7' }, /^must be a whole number/u],
      ['amount', { amount: undefined }, /^must be a whole number/u],
      ['currency', { currency: 'GBP' }, /^must be one of UAH, USD, EUR$/u],
      ['usage', { usage: 'twice' }, /^must be one of reusable, single$/u],
      ['usage', { usage: [] }, /^must be one of reusable, single$/u],
      ['returnUrl', { returnUrl: '/thanks' }, /^must be an absolute https URL/u],
      ['returnUrl', { returnUrl: 7 }, /^must be an absolute https URL/u],
      ['reference', { reference: 7 }, /^must be a text$/u],
      ['reference', { reference: 'x'.repeat(256) }, /^must have at most 255 characters$/u],
      ['expiresAt', { expiresAt: 'tomorrow' }, /^must be a time such as /u],
      ['expiresAt', { expiresAt: 7 }, /^must be a time such as /u],
      ['expiresAt', { expiresAt: '2026-01-31T12:00:00' }, /^must be a time such as /u],
      ['expiresInMinutes', { expiresInMinutes: 0 }, /^must be at least 1$/u],
      ['captureMethod', { captureMethod: 'auto' }, /^must be one of automatic, manual$/u],
      ['holdHours', { captureMethod: 'manual', holdHours: 7 }, /^must be at least 26$/u],
      ['paymentMethod', { paymentMethod: 'card' }, /^must be an object$/u],
      ['paymentMethod.type', { paymentMethod: {} }, /^must be one of hosted_page, bank_transfer$/u],
      ['paymentMethod.type', { paymentMethod: { type: 'card' } }, /^must be one of hosted_page, bank_transfer$/u],
      ['lineItems', { lineItems: 'cup' }, /^must be a list$/u],
      ['lineItems.0.name', { lineItems: [{ quantity: 1, amount: 1_000 }] }, /^is required$/u],
      ['metadata.n', { metadata: { n: 7 } }, /^must be a text$/u],
      ['customer', { customer: { id: 'c' } }, /^is not known here$/u],
    ],
  ],
  [
    'PATCH',
    '/v1/payment-links/link_1',
    {},
    [
      ['active', { active: 'no' }, /^must be true or false$/u],
      ['active', { active: null }, /^must be true or false$/u],
      ['expiresAt', { expiresAt: 'never' }, /^must be a time such as /u],
      ['metadata', { metadata: [] }, /^must be an object$/u],
      ['amount', { amount: 7 }, /^is not known here$/u],
    ],
  ],
  [
    'POST',
    '/v1/customers/customer-1/cards',
    { encryptedNumber: JWE, encryptedExpiry: JWE },
    [
      ['encryptedNumber', { encryptedNumber: undefined }, /^is required$/u],
      ['encryptedNumber', { encryptedNumber: '4111' }, NO_JWE],
      ['encryptedExpiry', { encryptedExpiry: '4912' }, NO_JWE],
      ['cvv', { cvv: '737' }, /^is not known here$/u],
    ],
  ],
  [
    'PATCH',
    '/v1/customers/customer-1/cards/card_1',
    { status: 'active' },
    [
      ['status', { status: 'deleted' }, /^must be one of active, suspended$/u],
      ['status', { status: undefined }, /^must be one of active, suspended$/u],
      ['mask', { mask: '4111' }, /^is not known here$/u],
    ],
  ],
  [
    'POST',
    '/v1/payouts',
    PAYOUT,
    [
      ['amount', { amount: '7' }, /^must be a whole number/u],
      ['amount', { amount: 0 }, /^must be at least 1 kopiyka$/u],
      ['amount', { amount: 2_999_901 }, /^must be at most 2999900 kopiyky/u],
      ['currency', { currency: 'USD' }, /^must be UAH$/u],
      ['currency', { currency: undefined }, /^must be UAH$/u],
      ['destination', { destination: undefined }, /^is required$/u],
      ['destination', { destination: 'card' }, /^must be an object$/u],
      ['destination.type', { destination: { ...PAYOUT.destination, type: 'iban' } }, /^must be card$/u],
      ['destination.encryptedNumber', { destination: { type: 'card' } }, /^is required$/u],
      ['destination.encryptedNumber', { destination: { type: 'card', encryptedNumber: 'jwe' } }, NO_JWE],
      ['destination.encryptedNumber', { destination: { type: 'card', encryptedNumber: 7 } }, /^must be a text$/u],
      ['recipient', { recipient: undefined }, /^is required$/u],
      ['recipient', { recipient: [] }, /^must be an object$/u],
      ['recipient', { recipient: { id: 'w' } }, /^must have a taxId or a passport, and not both$/u],
      ['recipient.id', { recipient: { taxId: '1234567890' } }, /^is required$/u],
      ['recipient.taxId', { recipient: { id: 'w', taxId: '123' } }, /^must be ten digits$/u],
      ['recipient.taxId', { recipient: { id: 'w', taxId: 1_234_567_890 } }, /^must be a text$/u],
      [
        'recipient.passport',
        { recipient: { id: 'w', passport: 'x'.repeat(21) } },
        /^must have at most 20 characters$/u,
      ],
      ['recipient.iban', { recipient: { ...PAYOUT.recipient, iban: 'UA' } }, /^is not known here$/u],
      ['returnUrl', { returnUrl: 'https://shop.example' }, /^is not known here$/u],
    ],
  ],
  [
    'POST',
    '/v1/payments/pay_1/confirm',
    CONFIRM,
    [
      ['encryptedData', { encryptedData: 'a.b.c.d.e' }, NO_JWE],
      ['encryptedData', { encryptedData: `${JWE}.${JWE}` }, NO_JWE],
      ['encryptedData', { encryptedData: 'x'.repeat(4_097) }, /^must have at most 4096 characters$/u],
      ['browser', { browser: 'Firefox' }, /^must be an object$/u],
      ['browser.userAgent', { browser: { ...BROWSER, userAgent: '' } }, /^must not be blank/u],
      ['browser.language', { browser: { ...BROWSER, language: undefined } }, /^is required$/u],
      ['browser.colorDepth', { browser: { ...BROWSER, colorDepth: '24' } }, /^must be a whole number/u],
      ['browser.timeZoneOffset', { browser: { ...BROWSER, timeZoneOffset: 2_000 } }, /^must be at most 1440$/u],
      ['browser.javaEnabled', { browser: { ...BROWSER, javaEnabled: true } }, /^is not known here$/u],
      ['cvv', { cvv: '123' }, /^is not known here$/u],
    ],
  ],
  [
    'POST',
    '/v1/verifications',
    { customer: { id: 'c' }, returnUrl: 'https://shop.example/back' },
    [
      ['customer', { customer: undefined }, /^is required$/u],
      ['returnUrl', { returnUrl: 'ftp://shop.example' }, /^must be an absolute https URL/u],
      ['amount', { amount: 7 }, /^is not known here$/u],
    ],
  ],
];
/** Queries of the other lists and pictures. */
const OTHER_QUERIES: readonly (readonly [url: string, path: string, message: RegExp])[] = [
  ['/v1/payments?createdFrom=yesterday', 'createdFrom', /^must be a time /u],
  ['/v1/payments?createdBefore=2026-01-31', 'createdBefore', /^must be a time /u],
  ['/v1/payments?createdFrom=', 'createdFrom', /^must be a time /u],
  [`/v1/payments?customerId=${'x'.repeat(256)}`, 'customerId', /^must have at most 255 characters$/u],
  ['/v1/payments?customerId=a&customerId=b', 'customerId', /^must be a text$/u],
  [`/v1/payments?paymentLinkId=${'x'.repeat(101)}`, 'paymentLinkId', /^must have at most 100 characters$/u],
  ['/v1/refunds?createdFrom=7', 'createdFrom', /^must be a time /u],
  ['/v1/refunds?paymentId=a&paymentId=b', 'paymentId', /^must be a text$/u],
  ['/v1/refunds?status=canceled', 'status', /^must be one of pending,/u],
  ['/v1/refunds?reference=a', 'reference', /^is not known here$/u],
  ['/v1/refunds?customerId=a&customerId=b', 'customerId', /^must be a text$/u],
  [
    '/v1/refunds?changedSince=2026-01-31T12:00:00Z&status=failed',
    'changedSince',
    /^goes with limit and cursor alone$/u,
  ],
  ['/v1/refunds?changedSince=1', 'changedSince', /^must be a time with offset/u],
  ['/v1/payment-links?limit=0', 'limit', /^must be at least 1$/u],
  ['/v1/payment-links?active=true', 'active', /^is not known here$/u],
  ['/v1/customers/c/cards?status=new', 'status', /^must be one of active, suspended, expired, deleted$/u],
  ['/v1/customers/c/cards?limit=0', 'limit', /^must be at least 1$/u],
  ['/v1/payouts?limit=101', 'limit', /^must be at most 100$/u],
  ['/v1/payouts?status=paid', 'status', /^must be one of created,/u],
  ['/v1/payouts?createdFrom=2026-01-31', 'createdFrom', /^is not known here$/u],
  ['/v1/payment-links/link_1/qr?format=gif', 'format', /^must be one of /u],
  ['/v1/payments/pay_1/qr?size=7', 'size', /^is not known here$/u],
];

describe('wrong input', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    account = await addAccount(gateway);
    const all = { key: OPS_KEY, body: { scopes: SCOPE_NAMES } };
    const made = await gateway.call('POST', `/ops/merchant-accounts/${account.id}/api-keys`, all);
    account = { ...account, apiKey: made.body['key'] as string };
  });
  afterAll(async () => {
    expect(gateway.bank.orders.length + gateway.bank.refunds.length).toBe(0); // the bank never heard of any of it
    await gateway.app.close();
    await database.drop();
  });

  /** Sent as it is written. */
  const post = async (path: string, payload: string, key = 'one'): Promise<CallAnswer> => {
    const answer = await gateway.app.inject({
      ...{ method: 'POST', url: path, payload },
      headers: {
        ...{ authorization: `Bearer ${account.apiKey}`, 'idempotency-key': key },
        ...(payload && { 'content-type': 'application/json' }),
      },
    });
    const body = JSON.parse(answer.body) as Record<string, unknown>;
    return { status: answer.statusCode, text: answer.body, headers: answer.headers, body };
  };
  function expectRefusal({ status, text, body }: CallAnswer, path: string, message?: RegExp): void {
    expect({ status, code: body['code'] }).toEqual({ status: 400, code: 'VALIDATION_FAILED' });
    expect(text).not.toMatch(RAW);
    const errors = body['errors'] as readonly { path: string; message: string }[];
    const found = errors.find((error) => error.path === path);
    expect({ errors, found }).toEqual({ errors, found: expect.anything() as unknown });
    if (message) expect(found?.message).toMatch(message);
    expect(body['detail']).toMatch(/^\S.* .+\.$/u);
  }

  const members = Object.entries(MEMBERS).flatMap(([name, wrongs]) =>
    wrongs.map(
      ([value, message]) =>
        [name, value === undefined ? 'missing' : JSON.stringify(value).slice(0, 40), value, message] as const,
    ),
  );
  it.each(members)('%s: %s', async (name, _shown, value, message) => {
    expectRefusal(await post('/v1/payments', JSON.stringify({ ...PAYMENT, [name]: value })), name, message);
  });

  it.each(WITHIN)('%s of %j', async (path, over, message) => {
    expectRefusal(await post('/v1/payments', JSON.stringify({ ...PAYMENT, ...over })), path, message);
  });

  it.each(WRITTEN)('the number in %s', async (json, path) => {
    expectRefusal(await post('/v1/payments', json), path, /^must be a whole number of at most 15 digits, not /u);
  });

  it.each(BODIES)('the body %j', async (body, code) => {
    const answer = await post('/v1/payments', body);
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: 400, code });
    expect(answer.text).not.toMatch(RAW);
  });

  it.each(QUERIES)('the query %s', async (query, path, message) => {
    const answer = await gateway.call('GET', `/v1/payments?${query}`, { key: account.apiKey });
    expectRefusal(answer, path, message);
    expect(answer.text).not.toContain('body');
  });

  const others = OTHERS.flatMap(([verb, url, right, wrongs]) =>
    wrongs.map(([path, over, message]) => ({ verb, url, path, over, body: { ...right, ...over }, message })),
  );
  it.each(others)('$verb $url: $path of $over', async ({ verb, url, path, body, message }) => {
    expectRefusal(await gateway.call(verb, url, { key: account.apiKey, body }), path, message);
  });

  it.each(OTHER_QUERIES)('the query of %s', async (url, path, message) => {
    const answer = await gateway.call('GET', url, { key: account.apiKey });
    expectRefusal(answer, path, message);
    expect(answer.text).not.toContain('body');
  });

  it.each(AMOUNT.map(([value, message]) => [JSON.stringify(value), value, message] as const))(
    'the amount %s of a refund or capture',
    async (_shown, amount, message) => {
      for (const action of ['refunds', 'capture'])
        expectRefusal(await post(`/v1/payments/pay_1/${action}`, JSON.stringify({ amount })), 'amount', message);
    },
  );

  it.each(KEYS)('the Idempotency-Key %j', async (key, code) => {
    const answer = await post('/v1/payments', JSON.stringify(PAYMENT), key);
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: 400, code });
  });

  it.each([
    ['%20', 'VALIDATION_FAILED'],
    ['4111%201111%201111%201111', 'CARD_NUMBER_REFUSED'],
  ])('the customer %s in the address', async (customer, code) => {
    const answer = await gateway.call('GET', `/v1/customers/${customer}/cards`, { key: account.apiKey });
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(answer.text).not.toMatch(RAW);
  });

  it('has many rows', () => {
    const rows = [members, WITHIN, WRITTEN, BODIES, QUERIES, KEYS, AMOUNT, AMOUNT, others, OTHER_QUERIES];
    expect(rows.flat().length).toBeGreaterThanOrEqual(220);
  });

  it('a refund without a body asks for all that is left', async () => {
    const answer = await post('/v1/payments/pay_nothing/refunds', '');
    expect(answer).toMatchObject({ status: 404, body: { code: 'PAYMENT_NOT_FOUND' } });
  });

  it('names every wrong member at once', async () => {
    const { body } = await post('/v1/payments', '{"amount":0,"curency":"UAH","customer":{"id":7}}');
    const paths = (body['errors'] as { path: string }[]).map(({ path }) => path);
    expect(paths.toSorted()).toEqual(['amount', 'curency', 'currency', 'customer.id', 'returnUrl']);
  });
});
