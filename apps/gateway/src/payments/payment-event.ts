import { newId } from '../database/id.js';
import { type NewOutboxEvent } from '../outbox/outbox.repository.js';
import { type PaymentEvent } from './domain/payment.js';

/** A payment's event as the outbox keeps it. */
export const eventRow = (event: PaymentEvent): NewOutboxEvent => ({
  merchantAccountId: event.accountId,
  id: newId('evt'),
  paymentId: event.paymentId,
  sequence: event.sequence,
  type: event.type,
  data: { paymentId: event.paymentId, ...(event.refundId ? { refundId: event.refundId } : {}) },
});
