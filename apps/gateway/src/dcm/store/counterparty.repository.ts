import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmCounterpartyEntity } from './dcm-counterparty.entity.js';

/** One step of a rotation is at most three calls of 10 s. Seconds. */
const LEASE_SECONDS = 40;
/** Seconds before the next attempt after the n-th failure in a row. */
const BACK_OFF_SECONDS = [5, 15, 60, 300, 900];

/** The counterparty's row: who works on its keys now, and when to try again. Database's clock. */
@Injectable()
export class CounterpartyRepository {
  private readonly guid: string;

  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) config: DcmConfig,
  ) {
    this.guid = config.counterpartyGuid;
  }

  async ensure(): Promise<void> {
    await this.database.query('INSERT INTO dcm_counterparty (guid) VALUES ($1) ON CONFLICT DO NOTHING', [this.guid]);
  }

  find(): Promise<DcmCounterpartyEntity | null> {
    return this.database.manager.findOneBy(DcmCounterpartyEntity, { guid: this.guid });
  }

  /** @param patient waits out the back-off; a person does not @returns the epoch that is ours, undefined when it is somebody else's */
  async lease(patient: boolean): Promise<number | undefined> {
    const [rows] = await this.database.query<[{ epoch: number }[], number]>(
      `UPDATE dcm_counterparty SET lease_epoch = lease_epoch + 1,
              lease_until = clock_timestamp() + make_interval(secs => $2)
       WHERE guid = $1 AND lease_until < clock_timestamp() AND (NOT $3 OR retry_at <= clock_timestamp())
       RETURNING lease_epoch AS epoch`,
      [this.guid, LEASE_SECONDS, patient],
    );
    return rows[0]?.epoch;
  }

  /** @returns false when the lease was lost: then nothing more may be done under it */
  async extend(epoch: number): Promise<boolean> {
    const [, extended] = await this.database.query<[unknown, number]>(
      `UPDATE dcm_counterparty SET lease_until = clock_timestamp() + make_interval(secs => $3)
       WHERE guid = $1 AND lease_epoch = $2`,
      [this.guid, epoch, LEASE_SECONDS],
    );
    return extended === 1;
  }

  async release(epoch: number): Promise<void> {
    await this.database.query(
      `UPDATE dcm_counterparty SET lease_until = '-infinity', failures = 0, retry_at = '-infinity', last_error = NULL
       WHERE guid = $1 AND lease_epoch = $2`,
      [this.guid, epoch],
    );
  }

  async releaseFailed(epoch: number, reason: string): Promise<void> {
    await this.database.query(
      `UPDATE dcm_counterparty SET lease_until = '-infinity', failures = failures + 1, last_error = $3,
              retry_at = clock_timestamp()
                + make_interval(secs => ($4::int[])[least(failures + 1, cardinality($4::int[]))])
       WHERE guid = $1 AND lease_epoch = $2`,
      [this.guid, epoch, reason, BACK_OFF_SECONDS],
    );
  }
}
