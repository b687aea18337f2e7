import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type SealPlace } from '#libs/keystore';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmReceiverEntity } from './dcm-callback.entity.js';

export type NewReceiver = Pick<DcmReceiverEntity, 'id' | 'account' | 'dataSealed'>;

const LIST_LIMIT = 1_000;

/** Accounts whose owners other banks may ask for. */
@Injectable()
export class ReceiversRepository {
  private readonly guid: string;

  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) config: DcmConfig,
  ) {
    this.guid = config.counterpartyGuid;
  }

  /** @returns false when the account is taken */
  async add({ id, account, dataSealed }: NewReceiver): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `INSERT INTO dcm_receiver (counterparty_guid, id, account, data_sealed) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [this.guid, id, account, dataSealed],
    );
    return rows.length === 1;
  }

  /** Disabled ones are as if they were not there. */
  async findActive(account: string): Promise<NewReceiver | undefined> {
    const [row] = await this.database.query<NewReceiver[]>(
      `SELECT id, account, data_sealed AS "dataSealed" FROM dcm_receiver
       WHERE counterparty_guid = $1 AND account = $2 AND disabled_at IS NULL`,
      [this.guid, account],
    );
    return row;
  }

  list(): Promise<DcmReceiverEntity[]> {
    const where = { counterpartyGuid: this.guid };
    return this.database.manager.find(DcmReceiverEntity, { where, order: { id: 'ASC' }, take: LIST_LIMIT });
  }

  /** @returns false when there is none */
  async setDisabled(id: string, disabled: boolean): Promise<boolean> {
    const [, changed] = await this.database.query<[unknown, number]>(
      `UPDATE dcm_receiver SET disabled_at = CASE WHEN $3 THEN coalesce(disabled_at, now()) END
       WHERE counterparty_guid = $1 AND id = $2`,
      [this.guid, id, disabled],
    );
    return changed === 1;
  }
}

/** Where name and tax number are sealed. */
export const receiverPlace = (counterpartyGuid: string, id: string): SealPlace => ({
  table: 'dcm_receiver',
  column: 'data',
  row: id,
  accountId: counterpartyGuid,
  version: 1,
});
