import { type Operation } from './operation.js';
import { PaymentError } from './payment-error.js';
import { move, type Moved, type Payment, stopsRefunds } from './payment.js';
import { canMove, paymentStatus } from './statuses.js';

/** A capture may differ from what is held by this part, up or down. Source: bank docs, "Completion". */
const CAPTURE_TOLERANCE = 0.2;

/**
 * The amount a capture will have. @throws PaymentError `PAYMENT_NOT_CAPTURABLE` | `CAPTURE_AMOUNT_INVALID`
 * @param asked minor units; all that is held when undefined
 */
export function captureAmount(payment: Payment, asked: number | undefined): number {
  const held = heldBy(payment, 'PAYMENT_NOT_CAPTURABLE');
  const amount = asked ?? held;
  const least = Math.ceil(held * (1 - CAPTURE_TOLERANCE));
  const most = Math.floor(held * (1 + CAPTURE_TOLERANCE));
  if (amount < least || amount > most) {
    throw new PaymentError(
      'CAPTURE_AMOUNT_INVALID',
      `${amount} asked; the bank takes ${least} to ${most} of ${held} held`,
    );
  }
  return amount;
}

/** All that is held. @throws PaymentError `PAYMENT_NOT_CANCELABLE` */
export const voidAmount = (payment: Payment): number => heldBy(payment, 'PAYMENT_NOT_CANCELABLE');

/** One capture or one release of a hold at a time, and none where nobody knows how it stands. */
function heldBy(payment: Payment, code: 'PAYMENT_NOT_CAPTURABLE' | 'PAYMENT_NOT_CANCELABLE'): number {
  if (payment.status !== 'authorized')
    throw new PaymentError(code, `a payment that is ${payment.status} holds nothing`);
  const unclear = stopsRefunds(payment);
  if (unclear) throw new PaymentError(code, `a person must look first: ${unclear}`);
  if (payment.amountCapturing > 0) throw new PaymentError(code, 'a capture or a release of it is under way');
  return payment.amountAuthorized;
}

/** The bank has taken what was held, whatever we thought of the payment before. */
export function captured(payment: Payment, { amount }: Operation): Moved {
  if (canMove(payment.status, 'succeeded')) return move(payment, 'succeeded', { captured: amount });
  return { payment: contradicted(payment, `a capture of ${amount} came beside another`), events: [] };
}

/** The bank has let go of what was held. */
export function released(payment: Payment): Moved {
  if (canMove(payment.status, 'canceled')) return move(payment, 'canceled');
  const isPaid = paymentStatus(payment.status).paid;
  return { payment: isPaid ? contradicted(payment, 'the bank released what it had captured') : payment, events: [] };
}

const contradicted = (payment: Payment, reason: string): Payment => ({
  ...payment,
  flags: { ...payment.flags, contradicted: reason },
});
