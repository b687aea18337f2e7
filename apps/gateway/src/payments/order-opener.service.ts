import { Injectable } from '@nestjs/common';
import { Keystore, type SealPlace } from '#libs/keystore';
import { type MerchantAccount, MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { newId } from '../database/id.js';
import { type Transaction } from '../database/transaction.js';
import { type Customer, type OrderOutcome, PaymentBank } from './bank/payment-bank.js';
import { moveOperation, type Operation } from './domain/operation.js';
import { type Failure, move, type PaymentStatus } from './domain/payment.js';
import { delayAfterDoubt, delayOfOpenOrder } from './domain/schedule.js';
import { merchantRequestIdOf } from './merchant-request-id.js';
import { PaymentLinks } from './payment-links.js';
import { type OperationEntity } from './store/operation.entity.js';
import { operationOf } from './store/operation.repository.js';
import { type PaymentEntity } from './store/payment.entity.js';
import { PaymentRecords } from './store/payment-records.js';
import { paymentOf } from './store/payment.repository.js';

/** Runs in the transaction that settles the order, with the payment as it is then. */
export type Alongside = (tx: Transaction, payment: PaymentEntity) => Promise<void>;

/** A payment and its purchase under the payment's lock. */
interface Locked {
  readonly payment: PaymentEntity;
  readonly operation: OperationEntity;
}

/** What an order is asked for with. */
interface Question {
  readonly account: MerchantAccount;
  readonly payment: PaymentEntity;
  readonly operation: Operation;
  readonly customer: Customer;
}

/** A request to the bank and what came of it. */
interface Asked {
  readonly account: MerchantAccount;
  readonly operation: Operation;
  readonly outcome: OrderOutcome;
  /** 1 for the first order of this run, 2 for the one after an orphan. */
  readonly order: number;
}

/** How a payment that never got its link ends. */
interface Ending {
  readonly status: 'rejected' | 'abandoned';
  readonly to: PaymentStatus;
  readonly failure: Failure;
}

/** What an attempt to open an order left behind. */
interface Attempt {
  readonly payment: PaymentEntity;
  /** Set when the bank knows the order but its link is lost: open this one instead. */
  readonly successor?: Operation;
}

type Opened = Extract<OrderOutcome, { kind: 'opened' }>;
type Unknown = Extract<OrderOutcome, { kind: 'unknown' }>;

const TOO_LATE: Ending = {
  status: 'abandoned',
  to: 'expired',
  failure: { code: 'order_not_opened', message: 'The bank could not be reached while the payment was valid.' },
};
const ID_TROUBLE: Ending = {
  status: 'abandoned',
  to: 'needs_review',
  failure: { code: 'needs_review', message: 'The bank keeps reporting our order ids as used.' },
};

/** An orphaned order is followed by another, twice at the most: more would mean that something else is wrong. */
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
   * @param known the customer, where the caller has just sealed it; otherwise it is opened from the payment
   * @returns the payment after the bank's answer, or as it is when the outcome is unknown
   */
  async open(
    payment: PaymentEntity,
    purchase: Operation,
    alongside?: Alongside,
    known?: Customer,
  ): Promise<PaymentEntity> {
    const account = await this.accounts.open(payment.merchantAccountId);
    const customer = known ?? (await this.openCustomer(payment));
    let operation = purchase;
    for (let order = 1; ; order++) {
      const outcome = await this.ask({ account, payment, operation, customer });
      const attempt = await this.records.transaction((tx) =>
        this.settle(tx, { account, operation, outcome, order }, alongside),
      );
      if (!attempt.successor) return attempt.payment;
      operation = attempt.successor;
    }
  }

  /** Carries on where an earlier attempt was lost. @returns undefined when there is no such payment */
  async resume(accountId: string, paymentId: string, alongside?: Alongside): Promise<PaymentEntity | undefined> {
    const payment = await this.records.payments.find(accountId, paymentId);
    const purchase = await this.records.operations.currentPurchase(accountId, paymentId);
    if (!payment || !purchase) return undefined;
    if (isOpen(purchase) && !(await this.giveUp(payment))) return this.open(payment, operationOf(purchase), alongside);
    return this.records.transaction(async (tx) => {
      const current = (await this.records.payments.lock(tx, accountId, paymentId)) ?? payment;
      await alongside?.(tx, current);
      return current;
    });
  }

  private async openCustomer({ merchantAccountId, id, customerSealed }: PaymentEntity): Promise<Customer> {
    const customer = await this.keystore.open(customerSealed, customerPlace(merchantAccountId, id));
    return JSON.parse(Buffer.from(customer).toString()) as Customer;
  }

  private ask({ account, payment, operation, customer }: Question): Promise<OrderOutcome> {
    return this.bank.openOrder({
      accountId: account.id,
      bankMerchantId: operation.bankMerchantId,
      merchantRequestId: operation.merchantRequestId,
      amount: payment.amount,
      currency: payment.currency,
      description: payment.description,
      language: payment.language,
      expiresInMinutes: payment.expiresInMinutes,
      customer,
      callbackUrl: this.links.callbackUrl(account, payment.id),
      returnUrl: this.links.returnUrl(account, payment.id),
    });
  }

  private async settle(tx: Transaction, asked: Asked, alongside?: Alongside): Promise<Attempt> {
    const { accountId, paymentId, id } = asked.operation;
    const payment = await this.records.payments.lock(tx, accountId, paymentId);
    const operation = await this.records.operations.find(tx, accountId, id);
    if (!payment || !operation) throw new Error(`payment ${paymentId} vanished`);
    const attempt = isOpen(operation) ? await this.apply(tx, { payment, operation }, asked) : { payment };
    if (!attempt.successor) await alongside?.(tx, attempt.payment);
    return attempt;
  }

  private async apply(tx: Transaction, locked: Locked, asked: Asked): Promise<Attempt> {
    const { outcome } = asked;
    switch (outcome.kind) {
      case 'opened':
        return { payment: await this.acceptLink(tx, locked, outcome) };
      case 'refused':
        return {
          payment: await this.close(tx, locked, { status: 'rejected', to: 'failed', failure: refusal(outcome.code) }),
        };
      case 'duplicate':
        return asked.order < MAX_ORDERS
          ? this.replaceOrphan(tx, locked, asked)
          : { payment: await this.close(tx, locked, ID_TROUBLE) };
      case 'unknown':
        await this.leaveOpen(tx, locked, outcome);
        return locked;
    }
  }

  private async acceptLink(tx: Transaction, { payment, operation }: Locked, outcome: Opened): Promise<PaymentEntity> {
    const waiting = moveOperation(operationOf(operation), 'action_required');
    await this.records.operations.save(tx, waiting, { nextQueryInSeconds: null });
    return this.records.save(tx, move(paymentOf(payment), 'requires_action'), {
      bankOrderId: outcome.bankOrderId,
      redirectUrl: outcome.redirectUrl,
      expiresAt: outcome.expiresAt,
      nextSyncInSeconds: delayOfOpenOrder(
        { sinceCreatedSeconds: 0, untilExpirySeconds: 60 * payment.expiresInMinutes },
        Math.random(),
      ),
    });
  }

  private leaveOpen(tx: Transaction, { operation }: Locked, { reason, noSession = false }: Unknown): Promise<void> {
    return this.records.operations.save(tx, moveOperation(operationOf(operation), 'unknown'), {
      queries: operation.queries + 1,
      nextQueryInSeconds: delayAfterDoubt(operation.queries, Math.random()),
      evidence: { reason },
      awaitsSession: noSession,
    });
  }

  /** The order exists, yet nobody has its link: it can never be paid, so another takes its place. */
  private async replaceOrphan(tx: Transaction, { payment, operation }: Locked, { account }: Asked): Promise<Attempt> {
    const orphan = operationOf(operation);
    await this.records.operations.save(tx, moveOperation(orphan, 'abandoned'), {
      nextQueryInSeconds: null,
      evidence: { reason: 'orphaned order' },
    });
    const merchantRequestId = merchantRequestIdOf(account.secret, 'after', orphan.merchantRequestId);
    const successor: Operation = { ...orphan, id: newId('op'), merchantRequestId, status: 'sending' };
    await this.records.operations.insert(tx, successor);
    return { payment, successor };
  }

  /** The customer is long gone: an order that could not be opened in the payment's own time is not opened any more. */
  private giveUp(payment: PaymentEntity): Promise<boolean> {
    return this.records.transaction(async (tx) => {
      const current = await this.records.payments.lock(tx, payment.merchantAccountId, payment.id);
      const operation = await this.records.operations.findPurchase(tx, payment.merchantAccountId, payment.id);
      const ages = await this.records.payments.ages(tx, payment.merchantAccountId, payment.id);
      if (!current || !operation || !isOpen(operation) || !ages.pastExpiry) return false;
      await this.close(tx, { payment: current, operation }, TOO_LATE);
      return true;
    });
  }

  private async close(tx: Transaction, { payment, operation }: Locked, ending: Ending): Promise<PaymentEntity> {
    const { status, failure, to } = ending;
    const closed = moveOperation(operationOf(operation), status, { failure });
    await this.records.operations.save(tx, closed, { nextQueryInSeconds: null });
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

const isOpen = (operation: OperationEntity): boolean =>
  operation.status === 'sending' || operation.status === 'unknown';

const refusal = (code: string): Failure => ({
  code: 'refused_by_bank',
  message: `The bank refused the order (${code}).`,
});
