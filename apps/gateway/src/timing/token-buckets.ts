interface Bucket {
  tokens: number;
  /** Milliseconds. */
  filledAt: number;
}

/** Whoever is forgotten for others begins anew; nobody can fill the memory. */
const MAX_NAMES = 10_000;

export interface BucketSize {
  readonly perSecond: number;
  /** So many at once after a pause; by default as many as within a second. */
  readonly atOnce?: number;
}

/** So many a second for each name. In the memory of one process. */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  private readonly perSecond: number;
  private readonly atOnce: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    { perSecond, atOnce = perSecond }: BucketSize,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.perSecond = perSecond;
    this.atOnce = atOnce;
  }

  /** @returns false when there are too many */
  take(name: string): boolean {
    const bucket = this.refill(name);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  private refill(name: string): Bucket {
    const now = this.now();
    const { tokens, filledAt } = this.buckets.get(name) ?? { tokens: this.atOnce, filledAt: now };
    const grown = tokens + ((now - filledAt) * this.perSecond) / 1_000;
    const bucket = { tokens: Math.min(this.atOnce, grown), filledAt: now };
    this.buckets.delete(name);
    const [oldest] = this.buckets.keys();
    if (oldest !== undefined && this.buckets.size >= MAX_NAMES) this.buckets.delete(oldest);
    this.buckets.set(name, bucket);
    return bucket;
  }
}
