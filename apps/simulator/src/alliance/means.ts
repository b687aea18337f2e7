import { type Bank } from '../bank/bank.js';
import { findCardByName } from '../bank/cards.js';
import { type OrderCurrency } from '../bank/currency.js';
import { cardMeans, type Means, walletMeans } from '../bank/means.js';
import { type WalletPayment } from '../bank/wallets.js';
import { validationError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type FieldRule, validate } from '../protocol/validator.js';
import { integer, object, required, text } from './fields.js';

/** Section f.4: the plaintexts of decrypted wallets. */
const APPLE_FIELDS: readonly FieldRule[] = [
  text('applicationPrimaryAccountNumber', 19, required),
  text('applicationExpirationDate', 6, required),
  text('currencyCode', 3, { ...required, values: ['980', '840', '978'] }),
  integer('transactionAmount', { ...required, min: 1 }),
  text('cardholderName', 255),
  text('deviceManufacturerIdentifier', 255, required),
  text('paymentDataType', 50, required),
  object('paymentData', [text('onlinePaymentCryptogram', 255, required), text('eciIndicator', 2)], required),
];

const GOOGLE_FIELDS: readonly FieldRule[] = [
  text('paymentMethod', 20, required),
  object(
    'paymentMethodDetails',
    [
      text('authMethod', 20, { ...required, values: ['PAN_ONLY', 'CRYPTOGRAM_3DS'] }),
      text('pan', 19, required),
      integer('expirationMonth', { ...required, min: 1, max: 12 }),
      integer('expirationYear', required),
      text('cryptogram', 255),
      text('eciIndicator', 2),
    ],
    required,
  ),
  text('messageId', 255),
  text('messageExpiration', 20),
  text('gatewayMerchantId', 255),
];

const read = (plaintext: JsonObject, fields: readonly FieldRule[], member: string): JsonObject => {
  const { value, errors } = validate(plaintext, fields, { strict: false, protocol: '1.0' });
  if (errors.length > 0)
    throw validationError(errors.map(({ field, message }) => ({ field: `${member}.${field}`, message })));
  return value;
};

const ofMerchant = ({ merchantId }: JsonObject): string => String(merchantId);

/** @throws BankError */
export async function appleDecrypted(bank: Bank, body: JsonObject, member = 'paymentData'): Promise<Means> {
  const plaintext = read(await bank.cardData.object(body[member], ofMerchant(body)), APPLE_FIELDS, member);
  return walletMeans('APPLE_PAY', {
    pan: String(plaintext['applicationPrimaryAccountNumber']),
    coinAmount: Number(plaintext['transactionAmount']),
    currencyCode: plaintext['currencyCode'] as OrderCurrency,
    authMethod: 'CRYPTOGRAM_3DS',
  });
}

/** @throws BankError */
export async function googleDecrypted(bank: Bank, body: JsonObject, member = 'paymentData'): Promise<Means> {
  const plaintext = read(await bank.cardData.object(body[member], ofMerchant(body)), GOOGLE_FIELDS, member);
  const { pan, authMethod } = plaintext['paymentMethodDetails'] as JsonObject;
  return walletMeans('GOOGLE_PAY', { pan: String(pan), authMethod: authMethod as WalletPayment['authMethod'] });
}

/** @throws BankError */
export const appleEncrypted = (bank: Bank, { paymentToken }: JsonObject): Means =>
  walletMeans('APPLE_PAY', bank.wallets.openApple(paymentToken));

/** @throws BankError */
export const googleEncrypted = (bank: Bank, { googlePayPaymentData }: JsonObject): Means =>
  walletMeans('GOOGLE_PAY', bank.wallets.openGoogle(googlePayPaymentData));

/** @throws BankError unless it is an active token of the terminal, with its CVV where that is asked for */
export async function tokenMeans(bank: Bank, body: JsonObject): Promise<Means> {
  if (body['cvv'] !== undefined) await bank.cardData.requireCvv(body['cvv'], ofMerchant(body));
  const token = bank.tokens.requireActive(String(body['token']), ofMerchant(body));
  return { ...cardMeans(findCardByName(token.card.name)), service: 'TOKEN', externalCardToken: token.token };
}

export async function plainCard(bank: Bank, body: JsonObject): Promise<Means> {
  return cardMeans(await bank.cardData.card(body['encryptedCardNumber'], ofMerchant(body)));
}

type Opener = (bank: Bank, body: JsonObject) => Means | Promise<Means>;

/** `paymentMethodType` of holds and initial recurring payments (section h.3). */
const OPENERS: Readonly<Record<string, Opener>> = {
  CARD: plainCard,
  TOKEN: tokenMeans,
  APPLE_PAY_ENCRYPTED: appleEncrypted,
  APPLE_PAY_DECRYPTED: (bank, body) => appleDecrypted(bank, body, 'paymentDataEncrypted'),
  GOOGLE_PAY_ENCRYPTED: googleEncrypted,
  GOOGLE_PAY_DECRYPTED: (bank, body) => googleDecrypted(bank, body, 'paymentDataEncrypted'),
};

export const PAYMENT_METHOD_TYPES = Object.keys(OPENERS);

/** @throws BankError */
export const meansOf = async (bank: Bank, body: JsonObject): Promise<Means> =>
  (OPENERS[methodTypeOf(body)] ?? plainCard)(bank, body);

export const methodTypeOf = ({ paymentMethodType = 'CARD' }: JsonObject): string => String(paymentMethodType);
