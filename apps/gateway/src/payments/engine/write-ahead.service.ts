import { Injectable } from '@nestjs/common';
import { type MerchantAccount } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { invalid } from '../../http/validation.js';
import { type Transaction } from '../../database/transaction.js';
import { type CardSecrets, SendWindow } from '../bank/payment-bank.js';
import { type FollowUpKind, moveOperation, newOperation, type Operation } from '../domain/operation.js';
import { type Currency, SETTLEMENT_CURRENCY } from '../domain/money.js';
import { PaymentError } from '../domain/payment-error.js';
import { move, stopsRefunds, withEvent } from '../domain/payment.js';
import { paymentStatus } from '../domain/statuses.js';
import { followUpOf, isFollowUp, isPayment } from '../kinds/kinds.js';
import { wayOf } from '../kinds/methods.js';
import { maySendAgain, stepOf, type Why } from '../kinds/steps.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { CRASH_NET_SECONDS, operationOf } from '../store/operation.repository.js';
import { type Claim } from '../store/idempotency.repository.js';
import { type Footing, type Held, PaymentRecords, type Reservation } from '../store/payment-records.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { paymentOf } from '../store/payment.repository.js';
import { type IdempotentRequest } from './idempotency.service.js';
import { merchantRequestIdOf } from './merchant-request-id.js';
import { type Charging } from './charging.js';
import { type Opening } from './opening.js';

/** What a follow-up is asked for with. */
export interface FollowUpIntent {
  readonly paymentId: string;
  readonly kind: FollowUpKind;
  readonly merchantRequestId: string;
  /** Minor units; as the kind has it when undefined. */
  readonly amount: number | undefined;
  readonly reason: string | null;
}

/** A payment that is not wanted any more, and whether money that comes all the same is to be given back. */
export interface Cancellation {
  readonly paymentId: string;
  readonly refundLate: boolean;
}

/** What there is to go on with. */
export interface AtHand {
  readonly account: MerchantAccount;
  readonly window: SendWindow;
  readonly card?: CardSecrets | undefined;
}

/** One sending that is on record, and for how long it may leave. */
export interface Turn {
  readonly held: Held;
  /** Opened right before the COMMIT that put it on record. */
  readonly window: SendWindow;
  /** 1 for the first time that it was put on record. */
  readonly send: number;
  /** The bank's id of the operation that a follow-up acts on, or that a second step goes on with. */
  readonly parentBankId: string | null;
  /** When it was on record for the first time, and nobody can have touched it since: milliseconds of the monotonic clock. */
  readonly begunAt?: number;
  /** Whether this run has not yet repeated a request at once. */
  readonly mayRepeat: boolean;
}

/** Puts on record what is about to be sent, under the payment's lock. Nothing here talks to the bank. */
@Injectable()
export class WriteAhead {
  constructor(private readonly records: PaymentRecords) {}

  /** Write-ahead of one more sending under the same id. The wall: no step goes out more often than its row allows. */
  async beginAgain(
    tx: Transaction,
    { payment, operation: row }: Held,
    { why, window, takeBack = false }: { why: Why; window: SendWindow; takeBack?: boolean | undefined },
  ): Promise<Turn> {
    const before = operationOf(row);
    if (!maySendAgain(row.step, why, row.attempt)) throw new Error(`${row.step} of ${row.id} must not be sent again`);
    if (takeBack) await this.records.operations.save(tx, before, { takeBack });
    const attempt = why === 'absent' ? before.attempt + 1 : before.attempt;
    const sending: Operation = { ...before, status: 'sending', attempt, failure: null };
    if (before.status !== 'sending') moveOperation(before, 'sending');
    const send = await this.records.operations.beginAgain(tx, sending);
    if (before.status !== 'sending' && isFollowUp(before.kind)) {
      await this.records.save(
        tx,
        withEvent(paymentOf(payment), `${before.kind}.updated`, { kind: before.kind, id: row.id }),
      );
    }
    const held = await this.lock(tx, before.accountId, { paymentId: payment.id, operationId: row.id });
    return { held, window, send, mayRepeat: false, parentBankId: await this.parentBankIdOf(tx, row) };
  }

  /** A new COMMIT, and so a new time to send in, for what never left: the same attempt under the same id. */
  beginUnsent(account: MerchantAccount, { id, subjectId }: OperationEntity): Promise<Turn | undefined> {
    const window = new SendWindow();
    return this.records.transaction(async (tx) => {
      const held = await this.lock(tx, account.id, { paymentId: subjectId, operationId: id });
      const { unsent, status } = held.operation;
      const { pastDeadline } = await this.records.operations.clock(tx, account.id, id);
      const may = unsent && status === 'unknown' && !pastDeadline && (await this.hasRoom(tx, held, 'unsent'));
      return may ? this.beginAgain(tx, held, { why: 'unsent', window }) : undefined;
    });
  }

