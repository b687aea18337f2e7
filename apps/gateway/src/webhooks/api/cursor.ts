import { PaymentError } from '../../payments/domain/payment-error.js';

/** A number, as it goes out in a cursor. */
export const writeCursor = (place: number | string): string => Buffer.from(String(place)).toString('base64url');

/** @throws PaymentError `CURSOR_INVALID` */
export function readCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
}
