import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { type OrderReading, PaymentBank } from '../bank/payment-bank.js';
import { moveOperation } from '../domain/operation.js';
import { judgeOrder, type Shown, shownBy } from '../domain/order-verdict.js';
import { announceFlags, move } from '../domain/payment.js';
import { paymentStatus } from '../domain/statuses.js';
import { type Expected } from '../domain/success-rule.js';
import { decideSync, type NextLook, nextLook, type Sight, type SyncDecision } from '../domain/sync-decision.js';
import { evidenceOf } from '../domain/evidence.js';
import { recordExtras } from './order-extras-records.js';
import { OrderOpenerService } from './order-opener.service.js';
import { RefundSettlerService } from './refund-settler.service.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { operationOf } from '../store/operation.repository.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { PaymentRecords } from '../store/payment-records.js';
import { type PaymentAges, type PaymentExtras, paymentOf } from '../store/payment.repository.js';

/** One look at the bank, and the rows it is about, under the payment's lock. */
interface Look {
  readonly row: PaymentEntity;
  readonly purchase: OperationEntity;
  readonly ages: PaymentAges;
  readonly reading: OrderReading;
  readonly expected: Expected;
  readonly sight: Sight;
  readonly shown: Shown | null;
  /** Somebody hinted while the bank was being asked, so that its answer may be older than the hint. */
  readonly hintedMeanwhile: boolean;
}

/** Makes a payment equal to what the bank says of it. This alone moves a payment that has an order. */
@Injectable()
export class PaymentSyncService {
  constructor(
    private readonly bank: PaymentBank,
    private readonly records: PaymentRecords,
    private readonly orders: OrderOpenerService,
    private readonly refunds: RefundSettlerService,
  ) {}

  /** Something may have happened at the bank; the next round of the worker looks. */
  async hint(accountId: string, paymentId: string): Promise<void> {
    await this.records.payments.hint(accountId, paymentId);
    await this.records.operations.hintRefunds(accountId, paymentId);
  }

  /** A callback showed an attempt to pay, or could not be read: from now on no error code alone ends this payment. */
  noteShown(accountId: string, paymentId: string): Promise<void> {
    return this.records.payments.noteShown(accountId, paymentId);
  }

  /** A callback named an order: if we know of none yet, the bank is asked whether it is ours. */
  noteOrder(accountId: string, paymentId: string, bankOrderId: string): Promise<void> {
    return this.records.payments.noteOrder(accountId, paymentId, bankOrderId);
  }

  /** As {@link hint}, for a customer who is back from the bank's page. @returns the merchant's own return address */
  async hintOnReturn(accountId: string, paymentId: string): Promise<string | undefined> {
    const payment = await this.records.payments.find(accountId, paymentId);
    if (payment?.nextSyncAt && !paymentStatus(payment.status).ended) await this.hint(accountId, paymentId);
    else await this.records.operations.hintRefunds(accountId, paymentId);
    return payment?.returnUrl;
  }

  /** Queries the bank about the payment and its unfinished refunds, and settles what is proven. */
  async syncWithBank(accountId: string, paymentId: string): Promise<void> {
    let payment = await this.records.payments.find(accountId, paymentId);
    if (payment?.bankOrderId === null && payment.namedOrderId !== null) {
      if (await this.orders.adopt(payment, payment.namedOrderId))
        payment = await this.records.payments.find(accountId, paymentId);
    }
    if (!payment) return;
    if (payment.status === 'created') {
      await this.orders.resume(accountId, paymentId);
      return;
    }
    if (payment.bankOrderId === null) await this.records.transaction((tx) => this.rest(tx, accountId, paymentId));
    else await this.syncOrder(payment, payment.bankOrderId);
    for (const refund of await this.records.operations.unsettledRefunds(accountId, paymentId)) {
      await this.refunds.settle(accountId, refund.id);
    }
  }

  private async syncOrder(asked: PaymentEntity, bankOrderId: string): Promise<void> {
    const reading = await this.bank.readOrder(asked.merchantAccountId, bankOrderId);
    await this.records.transaction(async (tx) => {
      const row = await this.records.payments.lock(tx, asked.merchantAccountId, asked.id);
      const purchase = await this.records.operations.findPurchase(tx, asked.merchantAccountId, asked.id);
      if (!row || !purchase || row.bankOrderId !== bankOrderId) return;
      const ages = await this.records.payments.ages(tx, row.merchantAccountId, row.id);
      const expected = expectedOf(row, purchase, bankOrderId);
      await this.record(tx, {
        ...{ row, purchase, ages, reading, expected },
        sight: sightOf(reading, expected, row.bankOperationId),
        shown: strongest(row.shown, reading.kind === 'found' ? shownBy(reading.order) : null),
        hintedMeanwhile: row.hintQueries === 1 && row.nextSyncAt?.getTime() !== asked.nextSyncAt?.getTime(),
      });
    });
  }

