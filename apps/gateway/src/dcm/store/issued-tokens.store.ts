import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sweep } from '../../database/sweep.js';
import { type Issue, IssuedTokens } from '#libs/dcm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';

/** What we issued a moment ago, for every replica. Only hashes are kept. */
@Injectable()
export class StoredIssuedTokens extends IssuedTokens {
  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {
    super();
  }

  override async record(issue: Issue, until: Date): Promise<void> {
    await this.database.query(
      `INSERT INTO dcm_issued_token AS t (counterparty_guid, digest, until) VALUES ($1, $2, $3)
       ON CONFLICT (counterparty_guid, digest) DO UPDATE SET until = greatest(t.until, EXCLUDED.until)`,
      [this.config.counterpartyGuid, digestOf(issue), until],
    );
  }

  override async has(issue: Issue): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      'SELECT 1 FROM dcm_issued_token WHERE counterparty_guid = $1 AND digest = $2 AND until > now()',
      [this.config.counterpartyGuid, digestOf(issue)],
    );
    return rows.length > 0;
  }

  async prune(): Promise<void> {
    await sweep(this.database, 'DELETE FROM dcm_issued_token WHERE until < now()');
  }
}

const digestOf = ({ sub, obj, flow }: Issue): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([sub, obj, flow]))
    .digest();
