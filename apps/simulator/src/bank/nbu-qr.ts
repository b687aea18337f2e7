import { formatOperationDate } from '../protocol/bank-dates.js';
import { type Order } from './order.js';

const RECIPIENT_IBAN = 'UA123220010000026206363505513'; // of the printed sample
const RECIPIENT_TAX_ID = '3467808150';
const GOAL = 'MP2B/OTHR';
/** Which fields the payer's bank keeps locked: all of them, or all but the amount. */
const LOCKED = 'FFFF';
const AMOUNT_OPEN = 'FEFF';

/** `yyMMddHHmmss` in Kyiv. */
const stamp = (at: number): string => formatOperationDate(at).slice(2, 19).replace(/\D/g, '');

/** Section e.2: the lines of the NBU's code, joined with LF, in base64url. */
export function nbuQrPayload(order: Order, recipientName: string): string {
  const lines = [
    'BCD',
    '003',
    '1',
    'ICT',
    '',
    recipientName,
    RECIPIENT_IBAN,
    `UAH${(order.coinAmount / 100).toFixed(2)}`,
    RECIPIENT_TAX_ID,
    order.paymentCategoryGoal ?? GOAL,
    order.hppOrderId,
    order.merchantComment ?? '',
    order.purpose ?? '',
    order.editableAmount ? AMOUNT_OPEN : LOCKED,
    stamp(order.expiresAt),
    stamp(order.createdAt),
    '',
    '',
  ];
  return Buffer.from(lines.join('\n')).toString('base64url');
}
