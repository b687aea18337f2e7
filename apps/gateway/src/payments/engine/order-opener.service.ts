import { Injectable } from '@nestjs/common';
import { Keystore, type SealPlace } from '#libs/keystore';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { type Customer, type OrderOutcome, PaymentBank, SendWindow } from '../bank/payment-bank.js';
import { moveOperation, newOperation, type Operation } from '../domain/operation.js';
import { type Failure, failureOf, reviewOf } from '../domain/failures.js';
import { misfitsOf } from '../domain/order-answer.js';
import { move } from '../domain/payment.js';
import { operationStatus, type OperationStatus, type PaymentStatus } from '../domain/statuses.js';
import { delayAfterDoubt, delayOfOpenOrder, ORDER_REVIEW_SECONDS } from '../domain/schedule.js';
import { merchantRequestIdOf } from './merchant-request-id.js';
import { PaymentLinks } from '../bank/payment-links.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { operationOf } from '../store/operation.repository.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { PaymentRecords } from '../store/payment-records.js';
import { type PaymentAges, paymentOf } from '../store/payment.repository.js';

/** Runs in the transaction that concludes the order, with the payment as it is then. */
export type Alongside = (tx: Transaction, payment: PaymentEntity) => Promise<void>;

/** A request for an order that is on record as `sending`. */
export interface BegunOrder {
  readonly payment: PaymentEntity;
  readonly purchase: Operation;
  /** Opened right before the COMMIT that put it on record. */
  readonly window: SendWindow;
}

/** A payment and its purchase under the payment's lock. */
interface Locked {
  readonly payment: PaymentEntity;
  readonly operation: OperationEntity;
  readonly ages: PaymentAges;
}

/** A request to the bank and what came of it. */
interface Asked {
  readonly account: MerchantAccount;
  readonly purchase: Operation;
  readonly outcome: OrderOutcome;
  /** Whether this run has not yet repeated a request at once. */
  readonly mayRepeat: boolean;
}

/** What an answer led to. `next`: on record anew, to be sent now, the same order again or another one. */
interface Concluded {
  readonly payment: PaymentEntity;
  readonly next?: Operation;
}

/** How a payment that never got its link ends. */
interface Ending {
  readonly status: OperationStatus;
  readonly to: PaymentStatus;
  readonly failure: Failure;
}

type Opened = Extract<OrderOutcome, { kind: 'opened' }>;
type Unknown = Extract<OrderOutcome, { kind: 'unknown' }>;

const TOO_LATE: Ending = {
  status: 'abandoned',
  to: 'expired',
  failure: failureOf('order_not_opened'),
};
const HELD_ELSEWHERE: Ending = {
  status: 'needs_review',
  to: 'needs_review',
  failure: reviewOf('The bank has an order of our id that we never sent: somebody may have its link.'),
};

/** Orders of one payment: an orphaned one is followed by another, but more would mean that something else is wrong. */
const MAX_ORDERS = 3;

