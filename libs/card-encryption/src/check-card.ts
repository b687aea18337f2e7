import { type CardErrorCode } from './card-error.js';
import { type CardScheme, digitsOf, factsOf, schemeOf } from './schemes.js';

/** As printed on the card. */
export interface CardExpiry {
  /** 1 to 12. */
  readonly month: number;
  /** Four digits. */
  readonly year: number;
}

/** Digits of a card number whose scheme is not known. Source: ISO/IEC 7812. */
const ANY_LENGTH = [12, 13, 14, 15, 16, 17, 18, 19];
/** What the bank takes beside the expiry: no form for the four digits of American Express is documented. */
const CVV_LENGTH = 3;
/** Cards are made for ten years at the most; a later year is a slip. */
const YEARS_AHEAD = 20;
/** A card is good until its last month has ended everywhere. Milliseconds. */
const LAST_TIME_ZONE_MS = 12 * 3_600_000;

/**
 * What is wrong with a number: its length, its check digit, or its scheme. One that is still being typed may pass through
 * lengths at which its check digit is wrong: tell a customer only when they have left the field.
 * @returns undefined when nothing is
 * @example
 * checkNumber('4111 1111 1111 1111'); // => undefined
 * checkNumber('4111 1111 1111 1112'); // => 'CARD_NUMBER_INVALID'
 * checkNumber('4111'); // => 'CARD_NUMBER_INCOMPLETE'
 */
export function checkNumber(text: string): CardErrorCode | undefined {
  const digits = digitsOf(text);
  if (!/^\d*$/u.test(digits)) return 'CARD_NUMBER_INVALID';
  const scheme = schemeOf(digits);
  if (scheme && factsOf(scheme).cvvLength !== CVV_LENGTH) return 'CARD_SCHEME_UNSUPPORTED';
  const lengths = scheme ? factsOf(scheme).lengths : ANY_LENGTH;
  if (digits.length > (lengths.at(-1) ?? 0)) return 'CARD_NUMBER_INVALID';
  if (!lengths.includes(digits.length)) return 'CARD_NUMBER_INCOMPLETE';
  return hasCheckDigit(digits) ? undefined : 'CARD_NUMBER_INVALID';
}

/**
 * What is wrong with an expiry, as it is typed (`MM/YY`) or as numbers.
 * @param now the customer's clock
 * @example
 * checkExpiry('01/20', new Date('2026-06-01')); // => 'CARD_EXPIRED'
 * checkExpiry('13/30', new Date('2026-06-01')); // => 'CARD_EXPIRY_INVALID'
 * checkExpiry({ month: 6, year: 2026 }, new Date('2026-06-30')); // => undefined
 */
export function checkExpiry(expiry: string | CardExpiry, now = new Date()): CardErrorCode | undefined {
  const read = typeof expiry === 'string' ? readExpiry(expiry) : expiry;
  if (!read) return BEGUN.test((expiry as string).trim()) ? 'CARD_EXPIRY_INCOMPLETE' : 'CARD_EXPIRY_INVALID';
  const { month, year } = read;
  if (!isWithin(month, 1, 12) || !isWithin(year, 0, now.getUTCFullYear() + YEARS_AHEAD)) return 'CARD_EXPIRY_INVALID';
  return Date.UTC(year, month) + LAST_TIME_ZONE_MS <= now.getTime() ? 'CARD_EXPIRED' : undefined;
}

/**
 * What is wrong with a CVV.
 * @param scheme of the number beside it
 * @example
 * checkCvv('123', 'visa'); // => undefined
 * checkCvv('12'); // => 'CARD_CVV_INCOMPLETE'
 */
export function checkCvv(text: string, scheme?: CardScheme): CardErrorCode | undefined {
  const length = scheme ? factsOf(scheme).cvvLength : CVV_LENGTH;
  if (!/^\d*$/u.test(text) || text.length > length) return 'CARD_CVV_INVALID';
  return text.length < length ? 'CARD_CVV_INCOMPLETE' : undefined;
}

/**
 * Reads `MM/YY`, `MM / YYYY`, `MMYY`.
 * @returns undefined as long as it is not whole
 * @example
 * readExpiry('03/26'); // => { month: 3, year: 2026 }
 */
export function readExpiry(text: string): CardExpiry | undefined {
  const [, month, year] = WHOLE.exec(text.trim()) ?? [];
  if (month === undefined || year === undefined) return undefined;
  return { month: Number(month), year: Number(year.length === 2 ? `20${year}` : year) };
}

const WHOLE = /^(\d{1,2})(?:\s*[/-]\s*|(?<=\d{2}))(\d{2}|\d{4})$/u;
/** What may still become such a text. */
const BEGUN = /^(?:0?|(?:0?[1-9]|1[0-2])(?:\s*[/-]\s*\d{0,3})?|(?:0[1-9]|1[0-2])\d{0,3})$/u;

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/** Luhn. Source: ISO/IEC 7812-1, annex B. */
function hasCheckDigit(digits: string): boolean {
  const sum = Array.from(digits, Number)
    .reverse()
    .reduce((total, digit, place) => total + (place % 2 === 0 ? digit : ((digit * 2) % 10) + Math.floor(digit / 5)), 0);
  return sum % 10 === 0;
}
