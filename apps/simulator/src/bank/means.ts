import { requireCard } from './card-data.js';
import { type TestCard } from './cards.js';
import { toKopiyky } from './currency.js';
import { type WalletPayment } from './wallets.js';

export type PaymentService = 'CARD' | 'TOKEN' | 'APPLE_PAY' | 'GOOGLE_PAY' | 'ACCOUNT';

/** What pays, opened: nothing of it is kept but the card's trace. */
export interface Means {
  readonly service: PaymentService;
  readonly card: TestCard;
  /** The issuer may be asked for 3DS at all. */
  readonly takesThreeDs: boolean;
  /** 3DS without being told to: a cryptogram is proof enough, unless the merchant insists. */
  readonly asksByItself: boolean;
  /** The token that was used. */
  readonly externalCardToken?: string;
  /** Kopiyky, where they come with the means. */
  readonly coinAmount?: number;
}

export const cardMeans = (card: TestCard): Means => ({
  service: 'CARD',
  card,
  takesThreeDs: card.threeDs,
  asksByItself: card.threeDs,
});

/** @throws BankError for a card that the bank does not know */
export const walletMeans = (service: 'APPLE_PAY' | 'GOOGLE_PAY', payment: WalletPayment): Means => {
  const card = requireCard(payment.pan);
  const { coinAmount, currencyCode = '980', authMethod } = payment;
  return {
    service,
    card,
    takesThreeDs: card.threeDs || authMethod === 'PAN_ONLY',
    asksByItself: authMethod === 'PAN_ONLY',
    ...(coinAmount !== undefined && { coinAmount: toKopiyky(coinAmount, currencyCode).coinAmount }),
  };
};
