import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { type BankOrderFacts } from '../domain/bank-facts.js';
import { type OrderReading, PaymentBank } from '../bank/payment-bank.js';
import { moveOperation } from '../domain/operation.js';
import { intentOf } from '../kinds/kinds.js';
import { isReleased } from '../domain/order-extras.js';
import { judgeOrder, type Shown, shownBy } from '../domain/order-verdict.js';
import { announceFlags, move, type Payment } from '../domain/payment.js';
import { operationStatus, paymentStatus } from '../domain/statuses.js';
import { type Expected } from '../domain/success-rule.js';
import {
  decideSync,
  type NextLook,
  nextLook,
  type Sight,
  type SyncDecision,
  type SyncHistory,
} from '../domain/sync-decision.js';
import { evidenceOf } from '../domain/evidence.js';
import { recordExtras } from './order-extras-records.js';
import { Engine } from './engine.service.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type OperationNotes, operationOf } from '../store/operation.repository.js';
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
    private readonly engine: Engine,
  ) {}

  /** Something may have happened at the bank; the next round of the worker looks. */
  async hint(accountId: string, paymentId: string): Promise<void> {
    await this.records.payments.hint(accountId, paymentId);
    await this.records.operations.hint(accountId, paymentId);
  }

  /** A callback showed an attempt to pay, or could not be read: from now on no error code alone ends this payment. */
  noteShown(accountId: string, paymentId: string): Promise<void> {
    return this.records.payments.noteShown(accountId, paymentId);
  }

  /** A callback named an order: if we know of none yet, the bank is asked whether it is ours. */
  noteOrder(accountId: string, paymentId: string, bankOrderId: string): Promise<void> {
    return this.records.operations.noteOrder(accountId, paymentId, bankOrderId);
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
    let intent = await this.records.operations.currentIntent(accountId, paymentId);
    if (!intent) return;
    if (intent.bankOrderId === null && intent.namedOrderId !== null) {
      if (await this.adopt(intent, intent.namedOrderId))
        intent = (await this.records.operations.currentIntent(accountId, paymentId)) ?? intent;
    }
    const payment = await this.records.payments.find(accountId, paymentId);
    if (!payment) return;
    if (payment.status === 'created') {
      await this.engine.resolve(accountId, intent.id);
      return;
    }
    if (intent.bankOrderId === null) await this.records.transaction((tx) => this.rest(tx, accountId, paymentId));
    else await this.syncOrder(payment, intent.bankOrderId);
    for (const { id } of await this.records.operations.unsettled(accountId, paymentId)) {
      await this.engine.resolve(accountId, id);
    }
    await this.engine.giveBackLate(accountId, paymentId);
  }

  /** A callback named an order while we know of none: it is ours if the bank says so. @returns whether it is */
  private async adopt({ merchantAccountId, subjectId }: OperationEntity, bankOrderId: string): Promise<boolean> {
    const reading = await this.bank.read(merchantAccountId, { by: 'order', id: bankOrderId });
    if (reading.kind !== 'found') return false;
    const { order } = reading;
    return this.records.transaction(async (tx) => {
      const payment = await this.records.payments.lock(tx, merchantAccountId, subjectId);
      const row = await this.records.operations.findIntent(tx, merchantAccountId, subjectId);
      if (!payment || row?.bankOrderId !== null) return false;
      if (order.bankOrderId !== bankOrderId || !isOrderOf(order, payment, row)) return false;
      const isOpen = operationStatus(row.status).inDoubt;
      await this.records.conclude(tx, {
        operation: isOpen ? moveOperation(operationOf(row), 'action_required') : operationOf(row),
        notes: { bankOrderId, ...(isOpen ? { nextQueryInSeconds: null } : {}) },
        moved: move(paymentOf(payment), payment.status === 'created' ? 'requires_action' : payment.status),
        extras: { nextSyncInSeconds: 0 },
      });
      return true;
    });
  }

  private async syncOrder(asked: PaymentEntity, bankOrderId: string): Promise<void> {
    const reading = await this.bank.read(asked.merchantAccountId, { by: 'order', id: bankOrderId });
    await this.records.transaction(async (tx) => {
      const row = await this.records.payments.lock(tx, asked.merchantAccountId, asked.id);
      const purchase = await this.records.operations.findIntent(tx, asked.merchantAccountId, asked.id);
      if (!row || purchase?.bankOrderId !== bankOrderId) return;
      const ages = await this.records.payments.ages(tx, row.merchantAccountId, row.id);
      const expected = expectedOf(row, purchase, bankOrderId);
      await this.record(tx, {
        ...{ row, purchase, ages, reading, expected },
        sight: sightOf(reading, expected, purchase.bankOperationId),
        shown: strongest(row.shown, reading.kind === 'found' ? shownBy(reading.order) : null),
        hintedMeanwhile: row.hintQueries === 1 && row.nextSyncAt?.getTime() !== asked.nextSyncAt?.getTime(),
      });
    });
  }

  private async record(tx: Transaction, look: Look): Promise<void> {
    const { row, purchase, sight, ages, shown } = look;
    const hold = await this.holdOf(tx, look);
    const { success } = intentOf(row.kind);
    const decision = decideSync(paymentOf(row), sight, { ...ages, shown, success, hold });
    const cause = decision.byClock ? 'clock' : 'bank';
    const moved = move(paymentOf(row), decision.to, decision);
    const evidence = isWorthKeeping(row, sight, decision) ? evidenceOf('order_query', noted(look)) : undefined;
    await this.recordIntent(tx, look, moved.payment, { cause, evidence, bankOperationId: decision.bankOperationId });
    const paidBy = decision.bankOperationId ?? purchase.bankOperationId;
    const seen = await recordExtras(this.records, tx, moved.payment, { ...look, paidBy });
    const flags = { ...seen.payment.flags, ...decision.flags };
    const { payment, events } = announceFlags({ ...seen.payment, flags }, row.flags);
    const awaitsSession = look.reading.kind === 'unknown' && look.reading.noSession === true;
    const extras = { cause, shown, awaitsSession, ...clocksOf(look), ...nextOf(look, decision, seen.again) } as const;
    await this.records.save(tx, { payment, events: [...moved.events, ...seen.events, ...events] }, extras);
  }

  /** How a hold that was proven goes on. */
  private async holdOf(tx: Transaction, { row, purchase, ages, reading }: Look): Promise<SyncHistory['hold']> {
    const { kind, status, merchantAccountId: accountId, id } = row;
    if (kind !== 'authorization' || purchase.status !== 'succeeded' || purchase.bankOperationId === null) return null;
    if (status === 'canceled') return 'released';
    const ours = await this.records.operations.followUps(tx, accountId, id);
    if (reading.kind === 'found' && isReleased(reading.order, purchase.bankOperationId, ours)) return 'released';
    return ages.pastHold && row.amountCapturing === 0 ? 'over' : 'lasts';
  }

  /** The purchase or hold goes where its payment went. */
  private async recordIntent(
    tx: Transaction,
    { purchase }: Look,
    payment: Payment,
    notes: Pick<OperationNotes, 'cause' | 'evidence' | 'bankOperationId'>,
  ): Promise<void> {
    const status = paymentStatus(payment.status).intent ?? purchase.status;
    const before = operationOf(purchase);
    if (status !== before.status) {
      const operation = moveOperation(before, status, { failure: payment.failure });
      await this.records.operations.save(tx, operation, { ...notes, nextQueryInSeconds: null });
    } else if (notes.evidence || notes.bankOperationId) await this.records.operations.save(tx, before, notes);
  }

  /** There is no order to ask about. */
  private async rest(tx: Transaction, accountId: string, paymentId: string): Promise<void> {
    const row = await this.records.payments.lock(tx, accountId, paymentId);
    if (row?.nextSyncAt)
      await this.records.payments.save(tx, paymentOf(row), { nextSyncInSeconds: null, hintQueries: 0 });
  }
}

/** Whether the bank shows it as the order that we asked for. */
const isOrderOf = (order: BankOrderFacts, { amount }: PaymentEntity, row: OperationEntity): boolean =>
  order.merchantRequestId === row.merchantRequestId &&
  order.merchantId === row.bankMerchantId &&
  order.amount === amount;

function expectedOf(row: PaymentEntity, purchase: OperationEntity, hppOrderId: string): Expected {
  return {
    type: intentOf(row.kind).bankType,
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
