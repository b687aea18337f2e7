import { type DataSource, type EntityManager } from 'typeorm';
import { type KekProvider } from '#libs/keystore';
import { ConfigError } from '../config/gateway-config.js';

type Queries = Pick<DataSource | EntityManager, 'query'>;

export interface KnownKek {
  readonly id: string;
  readonly fingerprint: string;
  /** Nothing is sealed under it any more. */
  readonly isRetired: boolean;
}

/** The KEKs of this process. */
export interface PresentKeks {
  readonly keks: KekProvider;
  /** They are in Vault or KMS. */
  readonly remote: boolean;
}

/** KEKs that this database was ever sealed under. */
export function knownKeks(database: Queries): Promise<KnownKek[]> {
  return database.query('SELECT id, fingerprint, retired_at IS NOT NULL AS "isRetired" FROM kek');
}

/**
 * Compares the KEKs of this process with those that the database was sealed under. Writes nothing.
 *
 * What may be missing is one rule. A key file must have every known KEK that is not retired: it loses one only by
 * mistake, or by "keys retire-old". Vault and KMS retire keys by themselves, so there only the lack of all is refused.
 * @throws ConfigError
 */
export async function compareKeks(known: readonly KnownKek[], { keks, remote }: PresentKeks): Promise<void> {
  const fingerprints = await keks.fingerprints();
  const swapped = known.find(({ id, fingerprint }) => (fingerprints[id] ?? fingerprint) !== fingerprint);
  if (swapped) {
    throw new ConfigError(
      `The KEK "${swapped.id}" is not the one this database was sealed under: restore the key file that belongs to it.`,
    );
  }
  const needed = known.filter(({ isRetired }) => !isRetired);
  const missing = needed.filter(({ id }) => fingerprints[id] === undefined).map(({ id }) => `"${id}"`);
  if (missing.length > 0 && (!remote || missing.length === needed.length)) {
    throw new ConfigError(
      `The KEK ${missing.join(', ')} of this database is not configured: restore the key file (KEYSTORE_KEYS_FILE) that belongs to it.`,
    );
  }
  const current = await keks.currentKek();
  if (known.some(({ id, isRetired }) => id === current && isRetired)) {
    throw new ConfigError(
      `The current KEK "${current}" was retired in this database: restore the latest key file, or make a newer KEK current.`,
    );
  }
}

/**
 * Notes the KEK that this process seals under. Not those that wait for a rotation: a key file without them is still right.
 * Nothing happens for one that is known.
 */
export async function rememberCurrentKek(database: Queries, keks: KekProvider): Promise<void> {
  const current = await keks.currentKek();
  const fingerprint = (await keks.fingerprints())[current];
  if (fingerprint === undefined) throw new Error(`The current KEK "${current}" has no fingerprint`);
  await database.query('INSERT INTO kek (id, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    current,
    fingerprint,
  ]);
}
