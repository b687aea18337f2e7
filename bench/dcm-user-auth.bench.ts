import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { DcmTokens, generateSigningKey, InMemorySigningKeys } from '#libs/dcm';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { createDatabase } from '../test/support/database.js';
import { freePort } from '../test/support/free-port.js';
import { OpsClient } from '../test/support/ops-client.js';
import { startChild } from './child.js';
import { machine, numberText, print, type Row, table } from './report.js';
import { quantile } from './rounds.js';

const RATES = [50, 200, 400];
const WARM_UP = { perSecond: 200, ms: 5_000 };
const ROUND_MS = 20_000;
const OBJECTS = 100;
const OPS_KEY = 'bench-operator-key-0123456789abcdef';
const SUBJECT = 'operator@bank.example';
const LIFETIME_SECONDS = 1_200;

type Stops = (() => Promise<unknown>)[];

interface Load {
  readonly url: string;
  /** Of subjects with the right, and of one without. */
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

interface Answered {
  /** Milliseconds from the moment the request was due, so that a stall is not measured once but as often as it is felt. */
  readonly ms: number;
  readonly status: number;
}

/** DCM as far as the gateway needs it: its key set. Its tokens are made here as well. */
async function startDcm(stops: Stops): Promise<{ url: string; tokens: DcmTokens }> {
  const key = await generateSigningKey('bench-dcm');
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key.publicJwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, tokens: new DcmTokens({ keys: new InMemorySigningKeys(key) }) };
}

async function startGateway(dcmUrl: string, stops: Stops): Promise<string> {
  await mkdir('.data', { recursive: true }); // on the disk: where the temporary folder is memory, fsync costs nothing
  const directory = await mkdtemp(path.resolve('.data', 'bench-'));
  stops.push(() => rm(directory, { recursive: true, force: true }));
  const dataDir = path.join(directory, 'postgres');
  const postgres = await startEmbeddedPostgres({ dataDir, port: await freePort() });
  const home = await readFile(path.join(dataDir, 'location'), 'utf8').catch(() => dataDir);
  stops.push(() => rm(home, { recursive: true, force: true }));
  stops.push(() => postgres.stop());
  process.env['TEST_DATABASE_URL'] = postgres.url; // where createDatabase looks
  const database = await createDatabase();
  stops.push(() => database.drop());
  const port = await freePort();
  const env = {
    ...{ PORT: String(port), ROLE: 'api', OPS_KEY, DATABASE_URL: database.url },
    DATA_DIR: path.join(directory, 'gateway'),
    DCM_BASE_URL: dcmUrl,
    DCM_COUNTERPARTY_GUID: randomUUID(),
    DCM_AUTH_SUBJECT_RATE: '1000',
  };
  const logFile = path.join(directory, 'gateway.log');
  const gateway = await startChild('apps/gateway/src/main.js', { env, logFile });
  stops.push(() => gateway.stop());
  return `http://127.0.0.1:${port}`;
}

async function prepare(url: string, tokens: DcmTokens): Promise<Load> {
  const ops = new OpsClient(url, OPS_KEY);
  await ops.call('POST', 'dcm/subjects', { sub: SUBJECT });
  const logins = Array.from({ length: OBJECTS }, (_, index) => `customer-${index}`);
  for (const login of logins) {
    const profile = { firstName: 'Olena', lastName: 'Sample', email: `${login}@customer.example` };
    const { body } = await ops.call<{ id: string }>('POST', 'dcm/objects', { login, ...profile });
    await ops.call('POST', 'dcm/rules', { sub: SUBJECT, flow: 'sign-in', object: body.id });
  }
  const issue = (sub: string): Promise<string[]> =>
    Promise.all(
      logins.map((obj) => tokens.authorization({ flow: 'sign-in', obj, sub, lifetimeSeconds: LIFETIME_SECONDS })),
    );
  return { url, allowed: await issue(SUBJECT), denied: await issue('stranger@bank.example') };
}

/** Open loop: each request leaves when it is due, whether or not those before it are answered. Every fourth is denied. */
async function run({ url, allowed, denied }: Load, perSecond: number, durationMs: number): Promise<Answered[]> {
  const pool = new Pool(url, { connections: 64, pipelining: 1 });
  const total = Math.round((perSecond * durationMs) / 1_000);
  const start = performance.now() + 50;
  const ask = async (index: number): Promise<Answered> => {
    const dueAt = start + (index * 1_000) / perSecond;
    await sleep(Math.max(0, dueAt - performance.now()));
    const from = Math.min(dueAt, performance.now()); // a timer may be early by a part of a millisecond
    const token = (index % 4 === 3 ? denied : allowed)[index % OBJECTS] ?? '';
    const headers = { 'x-session-id': token };
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/dcm/auth/user_auth', headers });
    await body.arrayBuffer();
    const expected = index % 4 === 3 ? 401 : 200;
    if (statusCode !== expected) throw new Error(`request ${index} was answered ${statusCode}, not ${expected}`);
    return { ms: performance.now() - from, status: statusCode };
  };
  const answers = await Promise.all(Array.from({ length: total }, (_, index) => ask(index)));
  await pool.close();
  return answers;
}

function rowOf(perSecond: number, answers: readonly Answered[], status: number): Row {
  const ms = answers
    .filter((answer) => answer.status === status)
    .map((answer) => answer.ms)
    .sort((a, b) => a - b);
  return {
    'requests/s': String(perSecond),
    answer: String(status),
    requests: numberText(ms.length),
    'p50, ms': numberText(quantile(ms, 0.5), 1),
    'p90, ms': numberText(quantile(ms, 0.9), 1),
    'p99, ms': numberText(quantile(ms, 0.99), 1),
    'longest, ms': numberText(quantile(ms, 1), 1),
  };
}

async function measure(stops: Stops): Promise<void> {
  const dcm = await startDcm(stops);
  const load = await prepare(await startGateway(dcm.url, stops), dcm.tokens);
  print(`GET /dcm/auth/user_auth of one gateway process, Postgres with fsync. ${machine()}`);
  print(`Open loop of ${ROUND_MS / 1_000} s after a warm-up; latency counts from when a request was due.\n`);
  await run(load, WARM_UP.perSecond, WARM_UP.ms);
  const rows: Row[] = [];
  for (const perSecond of RATES) {
    const answers = await run(load, perSecond, ROUND_MS);
    rows.push(rowOf(perSecond, answers, 200), rowOf(perSecond, answers, 401));
  }
  print(`${table(rows)}\n`);
}

const stops: Stops = [];
try {
  await measure(stops);
} finally {
  for (const stop of stops.reverse()) await stop();
}
