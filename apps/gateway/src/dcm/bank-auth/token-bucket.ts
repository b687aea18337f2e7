interface Bucket {
  tokens: number;
  /** Milliseconds. */
  filledAt: number;
}

/** Names are those of verified tokens, so strangers cannot fill the memory. */
const MAX_NAMES = 10_000;

/** So many a second for each name, and as many at once. In the memory of one process. */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns false when there are too many */
  take(name: string): boolean {
    const bucket = this.refill(name);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  private refill(name: string): Bucket {
    const now = this.now();
    const { tokens, filledAt } = this.buckets.get(name) ?? { tokens: this.perSecond, filledAt: now };
    const grown = tokens + ((now - filledAt) * this.perSecond) / 1_000;
    const bucket = { tokens: Math.min(this.perSecond, grown), filledAt: now };
    this.buckets.delete(name);
    const [oldest] = this.buckets.keys();
    if (oldest !== undefined && this.buckets.size >= MAX_NAMES) this.buckets.delete(oldest);
    this.buckets.set(name, bucket);
    return bucket;
  }
}
