import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { reach } from '../../failpoints/failpoint.js';
import { PaymentBank } from '../bank/payment-bank.js';
import { moveOperation } from '../domain/operation.js';
import { SETTLEMENT_CURRENCY } from '../domain/money.js';
import { receiptOf } from '../domain/receipt.js';
import { intentOf } from '../kinds/kinds.js';
import { isReleased } from '../domain/order-extras.js';
import { type Failure, failureOf } from '../domain/failures.js';
import { announceFlags, move, type Payment, type PaymentFlags } from '../domain/payment.js';
import { chargesBeside } from '../domain/several-orders.js';
import { operationStatus, type OperationStatus, paymentStatus } from '../domain/statuses.js';
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
import { type Look, type Reading, weigh, withOrders } from './look.js';
import { assignNamedOrders, type StrangeOrder } from './named-orders.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { currentOf, type OperationNotes, operationOf } from '../store/operation.repository.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { PaymentRecords } from '../store/payment-records.js';
import { type PaymentExtras, paymentOf, type Told } from '../store/payment.repository.js';

/** Makes a payment equal to what the bank says of it. This alone moves a payment that has an order. */
@Injectable()
export class PaymentSyncService {
  constructor(
    private readonly bank: PaymentBank,
    private readonly records: PaymentRecords,
    private readonly engine: Engine,
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
    const found = await this.records.payments.find(accountId, paymentId);
    if (!found) return;
    const strange = await assignNamedOrders({ bank: this.bank, records: this.records }, found);
    const mayHaveChanged = found.namedOrderIds.length > 0;
    const payment = mayHaveChanged ? await this.records.payments.find(accountId, paymentId) : found;
    const intents = await this.records.operations.intents(accountId, paymentId);
    const current = currentOf(intents);
    if (!payment || !current) return;
    const orders = withOrders(intents);
    if (orders.length + strange.length > 0) await this.syncOrders(payment, orders, strange);
    else if (payment.status !== 'created') await this.records.transaction((tx) => this.rest(tx, accountId, paymentId));
    if (payment.status === 'created') {
      await this.engine.resolve(accountId, current.id);
      return;
    }
    for (const { id } of await this.records.operations.unsettled(accountId, paymentId)) {
      await this.engine.resolve(accountId, id);
    }
    await this.engine.giveBackLate(accountId, paymentId);
  }

  private async syncOrders(
    asked: PaymentEntity,
    orders: readonly { readonly bankOrderId: string }[],
    strange: readonly StrangeOrder[],
  ): Promise<void> {
    const { merchantAccountId: accountId, id } = asked;
    const readings: Reading[] = [];
    for (const { bankOrderId } of orders)
      readings.push({ bankOrderId, reading: await this.bank.read(accountId, { by: 'order', id: bankOrderId }) });
    reach('sync.read');
    await this.records.transaction(async (tx) => {
      const row = await this.records.payments.lock(tx, accountId, id);
      const intents = await this.records.operations.intents(accountId, id, tx);
      const weighed = row && weigh(row, intents, { readings, strange });
      if (!row || !weighed) return;
      const ages = await this.records.payments.ages(tx, accountId, id);
      const hintedMeanwhile = row.hintQueries === 1 && row.nextSyncAt?.getTime() !== asked.nextSyncAt?.getTime();
      await this.record(tx, { ...weighed, ages, hintedMeanwhile });
    });
    reach('sync.recorded');
  }

  private async record(tx: Transaction, look: Look): Promise<void> {
    const { row, current, sight, ages, shown, others } = look;
    const hold = await this.holdOf(tx, look);
    const { success } = intentOf(row.kind);
    // What a callback says that nobody could read yet may be an attempt to pay.
    const told = shown ?? (ages.hasUnreadCallback ? 'live' : null);
    const decision = decideSync(paymentOf(row), sight, { ...ages, shown: told, success, hold });
    const cause = decision.byClock ? 'clock' : 'bank';
    const moved = move(paymentOf(row), decision.to, { ...decision, paid: paidOf(row, sight) });
    const evidence = isWorthKeeping(row, sight, decision) ? evidenceOf('order_query', noted(look)) : undefined;
    await this.recordIntents(tx, look, moved.payment, { cause, evidence, bankOperationId: decision.bankOperationId });
    const paidBy = decision.bankOperationId ?? current.bankOperationId;
    const seen = await recordExtras(this.records, tx, moved.payment, { ...look, paidBy });
    const flags = { ...withOthers(seen.payment.flags, look, paidBy), ...decision.flags };
    const { payment, events } = announceFlags({ ...seen.payment, flags }, row.flags);
    const awaitsSession = [look, ...others].some(
      ({ reading }) => reading.kind === 'unknown' && reading.noSession === true,
    );
    const again = seen.again || others.some((other) => other.sight.kind === 'unreadable');
    const receipt = sight.kind === 'succeeded' ? receiptOf(sight.facts) : undefined;
    const extras = {
      cause,
      shown,
      receipt,
      awaitsSession,
      ...clocksOf(look),
      ...nextOf(look, decision, again),
    } as const;
    await this.records.save(tx, { payment, events: [...moved.events, ...seen.events, ...events] }, extras);
  }

