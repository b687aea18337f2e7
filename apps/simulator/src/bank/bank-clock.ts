type Task = () => unknown;

interface Scheduled {
  readonly due: number;
  readonly task: Task;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The bank's time: it flows like real time and can be advanced; what becomes due on the way is run in order. */
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

  get offset(): number {
    return this.offsetMs;
  }

  /** Runs `task` when the bank's time reaches `due` (epoch milliseconds). */
  at(due: number, task: Task): void {
    const index = this.queue.findLastIndex((other) => other.due <= due) + 1;
    this.queue.splice(index, 0, { due, task });
    this.rearm();
  }

  /** Resolves when everything that became due has finished, with what it scheduled in turn inside the span. */
  async advance(byMs: number): Promise<void> {
    const target = this.now() + byMs;
    for (let next = this.takeDue(target); next ?? this.running.size > 0; next = this.takeDue(target)) {
      if (next) this.jumpTo(next.due);
      await (next ? this.run(next) : Promise.allSettled(this.running));
    }
    this.jumpTo(target);
    this.rearm();
  }

  /** Forgets every task; time goes on from `offsetMs` beside real time. */
  restart(offsetMs = 0): void {
    clearTimeout(this.timer);
    this.queue = [];
    this.offsetMs = offsetMs;
  }

  private jumpTo(at: number): void {
    this.offsetMs += Math.max(0, at - this.now());
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
