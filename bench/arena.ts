import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { BankControl } from '../test/support/bank-control.js';
import { createDatabase, type TestDatabase } from '../test/support/database.js';
import { aMerchant, type DemoMerchant } from '../test/support/demo-merchant.js';
import { freePort } from '../test/support/free-port.js';
import { authorize } from './bank-session.js';
import { type Child, startChild } from './child.js';
import { type Target } from './load.js';

/** The gateway's own default, given to both sides. */
const DATABASE_POOL_SIZE = '10';

export interface Contestant extends Target {
  readonly pid: number;
  readonly merchant: DemoMerchant;
  readonly database: TestDatabase;
}

export interface Arena {
  readonly gateway: Contestant;
  /** What the gateway is compared with: the floor, or the gateway of another working copy. */
  readonly other: Contestant;
  readonly simulatorPid: number;
  readonly bank: BankControl;
  stop(): Promise<void>;
}

/** One gateway with its workers, and nothing beside it. */
export interface House {
  readonly gateway: Contestant;
  readonly bankUrl: string;
  readonly simulatorPid: number;
  readonly bank: BankControl;
  stop(): Promise<void>;
}

export interface ArenaOptions {
  /** Options of node for the gateway process alone, such as `--cpu-prof`. */
  readonly gatewayNodeOptions?: string | undefined;
  /** A built working copy of another version, whose gateway takes the floor's place. */
  readonly beside?: string | undefined;
}

/** What is undone in the reverse order. */
type Stops = (() => Promise<unknown>)[];

/** One Postgres with fsync and one simulator; the gateway and the other side each have a database and a merchant of it. */
export const startArena = (options: ArenaOptions = {}): Promise<Arena> => guarded((stops) => start(options, stops));

