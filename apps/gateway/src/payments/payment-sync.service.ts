import { Injectable } from '@nestjs/common';
import { type Transaction } from '../database/transaction.js';
import { type OrderReading, PaymentBank } from './bank/payment-bank.js';
import { moveOperation } from './domain/operation.js';
import { move, type PaymentStatus } from './domain/payment.js';
import { CONFIRMATION_QUERIES, delayAfterDoubt, delayOfOpenOrder } from './domain/schedule.js';
import { type Expected } from './domain/success-rule.js';
import { decideSync, PURCHASE_STATUS_OF, type Sight, type SyncDecision } from './domain/sync-decision.js';
import { judgeOrder } from './domain/verdict.js';
import { evidenceOf } from './evidence.js';
import { OrderOpenerService } from './order-opener.service.js';
import { RefundSettlerService } from './refund-settler.service.js';
import { type OperationEntity } from './store/operation.entity.js';
import { operationOf } from './store/operation.repository.js';
import { type PaymentEntity } from './store/payment.entity.js';
import { PaymentRecords } from './store/payment-records.js';
import { type PaymentAges, paymentOf } from './store/payment.repository.js';

/** Statuses in which the bank's order can still tell something new. */
const ORDER_MATTERS: readonly PaymentStatus[] = ['requires_action', 'processing', 'failed', 'expired', 'needs_review'];

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
  hint(accountId: string, paymentId: string): Promise<void> {
    return this.records.payments.hint(accountId, paymentId);
  }

  /** As {@link hint}, for a customer who is back from the bank's page. @returns the merchant's own return address */
  async hintOnReturn(accountId: string, paymentId: string): Promise<string | undefined> {
    const payment = await this.records.payments.find(accountId, paymentId);
    if (payment?.nextSyncAt) await this.records.payments.hint(accountId, paymentId);
    return payment?.returnUrl;
  }

  /** Queries the bank about the payment and its unfinished refunds, and settles what is proven. */
  async syncWithBank(accountId: string, paymentId: string): Promise<void> {
    const payment = await this.records.payments.find(accountId, paymentId);
    if (!payment) return;
    if (payment.status === 'created') {
      await this.orders.resume(accountId, paymentId);
      return;
    }
    if (payment.bankOrderId !== null && ORDER_MATTERS.includes(payment.status))
      await this.syncOrder(payment, payment.bankOrderId);
    else await this.records.transaction((tx) => this.rest(tx, accountId, paymentId));
    for (const refund of await this.records.operations.unsettledRefunds(accountId, paymentId)) {
      await this.refunds.settle(accountId, refund.id);
    }
  }

  private async syncOrder(payment: PaymentEntity, bankOrderId: string): Promise<void> {
    const { merchantAccountId: accountId, id: paymentId } = payment;
    const reading = await this.bank.readOrder(accountId, bankOrderId);
    await this.records.transaction((tx) => this.apply(tx, { accountId, paymentId, bankOrderId, reading }));
  }

  private async apply(
    tx: Transaction,
    seen: { accountId: string; paymentId: string; bankOrderId: string; reading: OrderReading },
  ): Promise<void> {
    const row = await this.records.payments.lock(tx, seen.accountId, seen.paymentId);
    const purchase = await this.records.operations.findPurchase(tx, seen.accountId, seen.paymentId);
    if (!row || !purchase) return;
    const ages = await this.records.payments.ages(tx, row.merchantAccountId, row.id);
    const sight = sightOf(seen.reading, expectedOf(row, purchase, seen.bankOrderId));
    const decision = decideSync(paymentOf(row), sight, { ...ages, hintQueries: row.hintQueries });
    const awaitsSession = seen.reading.kind === 'unknown' && seen.reading.noSession === true;
    await this.record(tx, { row, purchase, sight, decision, ages, awaitsSession });
  }

  private async record(
    tx: Transaction,
    change: {
      row: PaymentEntity;
      purchase: OperationEntity;
      sight: Sight;
      decision: SyncDecision;
      ages: PaymentAges;
      awaitsSession: boolean;
    },
  ): Promise<void> {
    const { row, purchase, sight, decision, awaitsSession } = change;
    const moved = move(paymentOf(row), decision.to, decision);
    const evidence = row.status === decision.to ? {} : { evidence: evidenceOf('order_query', sight) };
    const hintQueries = sight.kind === 'incomplete' ? Math.max(1, row.hintQueries) : row.hintQueries;
    await this.records.save(tx, moved, { ...evidence, ...nextSync(hintQueries, decision, change.ages), awaitsSession });
    const status = PURCHASE_STATUS_OF[decision.to];
    if (status === undefined || status === purchase.status) return;
    const operation = moveOperation(operationOf(purchase), status, { failure: moved.payment.failure });
    const ids = decision.bankOperationId ? { bankOperationId: decision.bankOperationId } : {};
    await this.records.operations.save(tx, operation, { ...evidence, ...ids, nextQueryInSeconds: null });
  }

  /** Nothing to ask of the order any more. */
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

function sightOf(reading: OrderReading, expected: Expected): Sight {
  switch (reading.kind) {
    case 'found':
      return judgeOrder(reading.order, expected);
    case 'order_expired':
      return { kind: 'untouched' };
    case 'not_found':
      return { kind: 'unreadable', reason: 'the bank does not know the order' };
    case 'unknown':
      return { kind: 'unreadable', reason: reading.reason };
  }
}

/** After a hint, or half a proof, the bank is asked in quick succession for a while, otherwise by the age of the order. */
function nextSync(
  hintQueries: number,
  decision: SyncDecision,
  ages: PaymentAges,
): { nextSyncInSeconds: number | null; hintQueries: number } {
  if (!decision.askAgain) return { nextSyncInSeconds: null, hintQueries: 0 };
  const hinted = hintQueries > 0 && hintQueries <= CONFIRMATION_QUERIES;
  const nextSyncInSeconds = hinted
    ? delayAfterDoubt(hintQueries - 1, Math.random())
    : delayOfOpenOrder(ages.sinceCreatedSeconds, Math.random());
  return { nextSyncInSeconds, hintQueries: hinted ? hintQueries + 1 : hintQueries };
}