  /** How a hold that was proven goes on. */
  private async holdOf(tx: Transaction, { row, current, ages, reading }: Look): Promise<SyncHistory['hold']> {
    const { kind, status, merchantAccountId: accountId, id } = row;
    if (kind !== 'authorization' || current.status !== 'succeeded' || current.bankOperationId === null) return null;
    if (status === 'canceled') return 'released';
    const ours = await this.records.operations.followUps(tx, accountId, id);
    if (reading.kind === 'found' && isReleased(reading.order, current.bankOperationId, ours)) return 'released';
    return ages.pastHold && row.amountCapturing === 0 ? 'over' : 'lasts';
  }

  /** The purchase or hold goes where its payment went: the one that brought the money, else the current one. */
  private async recordIntents(
    tx: Transaction,
    look: Look,
    payment: Payment,
    notes: Pick<OperationNotes, 'cause' | 'evidence' | 'bankOperationId'>,
  ): Promise<void> {
    const { current, intent } = look;
    const moves = notes.bankOperationId === undefined ? current : intent;
    const to = paymentStatus(payment.status).intent ?? moves.status;
    await this.moveIntent(tx, moves, to, { failure: payment.failure, notes });
    if (moves !== current && operationStatus(current.status).inDoubt)
      await this.moveIntent(tx, current, 'abandoned', { failure: null, notes: { cause: 'bank' } });
    for (const other of overBeside(look, payment))
      if (other !== moves) await this.moveIntent(tx, other, 'failed', { failure: EXPIRED, notes: { cause: 'clock' } });
  }

  private async moveIntent(
    tx: Transaction,
    row: OperationEntity,
    to: OperationStatus,
    { failure, notes }: { readonly failure: Failure | null; readonly notes: OperationNotes },
  ): Promise<void> {
    const before = operationOf(row);
    if (to !== before.status) {
      const operation = moveOperation(before, to, { failure });
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

/** Kopiyky that were paid or held, where they are not the amount that was asked for. */
function paidOf({ currency }: PaymentEntity, sight: Sight): number | undefined {
  if (sight.kind === 'review') return sight.came;
  return sight.kind === 'succeeded' && currency !== SETTLEMENT_CURRENCY ? sight.facts.hryvnia : undefined;
}

/** The answer a state rests on, and whatever speaks against a payment that is not settled. */
const isWorthKeeping = (row: PaymentEntity, sight: Sight, decision: SyncDecision): boolean =>
  row.status !== decision.to ||
  (!paymentStatus(row.status).ended && (sight.kind === 'incomplete' || sight.kind === 'review'));

const noted = ({ sight, reading, intent, current }: Look) =>
  reading.kind === 'found'
    ? {
        ...sight,
        orderStatus: reading.order.status,
        ...(intent === current ? {} : { order: reading.order.bankOrderId }),
      }
    : sight;

const EXPIRED = failureOf('expired');
const UNPAID: readonly Sight['kind'][] = ['failed', 'untouched', 'gone'];

/** Orders of a payment that has ended without them, once nobody can pay them any more. */
const overBeside = ({ others, ages }: Look, { status }: Payment): OperationEntity[] =>
  others
    .filter(({ intent, sight }) => !operationStatus(intent.status).ended && UNPAID.includes(sight.kind))
    .filter(() => paymentStatus(status).ended && ages.pastGrace)
    .map(({ intent }) => intent);

/** Charges under other orders of a payment that has been paid for. */
function withOthers(flags: PaymentFlags, { others }: Look, paidBy: string | null): PaymentFlags {
  const beside = chargesBeside(others.flatMap(({ reading }) => (reading.kind === 'found' ? [reading.order] : [])));
  if (paidBy === null || beside === undefined) return flags;
  const { second_charge: under } = flags;
  const isTold = under === undefined || under.endsWith(beside);
  return { ...flags, second_charge: isTold ? (under ?? beside) : `${under}; ${beside}` };
}

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
