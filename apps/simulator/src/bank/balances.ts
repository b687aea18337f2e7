import { type Book } from './book.js';
import { type Merchant } from './merchants.js';
import { type Operation } from './operation.js';
import { rowOf } from './operation-types.js';
import { type LedgerKind } from './ledger.js';

/** What an effect adds to the merchant's account; a hold and its release add nothing. */
const SIGNS: Readonly<Partial<Record<LedgerKind, number>>> = {
  'money.charged': 1,
  'money.captured': 1,
  'money.refunded': -1,
  'money.paid_out': -1,
};

const effectOn = ({ type, coinAmount, original }: Operation): number =>
  original?.type === 'PREAUTH' && type === 'REFUND' ? 0 : (SIGNS[rowOf(type).effect] ?? 0) * coinAmount;

/** Kopiyky on a merchant's account (U20): what it began with, and what the books say since. */
export class Balances {
  constructor(private readonly book: Book) {}

  /** @returns undefined when the bank keeps none for it */
  of({ merchantId, openingBalance = 0 }: Merchant): number | undefined {
    if (openingBalance === null) return undefined;
    return this.book
      .allOperations()
      .filter((operation) => operation.merchantId === merchantId && operation.status === 'SUCCESS')
      .reduce((total, operation) => total + effectOn(operation), openingBalance);
  }
}
