import { NoticeConnection } from './notice-connection.js';
import { type Workers } from './workers.js';

/** A thousand payments a second make as many looks as ten. Milliseconds between two rounds. */
const ROUND_MS = 100;

export interface NoticeOptions {
  readonly databaseUrl: string;
  /** Whether other processes are told, and heard. */
  readonly shared: boolean;
}

/**
 * Starts work at once that was committed just now: here, or in another process where this one has no such worker. Only a
 * hint, which holds names of workers and no data: whatever is lost is found by polling.
 */
export class DueNotices {
  private readonly connection: NoticeConnection | undefined;
  private workers: Workers | undefined;
  private readonly waiting = new Set<string>();
  private round: NodeJS.Timeout | undefined;

  constructor({ databaseUrl, shared }: NoticeOptions) {
    const onNotice = (words: string): void => {
      this.due(words.split(' ').filter((name) => this.workers?.has(name) === true));
    };
    const onChange = (isHeard: boolean): void => {
      if (this.workers) this.workers.areTold = isHeard;
    };
    if (shared) this.connection = new NoticeConnection(databaseUrl, { onNotice, onChange });
  }

  /** @param workers of this process */
  open(workers: Workers): void {
    this.workers = workers;
    this.connection?.open();
  }

  /** Work is committed. The first of a round is started at once, the rest with the next round. */
  readonly due = (names: readonly string[]): void => {
    if (!this.workers) return;
    for (const name of names) this.waiting.add(name);
    if (this.round === undefined) this.start();
  };

  async close(): Promise<void> {
    this.workers = undefined;
    clearTimeout(this.round);
    await this.connection?.close();
  }

  private start(): void {
    this.round = undefined;
    if (this.waiting.size === 0) return;
    const elsewhere = [...this.waiting].filter((name) => this.workers?.wake(name) === false);
    this.waiting.clear();
    if (elsewhere.length > 0) this.connection?.send(elsewhere.join(' '));
    this.round = setTimeout(() => {
      this.start();
    }, ROUND_MS).unref();
  }
}
