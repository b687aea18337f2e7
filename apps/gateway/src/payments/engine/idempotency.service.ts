import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { KeyHeldError, PaymentError } from '../domain/payment-error.js';
import { type Claim, type EarlierRequest, IdempotencyRepository } from '../store/idempotency.repository.js';
import { PaymentRecords } from '../store/payment-records.js';

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

/** An answer before it is known whether it is the first. */
interface Outcome {
  readonly statusCode: number;
  readonly view: object;
}

/** Accepted, but not known to the bank. Such an answer is never kept: a repeat gets the truth of its own moment. */
const NOT_FINAL = 202;

/** Seconds. The bank call's whole deadline (25 s by default) and 10 more. Source: docs/correctness.md, "Idempotency". */
export const leaseSecondsOf = (callTimeoutMs: number): number => Math.ceil(callTimeoutMs / 1_000) + 10;

@Injectable()
export class IdempotencyService {
  constructor(
    private readonly keys: IdempotencyRepository,
    private readonly records: PaymentRecords,
    private readonly leaseSeconds = leaseSecondsOf(25_000),
  ) {}

  /**
   * Claims the key and runs `open` in one transaction; if `open` throws, the key is free again.
   * @throws PaymentError `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT`
   */
  async begin<T>(request: IdempotentRequest, open: (tx: Transaction) => Promise<T>): Promise<Begun<T>> {
    const begun = await this.beginAtOnce(request, (claim) =>
      this.records.transaction(async (tx) =>
        (await this.keys.claim(tx, claim)) ? { opened: await open(tx) } : undefined,
      ),
    );
    return begun.kind === 'new' ? { kind: 'new', value: begun.value.opened } : begun;
  }

  /** As {@link begin}, where one statement claims the key and opens. @param open resolves to undefined when the key is taken */
  async beginAtOnce<T>(request: IdempotentRequest, open: (claim: Claim) => Promise<T | undefined>): Promise<Begun<T>> {
    const claim = this.claimOf(request);
    try {
      const value = await open(claim);
      if (value !== undefined) return { kind: 'new', value };
    } catch (error) {
      // A COMMIT whose answer was lost may have claimed the key, although nobody works on it.
      if (!(error instanceof PaymentError)) await this.keys.setLease(claim, 0).catch(() => undefined);
      throw error;
    }
    return this.follow(claim);
  }

  /** Keeps the first final answer, in the transaction that makes it true; one that is not final frees the key. */
  async settle(tx: Transaction, request: IdempotentRequest, statusCode: number, view: object): Promise<Answer> {
    const answer = { statusCode, body: JSON.stringify(view), replayed: false };
    if (statusCode === NOT_FINAL) {
      await this.keys.setLease(request, 0, tx);
      return answer;
    }
    if (await this.keys.settle(tx, request, statusCode, answer.body)) return answer;
    const earlier = await this.keys.find(request, tx); // somebody took the request over meanwhile: both give the first answer
    const first = earlier && answered(earlier);
    if (!first) throw inFlight(earlier);
    return first.answer;
  }

  /**
   * Runs work whose last transaction settles the request, and gives the answer that was kept in it. Where the work fails
   * its bank call has ended, so the key is freed; while it goes on the lease is renewed.
   * @param answerOf what is answered for the row as it is in that transaction
   * @param run gets what it has to call in its last transaction
   * @throws KeyHeldError when the work failed and the key could not be freed
   */
  async answer<Row>(
    request: IdempotentRequest,
    answerOf: (row: Row) => Outcome,
    run: (alongside: (tx: Transaction, row: Row) => Promise<void>) => Promise<unknown>,
  ): Promise<Answer> {
    let answer: Answer | undefined;
    const lease = this.keepLease(request);
    try {
      await run(async (tx, row) => {
        const { statusCode, view } = answerOf(row);
        answer = await this.settle(tx, request, statusCode, view);
      });
      if (!answer) throw new Error(`${request.resourceId} was not settled`);
      return answer;
    } catch (error) {
      const freed = await this.keys.setLease(request, 0).then(
        () => true,
        () => false,
      );
      throw freed ? error : new KeyHeldError(error, lease.secondsLeft());
    } finally {
      lease.stop();
    }
  }

  /** Some requests make several calls. Where the process dies the lease runs out by itself. */
  private keepLease(request: IdempotentRequest): { secondsLeft(): number; stop(): void } {
    const leaseMs = this.leaseSeconds * 1_000;
    let endsAt = performance.now() + leaseMs;
    const renew = async (): Promise<void> => {
      const renewedUntil = performance.now() + leaseMs;
      await this.keys.setLease(request, this.leaseSeconds);
      endsAt = renewedUntil;
    };
    const timer = setInterval(() => void renew().catch(() => undefined), leaseMs / 3).unref();
    return {
      secondsLeft: () => Math.max(1, Math.ceil((endsAt - performance.now()) / 1_000)),
      stop: () => {
        clearInterval(timer);
      },
    };
  }

  private async follow(claim: Claim): Promise<Begun<never>> {
    const earlier = await this.keys.find(claim);
    if (!earlier) throw inFlight();
    if (!timingSafeEqual(earlier.fingerprint, claim.fingerprint)) {
      throw new PaymentError('IDEMPOTENCY_MISMATCH', 'this Idempotency-Key was used for a different request');
    }
    const known = answered(earlier);
    if (known) return known;
    if (earlier.leaseSeconds <= 0 && (await this.keys.takeOver(claim))) {
      return { kind: 'resumed', resourceId: earlier.resourceId };
    }
    const now = await this.keys.find(claim); // somebody else was faster, and may be done already
    const answer = now && answered(now);
    if (!answer) throw inFlight(now);
    return answer;
  }

  private claimOf(request: IdempotentRequest): Claim {
    return { ...request, leaseSeconds: this.leaseSeconds };
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

/** @param earlier who works on it; undefined when its claim was just rolled back */
function inFlight(earlier?: EarlierRequest): PaymentError {
  const seconds = earlier && Math.max(1, Math.ceil(earlier.leaseSeconds));
  return new PaymentError(
    'IDEMPOTENCY_IN_FLIGHT',
    'a request with this Idempotency-Key is still being worked on',
    seconds,
  );
}
