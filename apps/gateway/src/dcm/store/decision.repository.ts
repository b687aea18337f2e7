import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sweep } from '../../database/sweep.js';
import { type DcmConfig } from '../../config/dcm-config.js';
import { newId } from '../../database/id.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmDecisionEntity } from './dcm-decision.entity.js';

export type NewDecision = Omit<DcmDecisionEntity, 'counterpartyGuid' | 'id'>;
export type DecisionLine = Omit<DcmDecisionEntity, 'counterpartyGuid'>;

/** Older lines are removed. */
const KEEP_DAYS = 400;

@Injectable()
export class DecisionRepository {
  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  /** All of them in one statement. */
  async add(decisions: readonly NewDecision[]): Promise<void> {
    const rows = decisions.map((decision) => ({ id: newId('dec'), ...decision }));
    await this.database.query(
      `INSERT INTO dcm_decision (counterparty_guid, id, at, call, subject, flow, object, token, allowed, reason, times)
       SELECT $1, d.* FROM jsonb_to_recordset($2::jsonb) AS d (id text, at timestamptz, call text, subject text,
         flow text, object text, token text, allowed boolean, reason text, times integer)`,
      [this.config.counterpartyGuid, JSON.stringify(rows)],
    );
  }

  /** Newest first. */
  async list(limit: number): Promise<DecisionLine[]> {
    const { counterpartyGuid } = this.config;
    const order = { at: 'DESC', id: 'DESC' } as const;
    const rows = await this.database.manager.find(DcmDecisionEntity, {
      where: { counterpartyGuid },
      order,
      take: limit,
    });
    return rows.map(({ id, at, call, subject, flow, object, token, allowed, reason, times }) => ({
      ...{ id, at, call, subject, flow, object, token, allowed, reason, times },
    }));
  }

  async prune(): Promise<void> {
    await sweep(this.database, 'DELETE FROM dcm_decision WHERE at < now() - make_interval(days => $1)', [KEEP_DAYS]);
  }
}
