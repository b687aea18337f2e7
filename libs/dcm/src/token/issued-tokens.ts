import { type Flow } from './claims.js';

/** What an authorization token was issued for; the token itself is not kept. */
export interface Issue {
  readonly sub: string;
  readonly obj: string;
  readonly flow: Flow;
}

/**
 * Port: what this bank has just issued under scheme BANK, so that a callback about anything else is refused.
 * @example
 * class IssuedInDatabase extends IssuedTokens {
 *   override record(issue: Issue, until: Date): Promise<void> {
 *     return table.insert({ ...issue, until });
 *   }
 *   override has(issue: Issue): Promise<boolean> {
 *     return table.exists(issue);
 *   }
 * }
 */
export abstract class IssuedTokens {
  abstract record(issue: Issue, until: Date): Promise<void>;
  /** May be asked several times for one operation. */
  abstract has(issue: Issue): Promise<boolean>;
}

const MAX_ENTRIES = 100_000;

/**
 * For one process; when full, the oldest record goes first.
 * @example
 * const issued = new InMemoryIssuedTokens();
 * const issue = { sub: 'operator@bank.example', obj: 'cust-000042', flow: 'sign-in' } as const;
 * await issued.record(issue, until);
 * await issued.has(issue); // => true
 * await issued.has({ ...issue, flow: 'sign-up' }); // => false
 */
export class InMemoryIssuedTokens extends IssuedTokens {
  readonly #issues = new Map<string, number>();
  readonly #clock: () => Date;
  readonly #maxEntries: number;

  constructor(clock: () => Date = () => new Date(), maxEntries: number = MAX_ENTRIES) {
    super();
    this.#clock = clock;
    this.#maxEntries = maxEntries;
  }

  override record(issue: Issue, until: Date): Promise<void> {
    const key = keyOf(issue);
    const latest = Math.max(until.getTime(), this.#issues.get(key) ?? 0);
    this.#issues.delete(key);
    const [oldest] = this.#issues.keys();
    if (oldest !== undefined && this.#issues.size >= this.#maxEntries) this.#issues.delete(oldest);
    this.#issues.set(key, latest);
    return Promise.resolve();
  }

  override has(issue: Issue): Promise<boolean> {
    const until = this.#issues.get(keyOf(issue)) ?? 0;
    return Promise.resolve(until > this.#clock().getTime());
  }
}

const keyOf = ({ sub, obj, flow }: Issue): string => JSON.stringify([sub, obj, flow]);
