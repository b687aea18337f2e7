import { BankError } from '../protocol/bank-error.js';
import { type JsonObject, parseObject } from '../protocol/body-codec.js';
import { decryptCompact } from '../protocol/jwe.js';
import { type BankKeys } from './bank-keys.js';
import { findCard, type TestCard } from './cards.js';

const PAN = /^\d{12,19}$/;

/** ISO/IEC 7812-1, annex B. */
const passesLuhn = (pan: string): boolean => {
  let sum = 0;
  for (let index = 0; index < pan.length; index += 1) {
    const value = Number(pan.charAt(pan.length - 1 - index)) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
};

/** @throws BankError `b_invalid_pan_format`, or `b_unsupported_payment_system` for a number that is none of the test cards */
export function requireCard(pan: string): TestCard {
  if (!PAN.test(pan) || !passesLuhn(pan)) throw new BankError('b_invalid_pan_format');
  const card = findCard(pan);
  if (!card) throw new BankError('b_unsupported_payment_system');
  return card;
}

/** What merchants encrypt for the bank's payment key (section d). Nothing of it is kept. */
export class CardData {
  constructor(private readonly keys: BankKeys) {}

  /** @throws BankError `b_encryptor_failed_decrypt_message` */
  async open(jwe: unknown, merchantId: string): Promise<string> {
    try {
      return await decryptCompact(String(jwe).trim(), this.keys.paymentKey(merchantId));
    } catch {
      throw new BankError('b_encryptor_failed_decrypt_message');
    }
  }

  async card(jwe: unknown, merchantId: string): Promise<TestCard> {
    return requireCard(await this.open(jwe, merchantId));
  }

  /** `YYMMCVV`, or `YYMM` without CVV; the month is not looked at, as the printed sample has 23. */
  async requireExpiry(jwe: unknown, merchantId: string, withCvv: boolean): Promise<string> {
    const text = await this.open(jwe, merchantId);
    if (withCvv && !/^\d{7}$/.test(text)) throw new BankError('b_validation_card_expiration_date_and_security_code');
    if (!withCvv && !/^\d{4}$/.test(text)) throw new BankError('b_validation_card_expiration_date');
    return text;
  }

  async requireCvv(jwe: unknown, merchantId: string): Promise<void> {
    if (!/^\d{3}$/.test(await this.open(jwe, merchantId))) throw new BankError('b_invalid_request');
  }

  async object(jwe: unknown, merchantId: string): Promise<JsonObject> {
    return parseObject(await this.open(jwe, merchantId));
  }
}