  private async record(tx: Transaction, look: Look): Promise<void> {
    const { row, purchase, sight, ages, shown } = look;
    const decision = decideSync(paymentOf(row), sight, { ...ages, shown });
    const moved = move(paymentOf(row), decision.to, decision);
    const evidence = isWorthKeeping(row, sight, decision) ? { evidence: evidenceOf('order_query', noted(look)) } : {};
    const seen = await recordExtras(this.records, tx, moved.payment, look);
    const flags = { ...seen.payment.flags, ...decision.flags };
    const { payment, events } = announceFlags({ ...seen.payment, flags }, row.flags);
    const awaitsSession = look.reading.kind === 'unknown' && look.reading.noSession === true;
    const extras = { ...evidence, shown, awaitsSession, ...clocksOf(look), ...nextOf(look, decision, seen.again) };
    await this.records.save(tx, { payment, events: [...moved.events, ...seen.events, ...events] }, extras);
    const status = paymentStatus(decision.to).intent;
    if (status === null || status === purchase.status) return;
    const operation = moveOperation(operationOf(purchase), status, { failure: payment.failure });
    const ids = decision.bankOperationId ? { bankOperationId: decision.bankOperationId } : {};
    await this.records.operations.save(tx, operation, { ...evidence, ...ids, nextQueryInSeconds: null });
  }

  /** There is no order to ask about. */
  private async rest(tx: Transaction, accountId: string, paymentId: string): Promise<void> {
    const row = await this.records.payments.lock(tx, accountId, paymentId);
    if (row?.nextSyncAt)
      await this.records.payments.save(tx, paymentOf(row), { nextSyncInSeconds: null, hintQueries: 0 });
  }
}

function expectedOf(row: PaymentEntity, purchase: OperationEntity, hppOrderId: string): Expected {
  return {
    type: 'PURCHASE',
    merchantId: purchase.bankMerchantId,
    amount: row.amount,
    currency: row.currency,
    livemode: row.livemode,
    merchantRequestId: purchase.merchantRequestId,
    hppOrderId,
  };
}

function sightOf(reading: OrderReading, expected: Expected, settledBy: string | null): Sight {
  switch (reading.kind) {
    case 'found':
      return judgeOrder(reading.order, expected, settledBy);
    case 'order_expired':
      return { kind: 'gone', reason: 'the bank calls the order expired' };
    case 'not_found':
      return { kind: 'gone', reason: 'the bank does not know the order' };
    case 'unknown':
      return { kind: 'unreadable', reason: reading.reason };
  }
}

const strongest = (one: Shown | null, other: Shown | null): Shown | null =>
  one === 'success' || other === 'success' ? 'success' : (one ?? other);

/** The answer a state rests on, and whatever speaks against a payment that is not settled. */
const isWorthKeeping = (row: PaymentEntity, sight: Sight, decision: SyncDecision): boolean =>
  row.status !== decision.to ||
  (!paymentStatus(row.status).ended && (sight.kind === 'incomplete' || sight.kind === 'review'));

const noted = ({ sight, reading }: Look) =>
  reading.kind === 'found' ? { ...sight, orderStatus: reading.order.status } : sight;

function clocksOf({ sight, reading, ages }: Look): Pick<PaymentExtras, 'incomplete' | 'gone'> {
  if (sight.kind === 'gone') return ages.pastGrace ? { gone: true } : {};
  return reading.kind === 'found' ? { incomplete: sight.kind === 'incomplete', gone: false } : {};
}

function nextOf(look: Look, decision: SyncDecision, again: boolean): NextLook {
  if (look.hintedMeanwhile) return { nextSyncInSeconds: 0, hintQueries: 1 };
  const { row, ages, sight } = look;
  const sinceEndedSeconds = row.status === decision.to ? (ages.sinceEndedSeconds ?? 0) : 0;
  const { hintQueries } = row;
  return nextLook(decision.to, sight, { ...ages, hintQueries, sinceEndedSeconds, again, random: Math.random() });
}
