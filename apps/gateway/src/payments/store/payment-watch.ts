import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { errorSummary } from '../../database/error-summary.js';

/** A payment as somebody has seen it. */
export interface Seen {
  readonly accountId: string;
  readonly id: string;
  /** Its `updatedAt`. */
  readonly updatedAt: string;
}

interface Waiting extends Seen {
  readonly end: () => void;
}

/** Between two looks at all payments that are waited for. Milliseconds. */
const LOOK_EVERY_MS = 250;
/** Requests that wait at the same time, of one account and in this process. Each holds a connection and some memory. */
export const MOST_WAITING = { ofAccount: 50, inAll: 500 };

/** Lets requests wait for a visible change of a payment. However many wait, the database is asked once a look. */
@Injectable()
export class PaymentWatch implements OnModuleDestroy {
  private readonly logger = new Logger(PaymentWatch.name);
  private readonly waiting = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private closed = false;

  constructor(private readonly database: DataSource) {}

  /** How many requests wait. */
  get size(): number {
    return this.waiting.size;
  }

  /** @returns whether one more request of the account may wait */
  hasRoom(accountId: string): boolean {
    const own = [...this.waiting].filter((one) => one.accountId === accountId).length;
    return !this.closed && own < MOST_WAITING.ofAccount && this.waiting.size < MOST_WAITING.inAll;
  }

  /** Resolves with the next visible change, when the time is over, or when nobody wants to know any more. */
  async changed(seen: Seen, milliseconds: number, gone: AbortSignal): Promise<void> {
    if (this.closed || gone.aborted) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const one: Waiting = {
      ...seen,
      end: () => {
        resolve(undefined);
      },
    };
    const timeout = setTimeout(one.end, milliseconds);
    gone.addEventListener('abort', one.end, { once: true });
    this.waiting.add(one);
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS);
    try {
      await promise;
    } finally {
      clearTimeout(timeout);
      gone.removeEventListener('abort', one.end);
      this.waiting.delete(one);
      if (this.waiting.size === 0) this.rest();
    }
  }

  /** Nobody waits any more, and nobody begins to. */
  close(): void {
    this.closed = true;
    for (const { end } of this.waiting) end();
  }

  onModuleDestroy(): void {
    this.close();
  }

  private rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** One look at a time. A database that is away ends nobody's wait: the time does. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const all = [...this.waiting];
      const changed = await this.database.query<{ place: number }[]>(CHANGED, [
        all.map(({ accountId }) => accountId),
        all.map(({ id }) => id),
        all.map(({ updatedAt }) => updatedAt),
      ]);
      for (const { place } of changed) all[place - 1]?.end();
    } catch (error) {
      this.logger.warn(`payments that are waited for could not be read: ${errorSummary(error)}`);
    } finally {
      this.looking = false;
    }
  }
}

/** Times of answers are cut to milliseconds. */
const CHANGED = `
  SELECT w.place::int AS place
  FROM unnest($1::text[], $2::text[], $3::timestamptz[]) WITH ORDINALITY AS w (account, id, seen, place)
  JOIN payment p ON p.merchant_account_id = w.account AND p.id = w.id
  WHERE p.changed_at >= w.seen + interval '1 millisecond'`;
