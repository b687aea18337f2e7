import { type SendWindow } from '../../payments/bank/payment-bank.js';
import { type RecurringOutcome, type RecurringReading } from '../../payments/bank/recurring-bank.js';
import { type Transaction } from '../../database/transaction.js';
import { type RecurringRequestEntity } from '../store/recurring-request.entity.js';

/** One sending of a request that is on record. */
export interface Sending<Secrets = unknown> {
  readonly request: RecurringRequestEntity;
  readonly window: SendWindow;
  /** In memory only; undefined where a worker sends. */
  readonly secrets?: Secrets | undefined;
}

/** What one step says to the bank, and what is made of the answer. */
export interface RecurringHandler<Answer = unknown> {
  /** Makes the call. */
  readonly send: (sending: Sending) => Promise<RecurringOutcome<Answer>>;
  /** What became of it, as far as the bank can tell; `not_found` means that it is not done. */
  readonly ask: (request: RecurringRequestEntity) => Promise<RecurringReading<Answer>>;
  /** Our next id of it, where the bank has the one before and what it made cannot be known. */
  readonly anotherId?: (request: RecurringRequestEntity) => string;
  /** The bank has done it. */
  readonly done: (tx: Transaction, request: RecurringRequestEntity, answer: Answer) => Promise<void>;
  /** It is certain that the bank has not done it, and it is not sent any more. */
  readonly refused: (tx: Transaction, request: RecurringRequestEntity, failure: string) => Promise<void>;
}

/** The answer's type is known where the row is written. */
export const handler = <Answer>(row: RecurringHandler<Answer>): RecurringHandler => row as RecurringHandler;
