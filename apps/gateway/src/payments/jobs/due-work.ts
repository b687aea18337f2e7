/** How a round of work is run. */
export interface DueWork<T> {
  /** Puts due items aside for this worker. */
  readonly claim: (limit: number) => Promise<readonly T[]>;
  readonly handle: (item: T) => Promise<void>;
  /** One bad item never stops the rest; its lease runs out and it comes again. */
  readonly onError: (error: unknown, item?: T) => void;
}

/** Items handled at the same time. */
const BATCH = 20;
/** After a claim that failed, the database is left alone and the log is not flooded. Milliseconds. */
const REST_MS = 5_000;

/** Drains due work, one drain at a time, until nothing is due. */
export class DueWorker<T> {
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private restUntil = 0;

  constructor(private readonly work: DueWork<T>) {}

  /** Starts a drain; during one, asks for another round. Never throws. */
  kick(): Promise<void> {
    if (this.stopped || Date.now() < this.restUntil) return Promise.resolve();
    this.again = true;
    this.running ??= this.drain().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Takes no new items and waits for those in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async drain(): Promise<void> {
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        const items = await this.work.claim(BATCH);
        await Promise.all(items.map((item) => this.handle(item)));
        if (items.length === BATCH) this.again = true;
      }
    } catch (error) {
      this.restUntil = Date.now() + REST_MS;
      this.work.onError(error);
    }
  }

  private async handle(item: T): Promise<void> {
    try {
      await this.work.handle(item);
    } catch (error) {
      this.work.onError(error, item);
    }
  }
}
