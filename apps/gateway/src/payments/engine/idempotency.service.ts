import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Transaction } from '../../database/transaction.js';
import { KeyHeldError, PaymentError } from '../domain/payment-error.js';
import { type Claim, type EarlierRequest, IdempotencyRepository } from '../store/idempotency.repository.js';
import { type Held, PaymentRecords } from '../store/payment-records.js';

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
  /** Id that the operation gets if the key is free. */
  readonly operationId: string;
  /** What the request is about. */
  readonly step: string;
}

/** A request of the API: its key, and how its answer shows what there is. */
export interface ApiRequest extends IdempotentRequest {
  readonly render: (held: Held) => { readonly statusCode: number; readonly view: object };
}

export type Begun<T> =
  | { readonly kind: 'new'; readonly value: T }
  /** An earlier request of this key died on the way: carry on with what it made. */
  | { readonly kind: 'resumed'; readonly operationId: string }
  | { readonly kind: 'answered'; readonly answer: Answer };

/** What an earlier request of a key left. */
export type Earlier = Exclude<Begun<never>, { kind: 'new' }>;

/** Accepted, but not known to the bank. Such an answer is never kept: a repeat gets the truth of its own moment. */
const NOT_FINAL = 202;
export const isFinal = (statusCode: number): boolean => statusCode !== NOT_FINAL;

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
    const claim = this.claimOf(request);
    const begun = await this.records
      .transaction(async (tx) => ((await this.keys.claim(tx, claim)) ? { value: await open(tx) } : undefined))
      .catch((error: unknown) => this.letGo(claim, error));
    return begun ? { kind: 'new', value: begun.value } : this.follow(claim);
  }

  /** The claim that a statement of its own makes; where the key is taken, see {@link follow}. */
  claimOf(request: IdempotentRequest): Claim {
    const { accountId, key, fingerprint, operationId, step } = request;
    return { accountId, key, fingerprint, operationId, step, leaseSeconds: this.leaseSeconds };
  }

  /** The key is about an operation that there is already. */
  name(tx: Transaction, request: IdempotentRequest, operationId: string): Promise<void> {
    return this.keys.name(tx, request, operationId);
  }

  /** A COMMIT whose answer was lost may have claimed the key, although nobody works on it. @throws error, always */
  async letGo(claim: Claim, error: unknown): Promise<never> {
    if (!(error instanceof PaymentError)) await this.keys.setLease(claim, 0).catch(() => undefined);
    throw error;
  }

  /**
   * What an earlier request under a key that is taken came to.
   * @throws PaymentError `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT`
   */
  async follow(claim: Claim): Promise<Earlier> {
    const earlier = await this.keys.find(claim);
    if (!earlier) throw inFlight();
    if (!timingSafeEqual(earlier.fingerprint, claim.fingerprint)) {
      throw new PaymentError('IDEMPOTENCY_MISMATCH', 'this Idempotency-Key was used for a different request');
    }
    const known = answered(earlier);
    if (known) return known;
    if (earlier.leaseSeconds <= 0 && (await this.keys.takeOver(claim))) {
      return { kind: 'resumed', operationId: earlier.operationId };
    }
    const now = await this.keys.find(claim); // somebody else was faster, and may be done already
    const answer = now && answered(now);
    if (!answer) throw inFlight(now);
    return answer;
  }

  /** Keeps the first final answer, in the transaction that makes it true; one that is not final frees the key. */
  async settle(tx: Transaction, request: IdempotentRequest, statusCode: number, view: object): Promise<Answer> {
    const answer = { statusCode, body: JSON.stringify(view), replayed: false };
    if (!isFinal(statusCode)) {
      await this.keys.setLease(request, 0, tx);
      return answer;
    }
    if (await this.keys.settle(tx, request, statusCode, answer.body)) return answer;
    const earlier = await this.keys.find(request, tx); // somebody took the request over meanwhile: both give the first answer
    const first = earlier && answered(earlier);
    if (!first) throw inFlight(earlier);
    return first.answer;
  }

  /** As {@link settle}, where what it tells of is written already. */
  settleAlone(request: IdempotentRequest, statusCode: number, view: object): Promise<Answer> {
    return this.records.transaction((tx) => this.settle(tx, request, statusCode, view));
  }

  /**
   * Runs the work on a request that holds its key: while it goes on the lease is renewed; where it fails its bank call has
   * ended, so the key is freed.
   * @throws KeyHeldError when the work failed and the key could not be freed
   */
  async hold<T>(request: IdempotentRequest, work: () => Promise<T>): Promise<T> {
    const lease = this.keepLease(request);
    try {
      return await work();
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
}

/**
 * What must be equal for two requests to be the same. Keyed, so that nobody can guess customer data from it.
 * @param body parsed and normalised, so that white space and the order of members do not count
 */
export function fingerprintOf(secret: KeyObject, route: string, body: unknown): Buffer {
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

function answered(earlier: EarlierRequest): Extract<Earlier, { kind: 'answered' }> | undefined {
  if (earlier.statusCode === null || earlier.responseBody === null) return undefined;
  return { kind: 'answered', answer: { statusCode: earlier.statusCode, body: earlier.responseBody, replayed: true } };
}

/** @param earlier who works on it; undefined when its claim was just rolled back */
function inFlight(earlier?: EarlierRequest): PaymentError {
  const retryAfterSeconds = earlier && Math.max(1, Math.ceil(earlier.leaseSeconds));
  return new PaymentError('IDEMPOTENCY_IN_FLIGHT', 'a request with this Idempotency-Key is still being worked on', {
    retryAfterSeconds,
  });
}
