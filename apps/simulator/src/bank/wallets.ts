import {
  createCipheriv,
  createDecipheriv,
  createHash,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type OrderCurrency } from './currency.js';

/** What a wallet's token stands for. */
export interface WalletPayment {
  readonly pan: string;
  /** Minor units; Google leaves it to the request. */
  readonly coinAmount?: number;
  readonly currencyCode?: OrderCurrency;
  /** Google: a bare card number, which may need 3DS; else a cryptogram that is proof enough. */
  readonly authMethod: 'PAN_ONLY' | 'CRYPTOGRAM_3DS';
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

const isRecord = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** Apple and Google of the simulator: they issue tokens for test cards, in the forms of the real ones, and open no others. */
export class Wallets {
  private readonly key = randomBytes(32);
  private readonly ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64');

  /** Apple's token object: `paymentToken` of a request. */
  apple(payment: WalletPayment): JsonObject {
    const transactionIdentifier = randomBytes(32).toString('hex');
    const network = payment.pan.startsWith('4') ? 'Visa' : 'MasterCard';
    return {
      paymentData: {
        data: this.seal(payment),
        signature: randomBytes(64).toString('base64'),
        header: {
          publicKeyHash: createHash('sha256').update(this.ephemeral).digest('base64'),
          ephemeralPublicKey: this.ephemeral,
          transactionId: transactionIdentifier,
        },
        version: 'EC_v1',
      },
      paymentMethod: { displayName: `${network} ${payment.pan.slice(-4)}`, network, type: 'debit' },
      transactionIdentifier,
    };
  }

  /** Google's object: `googlePayPaymentData` of a request. */
  google(payment: WalletPayment): JsonObject {
    const network = payment.pan.startsWith('4') ? 'VISA' : 'MASTERCARD';
    const last4 = payment.pan.slice(-4);
    const signedMessage = JSON.stringify({ encryptedMessage: this.seal(payment), ephemeralPublicKey: this.ephemeral });
    return {
      apiVersion: 2,
      apiVersionMinor: 0,
      merchantInfo: { merchantId: '1234567890', gateway: 'timeproject' },
      paymentMethodData: {
        type: 'CARD',
        description: `${network} •••• ${last4}`,
        info: {
          assuranceDetails: { accountVerified: true, cardHolderAuthenticated: false },
          cardDetails: last4,
          cardNetwork: network,
        },
        tokenizationData: {
          type: 'PAYMENT_GATEWAY',
          token: JSON.stringify({
            protocolVersion: 'ECv2',
            signature: randomBytes(64).toString('base64'),
            signedMessage,
          }),
        },
      },
    };
  }

  /** What Apple hands a page to open its sheet with: opaque to everybody else. */
  appleSession(domainName: string): JsonObject {
    return {
      merchantSessionIdentifier: `SSH${randomBytes(48).toString('hex').toUpperCase()}`,
      nonce: randomBytes(4).toString('hex'),
      merchantIdentifier: randomBytes(32).toString('hex').toUpperCase(),
      domainName,
      displayName: domainName,
      signature: randomBytes(64).toString('hex'),
    };
  }

  newSessionId(): string {
    return randomUUID();
  }

  /** Google's name of a terminal: 24 characters, always the same. */
  gatewayIdOf(merchantId: string): string {
    return createHash('sha256').update(merchantId).digest('base64url').slice(0, 24);
  }

  /** @throws BankError `b_encryptor_failed_decrypt_message` unless this wallet has issued it */
  openApple(token: unknown): WalletPayment {
    const data = isRecord(token) && isRecord(token['paymentData']) ? token['paymentData']['data'] : undefined;
    return this.open(data);
  }

  /** @throws BankError `b_encryptor_failed_decrypt_message` unless this wallet has issued it */
  openGoogle(data: unknown): WalletPayment {
    try {
      const { paymentMethodData } = data as { paymentMethodData: { tokenizationData: { token: string } } };
      const { signedMessage } = JSON.parse(paymentMethodData.tokenizationData.token) as { signedMessage: string };
      const { encryptedMessage } = JSON.parse(signedMessage) as { encryptedMessage: unknown };
      return this.open(encryptedMessage);
    } catch {
      throw new BankError('b_encryptor_failed_decrypt_message');
    }
  }

  private seal(payment: WalletPayment): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(payment)), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
  }

  private open(sealed: unknown): WalletPayment {
    try {
      const bytes = Buffer.from(String(sealed), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString()) as WalletPayment;
    } catch {
      throw new BankError('b_encryptor_failed_decrypt_message');
    }
  }
}
