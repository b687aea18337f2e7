import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { DcmTokens, DcmVerifier, FixedKeySet, importSigningKey, InMemorySigningKeys } from '#libs/dcm';
import { machine, numberText, print, type Row, spreadText, table } from './report.js';
import { interleave, ratios, spreadOf } from './rounds.js';

const PLAN = { warmUps: 2, rounds: 11 };
const ROUND_MS = 500;
const AT_ONCE = 16;
const verifyAside = promisify(verify) as (alg: string, data: Buffer, key: KeyObject, sig: Buffer) => Promise<boolean>;

/** Verified signatures per second. */
async function measure(work: () => unknown): Promise<number> {
  const start = performance.now();
  let [done, elapsedMs] = [0, 0];
  while (elapsedMs < ROUND_MS) {
    await work();
    done += 1;
    elapsedMs = performance.now() - start;
  }
  return (done * 1000) / elapsedMs;
}

async function compare(name: string, ours: () => unknown, floor: () => unknown): Promise<Row> {
  const { a, b } = await interleave(
    PLAN,
    () => measure(ours),
    () => measure(floor),
  );
  return {
    comparison: name,
    'measured, ops/s': spreadText(spreadOf(a)),
    'bare verify, ops/s': spreadText(spreadOf(b)),
    'share of the floor': spreadText(ratios(a, b), 2),
    'difference, µs': numberText(1e6 / spreadOf(a).median - 1e6 / spreadOf(b).median, 1),
  };
}

async function main(): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = importSigningKey(privateKey, 'bench');
  const tokens = new DcmTokens({ keys: new InMemorySigningKeys(key) });
  const verifier = new DcmVerifier(new FixedKeySet([key.publicJwk]));
  const token = await tokens.authorization({ flow: 'sign-in', obj: 'cust-000042', sub: 'operator@bank.example' });
  const dot = token.lastIndexOf('.');
  const [signed, signature] = [Buffer.from(token.slice(0, dot)), Buffer.from(token.slice(dot + 1), 'base64url')];
  const bare = (): boolean => verify('sha256', signed, publicKey, signature);
  if (!bare() || (await verifier.authorization(token)).obj !== 'cust-000042') throw new Error('Both must accept.');
  const rest = Array.from({ length: AT_ONCE });

  print(`DCM authorization token (profile A, RS256, 2048 bits, ${token.length} characters). ${machine()}`);
  print(`Medians (min–max) of ${PLAN.rounds} alternating rounds of ${ROUND_MS} ms after ${PLAN.warmUps} warm-ups.\n`);
  const rows = [
    await compare('libs/dcm, one at a time', () => verifier.authorization(token), bare),
    await compare('thread pool, one at a time', () => verifyAside('sha256', signed, publicKey, signature), bare),
    await compare(
      `thread pool, batches of ${AT_ONCE}`,
      () => Promise.all(rest.map(() => verifyAside('sha256', signed, publicKey, signature))),
      () => rest.map(bare),
    ),
  ];
  print(`${table(rows)}\n`);
}

await main();
