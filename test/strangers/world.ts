import { setTimeout as sleep } from 'node:timers/promises';
import { type LedgerEntry } from '../support/bank-control.js';
import { type Answer, type Payment, type Refund } from '../support/gateway-client.js';
import { type Stack } from '../support/stack.js';
import { until } from '../support/until.js';

/** Pause between two looks at what the gateway says. */
const LOOK_MS = 100;
/** Real time for anything to come about. */
const PATIENCE_MS = 15_000;
/** How long the gateway may need for one look at a busy machine. */
const ROUND_MS = 10_000;

interface TimeColumn {
  readonly table: string;
  readonly column: string;
}

/** One gateway and one bank; time passes by making rows older. */
export class World {
  private timeColumns: readonly TimeColumn[] = [];

  constructor(readonly stack: Stack) {}

  /** Lets time pass for a payment and its operations; what waits is due at once. */
  async letPass(paymentId: string, seconds: number): Promise<void> {
    if (this.timeColumns.length === 0) this.timeColumns = await this.findTimeColumns();
    for (const table of ['payment', 'operation']) {
      const ages = this.timeColumns
        .filter((one) => one.table === table)
        .map(({ column }) => `${column} = ${column} - make_interval(secs => $2)`);
      const due = table === 'payment' ? 'next_sync_at' : 'next_query_at';
      const id = table === 'payment' ? 'id' : 'subject_id';
      const sets = [...ages, `${due} = CASE WHEN ${due} IS NULL THEN NULL ELSE now() END`];
      await this.stack.database.query(`UPDATE ${table} SET ${sets.join(', ')} WHERE ${id} = $1`, [paymentId, seconds]);
    }
  }

  /** Lets time pass until something holds, a look at the bank at a time. */
  async passUntil(what: string, paymentId: string, holds: () => Promise<boolean>, stepSeconds = 1): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (!(await holds())) {
      if (Date.now() > giveUpAt)
        throw new Error(`not in ${PATIENCE_MS} ms: ${what}, but ${await this.describe(paymentId)}`);
      await this.letPass(paymentId, stepSeconds);
      await sleep(LOOK_MS);
    }
  }

  /** Time passes, and everything that was due has been looked at. */
  async round(paymentId: string, seconds: number): Promise<void> {
    await this.letPass(paymentId, seconds);
    const due = async (): Promise<number> => {
      const rows = await this.stack.database.query(
        `SELECT 1 FROM payment WHERE id = $1 AND next_sync_at <= now()
         UNION ALL SELECT 1 FROM operation WHERE subject_id = $1 AND next_query_at <= now()`,
        [paymentId],
      );
      return rows.length;
    };
    await until('nothing is due', async () => (await due()) === 0, ROUND_MS);
  }

  async payment(id: string): Promise<Payment> {
    return (await this.stack.client.payment(id)).body;
  }

  async refunds(paymentId: string): Promise<readonly Refund[]> {
    return (await this.stack.client.refunds(paymentId)).body.data;
  }

  refund(paymentId: string, key?: string): Promise<Answer<Refund>> {
    return this.stack.client.refund(paymentId, {}, key);
  }

  /** Ids under which this payment's operations went to the bank. */
  async requestIds(paymentId: string, type: 'purchase' | 'refund'): Promise<readonly string[]> {
    const rows = await this.stack.database.query<{ id: string }>(
      'SELECT merchant_request_id AS id FROM operation WHERE subject_id = $1 AND kind = $2',
      [paymentId, type],
    );
    return rows.map(({ id }) => id);
  }

  /** Kopiyky that were given back or may still be, by one look at the database. */
  async reserved(paymentId: string): Promise<number> {
    const [row] = await this.stack.database.query<{ sum: string }>(
      `SELECT coalesce(sum(amount), 0) AS sum FROM operation
        WHERE subject_id = $1 AND kind = 'refund' AND status NOT IN ('failed', 'rejected', 'abandoned')`,
      [paymentId],
    );
    return Number(row?.sum);
  }

  /** What the bank's ledger says of this payment. */
  async money(paymentId: string): Promise<{ charged: readonly LedgerEntry[]; refunded: readonly LedgerEntry[] }> {
    const { bank } = this.stack;
    const [purchases, refunds] = [
      await this.requestIds(paymentId, 'purchase'),
      await this.requestIds(paymentId, 'refund'),
    ];
    const of = (kind: string, ids: readonly string[]) =>
      Promise.all(ids.map((merchantRequestId) => bank.ledger({ kind, merchantRequestId })));
    return {
      charged: (await of('money.charged', purchases)).flat(),
      refunded: (await of('money.refunded', refunds)).flat(),
    };
  }

  /** The session ends at the bank, and whatever limits renewals is an hour older. */
  async endSession(): Promise<void> {
    await this.stack.bank.expireSessions();
    const columns = await this.stack.database.query<TimeColumn>(
      `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name IN ('bank_session', 'session_renewal')
         AND data_type = 'timestamp with time zone'`,
    );
    for (const { table, column } of columns)
      await this.stack.database.query(`UPDATE ${table} SET ${column} = ${column} - interval '1 hour'`);
  }

  private async describe(paymentId: string): Promise<string> {
    const { status, redirectUrl } = await this.payment(paymentId);
    const refunds = (await this.refunds(paymentId)).map((refund) => refund.status);
    return JSON.stringify({ status, hasLink: redirectUrl !== null, refunds });
  }

  private findTimeColumns(): Promise<readonly TimeColumn[]> {
    return this.stack.database.query<TimeColumn>(
      `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name IN ('payment', 'operation')
         AND data_type = 'timestamp with time zone' AND column_name NOT IN ('next_sync_at', 'next_query_at')`,
    );
  }
}
