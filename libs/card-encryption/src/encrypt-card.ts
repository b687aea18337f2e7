import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { CardError, type CardErrorCode, type CardMember } from './card-error.js';
import { type CardExpiry, checkCvv, checkExpiry, checkNumber, readExpiry } from './check-card.js';
import { importPaymentKey, type PaymentKey } from './payment-key.js';
import { digitsOf, schemeOf } from './schemes.js';

/** What a customer types. */
export interface Card {
  /** Digits; blanks and hyphens are dropped. */
  readonly number: string;
  /** `MM/YY`, or month and year. */
  readonly expiry: string | CardExpiry;
  /** Absent for a payment with `withoutCvv`. */
  readonly cvv?: string | undefined;
}

/** What the gateway takes as `paymentMethod` of a payment; `encryptedData` of a confirmation, too. Compact JWEs. */
export interface EncryptedCard {
  readonly encryptedNumber: string;
  readonly encryptedData: string;
}

/** What the bank opens, and nothing else. Source: bank docs, JWE profile. */
const PROFILE = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' };

/**
 * Checks a card and encrypts it to the bank's payment key, in two parts: a payment in two steps sends the second one later.
 * @param now the customer's clock
 * @throws CardError whose `member` is the first one that is wrong
 * @example
 * const card = await encryptCard({ number: '4111 1111 1111 1111', expiry: '12/39', cvv: '123' }, paymentKey);
 * Object.keys(card); // => ['encryptedNumber', 'encryptedData']
 * await encryptCard({ number: '4111 1111 1111 1112', expiry: '12/39', cvv: '123' }, paymentKey); // throws { code: 'CARD_NUMBER_INVALID', member: 'number' }
 */
export async function encryptCard(card: Card, paymentKey: PaymentKey, now = new Date()): Promise<EncryptedCard> {
  const { number, expiry, cvv } = card;
  refuse('number', checkNumber(number));
  refuse('expiry', checkExpiry(expiry, now));
  if (cvv !== undefined) refuse('cvv', checkCvv(cvv, schemeOf(number)));
  const [encryptedNumber, encryptedData] = await Promise.all([
    encrypt(digitsOf(number), paymentKey),
    encrypt(`${yearAndMonth(expiry)}${cvv ?? ''}`, paymentKey),
  ]);
  return { encryptedNumber, encryptedData };
}

/**
 * A card number alone, for a payout.
 * @throws CardError
 * @example
 * const encryptedNumber = await encryptCardNumber('5555 5555 5555 4444', paymentKey);
 * encryptedNumber.split('.').length; // => 5
 */
export async function encryptCardNumber(number: string, paymentKey: PaymentKey): Promise<string> {
  refuse('number', checkNumber(number));
  return encrypt(digitsOf(number), paymentKey);
}

function refuse(member: CardMember, code: CardErrorCode | undefined): void {
  if (code) throw new CardError(code, member);
}

/** Year before month, unlike the card. */
function yearAndMonth(expiry: string | CardExpiry): string {
  const { month = 0, year = 0 } = (typeof expiry === 'string' ? readExpiry(expiry) : expiry) ?? {};
  return [year % 100, month].map((part) => String(part).padStart(2, '0')).join('');
}

async function encrypt(text: string, paymentKey: PaymentKey): Promise<string> {
  const key = await importPaymentKey(paymentKey);
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(PROFILE).encrypt(key);
}
