import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { errorSummary } from './error-summary.js';
import { CONNECT_TIMEOUT_MS, KEEP_ALIVE_AFTER_MS } from './pool.js';

const CHANNEL = 'gateway_due';
const PROBE = 'probe ';

/** Milliseconds in which a notice to ourselves comes back, and between two. A notice takes a millisecond. */
const PROBE_ANSWER_MS = 5_000;
const PROBE_EVERY_MS = 30_000;
/** Milliseconds before another connection is made after the n-th that was lost in a row. */
const PAUSES_MS: readonly number[] = [100, 500, 2_000, 5_000];
const LONGEST_PAUSE_MS = 10_000;
/** Behind a pooler nothing will change soon. Milliseconds. */
const DEAF_PAUSE_MS = 600_000;

/** Statements get through and notices do not. */
class Deaf extends Error {
  override readonly name = 'Deaf';
  constructor() {
    super('a notice to ourselves did not come back');
  }
}

const CLOSED = new Error('closed');

export interface NoticeHandlers {
  /** @param words of a notice of any process, ours included */
  readonly onNotice: (words: string) => void;
  /** Whether notices come through from now on. */
  readonly onChange: (isHeard: boolean) => void;
}

/**
 * One connection of its own to send notices and to hear them, outside the pool and outside every transaction. It sends
 * itself one now and then: where that does not come back, as behind a pooler in transaction mode, nothing does.
 */
export class NoticeConnection {
  private readonly logger = new Logger(NoticeConnection.name);
  private readonly closing = new AbortController();
  private client: pg.Client | undefined;
  private running: Promise<void> | undefined;
  private isHeard = false;
  private onClose = (): void => undefined;

  constructor(
    private readonly url: string,
    private readonly handlers: NoticeHandlers,
    private readonly probeAnswerMs = PROBE_ANSWER_MS,
    private readonly probeEveryMs = PROBE_EVERY_MS,
  ) {}

  open(): void {
    this.running ??= this.run();
  }

  /** Nobody waits for it: what is lost is found by polling. */
  send(words: string): void {
    if (this.isHeard) this.client?.query('SELECT pg_notify($1, $2)', [CHANNEL, words]).catch(() => undefined); // `end` follows
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.onClose();
    await this.running;
  }

  /** Connects again whenever the connection is lost. */
  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted;) {
      const error = await this.listen().catch((reason: unknown) => reason);
      if (this.isHeard || failures === 0) this.tell(error);
      failures = this.isHeard ? 0 : failures + 1;
      this.change(false);
      const pauseMs = error instanceof Deaf ? DEAF_PAUSE_MS : (PAUSES_MS[failures] ?? LONGEST_PAUSE_MS);
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** @throws when the connection is lost, or nothing comes back by it */
  private async listen(): Promise<never> {
    const client = new pg.Client({
      ...{ connectionString: this.url, application_name: 'alliance-gateway-notices' },
      ...{ connectionTimeoutMillis: CONNECT_TIMEOUT_MS, query_timeout: this.probeAnswerMs },
      ...{ keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS },
    });
    const probes = new EventEmitter();
    client.on('notification', ({ payload = '' }) => {
      if (payload.startsWith(PROBE)) probes.emit(payload);
      else this.handlers.onNotice(payload);
    });
    const lost = this.lossOf(client);
    try {
      await Promise.race([lost, client.connect()]);
      await Promise.race([lost, client.query(`LISTEN ${CHANNEL}`)]);
      this.client = client;
      for (;;) {
        await Promise.race([lost, this.probe(client, probes)]);
        this.change(true);
        await Promise.race([lost, sleep(this.probeEveryMs, undefined, { ref: false })]);
      }
    } finally {
      this.client = undefined;
      void client.end().catch(() => undefined);
    }
  }

  /** Rejects when the connection is lost, and when nobody wants it any more. */
  private lossOf(client: pg.Client): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined); // it may be lost when nobody waits any more
    client.on('error', reject).on('end', () => {
      reject(new Error('the connection ended'));
    });
    if (this.closing.signal.aborted) reject(CLOSED);
    this.onClose = () => {
      reject(CLOSED);
    };
    return promise;
  }

  private async probe(client: pg.Client, probes: EventEmitter): Promise<void> {
    const words = PROBE + randomBytes(8).toString('hex');
    const back = once(probes, words, { signal: AbortSignal.timeout(this.probeAnswerMs) });
    back.catch(() => undefined); // a failure of the statement goes first
    await client.query('SELECT pg_notify($1, $2)', [CHANNEL, words]);
    await back.catch(() => {
      throw new Deaf();
    });
  }

  private change(isHeard: boolean): void {
    if (this.isHeard === isHeard) return;
    this.isHeard = isHeard;
    this.handlers.onChange(isHeard);
    if (isHeard) this.logger.log('notices of work come through');
  }

  private tell(error: unknown): void {
    if (error === CLOSED) return;
    if (error instanceof Deaf)
      this.logger.warn('no notices come through, as behind a pooler: work is found by polling alone');
    else this.logger.warn(`notices lost, work is found by polling: ${errorSummary(error)}`);
  }
}
