export interface MemoryLimits {
  readonly maxEntries: number;
  readonly maxAgeMs: number;
}

interface Entry<T> {
  readonly value: T;
  readonly until: number;
}

/** What was read a moment ago, so that it need not be read again. The oldest makes room for the newest. */
export class RecentValues<T> {
  private readonly entries = new Map<string, Entry<T>>();

  constructor(
    private readonly limits: MemoryLimits,
    private readonly now: () => number = () => Date.now(),
  ) {}

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (entry && entry.until > this.now()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  /** @param lastsMs how long it is true, where that may be shorter than it is kept */
  set(key: string, value: T, lastsMs = Infinity): void {
    const { maxEntries, maxAgeMs } = this.limits;
    this.entries.delete(key);
    const [oldest] = this.entries.keys();
    if (this.entries.size >= maxEntries && oldest !== undefined) this.entries.delete(oldest);
    this.entries.set(key, { value, until: this.now() + Math.min(maxAgeMs, lastsMs) });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }
}
