import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DataSource } from 'typeorm';
import { EnvelopeKeystore, generateLocalKeys, KekProviderChain, LocalKekProvider } from '#libs/keystore';
import { SEALED_COLUMNS } from '../apps/gateway/src/app/sealed-columns.js';
import { dataSourceOptions } from '../apps/gateway/src/app/schema.js';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { migrate } from '../apps/gateway/src/database/migrate.js';
import { NoKekFile } from '../apps/gateway/src/keys/kek-file.js';
import { KekRotationService } from '../apps/gateway/src/keys/kek-rotation.service.js';
import { SealedValuesRepository } from '../apps/gateway/src/keys/sealed-values.repository.js';
import { accountPlace } from '../apps/gateway/src/accounts/merchant-accounts.service.js';
import { customerPlace } from '../apps/gateway/src/payments/engine/customer-vault.js';
import { freePort } from '../test/support/free-port.js';

const ROWS = 100_000;
const BATCH = 1_000;
const ACCOUNT = 'acc_bench';

/** Re-wraps the customers of 100,000 payments in a real Postgres with fsync, and prints rows per second. */
async function main(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'kek-rotation-'));
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(directory, 'postgres'), port: await freePort() });
  try {
    await migrate(dataSourceOptions(postgres.url, { size: 2 }));
    const database = await new DataSource(dataSourceOptions(postgres.url)).initialize();
    await run(database);
    await database.destroy();
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function run(database: DataSource): Promise<void> {
  const [older, newer] = [LocalKekProvider.from(generateLocalKeys()), LocalKekProvider.from(generateLocalKeys())];
  const sealingMs = await timed(() => fill(database, new EnvelopeKeystore(older)));
  print('sealed and inserted', sealingMs);
  const keks = new KekProviderChain(newer, older);
  const rotation = new KekRotationService(
    new SealedValuesRepository(database, SEALED_COLUMNS),
    new EnvelopeKeystore(keks),
    keks,
    new NoKekFile(),
    SEALED_COLUMNS,
  );
  const rotationMs = await timed(async () => {
    const proof = await rotation.rotate(() => undefined);
    if (proof.rowsUnderOthers !== 0 || proof.rowsUnderCurrent < ROWS) throw new Error('the rotation is not complete');
  });
  print('re-wrapped and proven', rotationMs);
}

async function fill(database: DataSource, keystore: EnvelopeKeystore): Promise<void> {
  const secret = (column: string): Promise<string> => keystore.seal(Buffer.from('x'), accountPlace(ACCOUNT, 1, column));
  await database.query(
    `INSERT INTO merchant_account (id, name, environment, base_url, bank_merchant_id, service_code_sealed, account_secret_sealed, version)
     VALUES ($1, 'Bench', 'test', 'http://127.0.0.1', 'bench', $2, $3, 1)`,
    [ACCOUNT, await secret('serviceCode'), await secret('accountSecret')],
  );
  for (let start = 0; start < ROWS; start += BATCH) {
    const ids = Array.from({ length: BATCH }, (_, index) => `pay_${String(start + index).padStart(32, '0')}`);
    const customer = Buffer.from(JSON.stringify({ id: 'customer-1', firstName: 'Олена', email: 'olena@example.com' }));
    const sealed = await Promise.all(ids.map((id) => keystore.seal(customer, customerPlace(ACCOUNT, id))));
    await database.query(
      `INSERT INTO payment (merchant_account_id, id, kind, method, status, amount, currency, livemode, return_url, language, expires_in_minutes, customer_sealed)
       SELECT $1, id, 'purchase', 'hosted_page', 'created', 100, 'UAH', false, 'https://x.example', 'uk', 60, sealed FROM unnest($2::text[], $3::text[]) AS v (id, sealed)`,
      [ACCOUNT, ids, sealed],
    );
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function print(what: string, ms: number): void {
  process.stdout.write(
    `${what}: ${ROWS} rows in ${(ms / 1000).toFixed(1)} s, ${Math.round((ROWS / ms) * 1000)} rows/s\n`,
  );
}

await main();
