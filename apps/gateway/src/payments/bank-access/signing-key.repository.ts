import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Keystore, type SealPlace } from '#libs/keystore';
import { SecretText } from '../../accounts/secret-text.js';
import { inTransaction } from '../../database/transaction.js';
import { SigningKeyEntity } from './signing-key.entity.js';

/** A key with its private half opened. Never log one. */
export interface StoredSigningKey {
  /** The bank's id of it. */
  readonly kid: string;
  /** Private JWK as JSON text. */
  readonly jwk: SecretText;
}

@Injectable()
export class SigningKeyRepository {
  constructor(
    private readonly database: DataSource,
    private readonly keystore: Keystore,
  ) {}

  /** @returns undefined for an account that has none, and so no calls of Authorization 2.0 */
  async active(accountId: string): Promise<StoredSigningKey | undefined> {
    const where = { merchantAccountId: accountId, active: true };
    const row = await this.database.manager.findOneBy(SigningKeyEntity, where);
    if (!row) return undefined;
    const jwk = await this.keystore.open(row.keySealed, signingKeyPlace(accountId, row.id));
    return { kid: row.id, jwk: new SecretText(jwk) };
  }

  async isThere(accountId: string): Promise<boolean> {
    return this.database.manager.existsBy(SigningKeyEntity, { merchantAccountId: accountId, active: true });
  }

  /** From now on requests are signed with it. The same id again takes the key in anew. */
  async use(accountId: string, kid: string, jwk: string): Promise<void> {
    const keySealed = await this.keystore.seal(Buffer.from(jwk), signingKeyPlace(accountId, kid));
    await inTransaction(this.database, async (tx) => {
      await tx.update(SigningKeyEntity, { merchantAccountId: accountId, active: true }, { active: false });
      await tx.query(
        `INSERT INTO signing_key (merchant_account_id, id, key_sealed, active) VALUES ($1, $2, $3, true)
         ON CONFLICT (merchant_account_id, id) DO UPDATE SET key_sealed = excluded.key_sealed, active = true`,
        [accountId, kid, keySealed],
      );
    });
  }
}

/** Where a signing key is sealed. */
export const signingKeyPlace = (accountId: string, kid: string): SealPlace => ({
  table: 'signing_key',
  column: 'key',
  row: kid,
  accountId,
  version: 1,
});