/** As production has it on one machine: Postgres, the bank's stand-in, and a gateway of all roles that may post to this machine. */
export const startHouse = (): Promise<House> =>
  guarded(async (stops) => {
    const directory = await makeDirectory(stops);
    await startDatabaseServer(directory, stops);
    const merchant = aMerchant();
    const { bankUrl, pid: simulatorPid } = await startBank([merchant], { directory, stops });
    const env = { ROLE: 'all', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' };
    const gateway = await startGateway(merchant, { directory, stops, bankUrl }, { env });
    return { gateway, bankUrl, simulatorPid, bank: new BankControl(bankUrl) };
  });

/** What was begun is undone when the start fails, at `stop`, and at a signal. */
async function guarded<T extends object>(
  begin: (stops: Stops) => Promise<T>,
): Promise<T & { readonly stop: () => Promise<void> }> {
  const stops: Stops = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= undoAll(stops));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(1))); // Postgres would outlive us
  }
  try {
    return { ...(await begin(stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function undoAll(stops: Stops): Promise<void> {
  for (const undo of stops.reverse()) await undo().catch(report);
}

const report = (error: unknown): void => {
  process.stderr.write(`Not cleaned up: ${error instanceof Error ? error.message : String(error)}\n`);
};

async function start(options: ArenaOptions, stops: Stops): Promise<Omit<Arena, 'stop'>> {
  const directory = await makeDirectory(stops);
  await startDatabaseServer(directory, stops);
  const merchants = { gateway: aMerchant(), other: aMerchant() };
  const { bankUrl, pid: simulatorPid } = await startBank(Object.values(merchants), { directory, stops });
  const place = { directory, stops, bankUrl };
  const { beside, gatewayNodeOptions } = options;
  return {
    simulatorPid,
    bank: new BankControl(bankUrl),
    gateway: await startGateway(merchants.gateway, place, { env: nodeOptions(gatewayNodeOptions) }),
    other:
      beside === undefined
        ? await startFloor(merchants.other, place)
        : await startGateway(merchants.other, { ...place, directory: await folderIn(directory), checkout: beside }, {}),
  };
}

const nodeOptions = (options: string | undefined): Readonly<Record<string, string>> =>
  options === undefined ? {} : { NODE_OPTIONS: options };

async function startBank(
  merchants: readonly DemoMerchant[],
  place: Omit<Place, 'bankUrl'>,
): Promise<{ readonly bankUrl: string; readonly pid: number }> {
  const port = await freePort();
  const bankUrl = urlOf(port);
  const file = await save(place.directory, 'merchants.json', JSON.stringify(merchants.map(({ bank }) => bank)));
  const { pid } = await startApp('simulator', place, 'apps/simulator/src/main.js', {
    PORT: String(port),
    PUBLIC_URL: bankUrl,
    MERCHANTS_FILE: file,
  });
  return { bankUrl, pid };
}

async function folderIn(directory: string): Promise<string> {
  const folder = path.join(directory, 'beside');
  await mkdir(folder);
  return folder;
}

/** In the working copy, not in the system's temporary folder: that may be memory, where fsync costs nothing. */
async function makeDirectory(stops: Stops): Promise<string> {
  await mkdir('.data', { recursive: true });
  const directory = await mkdtemp(path.resolve('.data', 'bench-'));
  stops.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function startDatabaseServer(directory: string, stops: Stops): Promise<void> {
  const dataDir = path.join(directory, 'postgres');
  const postgres = await startEmbeddedPostgres({ dataDir, port: await freePort() });
  const home = await readFile(path.join(dataDir, 'location'), 'utf8').catch(() => dataDir);
  stops.push(() => rm(home, { recursive: true, force: true }));
  stops.push(() => postgres.stop());
  process.env['TEST_DATABASE_URL'] = postgres.url; // where createDatabase looks
}

interface Place {
  readonly directory: string;
  readonly stops: Stops;
  readonly bankUrl: string;
  readonly checkout?: string;
}

async function startGateway(
  merchant: DemoMerchant,
  place: Place,
  { env = {} }: { readonly env?: Readonly<Record<string, string>> },
): Promise<Contestant> {
  const { directory, bankUrl } = place;
  const database = await newDatabase(place.stops);
  const port = await freePort();
  const { pid } = await startApp('gateway', place, 'apps/gateway/src/main.js', {
    PORT: String(port),
    PUBLIC_URL: urlOf(port),
    // The worker would begin to poll the unpaid orders a minute into the run and load both sides with it.
    ROLE: 'api',
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE,
    DATA_DIR: path.join(directory, 'gateway'),
    KEYSTORE_KEYS_FILE: path.join(directory, 'keystore.json'),
    ALLIANCE_BASE_URL: bankUrl,
    ALLIANCE_MERCHANT_ID: merchant.bank.merchantId,
    ALLIANCE_SERVICE_CODE_FILE: await save(directory, 'service-code', merchant.bank.serviceCode),
    ALLIANCE_PRIVATE_KEY_FILE: await save(directory, 'private-key.jwk', merchant.privateKey),
    ALLIANCE_ENVIRONMENT: 'test',
    API_KEY_FILE: await save(directory, 'api-key', merchant.apiKey),
    ...env,
  });
  return { url: urlOf(port), apiKey: merchant.apiKey, pid, merchant, database };
}

async function startFloor(merchant: DemoMerchant, place: Place): Promise<Contestant> {
  const database = await newDatabase(place.stops);
  const session = await authorize(place.bankUrl, merchant);
  const port = await freePort();
  const { pid } = await startApp('floor', place, 'bench/floor-server.js', {
    PORT: String(port),
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE,
    BANK_URL: place.bankUrl,
    MERCHANT_ID: merchant.bank.merchantId,
    DEVICE_ID: session.deviceId,
    REFRESH_TOKEN: session.refreshToken,
  });
  return { url: urlOf(port), apiKey: merchant.apiKey, pid, merchant, database };
}

async function startApp(
  name: string,
  { directory, stops, checkout }: Omit<Place, 'bankUrl'>,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<Child> {
  const child = await startChild(file, { env, checkout, logFile: path.join(directory, `${name}.log`) });
  stops.push(() => child.stop());
  return child;
}

async function newDatabase(stops: Stops): Promise<TestDatabase> {
  const database = await createDatabase();
  stops.push(() => database.drop());
  return database;
}

async function save(directory: string, name: string, content: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;
