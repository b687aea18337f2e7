import { createHash } from 'node:crypto';
import { type Book } from '../bank/book.js';
import { type Operation } from '../bank/operation.js';
import { type Order } from '../bank/order.js';
import { type OperationType } from '../bank/operation-types.js';
import { kyivIso } from '../protocol/bank-dates.js';

/** One line of a register, section m of the protocol. Everything is text, as it is written. */
export interface RegisterRow {
  readonly merchantAliasId: string;
  readonly pgiReference: string;
  readonly processingDateTime: string;
  /** Kopiyky; negative where the money went back to the payer. */
  readonly coinAmount: string;
  /** Kopiyky, perhaps with a fraction. */
  readonly merchantCommission: string;
  readonly paymentSystem: string;
  readonly cardNumberMask: string;
  readonly approvalCode: string;
  readonly rrn: string;
  readonly status: string;
  readonly currency: string;
  readonly STAN: string;
  readonly operationId: string;
  readonly merchantComment: string;
  readonly purpose: string;
}

export const SUCCESSFUL = 'Успішна';

/** `AE` and six digits: each terminal has one of its own. */
const aliasOf = (merchantId: string): string =>
  `AE${String(createHash('sha256').update(merchantId).digest().readUInt32BE() % 1_000_000).padStart(6, '0')}`;

/** Types that move money; a hold moves none until it is captured. */
const LISTED: readonly OperationType[] = [
  'PURCHASE',
  'COMPLETION',
  'REFUND',
  'ACCOUNT_2_ACCOUNT',
  'ACCOUNT_2_CARD',
  'CARD_2_ACCOUNT',
];

/** `14.01.2025 22:23:00` in Kyiv. */
export const registerDate = (at: number): string => {
  const iso = kyivIso(at);
  return `${iso.slice(8, 10)}.${iso.slice(5, 7)}.${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
};

/** Successful operations of a merchant from one moment up to another, in the order in which they were processed. */
export function registerRows(
  book: Book,
  merchantId: string,
  { from, to }: { readonly from: number; readonly to: number },
): RegisterRow[] {
  return book
    .allOperations()
    .filter((operation) => operation.merchantId === merchantId && isListed(operation))
    .map((operation) => ({ operation, at: operation.processedAt ?? operation.modifiedAt }))
    .filter(({ at }) => at >= from && at < to)
    .toSorted((one, other) => one.at - other.at)
    .map(({ operation, at }) => rowOf(book, operation, at));
}

const isListed = ({ type, status, original }: Operation): boolean =>
  status === 'SUCCESS' && LISTED.includes(type) && !(type === 'REFUND' && original?.type === 'PREAUTH');

function rowOf(book: Book, operation: Operation, at: number): RegisterRow {
  const { card, type, coinAmount, ecomOperationId } = operation;
  const { approvalCode = '', rrn = '', operationId = '', commission = 0 } = operation;
  return {
    merchantAliasId: aliasOf(operation.merchantId),
    pgiReference: `XAPI/${ecomOperationId}`,
    processingDateTime: registerDate(at),
    coinAmount: String(type === 'REFUND' ? -coinAmount : coinAmount),
    merchantCommission: String(commission),
    paymentSystem: card ? card.paymentSystem : '',
    cardNumberMask: card ? card.mask.replaceAll(/\D/gu, '#') : '',
    ...{ approvalCode, rrn, operationId },
    status: SUCCESSFUL,
    currency: '980',
    STAN: '',
    ...wordsOf(operation, book.orderOf(operation)),
  };
}

/** Blanks stand around the separators, as in the documents' example. */
function wordsOf({ echo }: Operation, order: Order | undefined): Pick<RegisterRow, 'merchantComment' | 'purpose'> {
  const comment = echo?.['merchantComment'] ?? order?.merchantComment;
  return {
    merchantComment: typeof comment === 'string' ? comment.replaceAll(/\s*,\s*/gu, ' , ') : '',
    purpose: order?.purpose ?? '',
  };
}
