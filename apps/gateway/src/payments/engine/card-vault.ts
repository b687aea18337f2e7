import { createHmac, type KeyObject } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Keystore, type SealPlace } from '#libs/keystore';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { SecretText } from '../../accounts/secret-text.js';
import { errorSummary } from '../../database/error-summary.js';
import { newId } from '../../database/id.js';
import { reach } from '../../failpoints/failpoint.js';
import { type BankCard } from '../bank/payment-bank.js';
import { type BankOperationFacts, type Hidden } from '../domain/bank-facts.js';
import { PaymentError } from '../domain/payment-error.js';
import { type CardStatus } from '../domain/saved-card.js';
import { RESOURCE_OF } from '../domain/operation.js';
import { maskedCard, short } from '../domain/receipt.js';
import { intentOf } from '../kinds/kinds.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type SavedCardEntity } from '../store/saved-card.entity.js';
import { type CardOwner, type NewSavedCard, SavedCardRepository } from '../store/saved-card.repository.js';

type Whose = Pick<NewSavedCard, 'bankMerchantId' | 'origin' | 'paymentId' | 'livemode'> & { readonly owner: CardOwner };

/** Adopts the cards that the bank keeps: its token is sealed, and opened only to be sent. */
@Injectable()
export class CardVault {
  private readonly logger = new Logger(CardVault.name);

  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly keystore: Keystore,
    private readonly cards: SavedCardRepository,
  ) {}

  /**
   * The card of what the bank has proven, where it was to be saved; once, however often it is seen. Whether the money is
   * counted never depends on it: what fails here is tried again with the next look.
   */
  async adopt(payment: PaymentEntity, { bankMerchantId }: OperationEntity, facts: BankOperationFacts): Promise<void> {
    const { cardToken: token, shown } = facts;
    const { merchantAccountId: accountId, id: paymentId, customerDigest, kind, livemode, savedCardId } = payment;
    const isWanted = intentOf(kind).keepsCard === true || payment.page.saveCard === true;
    if (token === undefined || customerDigest === null || savedCardId !== null || !isWanted) return;
    const whose = {
      owner: { accountId, customerDigest },
      bankMerchantId,
      origin: RESOURCE_OF[kind],
      paymentId,
      livemode,
    };
    reach('adopt_card.due');
    try {
      await this.add(whose, { token, mask: shown?.cardMask, scheme: shown?.scheme });
      reach('adopt_card.done');
    } catch (error) {
      this.logger.error(`the card that ${paymentId} saved is adopted later: ${errorSummary(error)}`);
    }
  }

  /** @returns the card, which may be one that we have already */
  async add({ owner, ...origin }: Whose, { token, mask, scheme }: BankCard): Promise<SavedCardEntity> {
    const { accountId, customerDigest } = owner;
    const { secret } = await this.accounts.open(accountId);
    const tokenDigest = digestOf(secret, token);
    const id = newId('card');
    const known = await this.cards.known(owner, tokenDigest);
    if (known && origin.paymentId === null) return known;
    const tokenSealed = await this.keystore.seal(Buffer.from(token.reveal()), cardPlace(accountId, id));
    await this.cards.add({
      ...{ ...origin, merchantAccountId: accountId, id, customerDigest, tokenSealed, tokenDigest },
      ...{ cardMask: (mask && maskedCard(mask)) ?? null, scheme: short(scheme) ?? null },
    });
    const added = await this.cards.known(owner, tokenDigest);
    if (!added) throw new Error('a saved card vanished');
    return added;
  }

  /**
   * A card that is to pay. Whether it may is said by the statement that records what it pays.
   * @throws PaymentError `CARD_NOT_FOUND`
   */
  async take(owner: CardOwner, id: string): Promise<{ card: SavedCardEntity; token: SecretText | undefined }> {
    const card = await this.cards.find(owner, id);
    if (!card) throw new PaymentError('CARD_NOT_FOUND', `there is no card ${id}`);
    return { card, token: await this.open(card) };
  }

  /** The bank refused to charge it, and says what it is. */
  async ended({ merchantAccountId, savedCardId, customerDigest }: PaymentEntity, status: CardStatus): Promise<void> {
    if (savedCardId === null || customerDigest === null || status === 'active') return;
    const card = await this.cards.find({ accountId: merchantAccountId, customerDigest }, savedCardId);
    if (card) await this.cards.change(card, status);
  }

  /** The bank's token. @returns undefined where the card was deleted */
  async open({ merchantAccountId, id, tokenSealed }: SavedCardEntity): Promise<SecretText | undefined> {
    if (tokenSealed === null) return undefined;
    return new SecretText(await this.keystore.open(tokenSealed, cardPlace(merchantAccountId, id)));
  }
}

const digestOf = (secret: KeyObject, token: Hidden): Buffer =>
  createHmac('sha256', secret).update(`card\n${token.reveal()}`).digest();

/** Where the bank's token of a card is sealed. */
export const cardPlace = (accountId: string, cardId: string): SealPlace => ({
  table: 'saved_card',
  column: 'token',
  row: cardId,
  accountId,
  version: 1,
});
