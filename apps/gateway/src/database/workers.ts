import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';

/** A worker as health and shutdown see it. */
export interface WatchedWorker {
  readonly name: string;
  /** Milliseconds since the last claim that worked, or since the start. A bank that hangs does not make it older. */
  readonly sinceClaimMs: number;
  /** Older, and the worker is taken for cut off from its work. Milliseconds. */
  readonly claimLimitMs: number;
  /** Looks for work now. */
  kick?(): Promise<void>;
  /** Takes nothing new and waits for what is in hand. */
  stop(): Promise<void>;
}

/** A worker that can be told of work. */
type Told = WatchedWorker & Required<Pick<WatchedWorker, 'kick'>>;

/** Milliseconds between two looks of a worker that is told of work: for what is due by the clock, and what nobody told of. */
const POLL_MS = 1_000;
/** A tick comes a little early. Milliseconds. */
const SLACK_MS = 100;

/** The workers of this process. */
@Injectable()
export class Workers implements BeforeApplicationShutdown {
  /** Whether other processes tell of work as it comes. */
  areTold = false;
  private readonly watched: WatchedWorker[] = [];

  add(worker: WatchedWorker): void {
    this.watched.push(worker);
  }

  get all(): readonly WatchedWorker[] {
    return this.watched;
  }

  has(name: string): boolean {
    return this.watched.some((worker) => worker.name === name);
  }

  /** There is work for it. @returns false where this process has no such worker */
  wake(name: string): boolean {
    const worker = this.watched.find((one) => one.name === name);
    void worker?.kick?.();
    return worker !== undefined;
  }

  /** Looks for work at each tick, or less often where it would be told. */
  async poll(worker: Told): Promise<void> {
    if (!this.areTold || worker.sinceClaimMs > POLL_MS - SLACK_MS) await worker.kick();
  }

  /** Names of workers that cannot claim any more. */
  stalled(): string[] {
    return this.watched.filter(({ sinceClaimMs, claimLimitMs }) => sinceClaimMs > claimLimitMs).map(({ name }) => name);
  }

  async stop(): Promise<void> {
    await Promise.all(this.watched.map((worker) => worker.stop()));
  }

  /** Before connections end. Nothing new is left to stop where the process has stopped them first. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }
}
