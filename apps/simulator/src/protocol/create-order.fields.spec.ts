import { BankError } from './bank-error.js';
import { type JsonObject } from './body-codec.js';
import { checkName, parseCreateOrder } from './create-order.fields.js';

const anOrder = (over: JsonObject = {}): JsonObject => ({
  merchantRequestId: 'r1',
  merchantId: 'm1',
  hppPayType: 'PURCHASE',
  coinAmount: 1_000,
  paymentMethods: ['CARD'],
  successUrl: 'https://shop.example/ok',
  failUrl: 'https://shop.example/no',
  statusPageType: 'STATUS_PAGE',
  customerData: { senderCustomerId: 'c1' },
  ...over,
});

const customer = (over: JsonObject): JsonObject => anOrder({ customerData: { senderCustomerId: 'c1', ...over } });

const wrongFields = (body: JsonObject, strict: boolean): string[] => {
  try {
    parseCreateOrder(body, strict);
    return [];
  } catch (error) {
    if (!(error instanceof BankError)) throw error;
    const { validation } = error.toEnvelope() as { validation: { errors: { field: string }[] } };
    return validation.errors.map(({ field }) => field);
  }
};

describe('create-order', () => {
  it.each<[string, JsonObject, string[]]>([
    ['a good order', anOrder(), []],
    ['a numeric string as amount', anOrder({ coinAmount: '1000' }), []],
    ['a fraction', anOrder({ coinAmount: 10.5 }), ['coinAmount']],
    ['an exponent', anOrder({ coinAmount: '1e2' }), ['coinAmount']],
    ['a negative amount', anOrder({ coinAmount: -1 }), ['coinAmount']],
    ['no merchantRequestId', anOrder({ merchantRequestId: '' }), ['merchantRequestId']],
    ['a long merchantRequestId', anOrder({ merchantRequestId: 'x'.repeat(37) }), ['merchantRequestId']],
    ['an unknown pay type', anOrder({ hppPayType: 'GIFT' }), ['hppPayType']],
    ['too long an order', anOrder({ expirationTimeMinutes: 1_441 }), ['expirationTimeMinutes']],
    ['no payment methods', anOrder({ paymentMethods: [] }), ['paymentMethods']],
    ['a bad payment method', anOrder({ paymentMethods: ['CASH'] }), ['paymentMethods']],
    ['a script as address', anOrder({ successUrl: 'javascript:alert(1)' }), ['successUrl']],
    ['no customer', anOrder({ customerData: undefined }), ['customerData']],
    ['a customer without id', anOrder({ customerData: {} }), ['customerData.senderCustomerId']],
    ['a forbidden name', customer({ senderFirstName: 'unknown' }), ['customerData.senderFirstName']],
    ['a long city', customer({ senderCity: 'x'.repeat(26) }), ['customerData.senderCity']],
    ['a Cyrillic member name', customer({ senderСity: 'x'.repeat(26) }), []],
    ['an unknown member', anOrder({ colour: 'red' }), []],
  ])('both modes judge %s', (_name, body, fields) => {
    expect([wrongFields(body, false), wrongFields(body, true)]).toEqual([fields, fields]);
  });

  it.each<[string, JsonObject, string[]]>([
    ['null in an optional member', anOrder({ purpose: null }), ['purpose']],
    ['an empty optional member', customer({ senderEmail: '' }), ['customerData.senderEmail']],
    ['a comment outside the printed class', anOrder({ merchantComment: 'дякую' }), ['merchantComment']],
    ['an address over 255', anOrder({ notificationUrl: `https://a.example/${'x'.repeat(250)}` }), ['notificationUrl']],
    ['no status page', anOrder({ statusPageType: undefined }), ['statusPageType']],
    ['a birthday of the samples', customer({ senderBirthday: '22081989' }), ['customerData.senderBirthday']],
  ])('only strict mode refuses %s', (_name, body, fields) => {
    expect([wrongFields(body, false), wrongFields(body, true)]).toEqual([[], fields]);
  });

  it('fills in the documented defaults', () => {
    const order = parseCreateOrder(anOrder({ notificationEncryption: 'true', language: null }), false);
    expect(order).toMatchObject({
      language: 'uk',
      currencyCode: '980',
      hppTryMode: 'ONE_TRY',
    });
    expect(order.notificationEncryption).toBe(true);
  });
});

describe('a name', () => {
  it.each(["Д'Артаньян", 'Нечуй-Левицький', 'Anna Maria', 'Ґжицький', 'Ivan 2'])('may be %s', (name) => {
    expect(checkName(name)).toBeUndefined();
  });
  it.each(['-Ivan', 'Ivan ', '-', '12345', 'I.V.', 'Д’Артаньян', 'NULL', '3d Secure', 'cardholder'])(
    'may not be %j',
    (name) => {
      expect(checkName(name)).toEqual(expect.any(String));
    },
  );
});
