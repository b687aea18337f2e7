import { type ReceivedEvent } from './received-event.js';

/** How an event stands to the others of its subject, and the transaction that it is handled in. */
export interface EventContext<Transaction = undefined> {
  /** A later event of the subject was handled before: set no status back. */
  readonly overtaken: boolean;
  /** Write in it, and the event counts as handled exactly when your rows are there. Undefined where there is none. */
  readonly transaction: Transaction;
}

/** Remembers which events of each subject were handled. Implement it over your database, or take one of ours. */
export interface Sequences<Transaction = undefined> {
  /**
   * Does `work` unless the event was handled before, and remembers the event when `work` has succeeded. Events of one
   * subject wait for each other.
   * @returns whether `work` was done
   * @throws whatever `work` throws: then nothing is remembered
   */
  once(
    event: Pick<ReceivedEvent, 'subject' | 'sequence'>,
    work: (context: EventContext<Transaction>) => Promise<void>,
  ): Promise<boolean>;
}

/** Subjects that are remembered. */
const USUAL_SIZE = 10_000;

/**
 * Remembers within one process, until it ends; the subjects told of longest ago are forgotten first. For one process whose
 * handlers may be called again after a restart.
 * @example
 * const sequences = new MemorySequences();
 * const event = { subject: { type: 'payment', id: 'pay_1' }, sequence: 1 };
 * await sequences.once(event, async () => undefined); // => true
 * await sequences.once(event, async () => undefined); // => false
 */
export class MemorySequences implements Sequences {
  readonly #handled = new Map<string, readonly number[]>();
  readonly #turns = new Map<string, Promise<unknown>>();

  /** @param size subjects that are remembered; 10 000 when absent */
  constructor(private readonly size = USUAL_SIZE) {}

  async once(
    { subject, sequence }: Pick<ReceivedEvent, 'subject' | 'sequence'>,
    work: (context: EventContext) => Promise<void>,
  ): Promise<boolean> {
    const key = `${subject.type} ${subject.id}`;
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(async () => {
      const handled = this.#handled.get(key) ?? [];
      if (handled.includes(sequence)) return false;
      await work({ overtaken: handled.some((other) => other > sequence), transaction: undefined });
      this.#remember(key, [...handled, sequence]);
      return true;
    });
    const done = turn.catch(() => undefined);
    this.#turns.set(key, done);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === done) this.#turns.delete(key);
    }
  }

  #remember(key: string, handled: readonly number[]): void {
    this.#handled.delete(key);
    this.#handled.set(key, handled);
    const [oldest] = this.#handled.keys();
    if (this.#handled.size > this.size && oldest !== undefined) this.#handled.delete(oldest);
  }
}