  /** Whether a follow-up may go out once more: its step allows it, and the payment still has room for what it holds. */
  async hasRoom(tx: Transaction, { payment, operation }: Held, why: Why): Promise<boolean> {
    const { kind, step, attempt } = operation;
    const current = paymentOf(payment);
    if (!isFollowUp(kind) || !maySendAgain(step, why, attempt)) return false;
    if (stopsRefunds(current) || !followUpOf(kind).fits(current)) return false;
    if (kind === 'capture' && !(await this.records.payments.ages(tx, current.accountId, current.id)).holdLasts)
      return false;
    return (await this.parentBankIdOf(tx, operation)) !== null;
  }

  /** Another order in the place of one whose link nobody can have. */
  async succeed(tx: Transaction, { payment, operation }: Held, account: MerchantAccount, window: SendWindow) {
    const orphan = operationOf(operation);
    const merchantRequestId = merchantRequestIdOf(account.secret, 'after', orphan.merchantRequestId);
    const next = newOperation({ ...orphan, id: newId('op'), merchantRequestId });
    await this.records.operations.insert(tx, next);
    await this.records.operations.save(tx, next, { queries: operation.queries, cause: 'bank' }); // the back-off is the payment's
    const held = await this.lock(tx, account.id, { paymentId: payment.id, operationId: next.id });
    return { held, window, ...FIRST, parentBankId: null };
  }

  /**
   * Puts a follow-up and its key on record by one statement, and holds what it needs of the payment.
   * @returns undefined where it has to be looked at with the key and the payment's lock in hand
   */
  async reserveAtOnce(claim: Claim, intent: FollowUpIntent): Promise<Turn | 'taken' | undefined> {
    const { accountId, operationId: id } = claim;
    const footing = await this.records.footing({ ...intent, accountId }, followUpOf(intent.kind).of);
    const reservation = footing && whereItMay(() => reservationOf(footing, { ...intent, id }));
    if (!reservation) return undefined;
    const window = new SendWindow();
    const held = await this.records.reserve(claim, footing.payment, reservation);
    if (held === 'taken' || held === 'changed') return held === 'taken' ? held : undefined;
    return firstTurn(footing, held, window);
  }

