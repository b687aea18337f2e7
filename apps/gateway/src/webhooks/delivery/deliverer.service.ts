import { Injectable } from '@nestjs/common';
import { Keystore } from '#libs/keystore';
import { reach } from '../../failpoints/failpoint.js';
import { viewEvent } from '../../outbox/event-view.js';
import { Measures, secondsSince } from '../../measures/measures.js';
import { type NextAttempt, nextAttempt, readRetryAfter } from '../domain/schedule.js';
import { webhookSecretPlace } from '../sealed-columns.js';
import { DeliveryRepository, type DueDelivery, type Recorded, type Sending } from '../store/delivery.repository.js';
import { excerptOf } from './answer-excerpt.js';
import { guardedPost, type PostResult, Reach } from './guarded-post.js';
import { signMessage } from './signature.js';

/** What the receiver sees of us. */
const USER_AGENT = 'Alliance-Gateway-Webhooks';
/** The receiver wants nothing more. */
const GONE = 410;

/** Makes one attempt to deliver an event. */
@Injectable()
export class Deliverer {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly keystore: Keystore,
    private readonly reach: Reach,
    private readonly measures: Measures,
  ) {}

  /**
   * Sends and records. Whoever dies in between has sent all the same: the row comes due again, and the receiver is told
   * twice.
   * @returns whether it arrived; undefined when there was nothing to send
   */
  async attempt(delivery: DueDelivery): Promise<boolean | undefined> {
    const sending = await this.deliveries.sending(delivery);
    if (!sending) return undefined;
    const secrets = await this.openSecrets(delivery.merchantAccountId, sending);
    const body = JSON.stringify(viewEvent(sending.event, sending.livemode));
    const signed = signMessage({ id: sending.event.id, timestamp: sending.timestamp, body }, secrets);
    const headers = { ...signed, 'content-type': 'application/json; charset=utf-8', 'user-agent': USER_AGENT };
    const startedAt = performance.now();
    reach('webhook.posting');
    const result = await guardedPost({ url: new URL(sending.url), headers, body }, this.reach);
    reach('webhook.posted');
    this.measures.webhooks.observe({ outcome: outcomeOf(result) }, secondsSince(startedAt));
    const ended = endingOf(delivery, result, Math.round(performance.now() - startedAt));
    await this.deliveries.record(delivery, ended);
    reach('webhook.recorded');
    return ended.status === 'delivered';
  }

  private openSecrets(accountId: string, { secrets }: Sending): Promise<string[]> {
    return Promise.all(
      secrets.map(async ({ id, sealed }) => {
        const opened = await this.keystore.open(sealed, webhookSecretPlace(accountId, id));
        return Buffer.from(opened).toString();
      }),
    );
  }
}

/** An answer that is no 2xx is a refusal. */
function outcomeOf(result: PostResult): 'delivered' | 'refused' | 'unanswered' {
  if (result.kind === 'failed') return 'unanswered';
  return result.status >= 200 && result.status < 300 ? 'delivered' : 'refused';
}

function endingOf({ attempts }: DueDelivery, result: PostResult, durationMs: number): Recorded {
  const ended = { durationMs, gone: false, inSeconds: 0, notBeforeSeconds: 0 };
  if (result.kind === 'failed') {
    const seen = { statusCode: null, error: result.reason, answer: null };
    return { ...ended, ...seen, ...afterFailure(nextAttempt(attempts + 1, undefined, Math.random())) };
  }
  const seen = { statusCode: result.status, error: null, answer: excerptOf(result.answer) };
  if (result.status >= 200 && result.status < 300) return { ...ended, ...seen, status: 'delivered' };
  if (result.status === GONE) return { ...ended, ...seen, gone: true, status: 'dead' };
  const retryAfter = readRetryAfter(result.retryAfter, Date.now());
  return { ...ended, ...seen, ...afterFailure(nextAttempt(attempts + 1, retryAfter, Math.random())) };
}

const afterFailure = (next: NextAttempt | undefined): Partial<NextAttempt> & Pick<Recorded, 'status'> =>
  next ? { ...next, status: 'pending' } : { status: 'dead' };
