import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Sealed, type SealPlace } from '#libs/keystore';
import { inTransaction } from '../../database/transaction.js';
import { type PublicKeyOfProofs } from '../jws/compact-jws.js';

/** Keys of proofs belong to the installation, as its audit entries do. */
const INSTALLATION = '-';

export interface ProofKeyRow {
  readonly id: string;
  readonly publicJwk: PublicKeyOfProofs;
  readonly createdAt: Date;
  /** Null while it signs. */
  readonly retiredAt: Date | null;
}
export interface SigningKeyRow {
  readonly id: string;
  /** PKCS #8. */
  readonly privateSealed: Sealed;
}
export type NewProofKey = Pick<ProofKeyRow, 'id' | 'publicJwk'> & Pick<SigningKeyRow, 'privateSealed'>;

@Injectable()
export class ProofKeyRepository {
  constructor(private readonly database: DataSource) {}

  async signing(): Promise<SigningKeyRow | undefined> {
    const [row] = await this.database.query<SigningKeyRow[]>(
      `SELECT id, private_sealed AS "privateSealed" FROM proof_key WHERE retired_at IS NULL`,
    );
    return row;
  }

  /** Every key that ever signed, the newest first. */
  all(): Promise<ProofKeyRow[]> {
    return this.database.query<ProofKeyRow[]>(
      `SELECT id, public_jwk AS "publicJwk", created_at AS "createdAt", retired_at AS "retiredAt"
       FROM proof_key ORDER BY created_at DESC, id`,
    );
  }

  /** The first of an installation; where several processes make one at once, one stays. */
  async addFirst(key: NewProofKey): Promise<void> {
    await this.database.query(INSERT, parametersOf(key));
  }

  /** Signs from now on. The private half of the one before is gone. @returns false where another one was put in its place just now */
  replace(key: NewProofKey): Promise<boolean> {
    return inTransaction(this.database, async (tx) => {
      await tx.query(`UPDATE proof_key SET retired_at = now(), private_sealed = NULL WHERE retired_at IS NULL`);
      return (await tx.query<unknown[]>(INSERT, parametersOf(key))).length === 1;
    });
  }
}

const INSERT = `INSERT INTO proof_key (merchant_account_id, id, private_sealed, public_jwk)
  VALUES ('${INSTALLATION}', $1, $2, $3) ON CONFLICT DO NOTHING RETURNING id`;
const parametersOf = ({ id, privateSealed, publicJwk }: NewProofKey): unknown[] => [
  id,
  privateSealed,
  JSON.stringify(publicJwk),
];

/** Where the private half of a key is sealed. */
export const proofKeyPlace = (id: string): SealPlace => ({
  table: 'proof_key',
  column: 'private',
  row: id,
  accountId: INSTALLATION,
  version: 1,
});
