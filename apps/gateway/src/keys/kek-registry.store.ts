import { type DataSource } from 'typeorm';
import { type KekProvider } from '#libs/keystore';
import { ConfigError } from '../config/gateway-config.js';

export interface KnownKek {
  readonly id: string;
  readonly fingerprint: string;
  /** Nothing is sealed under it any more. */
  readonly isRetired: boolean;
}

/** KEKs that this database was ever sealed under. */
export function knownKeks(database: DataSource): Promise<KnownKek[]> {
  return database.query('SELECT id, fingerprint, retired_at IS NOT NULL AS "isRetired" FROM kek');
}

/**
 * Compares the KEKs of this process with those that the database was sealed under, before anything is written.
 * @throws ConfigError for a KEK that is another one under a known id, and when none of the known ones is here
 */
export async function checkKeks(
  database: DataSource,
  { keks, remote }: { keks: KekProvider; remote: boolean },
): Promise<void> {
  const fingerprints = await keks.fingerprints();
  const known = await knownKeks(database);
  const swapped = known.find(({ id, fingerprint }) => (fingerprints[id] ?? fingerprint) !== fingerprint);
  if (swapped) {
    throw new ConfigError(
      `The KEK "${swapped.id}" is not the one this database was sealed under: restore the key file that belongs to it.`,
    );
  }
  const needed = known.filter(({ isRetired }) => !isRetired);
  const missing = needed.filter(({ id }) => fingerprints[id] === undefined).map(({ id }) => `"${id}"`);
  // Vault and KMS retire keys by themselves; a key file loses one only by mistake, or by "keys retire-old".
  if (missing.length > 0 && (!remote || missing.length === needed.length)) {
    throw new ConfigError(
      `The KEK ${missing.join(', ')} of this database is not configured: restore the key file (KEYSTORE_KEYS_FILE) that belongs to it.`,
    );
  }
  await rememberKeks(database, fingerprints);
}

export async function rememberKeks(
  database: DataSource,
  fingerprints: Readonly<Record<string, string>>,
): Promise<void> {
  await database.query(
    `INSERT INTO kek (id, fingerprint) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`,
    [Object.keys(fingerprints), Object.values(fingerprints)],
  );
}
