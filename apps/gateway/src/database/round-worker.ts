import { reach } from '../failpoints/failpoint.js';
import { type WatchedWorker } from './workers.js';

/** What a worker does in each of its rounds. */
export interface Rounds<T> {
  readonly name: string;
  /** A statement that takes what is due: it shows that the database takes writes. */
  readonly claim: () => Promise<T>;
  readonly handle: (claimed: T) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Several ticks, a claim that runs into its time limit and a new connection take less. Milliseconds. */
const CLAIM_LIMIT_MS = 25_000;

/** Works in rounds, one at a time. What it waits for in a round, such as somebody who does not answer, does not make it stale. */
export class RoundWorker<T> implements WatchedWorker {
  readonly claimLimitMs = CLAIM_LIMIT_MS;
  private claimedAt = performance.now();
  private running: Promise<void> | undefined;
  private handling = false;
  private stopped = false;

  constructor(private readonly rounds: Rounds<T>) {}

  get name(): string {
    return this.rounds.name;
  }

  get sinceClaimMs(): number {
    return this.handling ? 0 : performance.now() - this.claimedAt;
  }

  get isStopped(): boolean {
    return this.stopped;
  }

  /** Begins a round, or shares the one under way. Never throws. */
  tick(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return (this.running ??= this.round().finally(() => (this.running = undefined)));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async round(): Promise<void> {
    try {
      const claimed = await this.rounds.claim();
      this.claimedAt = performance.now();
      this.handling = true;
      reach(`job.${this.rounds.name}.claimed`);
      await this.rounds.handle(claimed);
      this.claimedAt = performance.now();
    } catch (error) {
      this.rounds.onError(error);
    } finally {
      this.handling = false;
    }
  }
}
