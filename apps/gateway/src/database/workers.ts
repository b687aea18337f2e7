import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';

/** A worker as health and shutdown see it. */
export interface WatchedWorker {
  readonly name: string;
  /** Milliseconds since the last claim that worked, or since the start. A bank that hangs does not make it older. */
  readonly sinceClaimMs: number;
  /** Older, and the worker is taken for cut off from its work. Milliseconds. */
  readonly claimLimitMs: number;
  /** Takes nothing new and waits for what is in hand. */
  stop(): Promise<void>;
}

/** The workers of this process. */
@Injectable()
export class Workers implements BeforeApplicationShutdown {
  private readonly watched: WatchedWorker[] = [];

  add(worker: WatchedWorker): void {
    this.watched.push(worker);
  }

  get all(): readonly WatchedWorker[] {
    return this.watched;
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
