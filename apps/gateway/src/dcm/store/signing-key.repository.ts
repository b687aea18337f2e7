import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type DcmConfig } from '../../config/dcm-config.js';
import { inTransaction, type Transaction } from '../../database/transaction.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { type KeyStatus, OVERLAP_SECONDS, type Slot } from '../domain/key-lifecycle.js';
import { DcmSigningKeyEntity } from './dcm-signing-key.entity.js';

export type NewSigningKey = Pick<DcmSigningKeyEntity, 'id' | 'slot' | 'privateSealed' | 'publicJwk'>;

/** What becomes of a key when another one takes its place. */
interface Move {
  readonly id: string;
  readonly to: KeyStatus;
}

const AT: Readonly<Record<KeyStatus, string>> = {
  staged: 'created_at',
  published: 'published_at',
  signing: 'signing_at',
  retiring: 'retiring_at',
  retired: 'retired_at',
};

/** Our signing keys, on the database's clock. Each move is one transaction, and legal or refused by the database. */
@Injectable()
export class SigningKeyRepository {
  private readonly guid: string;

  constructor(
    private readonly database: DataSource,
    @Inject(DCM_CONFIG) config: DcmConfig,
  ) {
    this.guid = config.counterpartyGuid;
  }

  /** Oldest first. */
  list(): Promise<DcmSigningKeyEntity[]> {
    const order = { createdAt: 'ASC', id: 'ASC' } as const;
    return this.database.manager.find(DcmSigningKeyEntity, { where: { counterpartyGuid: this.guid }, order });
  }

  /** @returns false when a key is on its way in already */
  async stage({ id, slot, privateSealed, publicJwk }: NewSigningKey): Promise<boolean> {
    const rows = await this.database.query<unknown[]>(
      `INSERT INTO dcm_signing_key (counterparty_guid, id, slot, private_sealed, public_jwk, status)
       VALUES ($1, $2, $3, $4, $5, 'staged') ON CONFLICT DO NOTHING RETURNING 1`,
      [this.guid, id, slot, privateSealed, publicJwk],
    );
    return rows.length === 1;
  }

  /** A key on its way in is given up, for another one is more urgent. */
  async abandonComing(): Promise<void> {
    await this.database.query(
      `UPDATE dcm_signing_key SET status = 'retired', retired_at = now(), private_sealed = NULL
       WHERE counterparty_guid = $1 AND status IN ('staged', 'published')`,
      [this.guid],
    );
  }

  /** DCM holds the key in this record, so a retiring key that was there no longer verifies. */
  async publish({ id, slot }: { readonly id: string; readonly slot: Slot }, recordGuid: string): Promise<void> {
    await inTransaction(this.database, async (tx) => {
      const others = await this.inStatus(tx, 'retiring');
      for (const other of others) if (other.slot === slot) await this.move(tx, { id: other.id, to: 'retired' });
      await this.move(tx, { id, to: 'published' });
      await tx.update(DcmSigningKeyEntity, { counterpartyGuid: this.guid, id }, { recordGuid });
    });
  }

  /** The key signs from now on. The one before it stays for a while, unless this one took its record. */
  async promote({ id, slot }: { readonly id: string; readonly slot: Slot }): Promise<void> {
    await inTransaction(this.database, async (tx) => {
      for (const old of await this.inStatus(tx, 'signing')) {
        await this.move(tx, { id: old.id, to: old.slot === slot ? 'retired' : 'retiring' });
      }
      await this.move(tx, { id, to: 'signing' });
    });
  }

  /** Retires keys whose last tokens have expired. @returns their ids */
  async retireOld(): Promise<string[]> {
    const [rows] = await this.database.query<[{ id: string }[], number]>(
      `UPDATE dcm_signing_key SET status = 'retired', retired_at = now(), private_sealed = NULL
       WHERE counterparty_guid = $1 AND status = 'retiring' AND retiring_at <= now() - make_interval(secs => $2)
       RETURNING id`,
      [this.guid, OVERLAP_SECONDS],
    );
    return rows.map(({ id }) => id);
  }

  /** Whether the first key is still to be made, or the one that signs has done so for long enough. */
  async isRotationDue(days: number): Promise<boolean> {
    const [row] = await this.database.query<{ due: boolean }[]>(
      `SELECT NOT EXISTS (SELECT 1 FROM dcm_signing_key WHERE counterparty_guid = $1 AND status IN ('staged', 'published'))
          AND NOT EXISTS (SELECT 1 FROM dcm_signing_key WHERE counterparty_guid = $1 AND status = 'signing'
                            AND signing_at > now() - make_interval(days => $2)) AS due`,
      [this.guid, days],
    );
    return row?.due === true;
  }

  private inStatus(tx: Transaction, status: KeyStatus): Promise<DcmSigningKeyEntity[]> {
    return tx.find(DcmSigningKeyEntity, {
      where: { counterpartyGuid: this.guid, status },
      lock: { mode: 'pessimistic_write' },
    });
  }

  private async move(tx: Transaction, { id, to }: Move): Promise<void> {
    const gone = to === 'retired' ? { privateSealed: null } : {};
    await tx
      .createQueryBuilder()
      .update(DcmSigningKeyEntity)
      .set({ status: to, ...gone })
      .where({ counterpartyGuid: this.guid, id })
      .execute();
    await tx.query(`UPDATE dcm_signing_key SET ${AT[to]} = now() WHERE counterparty_guid = $1 AND id = $2`, [
      this.guid,
      id,
    ]);
  }
}
