import { checkCvv, checkExpiry, checkNumber, readExpiry } from './check-card.js';
import { type CardScheme, schemeOf } from './schemes.js';

const NOW = new Date('2026-06-15T12:00:00Z');

describe('the scheme of a number', () => {
  it.each<[string, CardScheme | undefined]>([
    ['4', 'visa'],
    ['4111 1111-1111 1111', 'visa'],
    ['51', 'mastercard'],
    ['55', 'mastercard'],
    ['2220', undefined],
    ['2221', 'mastercard'],
    ['2720', 'mastercard'],
    ['2721', undefined],
    ['5', undefined],
    ['50', 'maestro'],
    ['6759', 'maestro'],
    ['6011', 'discover'],
    ['62', 'unionpay'],
    ['980', undefined],
    ['9804', 'prostir'],
    ['34', 'amex'],
    ['3528', 'jcb'],
    ['36', 'diners'],
    ['', undefined],
  ])('%s is %s', (number, scheme) => {
    expect(schemeOf(number)).toBe(scheme);
  });
});

describe('a card number', () => {
  it.each([
    ['4111111111111111', undefined],
    ['5555 5555 5555 4444', undefined],
    ['5555-5555-5555-4444', undefined],
    ['2223003122003222', undefined],
    ['6759649826438453', undefined],
    ['9804000000000009', undefined],
    ['4000000000000000006', undefined],
    ['', 'CARD_NUMBER_INCOMPLETE'],
    ['4111 1111', 'CARD_NUMBER_INCOMPLETE'],
    ['411111111111111', 'CARD_NUMBER_INCOMPLETE'],
    ['4111111111111112', 'CARD_NUMBER_INVALID'],
    ['41111111111111111', 'CARD_NUMBER_INCOMPLETE'],
    ['5555555555554445', 'CARD_NUMBER_INVALID'],
    ['41111111111111111111', 'CARD_NUMBER_INVALID'],
    ['4111111111111111a', 'CARD_NUMBER_INVALID'],
    ['４１１１１１１１１１１１１１１１', 'CARD_NUMBER_INVALID'],
    ['371449635398431', 'CARD_SCHEME_UNSUPPORTED'],
  ])('%s: %s', (number, code) => {
    expect(checkNumber(number)).toBe(code);
  });
});

describe('an expiry', () => {
  it.each([
    ['03/26', { month: 3, year: 2026 }],
    [' 03 / 2026 ', { month: 3, year: 2026 }],
    ['0326', { month: 3, year: 2026 }],
    ['3-26', { month: 3, year: 2026 }],
    ['326', undefined],
    ['03/2', undefined],
    ['03/202', undefined],
    ['', undefined],
    ['ab/cd', undefined],
  ])('%s is read as %o', (text, expiry) => {
    expect(readExpiry(text)).toEqual(expiry);
  });

  it.each([
    ['06/26', undefined],
    ['12/46', undefined],
    ['05/26', 'CARD_EXPIRED'],
    ['01/47', 'CARD_EXPIRY_INVALID'],
    ['13/30', 'CARD_EXPIRY_INVALID'],
    ['00/30', 'CARD_EXPIRY_INVALID'],
    ['13', 'CARD_EXPIRY_INVALID'],
    ['xx', 'CARD_EXPIRY_INVALID'],
    ['', 'CARD_EXPIRY_INCOMPLETE'],
    ['0', 'CARD_EXPIRY_INCOMPLETE'],
    ['1', 'CARD_EXPIRY_INCOMPLETE'],
    ['12/', 'CARD_EXPIRY_INCOMPLETE'],
    ['12 / 3', 'CARD_EXPIRY_INCOMPLETE'],
    ['123', 'CARD_EXPIRY_INCOMPLETE'],
  ])('%s: %s', (text, code) => {
    expect(checkExpiry(text, NOW)).toBe(code);
  });

  it('is good until its month has ended in the last time zone', () => {
    const expiry = { month: 6, year: 2026 };
    expect(checkExpiry(expiry, new Date('2026-07-01T11:59:59Z'))).toBeUndefined();
    expect(checkExpiry(expiry, new Date('2026-07-01T12:00:00Z'))).toBe('CARD_EXPIRED');
    expect(checkExpiry({ month: 6.5, year: 2026 }, NOW)).toBe('CARD_EXPIRY_INVALID');
    expect(checkExpiry({ month: 6, year: 26 }, NOW)).toBe('CARD_EXPIRED');
  });
});

it.each<[string, CardScheme | undefined, string | undefined]>([
  ['123', 'visa', undefined],
  ['123', undefined, undefined],
  ['1234', 'amex', undefined],
  ['123', 'amex', 'CARD_CVV_INCOMPLETE'],
  ['1234', 'visa', 'CARD_CVV_INVALID'],
  ['12a', 'visa', 'CARD_CVV_INVALID'],
  ['', 'visa', 'CARD_CVV_INCOMPLETE'],
])('the CVV %s of %s: %s', (cvv, scheme, code) => {
  expect(checkCvv(cvv, scheme)).toBe(code);
});
