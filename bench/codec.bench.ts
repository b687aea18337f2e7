import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CommunicationKey, openJwe, openJws, sealJwe, SigningKey, signJws } from '#libs/alliance';
import { openBare, sealBare, signBare, verifyBare } from './codec-floor.js';
import { machine, numberText, print, type Row, spreadText, table } from './report.js';
import { interleave, ratios, spreadOf } from './rounds.js';

const PLAN = { warmUps: 2, rounds: 11 };
const ROUND_MS = 500;
const BODY_BYTES = 1024;

interface Speed {
  readonly perSecond: number;
  /** Microseconds of CPU time of the whole process, its thread pool included. */
  readonly cpuUs: number;
}

/** One operation at a time: what a single request waits for. */
async function measure(work: () => unknown): Promise<Speed> {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  let [done, elapsedMs] = [0, 0];
  while (elapsedMs < ROUND_MS) {
    await work();
    done += 1;
    elapsedMs = performance.now() - start;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (done * 1000) / elapsedMs, cpuUs: (user + system) / done };
}

/** The codec awaits its work; the floor is synchronous and is awaited just the same. */
async function compare(name: string, codec: () => unknown, floor: () => unknown): Promise<Row> {
  const { a, b } = await interleave(
    PLAN,
    () => measure(codec),
    () => measure(floor),
  );
  const speed = (side: readonly Speed[]): number[] => side.map(({ perSecond }) => perSecond);
  const cpu = (side: readonly Speed[]): string => numberText(spreadOf(side.map(({ cpuUs }) => cpuUs)).median);
  return {
    operation: name,
    'libs/alliance, ops/s': spreadText(spreadOf(speed(a))),
    'node:crypto, ops/s': spreadText(spreadOf(speed(b))),
    'share of the floor': spreadText(ratios(speed(a), speed(b)), 2),
    'CPU per op, µs': `${cpu(a)} : ${cpu(b)}`,
  };
}

/** A JSON body of exactly 1 KiB. */
function aBody(): Buffer {
  const order = { merchantRequestId: '137d9304-0368-11ed-b939-0242ac120002', coinAmount: 12_300, purpose: '' };
  const purpose = 'x'.repeat(BODY_BYTES - JSON.stringify(order).length);
  return Buffer.from(JSON.stringify({ ...order, purpose }));
}

/** Both sides must read each other, or they would not be doing the same work. */
async function assertEqual(body: Buffer, opened: Promise<Uint8Array> | Uint8Array): Promise<void> {
  if (!body.equals(await opened)) throw new Error('The codec and its floor do not read each other.');
}

async function main(): Promise<void> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const key = await CommunicationKey.import(pair.privateKey.export({ format: 'jwk' }));
  const recipient = key.publicJwk();
  const body = aBody();
  const jwe = await sealJwe(body, recipient);
  await assertEqual(body, openBare(jwe, pair.privateKey));
  await assertEqual(body, openJwe(sealBare(body, pair.publicKey), key));

  print(`JWE codec, ${body.length} bytes of JSON, one at a time. ${machine()}`);
  print(`Medians (min–max) of ${PLAN.rounds} alternating rounds of ${ROUND_MS} ms after ${PLAN.warmUps} warm-ups.\n`);
  const seal = await compare(
    'seal',
    () => sealJwe(body, recipient),
    () => sealBare(body, pair.publicKey),
  );
  const open = await compare(
    'open',
    () => openJwe(jwe, key),
    () => openBare(jwe, pair.privateKey),
  );
  print(`${table([seal, open])}\n`);

  print(`JWS codec, the same body, one at a time.\n`);
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rows = [...(await compareJws('ES256', ec, body)), ...(await compareJws('RS256', rsa, body))];
  print(`${table(rows)}\n`);
}

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Signing and verifying with one algorithm. */
async function compareJws(alg: 'ES256' | 'RS256', { privateKey, publicKey }: Pair, body: Buffer): Promise<Row[]> {
  const kid = '9a3f6e6d-4f56-4b8b-99d3-24db19f54d8a';
  const key = SigningKey.import(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), { kid, alg });
  const [payload, targetUrl] = [body.toString(), '/ecom/jws/payments/refund_v1'];
  const header = () => ({ alg, kid, ts: Date.now(), targetUrl });
  const resolve = (): Promise<KeyObject> => Promise.resolve(publicKey);
  const token = signJws(payload, key, { targetUrl, now: new Date() });
  await assertEqual(body, verifyBare(token, publicKey));
  await assertEqual(body, openJws(signBare(header(), payload, privateKey), resolve));
  const signing = await compare(
    `sign ${alg}`,
    () => signJws(payload, key, { targetUrl, now: new Date() }),
    () => signBare(header(), payload, privateKey),
  );
  const verifying = await compare(
    `verify ${alg}`,
    () => openJws(token, resolve),
    () => verifyBare(token, publicKey),
  );
  return [signing, verifying];
}

await main();
