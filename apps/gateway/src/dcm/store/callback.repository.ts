import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { sweep } from '../../database/sweep.js';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmCallbackEntity } from './dcm-callback.entity.js';

export interface NewDcmCallback extends Pick<DcmCallbackEntity, 'id' | 'kind' | 'subject' | 'digest' | 'bodySealed'> {
  /** Whether DCM is to be asked before it is believed. */
  readonly asks: boolean;
  /** A notice that nobody signed: what it says beside its subject does not count. */
  readonly unsigned: boolean;
}
export interface KeptCallback {
  /** Of the row, which may be an earlier one's. */
  readonly id: string;
  readonly isFresh: boolean;
  /** False where the one that is kept said something else. */
  readonly isSame: boolean;
}
export type DueDcmCallback = Pick<DcmCallbackEntity, 'id' | 'kind' | 'subject' | 'bodySealed' | 'attempts'>;
export type ListedCallback = Omit<DcmCallbackEntity, 'counterpartyGuid' | 'digest' | 'bodySealed'>;

/** Rows taken at once, and seconds until they come due again where a process died over them. */
const BATCH = 10;
const LEASE_SECONDS = 60;
/** Seconds after an answer before the same unsigned notice makes us ask again (G20). */
const ASK_AGAIN_SECONDS = 60;
/** Older ones are removed. */
const KEEP_DAYS = 400;

@Injectable()
export class DcmCallbackRepository {
  private readonly guid: string;

  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) config: DcmConfig,
  ) {
    this.guid = config.counterpartyGuid;
  }

  /** Commits before it returns. The first word about a subject stays; the same again only counts as another delivery. */
  async keep({ id, kind, subject, digest, bodySealed, asks, unsigned }: NewDcmCallback): Promise<KeptCallback> {
    const again = `$8 AND c.next_attempt_at IS NULL AND c.settled_at < now() - make_interval(secs => ${ASK_AGAIN_SECONDS})`;
    const [row] = await this.database.query<KeptCallback[]>(
      `INSERT INTO dcm_callback AS c (counterparty_guid, id, kind, subject, digest, body_sealed,
                                      next_attempt_at, outcome, settled_at)
       SELECT $1, $2, $3, $4, $5, $6, CASE WHEN $7 THEN now() END,
              CASE WHEN NOT $7 THEN 'verified' END, CASE WHEN NOT $7 THEN now() END
       ON CONFLICT (counterparty_guid, kind, subject) DO UPDATE SET
         deliveries = c.deliveries + 1,
         differing = c.differing + CASE WHEN $8 OR c.digest = $5 THEN 0 ELSE 1 END,
         attempts = CASE WHEN ${again} THEN 0 ELSE c.attempts END,
         next_attempt_at = CASE WHEN ${again} THEN now() ELSE c.next_attempt_at END
       RETURNING id, id = $2 AS "isFresh", $8 OR digest = $5 AS "isSame"`,
      [this.guid, id, kind, subject, digest, bodySealed, asks, unsigned],
    );
    if (!row) throw new TypeError('an upsert without a row');
    return row;
  }

  /** Puts due rows aside for a minute, so that other processes pass them over. */
  async claimDue(): Promise<DueDcmCallback[]> {
    const [rows] = await this.database.query<[DueDcmCallback[], number]>(
      `UPDATE dcm_callback SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
       WHERE counterparty_guid = $1 AND id IN (
         SELECT id FROM dcm_callback WHERE counterparty_guid = $1 AND next_attempt_at <= now()
         ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING id, kind, subject, body_sealed AS "bodySealed", attempts`,
      [this.guid, LEASE_SECONDS, BATCH],
    );
    return rows;
  }

  async settle(id: string, outcome: string): Promise<void> {
    await this.database.query(
      `UPDATE dcm_callback SET outcome = $3, settled_at = now(), next_attempt_at = NULL
       WHERE counterparty_guid = $1 AND id = $2`,
      [this.guid, id, outcome],
    );
  }

  /** @param retryInSeconds null: it is not tried again */
  async putOff(id: string, outcome: string, retryInSeconds: number | null): Promise<void> {
    await this.database.query(
      `UPDATE dcm_callback SET outcome = $3, next_attempt_at = now() + make_interval(secs => $4::float8)
       WHERE counterparty_guid = $1 AND id = $2`,
      [this.guid, id, outcome, retryInSeconds],
    );
  }

  /** Newest first. */
  async list(limit: number): Promise<ListedCallback[]> {
    const where = { counterpartyGuid: this.guid };
    const order = { receivedAt: 'DESC', id: 'DESC' } as const;
    const rows = await this.database.manager.find(DcmCallbackEntity, { where, order, take: limit });
    return rows.map(toListed);
  }

  async find(id: string): Promise<{ listed: ListedCallback; bodySealed: Sealed } | undefined> {
    const row = await this.database.manager.findOneBy(DcmCallbackEntity, { counterpartyGuid: this.guid, id });
    return row ? { listed: toListed(row), bodySealed: row.bodySealed } : undefined;
  }

  async prune(): Promise<void> {
    const sql = 'DELETE FROM dcm_callback WHERE received_at < now() - make_interval(days => $1)';
    await sweep(this.database, sql, [KEEP_DAYS]);
  }
}

const toListed = ({ id, kind, subject, ...row }: DcmCallbackEntity): ListedCallback => {
  const { deliveries, differing, receivedAt, nextAttemptAt, attempts, outcome, settledAt } = row;
  return { id, kind, subject, outcome, deliveries, differing, attempts, receivedAt, nextAttemptAt, settledAt };
};
