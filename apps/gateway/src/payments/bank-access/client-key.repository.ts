import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Keystore, type SealPlace } from '#libs/keystore';
import { inTransaction } from '../../database/transaction.js';
import { SecretText } from '../../accounts/secret-text.js';
import { ClientKeyEntity, type ClientKeyStatus } from './client-key.entity.js';

/** A key pair with its private half opened. Never log one. */
export interface ClientKey {
  /** `ck_` and the RFC 7638 thumbprint of the public half. */
  readonly id: string;
  /** Private JWK as JSON text. */
  readonly jwk: SecretText;
  readonly status: ClientKeyStatus;
}

export type ClientKeySummary = Omit<ClientKeyEntity, 'keySealed' | 'merchantAccountId'>;

@Injectable()
export class ClientKeyRepository {
  constructor(
    private readonly database: DataSource,
    private readonly keystore: Keystore,
  ) {}

  /** Keys that the bank may encrypt to, the active one first. */
  async usable(accountId: string): Promise<ClientKey[]> {
    const rows = await this.database.manager.findBy(ClientKeyEntity, { merchantAccountId: accountId });
    const usable = rows.filter(({ status }) => status !== 'retired').sort((a, b) => a.status.localeCompare(b.status));
    return Promise.all(usable.map((row) => this.open(row)));
  }

  async list(accountId: string): Promise<ClientKeySummary[]> {
    const order = { createdAt: 'ASC' as const };
    const rows = await this.database.manager.find(ClientKeyEntity, { where: { merchantAccountId: accountId }, order });
    return rows.map(({ id, status, createdAt, updatedAt }) => ({ id, status, createdAt, updatedAt }));
  }

  /** Adds a key beside those there are; the same key again is left as it is. The first of an account is active. */
  async add(accountId: string, id: string, jwk: string): Promise<void> {
    const keySealed = await this.keystore.seal(Buffer.from(jwk), clientKeyPlace(accountId, id));
    await this.database.query(
      `INSERT INTO client_key (merchant_account_id, id, key_sealed, status)
       SELECT $1, $2, $3, CASE WHEN EXISTS (SELECT 1 FROM client_key WHERE merchant_account_id = $1 AND status = 'active')
                               THEN 'standby' ELSE 'active' END
       ON CONFLICT DO NOTHING`,
      [accountId, id, keySealed],
    );
  }

  /** Makes a key the active one; the one before it stays on standby. @returns false when there is no such key */
  activate(accountId: string, id: string): Promise<boolean> {
    return inTransaction(this.database, async (tx) => {
      const where = { merchantAccountId: accountId, id };
      if (!(await tx.findOne(ClientKeyEntity, { where, lock: { mode: 'pessimistic_write' } }))) return false;
      const touched = { updatedAt: () => 'now()' };
      await tx.update(
        ClientKeyEntity,
        { merchantAccountId: accountId, status: 'active' },
        { status: 'standby', ...touched },
      );
      await tx.update(ClientKeyEntity, where, { status: 'active', ...touched });
      return true;
    });
  }

  /** Takes a key out of use. @returns false when there is none on standby with this id */
  async retire(accountId: string, id: string): Promise<boolean> {
    const where = { merchantAccountId: accountId, id, status: 'standby' as const };
    const { affected } = await this.database.manager.update(ClientKeyEntity, where, {
      status: 'retired',
      updatedAt: () => 'now()',
    });
    return affected === 1;
  }

  private async open(row: ClientKeyEntity): Promise<ClientKey> {
    const jwk = await this.keystore.open(row.keySealed, clientKeyPlace(row.merchantAccountId, row.id));
    return { id: row.id, jwk: new SecretText(jwk), status: row.status };
  }
}

/** Where a client key is sealed. */
export const clientKeyPlace = (accountId: string, id: string): SealPlace => ({
  table: 'client_key',
  column: 'key',
  row: id,
  accountId,
  version: 1,
});
