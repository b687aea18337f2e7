/** One use of a request token. Never the token's text: the same signature can be written in more than one way. */
export interface TokenUse {
  /** Whose key set verified it: `dcm`, a counterparty, a merchant. */
  readonly signer: string;
  readonly kid: string;
  readonly jti: string;
}

/**
 * Port: which request tokens were used. Replicas behind one address must share it.
 * @example
 * class ReplayInDatabase extends ReplayMemory {
 *   override claim(use: TokenUse, until: Date): Promise<boolean> {
 *     return table.insertOnce({ ...use, until }); // INSERT … ON CONFLICT DO NOTHING
 *   }
 * }
 */
export abstract class ReplayMemory {
  /** True for the first use, false for any later one before `until`. Must be atomic. */
  abstract claim(use: TokenUse, until: Date): Promise<boolean>;
}

const MAX_ENTRIES = 100_000;

/**
 * For one process. Full, it refuses rather than forgets; only holders of a good key can fill it.
 * @example
 * const replay = new InMemoryReplayMemory();
 * await replay.claim({ signer: 'dcm', kid: 'k1', jti: 'j1' }, until); // => true
 * await replay.claim({ signer: 'dcm', kid: 'k1', jti: 'j1' }, until); // => false
 */
export class InMemoryReplayMemory extends ReplayMemory {
  readonly #uses = new Map<string, number>();
  readonly #clock: () => Date;
  readonly #maxEntries: number;

  constructor(clock: () => Date = () => new Date(), maxEntries: number = MAX_ENTRIES) {
    super();
    this.#clock = clock;
    this.#maxEntries = maxEntries;
  }

  override claim({ signer, kid, jti }: TokenUse, until: Date): Promise<boolean> {
    const now = this.#clock().getTime();
    const key = JSON.stringify([signer, kid, jti]);
    const usedUntil = this.#uses.get(key);
    if (usedUntil !== undefined && usedUntil > now) return Promise.resolve(false);
    if (this.#uses.size >= this.#maxEntries) this.#forgetExpired(now);
    if (this.#uses.size >= this.#maxEntries) return Promise.resolve(false);
    this.#uses.set(key, until.getTime());
    return Promise.resolve(true);
  }

  #forgetExpired(now: number): void {
    for (const [key, until] of this.#uses) if (until <= now) this.#uses.delete(key);
  }
}
