import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type KeyOwner } from '../../accounts/api-key.guard.js';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { SecretText } from '../../accounts/secret-text.js';
import { newId } from '../../database/id.js';
import { reach } from '../../failpoints/failpoint.js';
import { HttpProblem } from '../../http/http-problem.js';
import { pageOf, placeIn, writeCursor } from '../../http/paging.js';
import { type BankCard, type CardChange, PaymentBank } from '../bank/payment-bank.js';
import { PaymentError } from '../domain/payment-error.js';
import { mayChange } from '../domain/saved-card.js';
import { CardVault } from '../engine/card-vault.js';
import { type Answer, fingerprintOf, IdempotencyService } from '../engine/idempotency.service.js';
import { merchantRequestIdOf } from '../engine/merchant-request-id.js';
import { type SavedCardEntity } from '../store/saved-card.entity.js';
import { type CardOwner, SavedCardRepository } from '../store/saved-card.repository.js';
import { customerDigestOf } from './customer-digest.js';
import { type KeepCard, type ListCards, type SavedCardPage, type SavedCardView } from './saved-card.dto.js';

/** Whose cards are asked for, in the merchant's own words. */
export interface Customer {
  readonly accountId: string;
  readonly customerId: string;
}

/** Cards that the bank keeps for customers of a merchant. What they are at the bank counts; our rows follow. */
@Injectable()
export class SavedCardsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly bank: PaymentBank,
    private readonly cards: SavedCardRepository,
    private readonly vault: CardVault,
    private readonly idempotency: IdempotencyService,
  ) {}

  /**
   * Has the bank keep a card that nobody pays with now.
   * @throws PaymentError `CARD_REFUSED` | `IDEMPOTENCY_…`, HttpProblem `SERVICE_UNAVAILABLE`
   */
  async keep({ caller, key }: { caller: KeyOwner; key: string }, customerId: string, body: KeepCard): Promise<Answer> {
    const { accountId, livemode } = caller;
    const account = await this.accounts.open(accountId);
    const fingerprint = fingerprintOf(account.secret, `POST /v1/customers/${customerId}/cards`, {}); // all of the body is secret
    const request = { accountId, key, fingerprint, operationId: newId('card'), step: 'keep_card' };
    reach('keep_card.due');
    const begun = await this.idempotency.begin(request, () => Promise.resolve());
    if (begun.kind === 'answered') return begun.answer;
    return this.idempotency.hold(request, async () => {
      const card = await this.keptByBank(account, { customerId, key, body });
      reach('keep_card.answered');
      const owner = { accountId, customerDigest: customerDigestOf(account.secret, customerId) };
      const { bankMerchantId } = account;
      const row = await this.vault.add({ owner, bankMerchantId, livemode, origin: 'api', paymentId: null }, card);
      const view = viewCard(row, customerId);
      const answer = await this.idempotency.settleAlone(request, 201, view);
      reach('keep_card.concluded');
      return answer;
    });
  }

  /** A repeat under the same id is refused as a duplicate; the card kept once more is the same, or a second that nobody uses. */
  private async keptByBank(
    { id: accountId, secret, bankMerchantId }: MerchantAccount,
    { customerId, key, body }: { customerId: string; key: string; body: KeepCard },
  ): Promise<BankCard> {
    const number = SecretText.of(body.encryptedNumber);
    const expiry = SecretText.of(body.encryptedExpiry);
    for (const merchantRequestId of [merchantRequestIdOf(secret, 'card', key), randomUUID()]) {
      reach('keep_card.begun');
      const asked = { merchantRequestId, bankMerchantId, customerId, number, expiry };
      const outcome = await this.bank.run<'keep_card'>(accountId, { name: 'keep_card', ...asked });
      if (outcome.kind === 'done') return outcome.card;
      if (outcome.kind === 'refused') throw new PaymentError('CARD_REFUSED', `the bank refused it (${outcome.code})`);
      if (outcome.kind === 'unsendable') throw new PaymentError('CARD_REFUSED', 'it cannot be sent to the bank');
      if (outcome.kind === 'unknown') throw silent();
    }
    throw silent();
  }

  /** Newest first. @throws PaymentError `CURSOR_INVALID` */
  async list(customer: Customer, { limit, cursor, status }: ListCards): Promise<SavedCardPage> {
    const before = cursor === undefined ? undefined : placeIn(cursor, CARD_ID);
    if (cursor !== undefined && before === undefined)
      throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
    const owner = await this.ownerOf(customer);
    const { rows, last } = pageOf(await this.cards.list(owner, { limit: limit + 1, before, status }), limit);
    return {
      data: rows.map((row) => viewCard(row, customer.customerId)),
      nextCursor: last ? writeCursor(last.id) : null,
    };
  }

  /** @throws PaymentError `CARD_NOT_FOUND` */
  async get(customer: Customer, id: string): Promise<SavedCardView> {
    return viewCard(await this.find(await this.ownerOf(customer), id), customer.customerId);
  }

  /**
   * At the bank first. What it says of a change that it refuses is adopted, so that a repeat of a lost one is done.
   * @throws PaymentError `CARD_NOT_FOUND` | `CARD_NOT_CHANGEABLE`, HttpProblem `SERVICE_UNAVAILABLE`
   */
  async change(customer: Customer, id: string, to: CardChange): Promise<SavedCardView> {
    const owner = await this.ownerOf(customer);
    const card = await this.find(owner, id);
    if (card.status === to) return viewCard(card, customer.customerId);
    const token = await this.vault.open(card);
    if (token === undefined || !mayChange(card.status, to)) throw notChangeable(card);
    reach('change_card.due');
    const outcome = await this.bank.run<'change_card'>(owner.accountId, { name: 'change_card', token, to });
    reach('change_card.answered');
    if (outcome.kind === 'unknown') throw silent();
    if (outcome.kind === 'done' && outcome.changed) await this.cards.change(card, to);
    else await this.refresh(card, token);
    reach('change_card.concluded');
    const now = await this.find(owner, id);
    if (now.status !== to) throw notChangeable(now);
    return viewCard(now, customer.customerId);
  }

  /** @throws HttpProblem `SERVICE_UNAVAILABLE` */
  private async refresh(card: SavedCardEntity, token: SecretText): Promise<void> {
    const reading = await this.bank.read(card.merchantAccountId, { by: 'card_token', id: token.reveal() });
    if (reading.kind === 'unknown') throw silent();
    await this.cards.change(card, reading.kind === 'found' ? reading.status : 'deleted');
  }

  private async find(owner: CardOwner, id: string): Promise<SavedCardEntity> {
    const card = await this.cards.find(owner, id);
    if (!card) throw new PaymentError('CARD_NOT_FOUND', `there is no card ${id}`);
    return card;
  }

  private async ownerOf({ accountId, customerId }: Customer): Promise<CardOwner> {
    const { secret } = await this.accounts.open(accountId);
    return { accountId, customerDigest: customerDigestOf(secret, customerId) };
  }
}

const CARD_ID = /^card_[0-9a-f]{32}$/u;

const notChangeable = ({ id, status }: SavedCardEntity): PaymentError =>
  new PaymentError('CARD_NOT_CHANGEABLE', `the card ${id} is ${status}`);

const silent = (): HttpProblem => new HttpProblem('SERVICE_UNAVAILABLE', 'The bank did not say what it did.');

export const viewCard = (row: SavedCardEntity, customerId: string): SavedCardView => ({
  object: 'card',
  id: row.id,
  customerId,
  status: row.status,
  cardMask: row.cardMask,
  scheme: row.scheme,
  origin: { type: row.origin, id: row.paymentId },
  livemode: row.livemode,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
