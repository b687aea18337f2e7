import { Injectable } from '@nestjs/common';
import { newId } from '../../database/id.js';
import { type Transaction } from '../../database/transaction.js';
import { OutboxRepository } from '../../outbox/outbox.repository.js';
import { type Moved, type PaymentEvent } from '../domain/payment.js';
import { OperationRepository } from './operation.repository.js';
import { type PaymentEntity } from './payment.entity.js';
import { type PaymentExtras, PaymentRepository } from './payment.repository.js';

/** Payments, their operations and the events about them: what belongs together is saved together. */
@Injectable()
export class PaymentRecords {
  constructor(
    readonly payments: PaymentRepository,
    readonly operations: OperationRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.payments.transaction(work);
  }

  /** Saves a payment and appends the events of its change. @returns the row as it is now */
  async save(tx: Transaction, { payment, events }: Moved, extras?: PaymentExtras): Promise<PaymentEntity> {
    await this.outbox.append(tx, events.map(eventRow));
    return this.payments.save(tx, payment, extras);
  }
}

const eventRow = (event: PaymentEvent) => ({
  merchantAccountId: event.accountId,
  id: newId('evt'),
  paymentId: event.paymentId,
  sequence: event.sequence,
  type: event.type,
  data: { paymentId: event.paymentId, ...(event.refundId ? { refundId: event.refundId } : {}) },
});
