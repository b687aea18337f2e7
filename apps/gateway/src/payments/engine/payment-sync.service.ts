import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { reach } from '../../failpoints/failpoint.js';
import { PaymentBank } from '../bank/payment-bank.js';
import { paymentStatus } from '../domain/statuses.js';
import { type Told } from '../store/hints.js';
import { currentOf } from '../store/operation.repository.js';
import { PaymentRecords } from '../store/payment-records.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { paymentOf } from '../store/payment.repository.js';
import { type Standing } from '../store/standing.js';
import { CardVault } from './card-vault.js';
import { Engine } from './engine.service.js';
import { outcomeOf, seenBy } from './look-outcome.js';
import { followed, readFollowed, type Reading, type Said, weigh } from './look.js';
import { assignNamedOrders, type StrangeOrder } from './named-orders.js';
import { isPlain, recordBeside } from './order-extras-records.js';

/** Makes a payment equal to what the bank says of it. This alone moves a payment that has an order. */
@Injectable()
export class PaymentSyncService {
  constructor(
    private readonly bank: PaymentBank,
    private readonly records: PaymentRecords,
    private readonly engine: Engine,
    private readonly cards: CardVault,
  ) {}

  /** Something may have happened at the bank; the next round of the worker looks. */
  hint(accountId: string, paymentId: string): Promise<void> {
    return this.records.payments.hint(accountId, paymentId);
  }

  /** What a callback says: from now on no error code alone ends this payment, and an order that it names is asked for. */
  noteTold(accountId: string, paymentId: string, told: Told): Promise<void> {
    return this.records.payments.noteTold(accountId, paymentId, told);
  }

  /** As {@link hint}, for a customer who is back from the bank's page. @returns the merchant's own return address */
  async hintOnReturn(accountId: string, paymentId: string): Promise<string | undefined> {
    const payment = await this.records.payments.find(accountId, paymentId);
    if (payment?.nextSyncAt && !paymentStatus(payment.status).ended) await this.hint(accountId, paymentId);
    else await this.records.operations.hint(accountId, paymentId);
    return payment?.returnUrl ?? undefined;
  }

  /** Queries the bank about the payment and what acts on it, and concludes what is proven. */
  async syncWithBank(accountId: string, paymentId: string): Promise<void> {
    const found = await this.records.standing(accountId, paymentId);
    if (!found) return;
    const strange = await assignNamedOrders({ bank: this.bank, records: this.records }, found.payment);
    const mayHaveChanged = found.payment.namedOrderIds.length > 0;
    const standing = mayHaveChanged ? await this.records.standing(accountId, paymentId) : found;
    const current = standing && currentOf(standing.intents);
    if (!current) return;
    const isFollowed = followed(standing.intents).length + strange.length > 0;
    const isAllDone = isFollowed && (await this.syncFollowed(standing, strange));
    if (isAllDone) return;
    if (standing.payment.status === 'created') await this.engine.resolve(accountId, current.id);
    else await this.syncFollowUps(accountId, paymentId, isFollowed);
  }

  /** What acts on the payment is asked for by itself. */
  private async syncFollowUps(accountId: string, paymentId: string, isFollowed: boolean): Promise<void> {
    if (!isFollowed) await this.records.transaction((tx) => this.rest(tx, accountId, paymentId));
    for (const { id } of await this.records.operations.unsettled(accountId, paymentId)) {
      await this.engine.resolve(accountId, id);
    }
    await this.engine.giveBackLate(accountId, paymentId);
  }

  /** @returns whether nothing is left to look at: no follow-up, and nothing to give back */
  private async syncFollowed(asked: Standing, strange: readonly StrangeOrder[]): Promise<boolean> {
    const { merchantAccountId: accountId } = asked.payment;
    const readings: Reading[] = [];
    for (const { question } of followed(asked.intents))
      readings.push({ bankId: question.id, reading: await readFollowed(this.bank, accountId, question) });
    reach('sync.read');
    await this.adoptCard(asked, { readings, strange });
    const isAllDone = await this.concludeAtOnce(asked, { readings, strange });
    if (!isAllDone) await this.concludeLocked(asked.payment, { readings, strange });
    reach('sync.recorded');
    return isAllDone;
  }

  private async adoptCard({ payment, intents }: Standing, said: Said): Promise<void> {
    const look = weigh(payment, intents, said);
    if (look?.sight.kind === 'succeeded') await this.cards.adopt(payment, look.intent, look.sight.facts);
  }

  private concludeLocked(asked: PaymentEntity, said: Said): Promise<void> {
    const { merchantAccountId: accountId, id } = asked;
    return this.records.transaction(async (tx) => {
      const row = await this.records.payments.lock(tx, accountId, id);
      const intents = await this.records.operations.intents(accountId, id, tx);
      const weighed = row && weigh(row, intents, said);
      if (!row || !weighed) return;
      const ages = await this.records.payments.ages(tx, accountId, id);
      const hintedMeanwhile = row.hintQueries === 1 && row.nextSyncAt?.getTime() !== asked.nextSyncAt?.getTime();
      const followUps = await this.records.operations.followUps(tx, accountId, id);
      const look = { ...weighed, ages, hintedMeanwhile, followUps };
      const outcome = outcomeOf(look);
      const settled = await recordBeside(this.records, tx, outcome.beside, look);
      await this.records.recordLook(tx, seenBy(look, outcome, settled));
    });
  }

  /** In one statement, where the payment stands for itself and nobody has touched it while the bank was asked. */
  private async concludeAtOnce(asked: Standing, said: Said): Promise<boolean> {
    const { payment, ages, intents, followUps } = asked;
    if (followUps.length > 0 || payment.refundLate || payment.status === 'created') return false;
    const weighed = weigh(payment, intents, said);
    if (!weighed) return false;
    const look = { ...weighed, ages, hintedMeanwhile: false, followUps };
    const outcome = outcomeOf(look);
    if (!isPlain(outcome.beside)) return false;
    const seen = seenBy(look, outcome, { payment: outcome.beside.payment, events: [] });
    return this.records.concludeLook(asked, seen);
  }

  /** There is nothing to ask about. */
  private async rest(tx: Transaction, accountId: string, paymentId: string): Promise<void> {
    const row = await this.records.payments.lock(tx, accountId, paymentId);
    if (row?.nextSyncAt)
      await this.records.payments.save(tx, paymentOf(row), { nextSyncInSeconds: null, hintQueries: 0 });
  }
}
