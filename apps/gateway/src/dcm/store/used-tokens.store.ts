import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sweep } from '../../database/sweep.js';
import { ReplayMemory, type TokenUse } from '#libs/dcm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';

/** Which request tokens of DCM were used, for every replica. Only hashes are kept. */
@Injectable()
export class StoredUsedTokens extends ReplayMemory {
  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {
    super();
  }

  override async claim(use: TokenUse, until: Date): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `INSERT INTO dcm_used_token (counterparty_guid, digest, until) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [this.config.counterpartyGuid, digestOf(use), until],
    );
    return rows.length === 1;
  }

  async prune(): Promise<void> {
    await sweep(this.database, 'DELETE FROM dcm_used_token WHERE until < now()');
  }
}

const digestOf = ({ signer, kid, jti }: TokenUse): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([signer, kid, jti]))
    .digest();
