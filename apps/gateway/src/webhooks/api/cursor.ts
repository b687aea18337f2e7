import { placeIn } from '../../http/paging.js';
import { PaymentError } from '../../payments/domain/payment-error.js';

/** A cursor that stands for a number. @throws PaymentError `CURSOR_INVALID` */
export function readCursor(cursor: string): number {
  const place = placeIn(cursor, /^\d{1,15}$/u);
  if (place !== undefined) return Number(place);
  throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
}
