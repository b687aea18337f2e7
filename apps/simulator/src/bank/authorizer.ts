import { randomUUID } from 'node:crypto';
import { type Personalities } from '../personalities/personalities.js';
import { type BankClock } from './bank-clock.js';
import { type Book, type Challenge } from './book.js';
import { findCardByName, type ResultCodes, THREE_DS_FAILED, THREE_DS_TIMED_OUT, type TestCard } from './cards.js';
import { limitResult } from './limits.js';
import { type Merchants } from './merchants.js';
import { finishOperation, type Operation, scriptedResult, withThreeDsStatus } from './operation.js';
import { type Scripts } from './scripts.js';
import { type Settlement } from './settlement.js';
import { type Switches } from './switches.js';

export const OTP = '1234';
const WRONG_CODES_ALLOWED = 3;

export interface AuthorizerOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly personalities: Personalities;
  readonly scripts: Scripts;
  readonly switches: Switches;
}

/** Undefined when an account pays. */
const cardOf = ({ card }: Operation): TestCard | undefined =>
  card?.name === undefined ? undefined : findCardByName(card.name);

/** Asks the card: with its holder's confirmation where 3-D Secure wants it. */
export class Authorizer {
  constructor(private readonly options: AuthorizerOptions) {}

  /** Ends an operation that is written down already. @returns it as it is now, which may be PENDING */
  finish(operation: Operation, byCard: ResultCodes): Operation {
    const script = this.options.scripts.take(operation);
    const result = script?.result ?? this.resultOf(operation, byCard);
    const delayMs = cardOf(operation)?.delayMs ?? this.options.personalities.pendingMs(operation);
    return this.end(operation, result, script?.delayMs ?? delayMs);
  }

  /** Opens the 3DS page of an operation. It fails at `until`, epoch milliseconds of bank time, if nobody confirms. */
  challenge(operation: Operation, byCard: ResultCodes, until: number): Challenge {
    const challenge = { id: randomUUID(), ecomOperationId: operation.ecomOperationId, byCard, wrongCodes: 0 };
    this.options.book.saveChallenge(challenge);
    this.watch(challenge, until);
    return challenge;
  }

  /** @returns the operation as it is now; `wrong-code` = try again; undefined = the page is over */
  confirm(challenge: Challenge, otp: string): Operation | 'wrong-code' | undefined {
    const operation = this.running(challenge);
    if (!operation) return undefined;
    if (otp === OTP) return this.conclude(challenge, 'Y');
    const wrongCodes = challenge.wrongCodes + 1;
    if (wrongCodes >= WRONG_CODES_ALLOWED) return this.reject(challenge);
    this.options.book.saveChallenge({ ...challenge, wrongCodes });
    return 'wrong-code';
  }

  reject(challenge: Challenge, why: ResultCodes = THREE_DS_FAILED): Operation | undefined {
    return this.conclude(challenge, 'N', why);
  }

  /** Lets an open 3DS page end; called again after a restart. */
  watch(challenge: Challenge, until: number): void {
    this.options.clock.at(until, () => {
      const current = this.options.book.challenge(challenge.id);
      if (current) this.reject(current, THREE_DS_TIMED_OUT);
    });
  }

  private conclude(challenge: Challenge, status: 'Y' | 'N', why = THREE_DS_FAILED): Operation | undefined {
    const operation = this.running(challenge);
    this.options.book.dropChallenge(challenge.id);
    if (!operation) return undefined;
    const confirmed = withThreeDsStatus(operation, status);
    if (status === 'Y') return this.finish(confirmed, challenge.byCard);
    return this.end(confirmed, why, this.options.personalities.pendingMs(confirmed));
  }

  private end(operation: Operation, result: ResultCodes, pendingMs: number | undefined): Operation {
    const { book, clock } = this.options;
    if (!pendingMs) return this.close(operation, result);
    const pending: Operation = { ...operation, awaits: undefined, status: 'PENDING' };
    book.saveOperation(pending);
    clock.after(pendingMs, () => this.close(pending, result));
    return pending;
  }

  private close(operation: Operation, result: ResultCodes): Operation {
    const { clock, settlement } = this.options;
    const finished = finishOperation(operation, result, this.terminalOf(operation), clock.now());
    const extra = finished.status === 'SUCCESS' ? (cardOf(operation)?.extra ?? 0) : 0;
    return settlement.close(operation, { ...finished, coinAmount: finished.coinAmount + extra });
  }

  private running({ ecomOperationId }: Challenge): Operation | undefined {
    const operation = this.options.book.operation(ecomOperationId);
    return operation?.status === 'REQUIRED_3DS' ? operation : undefined;
  }

  private resultOf(operation: Operation, byCard: ResultCodes): ResultCodes {
    return this.limitOf(operation) ?? scriptedResult(this.terminalOf(operation), operation, byCard);
  }

  private limitOf(operation: Operation): ResultCodes | undefined {
    const { book, merchants, switches } = this.options;
    if (!switches.get('enforceLimits')) return undefined;
    const earlier = book
      .allOperations()
      .filter(({ merchantId, type }) => merchantId === operation.merchantId && type === operation.type)
      .filter((one) => one.card?.mask === operation.card?.mask && one.ecomOperationId !== operation.ecomOperationId);
    return limitResult(operation, earlier, merchants.find(operation.merchantId)?.mcc);
  }

  private terminalOf({ merchantId }: Operation): 'test' | 'live' {
    return this.options.merchants.find(merchantId)?.terminal ?? 'test';
  }
}
