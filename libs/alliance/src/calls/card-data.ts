import { AllianceError } from '../error/alliance-error.js';
import { type PublicJwk } from '../jwe/communication-key.js';
import { sealJwe } from '../jwe/jwe-codec.js';
import { type CardJwe } from './members.js';

/** As printed on the card. */
export interface CardExpiry {
  /** 1 to 12. */
  readonly month: number;
  /** Four digits. */
  readonly year: number;
}

/** Digits of a card number. Source: ISO/IEC 7812. */
const PAN = /^\d{12,19}$/;
/** The bank documents three digits; no form for cards with four is known. */
const CVV = /^\d{3}$/;

/**
 * Encrypts a card number to the bank's payment key. Blanks and hyphens are dropped.
 * @throws AllianceError `ALLIANCE_INVALID_CARD`, whose `member` says what is wrong and never quotes it
 * @example
 * const encryptedCardNumber = await encryptCardNumber('5555 5555 5555 4444', paymentKey);
 */
export async function encryptCardNumber(number: string, paymentKey: PublicJwk): Promise<CardJwe> {
  const digits = typeof number === 'string' ? number.replace(/[ -]/g, '') : '';
  if (!PAN.test(digits) || !hasCheckDigit(digits)) throw invalid('number');
  return encrypt(digits, paymentKey);
}

/**
 * Encrypts expiry and CVV as `YYMMCVV`, or as `YYMM` for a payment with `txnType: "NONCVV"`.
 * @throws AllianceError `ALLIANCE_INVALID_CARD`
 * @example
 * const encryptedCardData = await encryptCardData({ month: 3, year: 2026, cvv: '123' }, paymentKey);
 */
export async function encryptCardData(
  data: CardExpiry & { readonly cvv?: string },
  paymentKey: PublicJwk,
): Promise<CardJwe> {
  const { cvv } = data;
  if (cvv !== undefined && !CVV.test(cvv)) throw invalid('cvv');
  return encrypt(`${expiryOf(data)}${cvv ?? ''}`, paymentKey);
}

/**
 * Encrypts an expiry as `YYMM`, for a saved card.
 * @throws AllianceError `ALLIANCE_INVALID_CARD`
 * @example
 * const encryptedExpiry = await encryptExpiry({ month: 3, year: 2026 }, paymentKey);
 * encryptedExpiry.split('.').length; // => 5
 */
export const encryptExpiry = async (expiry: CardExpiry, paymentKey: PublicJwk): Promise<CardJwe> =>
  encrypt(expiryOf(expiry), paymentKey);

/**
 * Encrypts a CVV, for a payment with a saved card.
 * @throws AllianceError `ALLIANCE_INVALID_CARD`
 * @example
 * const encryptedCvv = await encryptCvv('123', paymentKey);
 * await encryptCvv('12', paymentKey); // throws { code: 'ALLIANCE_INVALID_CARD', member: 'cvv' }
 */
export async function encryptCvv(cvv: string, paymentKey: PublicJwk): Promise<CardJwe> {
  if (!CVV.test(cvv)) throw invalid('cvv');
  return encrypt(cvv, paymentKey);
}

/**
 * Encrypts what a wallet gave in the clear: the decrypted Apple Pay or Google Pay object, as JSON.
 * @example
 * const encryptedWallet = await encryptWalletData({ dpan: '5555555555554444' }, paymentKey);
 * encryptedWallet.split('.').length; // => 5
 */
export const encryptWalletData = (data: object, paymentKey: PublicJwk): Promise<CardJwe> =>
  encrypt(JSON.stringify(data), paymentKey);

const encrypt = async (text: string, paymentKey: PublicJwk): Promise<CardJwe> =>
  (await sealJwe(text, paymentKey)) as CardJwe;

/** Year before month, unlike the card. */
function expiryOf({ month, year }: CardExpiry): string {
  if (!Number.isInteger(month) || month < 1 || month > 12) throw invalid('month');
  if (!Number.isInteger(year) || year < 2000 || year > 2099) throw invalid('year');
  return `${String(year % 100).padStart(2, '0')}${String(month).padStart(2, '0')}`;
}

/** Luhn. */
function hasCheckDigit(digits: string): boolean {
  const sum = Array.from(digits, Number)
    .reverse()
    .map((digit, place) => (place % 2 === 0 ? digit : ((digit * 2) % 10) + Math.floor(digit / 5)))
    .reduce((total, digit) => total + digit, 0);
  return sum % 10 === 0;
}

function invalid(member: 'number' | 'month' | 'year' | 'cvv'): AllianceError {
  return new AllianceError('ALLIANCE_INVALID_CARD', `The card's ${member} is not valid`, { member, noEffect: true });
}
