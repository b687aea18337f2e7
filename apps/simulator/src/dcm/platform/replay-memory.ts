const KEPT_MS = 660_000;
const MOST = 100_000;

/** Request tokens seen lately, by signer, kid and jti (G4). */
export class ReplayMemory {
  /** Insertion order is order of expiry. */
  private readonly seen = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  has(signer: string, kid: string, jti: string): boolean {
    return (this.seen.get(JSON.stringify([signer, kid, jti])) ?? 0) > this.now();
  }

  add(signer: string, kid: string, jti: string): void {
    const now = this.now();
    for (const [key, until] of this.seen) {
      if (until > now && this.seen.size < MOST) break;
      this.seen.delete(key);
    }
    this.seen.set(JSON.stringify([signer, kid, jti]), now + KEPT_MS);
  }

  clear(): void {
    this.seen.clear();
  }

  snapshot(): readonly (readonly [string, number])[] {
    return [...this.seen];
  }

  load(entries: readonly (readonly [string, number])[]): void {
    for (const [key, until] of entries) this.seen.set(key, until);
  }
}
