import { Injectable } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Answer } from '../engine/idempotency.service.js';
import { paymentStatus } from '../domain/statuses.js';
import { PaymentWatch } from '../store/payment-watch.js';
import { type PaymentView } from './payment.dto.js';

/** Proxies and clients often give up after a minute, some after half of one. Seconds. */
export const LONGEST_WAIT = 30;

/** Who waits: what the request wishes, and where its answer goes. */
export interface Caller {
  readonly accountId: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Answers later where the request carries `Prefer: wait=…`. Source: RFC 7240. */
@Injectable()
export class WaitingService {
  constructor(private readonly watch: PaymentWatch) {}

  /** The payment once it has changed visibly, or the time is over; at once where it has ended. @param again reads it anew */
  async forView(caller: Caller, view: PaymentView, again: () => Promise<PaymentView>): Promise<PaymentView> {
    const seconds = this.granted(caller);
    if (seconds === undefined || paymentStatus(view.status).ended) return view;
    await this.wait(caller, view, seconds);
    return again();
  }

  /** The first answer, unless that leaves open what the bank did: then what a repeat finds after the wait. */
  async forAnswer(caller: Caller, first: Answer, again: () => Promise<Answer>): Promise<Answer> {
    const seconds = this.granted(caller);
    if (seconds === undefined || first.statusCode !== 202) return first;
    await this.wait(caller, JSON.parse(first.body) as PaymentView, seconds);
    const later = await again().catch(() => first); // such as another request with the same key: this one has its answer
    return { ...later, replayed: first.replayed };
  }

  /** @returns undefined where nobody wishes to wait, or too many wait already */
  private granted({ accountId, request, reply }: Caller): number | undefined {
    const seconds = wishedSeconds(request.headers['prefer']);
    if (seconds === undefined || !this.watch.hasRoom(accountId)) return undefined;
    void reply.header('preference-applied', `wait=${seconds}`);
    return seconds;
  }

  private async wait({ accountId, reply }: Caller, { id, updatedAt }: PaymentView, seconds: number): Promise<void> {
    const gone = new AbortController();
    const leave = (): void => {
      gone.abort();
    };
    reply.raw.once('close', leave);
    await this.watch.changed({ accountId, id, updatedAt }, seconds * 1_000, gone.signal);
    reply.raw.off('close', leave);
  }
}

/** What is no wish to wait, or not written as one, is passed over, as the RFC has it. */
export function wishedSeconds(prefer: string | string[] | undefined): number | undefined {
  const [, seconds] = /(?:^|,)\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/iu.exec([prefer ?? ''].flat().join(',')) ?? [];
  return seconds === undefined || Number(seconds) === 0 ? undefined : Math.min(Number(seconds), LONGEST_WAIT);
}
