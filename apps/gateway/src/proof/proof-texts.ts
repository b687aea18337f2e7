/** Where the public keys are, below the gateway's address. */
export const KEYS_PATH = '/.well-known/proof-keys.json';

/** Stands in every proof, and is signed with it. */
export const ABOUT =
  'What this gateway has on record of a payment through Bank Alliance, and what the bank said of it. Amounts are whole kopiyky or cents, times are UTC. Only what is in "jws" is signed: check the file with "npm run --silent cli -- proof verify FILE --keys proof-keys.json", or any JOSE library, with the key that its header names.';
export const HASHES =
  'Of a callback: SHA-256 of the bytes that the bank posted as the body, before anything was decrypted. Of evidence: SHA-256 of "text" in UTF-8, which is the value of the column "evidence" of the tables "operation" and "history" as PostgreSQL prints it (evidence::text).';
