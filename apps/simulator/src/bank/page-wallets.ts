import { type TestCard, TEST_CARDS } from './cards.js';
import { type Means, walletMeans } from './means.js';
import { type Order } from './order.js';
import { type Wallets } from './wallets.js';
import { BankError } from '../protocol/bank-error.js';

/** Wallets as `paymentMethods` of an order names them. */
export type WalletName = 'APPLE_PAY' | 'GOOGLE_PAY';

/** Undefined = no wallet, or none that the order takes. */
export const walletOf = ({ paymentMethods }: Order, name: string | null | undefined): WalletName | undefined =>
  (name === 'APPLE_PAY' || name === 'GOOGLE_PAY') && paymentMethods.includes(name) ? name : undefined;

/** A card on the payer's telephone, and the token that it would hand out for an order. */
export interface WalletChoice {
  readonly card: (typeof TEST_CARDS)[number];
  readonly token: string;
}

/** Google may keep a card as a bare number, which asks for 3DS. Apple hands out cryptograms alone, which do not. */
export function choicesOf(order: Order, wallet: WalletName, wallets: Wallets): readonly WalletChoice[] {
  const { coinAmount, currencyCode } = order;
  const issue = ({ pan, threeDs }: TestCard) =>
    wallet === 'APPLE_PAY'
      ? wallets.apple({ pan, authMethod: 'CRYPTOGRAM_3DS', coinAmount, currencyCode })
      : wallets.google({ pan, authMethod: threeDs ? 'PAN_ONLY' : 'CRYPTOGRAM_3DS' });
  return TEST_CARDS.filter(({ threeDs }) => wallet === 'GOOGLE_PAY' || !threeDs).map((card) => ({
    card,
    token: JSON.stringify(issue(card)),
  }));
}

/** @throws BankError for a token that this wallet has not issued, or for another amount or currency */
export function openWallet(order: Order, wallet: WalletName, token: string, wallets: Wallets): Means {
  if (wallet === 'GOOGLE_PAY') return walletMeans(wallet, wallets.openGoogle(read(token)));
  const payment = wallets.openApple(read(token));
  const { coinAmount, currencyCode } = order;
  if (payment.coinAmount !== coinAmount || payment.currencyCode !== currencyCode)
    throw new BankError('b_invalid_request');
  return walletMeans(wallet, payment);
}

const read = (token: string): unknown => {
  try {
    return JSON.parse(token);
  } catch {
    throw new BankError('b_encryptor_failed_decrypt_message');
  }
};
