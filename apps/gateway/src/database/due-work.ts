import { reach } from '../failpoints/failpoint.js';
import { type Room } from './claim-due.js';
import { type WatchedWorker } from './workers.js';

/** What a worker does, and to which rows. */
export interface DueWork<T> {
  readonly name: string;
  /** Puts due items aside for this worker. Claimed even where there is no room, to see that the database takes writes. */
  readonly claim: (room: Room) => Promise<readonly T[]>;
  readonly accountOf: (item: T) => string;
  readonly handle: (item: T) => Promise<void>;
  /** One bad item never stops the rest; its lease runs out and it comes again. */
  readonly onError: (error: unknown, item?: T) => void;
  /** Accounts that are better left alone just now. */
  readonly restraint?: () => Pick<Room, 'shut' | 'careful'>;
}

/** Items in hand that any account may have while no other waits. */
export const FREE_TO_ALL = 20;
/** Items in hand in all: an item mostly waits for the bank, and costs a socket. */
export const MOST = 256;
/** After a claim that failed, the database is left alone and the log is not flooded. Milliseconds. */
const REST_MS = 5_000;
/** A tick, a claim that runs into its time limit, a rest and a new connection take less. Milliseconds. */
const CLAIM_LIMIT_MS = 25_000;

const UNRESTRAINED = { shut: [], careful: [] };

/** Works off due items. A slot that is free is filled at once, so that a slow item holds up nobody else's. */
export class DueWorker<T> implements WatchedWorker {
  readonly claimLimitMs = CLAIM_LIMIT_MS;
  private claimedAt = performance.now();
  private readonly inHand = new Map<string, number>();
  private readonly items = new Set<Promise<void>>();
  private running: Promise<void> | undefined;
  private wakeUp = (): void => undefined;
  private again = false;
  private stopped = false;
  private restUntil = 0;

  constructor(private readonly work: DueWork<T>) {}

  get name(): string {
    return this.work.name;
  }

  get sinceClaimMs(): number {
    return performance.now() - this.claimedAt;
  }

  /** Looks for due items. Resolves when nothing is due or in hand. Never throws. */
  kick(): Promise<void> {
    if (this.stopped || Date.now() < this.restUntil) return Promise.resolve();
    this.again = true;
    this.wakeUp();
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Takes no new items and waits for those in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp();
    await this.running;
  }

  private async run(): Promise<void> {
    while ((this.again && !this.stopped) || this.items.size > 0) {
      if (this.again && !this.stopped) await this.fill();
      else await Promise.race([...this.items, new Promise<void>((resolve) => (this.wakeUp = resolve))]);
    }
  }

  private async fill(): Promise<void> {
    this.again = false;
    try {
      const items = await this.work.claim(this.room());
      this.claimedAt = performance.now();
      for (const item of items) this.take(item);
    } catch (error) {
      this.restUntil = Date.now() + REST_MS;
      this.work.onError(error);
    }
  }

  private room(): Room {
    const total = this.items.size;
    const restraint = this.work.restraint?.() ?? UNRESTRAINED;
    return { most: MOST - total, spare: Math.max(0, FREE_TO_ALL - total), inHand: this.inHand, ...restraint };
  }

  private take(item: T): void {
    const account = this.work.accountOf(item);
    this.inHand.set(account, (this.inHand.get(account) ?? 0) + 1);
    const handled = this.handle(item).finally(() => {
      this.items.delete(handled);
      const left = (this.inHand.get(account) ?? 1) - 1;
      if (left > 0) this.inHand.set(account, left);
      else this.inHand.delete(account);
      this.again ||= Date.now() >= this.restUntil;
    });
    this.items.add(handled);
  }

  private async handle(item: T): Promise<void> {
    try {
      reach(`job.${this.work.name}.claimed`);
      await this.work.handle(item);
    } catch (error) {
      this.work.onError(error, item);
    }
  }
}
