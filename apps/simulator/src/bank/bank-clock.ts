type Task = () => unknown;

interface Scheduled {
  readonly due: number;
  readonly task: Task;
  /** A wait, which moves back with the clock; else a date that somebody was told. */
  readonly isWait: boolean;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The bank's time: it flows like real time and can be advanced; what becomes due on the way is run in order.
 * Nobody outside follows the step, so a date that comes from outside is right by either clock: see {@link readings}.
 */
export class BankClock {
  private offsetMs = 0;
  private queue: Scheduled[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly realNow: () => number = Date.now) {}

  /** Epoch milliseconds. */
  now(): number {
    return this.realNow() + this.offsetMs;
  }

  /** Real time, epoch milliseconds: what everybody outside goes by. */
  wall(): number {
    return this.realNow();
  }

  /** The clocks by which a date from outside may be right: the bank's, and real time once they differ. */
  readings(): readonly number[] {
    return this.offsetMs === 0 ? [this.now()] : [this.now(), this.wall()];
  }

  get offset(): number {
    return this.offsetMs;
  }

  /** Runs `task` when the bank's time reaches `due` (epoch milliseconds). */
  at(due: number, task: Task): void {
    this.schedule({ due, task, isWait: false });
  }

  /** Runs `task` when that much of the bank's time has passed. */
  after(delayMs: number, task: Task): void {
    this.schedule({ due: this.now() + delayMs, task, isWait: true });
  }

  /** Resolves when everything that became due has finished, with what it scheduled in turn inside the span. */
  async advance(byMs: number): Promise<void> {
    const target = this.now() + byMs;
    for (let next = this.takeDue(target); next ?? this.running.size > 0; next = this.takeDue(this.latest(target))) {
      if (next) this.jumpTo(next.due);
      await (next ? this.run(next) : Promise.allSettled(this.running));
    }
    this.jumpTo(target);
    this.rearm();
  }

  /** Back to real time: waits are as long as they were, told dates stay. */
  goBack(): void {
    const byMs = this.offsetMs;
    const moved = this.queue.map((one) => (one.isWait ? { ...one, due: one.due - byMs } : one));
    this.queue = moved.toSorted((one, other) => one.due - other.due);
    this.offsetMs = 0;
    this.rearm();
  }

  /** Forgets every task; time goes on from `offsetMs` beside real time. */
  restart(offsetMs = 0): void {
    clearTimeout(this.timer);
    this.queue = [];
    this.offsetMs = offsetMs;
  }

  private schedule(one: Scheduled): void {
    const index = this.queue.findLastIndex((other) => other.due <= one.due) + 1;
    this.queue.splice(index, 0, one);
    this.rearm();
  }

  private jumpTo(at: number): void {
    this.offsetMs += Math.max(0, at - this.now());
  }

  /** Time flows while tasks run: what one of them wants done at once is inside the span, however long it took. */
  private latest(target: number): number {
    return Math.max(target, this.now());
  }

  private takeDue(until: number): Scheduled | undefined {
    const [first] = this.queue;
    return first && first.due <= until ? this.queue.shift() : undefined;
  }

  private run({ task }: Scheduled): Promise<unknown> {
    const work: Promise<unknown> = Promise.resolve(task()).finally(() => this.running.delete(work));
    this.running.add(work);
    return work;
  }

  private rearm(): void {
    clearTimeout(this.timer);
    const [first] = this.queue;
    if (!first) return;
    const waitMs = Math.min(Math.max(0, first.due - this.now()), LONGEST_TIMER_MS);
    this.timer = setTimeout(() => {
      this.runDue();
    }, waitMs);
    this.timer.unref();
  }

  private runDue(): void {
    for (let next = this.takeDue(this.now()); next; next = this.takeDue(this.now())) void this.run(next);
    this.rearm();
  }
}
