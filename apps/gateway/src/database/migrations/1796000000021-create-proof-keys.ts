import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The keys that proofs of payments are signed with. */
export class CreateProofKeys1796000000021 implements MigrationInterface {
  readonly name = 'CreateProofKeys1796000000021';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE proof_key');
  }
}

const UP = [
  // One signs; the private half of a retired one is gone, its public half stays for good. `merchant_account_id` is "-": they
  // belong to the installation, as its audit entries do.
  `CREATE TABLE proof_key (
    merchant_account_id text COLLATE "C" NOT NULL CHECK (merchant_account_id = '-'),
    id text COLLATE "C" NOT NULL,
    private_sealed text,
    public_jwk jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (merchant_account_id, id),
    CHECK ((private_sealed IS NULL) = (retired_at IS NOT NULL))
  )`,
  `CREATE UNIQUE INDEX proof_key_signing ON proof_key (merchant_account_id) WHERE retired_at IS NULL`,
];
