import { type OrderOutcome } from '../bank/payment-bank.js';
import { operationStatus } from '../domain/statuses.js';
import { type Held, type KeptAnswer } from '../store/payment-records.js';
import { type Decided } from './decided.js';
import { decideFollowing, type FollowUpAnswer } from './following.js';
import { type ApiRequest } from './idempotency.service.js';
import { decideOpening } from './opening.js';
import { type Said } from './sender.service.js';
import { type Turn } from './write-ahead.service.js';

/**
 * What a plain answer leads to, and when that is: on the database's clock, as the row told it and time has passed since.
 * @returns undefined where it needs a closer look, under the lock
 */
export function plainly(
  { held, begunAt }: Turn,
  said: Said,
): { readonly decided: Decided; readonly at: Date } | undefined {
  if (begunAt === undefined || 'charging' in said) return undefined;
  const at = new Date(Math.ceil(held.operation.createdAt.getTime() + performance.now() - begunAt));
  const decided = 'following' in said ? plainFollowing(held, said.following) : plainOpening(held, at, said.opening);
  return decided && !decided.next && !operationStatus(decided.to).inDoubt ? { decided, at } : undefined;
}

const JUST_SENT = { sinceSentSeconds: 0, sinceNotFoundSeconds: null, pastDeadline: false };

const plainFollowing = (held: Held, following: FollowUpAnswer): Decided | undefined =>
  following.reading === undefined && following.sent?.outcome.kind === 'answered'
    ? decideFollowing(held, following, JUST_SENT)
    : undefined;

function plainOpening(held: Held, now: Date, outcome: OrderOutcome): Decided | undefined {
  if (outcome.kind !== 'opened') return undefined;
  const { createdAt, expiresInMinutes } = held.payment;
  const sinceCreatedSeconds = (now.getTime() - createdAt.getTime()) / 1_000;
  const untilExpirySeconds = expiresInMinutes * 60 - sinceCreatedSeconds;
  const pastExpiry = untilExpirySeconds < 0;
  const ages = { now, sinceCreatedSeconds, untilExpirySeconds, pastExpiry, pastDeadline: false };
  return decideOpening({ ...held, ages, orders: 1, mayRepeat: true }, outcome);
}

/** The answer to a request, as it will be once this is written. */
export function keptAnswer(request: ApiRequest, written: Held): KeptAnswer {
  const { statusCode, view } = request.render(written);
  return { holder: request, statusCode, body: JSON.stringify(view) };
}