  /** The same under the payment's lock. @throws PaymentError where it may not be done */
  async reserve(
    tx: Transaction,
    { accountId, operationId: id }: Pick<IdempotentRequest, 'accountId' | 'operationId'>,
    intent: FollowUpIntent,
  ): Promise<Turn> {
    const window = new SendWindow();
    await this.records.payments.lock(tx, accountId, intent.paymentId);
    const footing = await this.records.footing({ ...intent, accountId }, followUpOf(intent.kind).of, tx);
    if (!footing) throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${intent.paymentId}`);
    const { operation, reason, moved } = reservationOf(footing, { ...intent, id });
    const held = {
      operation: await this.records.operations.insert(tx, operation, reason),
      payment: await this.records.save(tx, moved),
    };
    return firstTurn(footing, held, window);
  }

  /** Card data came for a payment that waits for it. @throws PaymentError `PAYMENT_NOT_FOUND` | `PAYMENT_NOT_CONFIRMABLE` */
  async confirm(
    tx: Transaction,
    { accountId, paymentId }: { readonly accountId: string; readonly paymentId: string },
    { window, card }: Pick<AtHand, 'window' | 'card'>,
  ): Promise<Turn> {
    const payment = await this.records.payments.lock(tx, accountId, paymentId);
    const operation = await this.records.operations.findIntent(tx, accountId, paymentId);
    if (!payment || !operation || !isPayment(payment.kind))
      throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${paymentId}`);
    if (payment.status !== 'requires_confirmation')
      throw new PaymentError('PAYMENT_NOT_CONFIRMABLE', `a payment that is ${payment.status} cannot be confirmed`);
    if ((await this.records.payments.ages(tx, accountId, paymentId)).pastExpiry)
      throw new PaymentError('PAYMENT_NOT_CONFIRMABLE', 'the time of the payment is over');
    checkCovers(payment, card);
    return this.beginSecond(tx, { payment, operation }, window);
  }

  /** Write-ahead of the step that takes the money. Once it is on record, only the bank's word leads back from it. */
  async beginSecond(tx: Transaction, { payment, operation: row }: Held, window: SendWindow): Promise<Turn> {
    const { second } = wayOf(payment);
    if (second === undefined || row.bankOperationId === null) throw new Error(`${row.id} has no second step`);
    const sending = moveOperation(operationOf(row), 'sending', { step: second, failure: null });
    const send = await this.records.operations.beginSecond(tx, sending);
    const following = { cause: 'merchant', nextSyncInSeconds: CRASH_NET_SECONDS, hintQueries: 1, gone: false } as const;
    await this.records.save(tx, move(paymentOf(payment), 'processing'), following);
    const held = await this.lock(tx, sending.accountId, { paymentId: payment.id, operationId: row.id });
    return { held, window, send, mayRepeat: false, parentBankId: row.bankOperationId };
  }

  async lockCharging(
    tx: Transaction,
    accountId: string,
    ids: { paymentId: string; operationId: string },
  ): Promise<Charging> {
    const held = await this.lock(tx, accountId, ids);
    return { ...held, ages: await this.records.payments.ages(tx, accountId, ids.paymentId) };
  }

  /** The merchant gives up an open payment: its link is shown no more, and the bank is asked on, since it has no call for this. */
  async cancel(tx: Transaction, accountId: string, { paymentId, refundLate }: Cancellation): Promise<Held> {
    const payment = await this.records.payments.lock(tx, accountId, paymentId);
    const operation = await this.records.operations.findIntent(tx, accountId, paymentId);
    if (!payment || !operation || !isPayment(payment.kind))
      throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${paymentId}`);
    if (!paymentStatus(payment.status).closable)
      throw new PaymentError('PAYMENT_NOT_CANCELABLE', `a payment that is ${payment.status} cannot be canceled`);
    const extras = { cause: 'merchant', refundLate } as const;
    return { operation, payment: await this.records.save(tx, move(paymentOf(payment), 'canceled'), extras) };
  }

  async lock(tx: Transaction, accountId: string, ids: { paymentId: string; operationId: string }): Promise<Held> {
    const payment = await this.records.payments.lock(tx, accountId, ids.paymentId);
    const operation = await this.records.operations.find(tx, accountId, ids.operationId);
    if (!payment || !operation) throw new Error(`operation ${ids.operationId} of ${ids.paymentId} vanished`);
    return { payment, operation };
  }

  async lockOpening(tx: Transaction, accountId: string, paymentId: string, mayRepeat: boolean): Promise<Opening> {
    const payment = await this.records.payments.lock(tx, accountId, paymentId);
    const operation = await this.records.operations.findIntent(tx, accountId, paymentId);
    if (!payment || !operation) throw new Error(`payment ${paymentId} vanished`);
    const orders = await this.records.operations.countIntents(tx, accountId, paymentId);
    return { payment, operation, orders, mayRepeat, ages: await this.records.payments.ages(tx, accountId, paymentId) };
  }

  private async parentBankIdOf(
    tx: Transaction,
    { merchantAccountId, parentId }: OperationEntity,
  ): Promise<string | null> {
    const parent = parentId === null ? null : await this.records.operations.find(tx, merchantAccountId, parentId);
    return parent?.bankOperationId ?? null;
  }
}

/** What the second step is made with is there. @throws HttpProblem `VALIDATION_FAILED` */
function checkCovers(payment: PaymentEntity, card: CardSecrets | undefined): void {
  const { second } = wayOf(payment);
  const needsData = second !== undefined && stepOf(second).cardData;
  const missing = needsData ? card?.data === undefined && 'encryptedData' : card?.browser === undefined && 'browser';
  if (missing) throw invalid([{ path: missing, message: `is required with ${payment.method}` }]);
}

/** What a follow-up will be, and what it makes of its payment before the bank hears of it. @throws PaymentError */
function reservationOf(
  { payment: row, parent, holdLasts }: Footing,
  { id, paymentId, kind, merchantRequestId, amount: asked, reason }: FollowUpIntent & { readonly id: string },
): Reservation {
  if (!isPayment(row.kind)) throw new PaymentError('PAYMENT_NOT_FOUND', `there is no payment ${paymentId}`);
  if (kind === 'refund' && !wayOf(row).refundable)
    throw new PaymentError('PAYMENT_NOT_REFUNDABLE', 'the bank gives back nothing that was paid this way');
  const payment = paymentOf(row);
  const { reserves, step, amount: amountOf } = followUpOf(kind);
  const amount = amountOf(payment, asked);
  if (kind === 'capture' && !holdLasts)
    throw new PaymentError('PAYMENT_NOT_CAPTURABLE', 'the bank holds the money no longer');
  if (parent?.bankOperationId == null)
    throw new PaymentError(NO_PARENT[kind], 'the bank named no operation for this payment');
  const { bankMerchantId, id: parentId } = parent;
  const currency: Currency = SETTLEMENT_CURRENCY; // whatever the payment was asked for in
  const facts = { accountId: payment.accountId, paymentId, amount, currency, merchantRequestId, bankMerchantId };
  const held = { ...payment, [reserves]: payment[reserves] + amount };
  return {
    operation: newOperation({ ...facts, id, kind, step, parentId }),
    reason,
    moved: withEvent(held, `${kind}.created`, { kind, id }),
  };
}

/** A refusal may come of what is old news by now, or of a key that was answered before: it is looked at again. */
function whereItMay<T>(decide: () => T): T | undefined {
  try {
    return decide();
  } catch (error) {
    if (error instanceof PaymentError) return undefined;
    throw error;
  }
}

const firstTurn = ({ parent }: Footing, held: Held, window: SendWindow): Turn => ({
  ...{ held, window, begunAt: performance.now() },
  ...FIRST,
  parentBankId: parent?.bankOperationId ?? null,
});

/** Of what is sent for the first time. */
export const FIRST = { send: 1, mayRepeat: true } as const;

const NO_PARENT = {
  refund: 'PAYMENT_NOT_REFUNDABLE',
  capture: 'PAYMENT_NOT_CAPTURABLE',
  void: 'PAYMENT_NOT_CANCELABLE',
} as const satisfies Record<FollowUpKind, string>;
