import { listPayments } from './list.dto.js';
import { createPayment, createRefund } from './payment.dto.js';

const aRequest = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  amount: 12_550,
  currency: 'UAH',
  returnUrl: 'https://shop.example/return',
  customer: { id: 'customer-1' },
  ...over,
});
const withCustomer = (over: Record<string, unknown>): Record<string, unknown> =>
  aRequest({ customer: { id: 'customer-1', ...over } });

const byTransfer = (over: Record<string, unknown>): Record<string, unknown> =>
  aRequest({ paymentMethod: { type: 'bank_transfer' }, ...over });
const withLines = (amounts: readonly number[]): Record<string, unknown> =>
  aRequest({ lineItems: amounts.map((amount, at) => ({ name: `Line ${at}`, quantity: 1, amount })) });

/** As `path message`, the way the API shows it. */
function complaints(
  schema: typeof createPayment | typeof createRefund | typeof listPayments,
  input: unknown,
): string[] {
  const { error } = schema.safeParse(input);
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
}

const BROWSER = {
  ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk', colorDepth: 24 },
  ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
};

describe('createPayment', () => {
  it('fills in what may be left out', () => {
    expect(createPayment.parse(aRequest())).toEqual({
      ...aRequest(),
      language: 'uk',
      captureMethod: 'automatic',
      paymentMethod: { type: 'hosted_page' },
      holdHours: null,
      expiresInMinutes: 60,
      metadata: {},
    });
  });

  it('keeps what was typed of the customer, so that another text under one key is another request', () => {
    const { customer, reference } = createPayment.parse({
      ...withCustomer({ firstName: ' Мар\u2019яна ', lastName: 'Нечуй-Левицький', phone: 380931234567 }),
      reference: ' order 7 ',
    });
    expect(customer).toMatchObject({
      firstName: ' Мар\u2019яна ',
      lastName: 'Нечуй-Левицький',
      phone: '380931234567',
    });
    expect(reference).toBe('order 7');
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['blank', ''],
    ['white space', ' \u00a0\t'],
  ])('takes an optional member that is %s for an absent one', (_what, nothing) => {
    const customer = Object.fromEntries(
      [
        'firstName',
        'lastName',
        'middleName',
        'email',
        'phone',
        'ip',
        'country',
        'region',
        'city',
        'street',
        'zipCode',
      ].map((name) => [name, nothing]),
    );
    const optional = { reference: nothing, description: nothing, language: nothing, expiresInMinutes: nothing };
    const parsed = createPayment.parse({ ...withCustomer(customer), ...optional });
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(createPayment.parse(aRequest()));
    expect(JSON.parse(JSON.stringify(createRefund.parse({ reason: nothing })))).toEqual({});
  });

  it('takes notes that are null for absent ones', () => {
    expect(createPayment.parse(aRequest({ metadata: null })).metadata).toEqual({});
    expect(createPayment.parse(aRequest({ metadata: { a: null, b: '' } })).metadata).toEqual({ b: '' });
  });

  it.each([
    [
      'https://shop.example/дякуємо?замовлення=1',
      'https://shop.example/%D0%B4%D1%8F%D0%BA%D1%83%D1%94%D0%BC%D0%BE?%D0%B7%D0%B0%D0%BC%D0%BE%D0%B2%D0%BB%D0%B5%D0%BD%D0%BD%D1%8F=1',
    ],
    ['https://магазин.укр/a b', 'https://xn--80aairftm.xn--j1amh/a%20b'],
    ['HTTPS://Shop.Example', 'https://shop.example/'],
    ['https://shop.example/\r\nx: y', 'https://shop.example/x:%20y'],
    ['https://shop.example/?a="<>#\u2028x', 'https://shop.example/?a=%22%3C%3E#%E2%80%A8x'],
    ['https://shop.example/%D0%B4?x=1#y', 'https://shop.example/%D0%B4?x=1#y'],
  ])('writes the return address %j in ASCII', (given, written) => {
    expect(createPayment.parse(aRequest({ returnUrl: given })).returnUrl).toBe(written);
  });

  it.each<[string, Record<string, unknown>]>([
    ['one kopiyka', { amount: 1 }],
    ['dollars', { currency: 'USD' }],
    ['euros that are held', { currency: 'EUR', captureMethod: 'manual' }],
    ['a transfer by one bank', { paymentMethod: { type: 'bank_transfer', bank: 'MONO_BANK' }, expiresInMinutes: 60 }],
    ['lines that add up, one of them free', withLines([12_550, 0])],
    ['the largest amount', { amount: 1_000_000_000 }],
    ['a return to a test machine', { returnUrl: 'http://localhost:4002/return?order=1' }],
    ['a day to pay', { expiresInMinutes: 1_440 }],
    ['20 notes', { metadata: Object.fromEntries(Array.from({ length: 20 }, (_none, n) => [`k${n}`, 'v'])) }],
    ['a blank note', { metadata: { note: '' } }],
    ['an IPv6 address', { customer: { id: 'c', ip: '2001:db8::1' } }],
  ])('accepts %s', (_what, over) => {
    expect(complaints(createPayment, aRequest(over))).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ['an unknown currency', aRequest({ currency: 'GBP' }), /^currency must be one of UAH, USD, EUR$/],
    ['a currency in lower case', aRequest({ currency: 'uah' }), /^currency must be one of UAH/],
    ['no currency', aRequest({ currency: undefined }), /^currency must be one of UAH/],
    ['a transfer in dollars', byTransfer({ currency: 'USD' }), /^currency must be UAH with bank_transfer$/],
    ['a transfer that is held', byTransfer({ captureMethod: 'manual' }), /^captureMethod must be automatic with/],
    ['a transfer of some minutes', byTransfer({ expiresInMinutes: 59 }), /^expiresInMinutes must be at least 60 with/],
    ['a transfer of other members', aRequest({ paymentMethod: { type: 'bank_transfer', tries: 'one' } }), /tries/],
    ['a way that there is not', aRequest({ paymentMethod: { type: 'cash' } }), /^paymentMethod\.type/],
    ['no instrument at all', aRequest({ paymentMethod: { type: 'hosted_page', instruments: [] } }), /^paymentMethod/],
    [
      'lines that are less',
      withLines([12_549]),
      /^lineItems must add up to the amount: they are 12549, and it is 12550$/,
    ],
    ['lines that are more', withLines([12_550, 1]), /^lineItems must add up to the amount: they are 12551/],
    ['no lines', withLines([]), /^lineItems/],
    ['a line of less than nothing', withLines([12_551, -1]), /^lineItems\.1\.amount/],
    ['more lines than are shown', withLines(Array.from({ length: 101 }, () => 1)), /^lineItems/],
    ['a fraction', aRequest({ amount: 125.5 }), /^amount must be a whole number of minor units/],
    ['an amount in a text', aRequest({ amount: '12550' }), /^amount must be a whole number of minor units/],
    ['no amount', aRequest({ amount: undefined }), /^amount must be a whole number/],
    ['an amount beyond reason', aRequest({ amount: 10 ** 15 }), /^amount must be at most/],
    ['infinity', aRequest({ amount: Infinity }), /^amount must be a whole number/],
    ['nothing to pay', aRequest({ amount: 0 }), /^amount must be at least 1 kopiyka/],
    ['less than nothing', aRequest({ amount: -1 }), /^amount must be at least 1 kopiyka/],
    ['over ten million hryvnias', aRequest({ amount: 1_000_000_001 }), /^amount must be at most 1000000000 kopiyky/],
    ['no customer', aRequest({ customer: undefined }), /^customer is required$/],
    ['no customer id', aRequest({ customer: {} }), /^customer\.id is required$/],
    ['a customer in a text', aRequest({ customer: 'customer-1' }), /^customer .*expected object/],
    ['a customer id in a number', aRequest({ customer: { id: 7 } }), /^customer\.id .*expected string/],
    ['a blank customer id', aRequest({ customer: { id: '  ' } }), /^customer\.id must not be blank: leave it out/],
    ['a long customer id', aRequest({ customer: { id: 'x'.repeat(256) } }), /^customer\.id must have at most 255/],
    ['an unknown member', aRequest({ cardNumber: '4111' }), /^ .*cardNumber/],
    ['an unknown member of the customer', withCustomer({ firstname: 'Olena' }), /^customer .*firstname/],
    ['a long description', aRequest({ description: 'x'.repeat(256) }), /^description must have at most 255 characters/],
    [
      'a long one of letters that count twice',
      aRequest({ description: '🍯'.repeat(128) }),
      /^description must have at/,
    ],
    ['no return address', aRequest({ returnUrl: undefined }), /^returnUrl must be an absolute https URL/],
    [
      'a card in the clear',
      aRequest({ paymentMethod: { type: 'card', encryptedNumber: '5555' } }),
      /encryptedNumber must be encrypted/,
    ],
    [
      'a customer who is absent from a page',
      aRequest({ offSession: true }),
      /^offSession must be false with hosted_page/,
    ],
    ['a browser without a card', aRequest({ browser: BROWSER }), /^browser is not known with hosted_page/],
    ['a relative return address', aRequest({ returnUrl: '/return' }), /^returnUrl must be an absolute https URL/],
    [
      'a return address that is too long when encoded',
      aRequest({ returnUrl: `https://shop.example/${'я'.repeat(400)}` }),
      /^returnUrl must have at most 2048 characters/,
    ],
    ['a script for a return address', aRequest({ returnUrl: 'javascript:alert(1)' }), /^returnUrl must be an absolute/],
    ['an unknown language', aRequest({ language: 'xx' }), /^language must be one of uk, en/],
    ['no time to pay', aRequest({ expiresInMinutes: 0 }), /^expiresInMinutes .*1/],
    ['more than a day to pay', aRequest({ expiresInMinutes: 1_441 }), /^expiresInMinutes .*1440/],
    [
      '21 notes',
      aRequest({ metadata: Object.fromEntries(Array.from({ length: 21 }, (_none, n) => [`k${n}`, 'v'])) }),
      /^metadata must have at most 20 entries/,
    ],
    ['a note that is too long', aRequest({ metadata: { note: 'x'.repeat(501) } }), /^metadata\.note .*500/],
    ['a note that is a number', aRequest({ metadata: { note: 5 } }), /^metadata\.note .*expected string/],
    ['a note with a long name', aRequest({ metadata: { ['x'.repeat(41)]: 'v' } }), /^metadata/],
    ['a list', [], /expected object/],
    ['nothing', undefined, /expected object/],
  ])('refuses %s and says where and why', (_what, input, complaint) => {
    const found = complaints(createPayment, input);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(complaint);
  });

  it('names everything that is wrong at once', () => {
    const found = complaints(createPayment, aRequest({ amount: 0, currency: 'GBP', customer: { id: '', phone: {} } }));
    expect(found.map((complaint) => complaint.split(' ')[0])).toEqual([
      'amount',
      'currency',
      'customer.id',
      'customer.phone',
    ]);
  });

  it('never quotes what it refuses, which may be personal', () => {
    const input = withCustomer({
      firstName: 'Olena.Secret',
      email: 'secret',
      phone: ['secret'],
      ip: { secret: 'secret' },
      city: true,
    });
    expect(complaints(createPayment, input).join()).not.toMatch(/secret/iu);
  });
});

describe('createRefund', () => {
  it.each<[unknown]>([[{}], [{ amount: 1 }], [{ reason: 'broken' }]])('accepts %o', (input) => {
    expect(complaints(createRefund, input)).toEqual([]);
  });

  it.each<[unknown, RegExp]>([
    [{ amount: 0 }, /^amount must be at least 1 kopiyka/],
    [{ amount: 1.5 }, /^amount must be a whole number/],
    [{ amount: null }, /^amount must be a whole number/],
    [{ sum: 5 }, /sum/],
    [undefined, /expected object/],
  ])('refuses %o', (input, complaint) => {
    expect(complaints(createRefund, input).join()).toMatch(complaint);
  });
});

describe('listPayments', () => {
  it('reads numbers out of the query', () => {
    expect(listPayments.parse({ limit: '7' })).toEqual({ limit: 7 });
    expect(listPayments.parse({})).toEqual({ limit: 20 });
  });

  it.each([
    { limit: '0' },
    { limit: '101' },
    { limit: '1.5' },
    { limit: 'many' },
    { limit: '' },
    { status: 'paid' },
    { page: '2' },
  ])('refuses %o', (query) => {
    expect(complaints(listPayments, query)).toHaveLength(1);
  });
});
