import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import {
  addLocalKek,
  EnvelopeKeystore,
  generateLocalKeys,
  LocalKekProvider,
  type Sealed,
  type SealPlace,
} from '#libs/keystore';
import { machine, numberText, print, spreadText, table } from './report.js';
import { interleave, ratios, spreadOf } from './rounds.js';

const ROWS = 100_000;
/** Each rewraps its own rows: a row is under the new KEK after the first time. The first is a warm-up. */
const CHUNKS = 20;
const ROWS_PER_CHUNK = ROWS / CHUNKS;
const VALUE_BYTES = 256;
const KEY_WRAP_IV = Buffer.alloc(8, 0xa6);

const placeOf = (row: number): SealPlace => ({
  table: 'payment',
  column: 'customer',
  row: `pay_${row}`,
  accountId: 'acc_1',
  version: 1,
});

async function perSecond(rows: number, work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (rows * 1000) / (performance.now() - start);
}

/** One after the other, as a job does that reads its rows from a table. */
async function sealAll(keystore: EnvelopeKeystore): Promise<Sealed[]> {
  const value = randomBytes(VALUE_BYTES);
  const rows: Sealed[] = [];
  for (let row = 0; row < ROWS; row++) rows.push(await keystore.seal(value, placeOf(row)));
  return rows;
}

async function rewrapFrom(keystore: EnvelopeKeystore, rows: Sealed[], from: number): Promise<void> {
  for (let row = from; row < from + ROWS_PER_CHUNK; row++) {
    rows[row] = await keystore.rewrap(rows[row] ?? '', placeOf(row));
  }
}

function cross(cipher: { update(bytes: Buffer): Buffer; final(): Buffer }, bytes: Buffer): Buffer {
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** What no rewrap can do without: AES key unwrap under the old KEK, AES key wrap under the new one. */
function bareRewraps(wrapped: Buffer, [old, next]: readonly [KeyObject, KeyObject]): void {
  for (let row = 0; row < ROWS_PER_CHUNK; row++) {
    const dek = cross(createDecipheriv('id-aes256-wrap', old, KEY_WRAP_IV), wrapped);
    cross(createCipheriv('id-aes256-wrap', next, KEY_WRAP_IV), dek);
  }
}

/** Every row must open without the old KEK, or the figures are worth nothing. */
async function assertMoved(keystore: EnvelopeKeystore, rows: readonly Sealed[]): Promise<void> {
  for (const [row, value] of rows.entries()) await keystore.open(value, placeOf(row));
}

async function main(): Promise<void> {
  const first = generateLocalKeys();
  const { added, keys } = addLocalKek(first);
  const next = { ...keys, current: added };
  const [before, after] = [first, next].map((of) => new EnvelopeKeystore(LocalKekProvider.from(of))) as [
    EnvelopeKeystore,
    EnvelopeKeystore,
  ];
  const bareKeks = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))] as const;
  const bareDek = cross(createCipheriv('id-aes256-wrap', bareKeks[0], KEY_WRAP_IV), randomBytes(32));

  print(`${numberText(ROWS)} rows of ${VALUE_BYTES} bytes in memory, local KEKs, one at a time. ${machine()}`);
  let rows: Sealed[] = [];
  const sealing = await perSecond(ROWS, async () => {
    rows = await sealAll(before);
  });
  let from = 0;
  const { a, b } = await interleave(
    { warmUps: 1, rounds: CHUNKS - 1 },
    async () => {
      const speed = await perSecond(ROWS_PER_CHUNK, () => rewrapFrom(after, rows, from));
      from += ROWS_PER_CHUNK;
      return speed;
    },
    () =>
      perSecond(ROWS_PER_CHUNK, () => {
        bareRewraps(bareDek, bareKeks);
      }),
  );
  await assertMoved(new EnvelopeKeystore(LocalKekProvider.from({ ...next, minVersion: 2 })), rows);

  print(
    `Medians (min–max) of ${CHUNKS - 1} alternating rounds of ${numberText(ROWS_PER_CHUNK)} rows after a warm-up.\n`,
  );
  const row = {
    seal: numberText(sealing),
    rewrap: spreadText(spreadOf(a)),
    'bare AES key wrap': spreadText(spreadOf(b)),
  };
  print(`${table([{ operation: 'rows per second', ...row, 'share of the bare': spreadText(ratios(a, b), 2) }])}\n`);
}

await main();
