import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Transaction } from '../database/transaction.js';
import { PaymentError } from './domain/payment-error.js';
import { type EarlierRequest, IdempotencyRepository } from './store/idempotency.repository.js';
import { PaymentRecords } from './store/payment-records.js';

/** An answer as it goes, and again goes, over the wire. */
export interface Answer {
  readonly statusCode: number;
  readonly body: string;
  readonly replayed: boolean;
}

/** A request that creates something. */
export interface IdempotentRequest {
  readonly accountId: string;
  readonly key: string;
  /** HMAC of the request, see {@link fingerprintOf}. */
  readonly fingerprint: Buffer;
  readonly resourceId: string;
}

export type Begun<T> =
  | { readonly kind: 'new'; readonly value: T }
  /** An earlier request of this key died on the way: carry on with what it made. */
  | { readonly kind: 'resumed'; readonly resourceId: string }
  | { readonly kind: 'answered'; readonly answer: Answer };

@Injectable()
export class IdempotencyService {
  constructor(
    private readonly keys: IdempotencyRepository,
    private readonly records: PaymentRecords,
  ) {}

  /**
   * Claims the key and runs `open` in one transaction; if `open` throws, the key is free again.
   * @throws PaymentError `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT`
   */
  async begin<T>(request: IdempotentRequest, open: (tx: Transaction) => Promise<T>): Promise<Begun<T>> {
    const opened = await this.records.transaction(async (tx) =>
      (await this.keys.claim(tx, request)) ? { value: await open(tx) } : undefined,
    );
    return opened ? { kind: 'new', value: opened.value } : this.follow(request);
  }

  /** As {@link begin}, where one statement claims the key and opens. @param open resolves to undefined when the key is taken */
  async beginAtOnce<T>(request: IdempotentRequest, open: () => Promise<T | undefined>): Promise<Begun<T>> {
    const value = await open();
    return value === undefined ? this.follow(request) : { kind: 'new', value };
  }

  /** Keeps the answer, in the transaction that makes it true. */
  async settle(tx: Transaction, request: IdempotentRequest, statusCode: number, view: object): Promise<Answer> {
    const body = JSON.stringify(view);
    if (await this.keys.settle(tx, request, statusCode, body)) return { statusCode, body, replayed: false };
    const earlier = await this.keys.find(request.accountId, request.key, tx);
    const begun = earlier && answered(earlier); // somebody took the request over meanwhile: both give the first answer
    if (!begun) throw inFlight();
    return begun.answer;
  }

  /**
   * Runs work whose last transaction settles the request, and gives the answer that was kept in it.
   * @param answerOf what is answered for the row as it is in that transaction
   * @param run gets what it has to call in its last transaction
   */
  async answer<Row>(
    request: IdempotentRequest,
    answerOf: (row: Row) => { readonly statusCode: number; readonly view: object },
    run: (alongside: (tx: Transaction, row: Row) => Promise<void>) => Promise<unknown>,
  ): Promise<Answer> {
    let answer: Answer | undefined;
    await run(async (tx, row) => {
      const { statusCode, view } = answerOf(row);
      answer = await this.settle(tx, request, statusCode, view);
    });
    if (!answer) throw new Error(`${request.resourceId} was not settled`);
    return answer;
  }

  private async follow(request: IdempotentRequest): Promise<Begun<never>> {
    const earlier = await this.keys.find(request.accountId, request.key);
    if (!earlier) throw inFlight();
    if (!timingSafeEqual(earlier.fingerprint, request.fingerprint)) {
      throw new PaymentError('IDEMPOTENCY_MISMATCH', 'this Idempotency-Key was used for a different request');
    }
    return answered(earlier) ?? (await this.takeOver(request, earlier));
  }

  private async takeOver(request: IdempotentRequest, earlier: EarlierRequest): Promise<Begun<never>> {
    const taken = earlier.leaseSeconds <= 0 && (await this.keys.takeOver(request.accountId, request.key));
    if (!taken) throw inFlight();
    return { kind: 'resumed', resourceId: earlier.resourceId };
  }
}

/**
 * What must be equal for two requests to be the same. Keyed, so that nobody can guess customer data from it.
 * @param body parsed and normalised, so that white space and the order of members do not count
 */
export function fingerprintOf(secret: Buffer, route: string, body: unknown): Buffer {
  return createHmac('sha256', secret)
    .update(`fingerprint\n${route}\n${canonicalJson(body)}`)
    .digest();
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function answered(earlier: EarlierRequest): Extract<Begun<never>, { kind: 'answered' }> | undefined {
  if (earlier.statusCode === null || earlier.responseBody === null) return undefined;
  return { kind: 'answered', answer: { statusCode: earlier.statusCode, body: earlier.responseBody, replayed: true } };
}

const inFlight = (): PaymentError =>
  new PaymentError('IDEMPOTENCY_IN_FLIGHT', 'a request with this Idempotency-Key is still being worked on');
