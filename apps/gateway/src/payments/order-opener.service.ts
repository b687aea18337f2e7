import { Injectable } from '@nestjs/common';
import { Keystore, type SealPlace } from '#libs/keystore';
import { type MerchantAccount, MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { newId } from '../database/id.js';
import { type Transaction } from '../database/transaction.js';
import { OutboxRepository } from '../outbox/outbox.repository.js';
import { type Customer, type OrderOutcome, PaymentBank } from './bank/payment-bank.js';
import { moveOperation, type Operation } from './domain/operation.js';
import { type Failure, move, type MoveFacts, type PaymentStatus } from './domain/payment.js';
import { delayAfterDoubt, delayOfOpenOrder } from './domain/schedule.js';
import { merchantRequestIdOf } from './merchant-request-id.js';
import { eventRow } from './payment-event.js';
import { PaymentLinks } from './payment-links.js';
import { type OperationEntity } from './store/operation.entity.js';
import { operationOf, OperationRepository } from './store/operation.repository.js';
import { type PaymentEntity } from './store/payment.entity.js';
import { type PaymentExtras, paymentOf, PaymentRepository } from './store/payment.repository.js';

/** Runs in the transaction that settles the order, with the payment as it is then. */
export type Alongside = (tx: Transaction, payment: PaymentEntity) => Promise<void>;

/** What an attempt to open an order left behind. */
interface Attempt {
  readonly payment: PaymentEntity;
  /** Set when the bank knows the order but its link is lost: open this one instead. */
  readonly successor?: Operation;
}

type Opened = Extract<OrderOutcome, { kind: 'opened' }>;

/** An orphaned order is followed by one more; a third would mean that something else is wrong. */
const MAX_ORDERS = 3;

/** Opens the hosted-page order of a payment. It cannot charge before the customer has the link, so it may be resent. */
@Injectable()
export class OrderOpenerService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly bank: PaymentBank,
    private readonly payments: PaymentRepository,
    private readonly operations: OperationRepository,
    private readonly outbox: OutboxRepository,
    private readonly keystore: Keystore,
    private readonly links: PaymentLinks,
  ) {}

  /** @returns the payment after the bank's answer, or as it is when the outcome is unknown */
  async open(payment: PaymentEntity, purchase: Operation, alongside?: Alongside): Promise<PaymentEntity> {
    const account = await this.accounts.open(payment.merchantAccountId);
    let operation = purchase;
    for (let order = 1; ; order++) {
      const outcome = await this.ask(account, payment, operation);
      const attempt = await this.payments.transaction((tx) =>
        this.settle(tx, { account, operation, outcome, order }, alongside),
      );
      if (!attempt.successor) return attempt.payment;
      operation = attempt.successor;
    }
  }

  /** Carries on where an earlier attempt was lost. @returns undefined when there is no such payment */
  async resume(accountId: string, paymentId: string, alongside?: Alongside): Promise<PaymentEntity | undefined> {
    const payment = await this.payments.find(accountId, paymentId);
    const purchase = await this.operations.currentPurchase(accountId, paymentId);
    if (!payment || !purchase) return undefined;
    if (isOpen(purchase) && !(await this.giveUp(payment))) return this.open(payment, operationOf(purchase), alongside);
    return this.payments.transaction(async (tx) => {
      const current = (await this.payments.lock(tx, accountId, paymentId)) ?? payment;
      await alongside?.(tx, current);
      return current;
    });
  }

  private async ask(account: MerchantAccount, payment: PaymentEntity, operation: Operation): Promise<OrderOutcome> {
    const customer = await this.keystore.open(payment.customerSealed, customerPlace(account.id, payment.id));
    return this.bank.openOrder({
      accountId: account.id,
      merchantRequestId: operation.merchantRequestId,
      amount: payment.amount,
      currency: payment.currency,
      description: payment.description,
      language: payment.language,
      expiresInMinutes: payment.expiresInMinutes,
      customer: JSON.parse(Buffer.from(customer).toString()) as Customer,
      callbackUrl: this.links.callbackUrl(account, payment.id),
      returnUrl: this.links.returnUrl(account, payment.id),
    });
  }

  private async settle(
    tx: Transaction,
    asked: { account: MerchantAccount; operation: Operation; outcome: OrderOutcome; order: number },
    alongside?: Alongside,
  ): Promise<Attempt> {
    const { accountId, paymentId } = asked.operation;
    const payment = await this.payments.lock(tx, accountId, paymentId);
    const operation = await this.operations.find(tx, accountId, asked.operation.id);
    if (!payment || !operation) throw new Error(`payment ${paymentId} vanished`);
    const attempt = isOpen(operation) ? await this.apply(tx, payment, operation, asked) : { payment };
    if (!attempt.successor) await alongside?.(tx, attempt.payment);
    return attempt;
  }

  private async apply(
    tx: Transaction,
    payment: PaymentEntity,
    operation: OperationEntity,
    asked: { account: MerchantAccount; outcome: OrderOutcome; order: number },
  ): Promise<Attempt> {
    const { outcome } = asked;
    switch (outcome.kind) {
      case 'opened':
        await this.operations.save(tx, moveOperation(operationOf(operation), 'action_required'), {
          nextQueryInSeconds: null,
        });
        return { payment: await this.moveTo(tx, payment, 'requires_action', {}, openedColumns(outcome)) };
      case 'refused':
        return { payment: await this.close(tx, payment, operation, 'rejected', refusal(outcome.code)) };
      case 'duplicate':
        return this.orphan(tx, payment, operation, asked);
      case 'unknown':
        await this.operations.save(tx, moveOperation(operationOf(operation), 'unknown'), {
          queries: operation.queries + 1,
          nextQueryInSeconds: delayAfterDoubt(operation.queries, Math.random()),
          evidence: { reason: outcome.reason },
        });
        return { payment };
    }
  }

  /** The order exists, yet nobody has its link: it can never be paid, so another takes its place. */
  private async orphan(
    tx: Transaction,
    payment: PaymentEntity,
    operation: OperationEntity,
    asked: { account: MerchantAccount; order: number },
  ): Promise<Attempt> {
    if (asked.order >= MAX_ORDERS) {
      const failure = { code: 'needs_review', message: 'the bank keeps reporting our order ids as used' };
      return { payment: await this.close(tx, payment, operation, 'abandoned', failure, 'needs_review') };
    }
    await this.operations.save(tx, moveOperation(operationOf(operation), 'abandoned'), {
      nextQueryInSeconds: null,
      evidence: { reason: 'orphaned order' },
    });
    const successor = successorOf(operation, asked.account.secret);
    await this.operations.insert(tx, successor);
    return {
      payment,
      successor: { ...operationOf(operation), ...successor, accountId: successor.merchantAccountId, status: 'sending' },
    };
  }

  /** The customer is long gone: an order that could not be opened in the payment's own time is not opened any more. */
  private giveUp(payment: PaymentEntity): Promise<boolean> {
    return this.payments.transaction(async (tx) => {
      const current = await this.payments.lock(tx, payment.merchantAccountId, payment.id);
      const operation = await this.operations.findPurchase(tx, payment.merchantAccountId, payment.id);
      const ages = await this.payments.ages(tx, payment.merchantAccountId, payment.id);
      if (!current || !operation || !isOpen(operation) || !ages.pastExpiry) return false;
      const failure = {
        code: 'order_not_opened',
        message: 'The bank could not be reached while the payment was valid.',
      };
      await this.close(tx, current, operation, 'abandoned', failure, 'expired');
      return true;
    });
  }

  private async close(
    tx: Transaction,
    payment: PaymentEntity,
    operation: OperationEntity,
    status: 'rejected' | 'abandoned',
    failure: Failure,
    to: PaymentStatus = 'failed',
  ): Promise<PaymentEntity> {
    await this.operations.save(tx, moveOperation(operationOf(operation), status, { failure }), {
      nextQueryInSeconds: null,
    });
    return this.moveTo(tx, payment, to, { failure }, { nextSyncInSeconds: null });
  }

  private async moveTo(
    tx: Transaction,
    row: PaymentEntity,
    to: PaymentStatus,
    facts: MoveFacts,
    extras: PaymentExtras,
  ): Promise<PaymentEntity> {
    const { payment, events } = move(paymentOf(row), to, facts);
    await this.outbox.append(tx, events.map(eventRow));
    return this.payments.save(tx, payment, extras);
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

const isOpen = (operation: OperationEntity): boolean =>
  operation.status === 'sending' || operation.status === 'unknown';

const refusal = (code: string): Failure => ({
  code: 'refused_by_bank',
  message: `The bank refused the order (${code}).`,
});

const openedColumns = (outcome: Opened): PaymentExtras => ({
  bankOrderId: outcome.bankOrderId,
  redirectUrl: outcome.redirectUrl,
  expiresAt: outcome.expiresAt,
  nextSyncInSeconds: delayOfOpenOrder(0, Math.random()),
});

function successorOf(operation: OperationEntity, secret: Buffer) {
  const { merchantAccountId, paymentId, type, amount, currency } = operation;
  const merchantRequestId = merchantRequestIdOf(secret, 'after', operation.merchantRequestId);
  return {
    ...{ merchantAccountId, paymentId, type, amount, currency, merchantRequestId },
    id: newId('op'),
    reason: null,
  };
}