/** Opens the hosted-page order of a payment. It cannot charge before the customer has the link, so it may be resent. */
@Injectable()
export class OrderOpenerService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly bank: PaymentBank,
    private readonly records: PaymentRecords,
    private readonly keystore: Keystore,
    private readonly links: PaymentLinks,
  ) {}

  /**
   * Sends what is on record. Where the bank has the order but nobody can have its link, another one takes its place.
   * @param known the customer, where the caller has just sealed it; otherwise it is opened from the payment
   * @returns the payment after the bank's answer, or as it is when the outcome is unknown
   */
  async open(begun: BegunOrder, alongside?: Alongside, known?: Customer): Promise<PaymentEntity> {
    const account = await this.accounts.open(begun.payment.merchantAccountId);
    const customer = known ?? (await this.openCustomer(begun.payment));
    let { purchase, window } = begun;
    for (let mayRepeat = true; ;) {
      const outcome = await this.ask(account, customer, { payment: begun.payment, purchase, window });
      window = new SendWindow();
      const asked = { account, purchase, outcome, mayRepeat };
      const { payment, next } = await this.records.transaction((tx) => this.conclude(tx, asked, alongside));
      if (!next) return payment;
      if (next.id === purchase.id) mayRepeat = false;
      purchase = next;
    }
  }

  /** Carries on where an earlier attempt was lost. @returns undefined when there is no such payment */
  async resume(accountId: string, paymentId: string, alongside?: Alongside): Promise<PaymentEntity | undefined> {
    const payment = await this.records.payments.find(accountId, paymentId);
    if (!payment) return undefined;
    const window = new SendWindow();
    const purchase = await this.records.transaction((tx) => this.begin(tx, accountId, paymentId));
    if (purchase) return this.open({ payment, purchase, window }, alongside);
    return this.records.transaction(async (tx) => {
      const current = (await this.records.payments.lock(tx, accountId, paymentId)) ?? payment;
      await alongside?.(tx, current);
      return current;
    });
  }

  /** A callback named an order while we know of none: it is ours if the bank says so. @returns whether it is */
  async adopt({ merchantAccountId, id }: PaymentEntity, bankOrderId: string): Promise<boolean> {
    const reading = await this.bank.readOrder(merchantAccountId, bankOrderId);
    if (reading.kind !== 'found') return false;
    const { order } = reading;
    return this.records.transaction(async (tx) => {
      const locked = await this.lock(tx, merchantAccountId, id);
      if (locked?.payment.bankOrderId !== null) return false;
      const { payment, operation } = locked;
      const isOurs =
        order.bankOrderId === bankOrderId &&
        order.merchantRequestId === operation.merchantRequestId &&
        order.merchantId === operation.bankMerchantId &&
        order.amount === payment.amount;
      if (!isOurs) return false;
      if (isOpen(operation)) {
        await this.records.operations.save(tx, moveOperation(operationOf(operation), 'action_required'), {
          nextQueryInSeconds: null,
        });
      }
      const to = payment.status === 'created' ? 'requires_action' : payment.status;
      await this.records.save(tx, move(paymentOf(payment), to), { bankOrderId, nextSyncInSeconds: 0 });
      return true;
    });
  }

  private async openCustomer({ merchantAccountId, id, customerSealed }: PaymentEntity): Promise<Customer> {
    const customer = await this.keystore.open(customerSealed, customerPlace(merchantAccountId, id));
    return JSON.parse(Buffer.from(customer).toString()) as Customer;
  }

  private async lock(tx: Transaction, accountId: string, paymentId: string): Promise<Locked | undefined> {
    const payment = await this.records.payments.lock(tx, accountId, paymentId);
    const operation = await this.records.operations.findPurchase(tx, accountId, paymentId);
    if (!payment || !operation) return undefined;
    return { payment, operation, ages: await this.records.payments.ages(tx, accountId, paymentId) };
  }

  /** Puts one more request on record, if there is anything left to send. */
  private async begin(tx: Transaction, accountId: string, paymentId: string): Promise<Operation | undefined> {
    const locked = await this.lock(tx, accountId, paymentId);
    if (locked?.payment.status !== 'created') return undefined;
    const { operation, ages } = locked;
    if (operation.knownElsewhereAt !== null) {
      if (ages.pastDeadline) await this.close(tx, locked, HELD_ELSEWHERE);
      else await this.wait(tx, locked, ages.untilExpirySeconds + ORDER_REVIEW_SECONDS);
      return undefined;
    }
    if (ages.pastExpiry) {
      await this.close(tx, locked, TOO_LATE); // the customer is long gone
      return undefined;
    }
    if (!isOpen(operation)) {
      await this.wait(tx, locked, ages.untilExpirySeconds);
      return undefined;
    }
    await this.records.operations.recordSend(tx, operationOf(operation));
    return { ...operationOf(operation), status: 'sending' };
  }

  private ask(account: MerchantAccount, customer: Customer, { payment, purchase, window }: BegunOrder) {
    return this.bank.openOrder({
      accountId: account.id,
      bankMerchantId: purchase.bankMerchantId,
      merchantRequestId: purchase.merchantRequestId,
      amount: payment.amount,
      currency: payment.currency,
      description: payment.description,
      language: payment.language,
      expiresInMinutes: payment.expiresInMinutes,
      customer,
      callbackUrl: this.links.callbackUrl(account, payment.id),
      returnUrl: this.links.returnUrl(account, payment.id),
      window,
    });
  }

  private async conclude(tx: Transaction, asked: Asked, alongside?: Alongside): Promise<Concluded> {
    const { accountId, paymentId, id } = asked.purchase;
    const locked = await this.lock(tx, accountId, paymentId);
    if (!locked) throw new Error(`payment ${paymentId} vanished`);
    const isCurrent = locked.operation.id === id && isOpen(locked.operation); // otherwise somebody else concluded it
    const concluded = isCurrent ? await this.apply(tx, locked, asked) : { payment: locked.payment };
    if (!concluded.next) await alongside?.(tx, concluded.payment);
    return concluded;
  }

  private async apply(tx: Transaction, locked: Locked, asked: Asked): Promise<Concluded> {
    const { outcome } = asked;
    switch (outcome.kind) {
      case 'opened':
        return this.takeAnswer(tx, locked, outcome);
      case 'refused':
        return outcome.provenNoEffect
          ? { payment: await this.close(tx, locked, refusal(outcome.code)) }
          : this.leaveOpen(tx, locked, { kind: 'unknown', reason: `the bank answered ${outcome.code}` });
      case 'duplicate':
        return locked.operation.sends > 1 ? this.replaceOrphan(tx, locked, asked.account) : this.holdBack(tx, locked);
      case 'unknown':
        return asked.mayRepeat && outcome.atOnce === true && !locked.ages.pastExpiry
          ? this.repeat(tx, locked, outcome)
          : this.leaveOpen(tx, locked, outcome);
    }
  }

  /** The link is shown only if the bank answers what it was asked. */
  private async takeAnswer(tx: Transaction, locked: Locked, outcome: Opened): Promise<Concluded> {
    const { payment, operation, ages } = locked;
    const { bankOrderId, redirectUrl, expiresAt } = outcome;
    const { amount, livemode } = payment;
    const { merchantRequestId, bankMerchantId: merchantId } = operation;
    const misfits = misfitsOf(outcome, { merchantRequestId, merchantId, amount, livemode }, ages.now);
    if (misfits.length > 0 || redirectUrl === undefined) {
      const reason = `the answer of the bank does not fit: ${misfits.join(', ')}`;
      return this.leaveOpen(tx, locked, { kind: 'unknown', reason }, { bankOrderId });
    }
    const waiting = moveOperation(operationOf(operation), 'action_required');
    await this.records.operations.save(tx, waiting, { nextQueryInSeconds: null });
    const untilExpirySeconds = expiresAt ? (expiresAt.getTime() - ages.now.getTime()) / 1_000 : ages.untilExpirySeconds;
    const nextSyncInSeconds = delayOfOpenOrder({ ...ages, untilExpirySeconds }, Math.random());
    const extras = { bankOrderId, redirectUrl, expiresAt, nextSyncInSeconds };
    return { payment: await this.records.save(tx, move(paymentOf(payment), 'requires_action'), extras) };
  }

  /** The same request again, without a wait. */
  private async repeat(tx: Transaction, { payment, operation }: Locked, { unsent }: Unknown): Promise<Concluded> {
    if (unsent) await this.records.operations.takeBackSend(tx, operationOf(operation));
    await this.records.operations.recordSend(tx, operationOf(operation));
    return { payment, next: { ...operationOf(operation), status: 'sending' } };
  }

  /** Asked again at the pace of a doubt, and at the payment's own expiry for the last time. */
  private async leaveOpen(
    tx: Transaction,
    { payment, operation, ages }: Locked,
    { reason, noSession = false, unsent = false }: Unknown,
    ids: Record<string, string> = {},
  ): Promise<Concluded> {
    if (unsent) await this.records.operations.takeBackSend(tx, operationOf(operation));
    const delay = delayAfterDoubt(operation.queries, Math.random());
    await this.records.operations.save(tx, moveOperation(operationOf(operation), 'unknown'), {
      queries: operation.queries + 1,
      nextQueryInSeconds: untilExpiry(ages, delay),
      evidence: { ...operation.evidence, reason, ...ids },
      awaitsSession: noSession,
    });
    return { payment };
  }

  /** We sent it before, so nobody else can have its link: it can never be paid, and another takes its place. */
  private async replaceOrphan(tx: Transaction, locked: Locked, account: MerchantAccount): Promise<Concluded> {
    const { payment, operation, ages } = locked;
    const orphan = operationOf(operation);
    await this.records.operations.save(tx, moveOperation(orphan, 'abandoned'), {
      nextQueryInSeconds: null,
      evidence: { ...operation.evidence, reason: 'orphaned order' },
    });
    const orders = await this.records.operations.countPurchases(tx, orphan.accountId, orphan.paymentId);
    if (orders >= MAX_ORDERS || ages.pastExpiry) {
      const nextSyncInSeconds = untilExpiry(ages);
      return { payment: await this.records.save(tx, move(paymentOf(payment), payment.status), { nextSyncInSeconds }) };
    }
    const merchantRequestId = merchantRequestIdOf(account.secret, 'after', orphan.merchantRequestId);
    const next = newOperation({ ...orphan, id: newId('op'), merchantRequestId });
    await this.records.operations.insert(tx, next);
    await this.records.operations.save(tx, next, { queries: operation.queries }); // the back-off is the payment's
    return { payment, next };
  }

  /** An order of our id that we never sent: its link may be with a customer, so there is no second one. */
  private async holdBack(tx: Transaction, locked: Locked): Promise<Concluded> {
    const { payment, operation, ages } = locked;
    await this.records.operations.save(tx, moveOperation(operationOf(operation), 'unknown'), {
      evidence: { reason: HELD_ELSEWHERE.failure.message },
      nextQueryInSeconds: null,
    });
    await this.records.operations.markKnownElsewhere(tx, operationOf(operation));
    const nextSyncInSeconds = ages.untilExpirySeconds + ORDER_REVIEW_SECONDS;
    return { payment: await this.records.save(tx, move(paymentOf(payment), payment.status), { nextSyncInSeconds }) };
  }

  /** Nothing to send: the payment is looked at again when its time is over. */
  private async wait(tx: Transaction, { payment, operation }: Locked, seconds: number): Promise<PaymentEntity> {
    if (isOpen(operation)) await this.records.operations.save(tx, operationOf(operation), { nextQueryInSeconds: null });
    const stays = move(paymentOf(payment), payment.status);
    return this.records.save(tx, stays, { nextSyncInSeconds: Math.max(1, seconds) });
  }

  private async close(tx: Transaction, { payment, operation }: Locked, ending: Ending): Promise<PaymentEntity> {
    const { status, failure, to } = ending;
    if (isOpen(operation)) {
      const closed = moveOperation(operationOf(operation), status, { failure });
      await this.records.operations.save(tx, closed, { nextQueryInSeconds: null });
    }
    return this.records.save(tx, move(paymentOf(payment), to, { failure }), { nextSyncInSeconds: null });
  }
}

/** Where the customer of a payment is sealed. */
export const customerPlace = (accountId: string, paymentId: string): SealPlace => ({
  table: 'payment',
  column: 'customer',
  row: paymentId,
  accountId,
  version: 1,
});

const isOpen = ({ status }: OperationEntity): boolean => operationStatus(status).inDoubt;

/** Seconds of the delay, cut at the payment's own expiry. */
const untilExpiry = ({ untilExpirySeconds }: PaymentAges, delaySeconds: number | null = null): number =>
  Math.max(1, Math.min(delaySeconds ?? Infinity, untilExpirySeconds));

/** Nothing was opened, so the merchant may try again under a key of its own. */
const refusal = (code: string): Ending => ({
  status: 'rejected',
  to: 'failed',
  failure: failureOf('refused_by_bank', `The bank refused the order (${code}).`),
});
