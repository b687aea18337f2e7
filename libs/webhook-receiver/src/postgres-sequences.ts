import { type ReceivedEvent } from './received-event.js';
import { type EventContext, type Sequences } from './sequences.js';

/** A connection, as `pg` has it. */
export interface SequencesClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  release(destroy?: boolean): void;
}

/** A pool of connections, as `pg` has it. */
export interface SequencesPool<Client extends SequencesClient> {
  connect(): Promise<Client>;
}

/** Events of one subject wait for each other, also those that other processes handle. */
const TAKE_TURN = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
const REMEMBER = `
  INSERT INTO webhook_sequence (subject, sequence) VALUES ($1, $2) ON CONFLICT DO NOTHING
  RETURNING EXISTS (SELECT FROM webhook_sequence WHERE subject = $1 AND sequence > $2) AS overtaken`;

/**
 * Remembers in your Postgres, for any number of processes. An event is handled in one transaction with what your handler
 * writes through `context.transaction`: both are there, or neither, whenever the process dies.
 * @example
 * // once: await pool.query(PostgresSequences.TABLE);
 * const sequences = new PostgresSequences(pool);
 * const webhooks = new WebhookReceiver({
 *   secrets: [secret],
 *   sequences,
 *   handlers: {
 *     'payment.succeeded': async ({ data }, { transaction }) => {
 *       await transaction.query('UPDATE orders SET paid = true WHERE payment_id = $1', [data['paymentId']]);
 *     },
 *   },
 * });
 */
export class PostgresSequences<Client extends SequencesClient> implements Sequences<Client> {
  /** The table that it needs. */
  static readonly TABLE = `CREATE TABLE IF NOT EXISTS webhook_sequence (
    subject text NOT NULL, sequence int NOT NULL, handled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, sequence))`;

  /** @param pool such as `new Pool()` of `pg`; each event in hand takes a connection */
  constructor(private readonly pool: SequencesPool<Client>) {}

  async once(
    { subject, sequence }: Pick<ReceivedEvent, 'subject' | 'sequence'>,
    work: (context: EventContext<Client>) => Promise<void>,
  ): Promise<boolean> {
    const key = `${subject.type} ${subject.id}`;
    const client = await this.pool.connect();
    let isUsable = false;
    try {
      await client.query('BEGIN');
      await client.query(TAKE_TURN, [key]);
      const { rows } = await client.query(REMEMBER, [key, sequence]);
      const [row] = rows as { overtaken: boolean }[];
      if (row) await work({ overtaken: row.overtaken, transaction: client });
      await client.query('COMMIT');
      isUsable = true;
      return row !== undefined;
    } finally {
      client.release(!isUsable); // closing it undoes what was begun
    }
  }
}
