import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppProcess } from './app-process.js';
import { BankControl, type BankMerchant } from './bank-control.js';
import { createDatabase, type TestDatabase } from './database.js';
import { aCounterparty, type DcmParty } from './dcm-party.js';
import { aMerchant, type DemoMerchant } from './demo-merchant.js';
import { freePort } from './free-port.js';
import { GatewayClient } from './gateway-client.js';

export interface StackOptions {
  /** Laid over the environment of one app. */
  readonly gateway?: Readonly<Record<string, string>>;
  readonly simulator?: Readonly<Record<string, string>>;
  readonly shop?: Readonly<Record<string, string>>;
  /** Default true. */
  readonly withShop?: boolean;
  readonly merchant?: Partial<BankMerchant>;
  /** The merchant has a second terminal, for transfers. Default false. */
  readonly withTransfers?: boolean;
  /** The shop's own page takes cards. Default false. */
  readonly withCardFields?: boolean;
  /** The gateway is also a bank at DCM. Default false. */
  readonly withDcm?: boolean;
}

export interface Stack {
  readonly gatewayUrl: string;
  readonly simulatorUrl: string;
  /** Empty without a shop. */
  readonly shopUrl: string;
  readonly merchant: DemoMerchant;
  readonly apiKey: string;
  readonly dataDir: string;
  /** Of a gateway that is one more replica, but for its port. */
  readonly gatewayEnvironment: Readonly<Record<string, string>>;
  readonly client: GatewayClient;
  readonly bank: BankControl;
  readonly dcm: DcmParty;
  readonly database: TestDatabase;
  readonly gateway: AppProcess;
  readonly simulator: AppProcess;
  readonly shop: AppProcess | undefined;
  /** Everything every app printed: scan it for canaries. */
  logs(): string;
  /** SIGTERM or SIGKILL, then a start on the same port, database and DATA_DIR. */
  restartGateway(options?: { kill?: boolean; env?: Readonly<Record<string, string>> }): Promise<void>;
  /** One more gateway on the same database and keys: a replica. Stopped with the stack. */
  addGateway(
    env?: Readonly<Record<string, string>>,
  ): Promise<{ url: string; process: AppProcess; client: GatewayClient }>;
  stop(): Promise<void>;
}

interface Ports {
  readonly gateway: number;
  readonly simulator: number;
  readonly shop: number;
}

/** Bearer of the operator routes of every stack. */
export const OPS_KEY = 'test-operator-key-0123456789abcdef';

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/** Built simulator, gateway and shop, wired together on free ports over a fresh database. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const merchant = aMerchant(options.merchant);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'stack-'));
  const database = await createDatabase();
  const ports = { gateway: await freePort(), simulator: await freePort(), shop: await freePort() };
  const cleanUp = async (): Promise<void> => {
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const dcm = aCounterparty(urlOf(ports.gateway), urlOf(ports.simulator));
  const wiring = { merchant, dataDir, database, ports, dcm };
  try {
    const env = await environments(wiring, options);
    return await startApps({ ...wiring, options, env, cleanUp });
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

interface Wiring {
  readonly merchant: DemoMerchant;
  readonly dataDir: string;
  readonly database: TestDatabase;
  readonly ports: Ports;
  readonly dcm: DcmParty;
}

type Environments = Readonly<Record<'gateway' | 'simulator' | 'shop', Record<string, string>>>;

async function environments(
  wiring: Wiring,
  { withDcm = false, withTransfers = false }: StackOptions,
): Promise<Environments> {
  const { merchant, dataDir, database, ports, dcm } = wiring;
  const transfers = { ...merchant.bank, merchantId: randomUUID(), operations: ['ACCOUNT_2_ACCOUNT'] };
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(path.join(dataDir, name), content, { mode: 0o600 });
    return path.join(dataDir, name);
  };
  const keyFile = await file('api-key', merchant.apiKey);
  return {
    simulator: {
      PORT: String(ports.simulator),
      PUBLIC_URL: urlOf(ports.simulator),
      MERCHANTS_FILE: await file(
        'merchants.json',
        JSON.stringify([merchant.bank, ...(withTransfers ? [transfers] : [])]),
      ),
      ...(withDcm && { COUNTERPARTIES_FILE: await file('counterparties.json', JSON.stringify([dcm.counterparty])) }),
    },
    gateway: {
      PORT: String(ports.gateway),
      PUBLIC_URL: urlOf(ports.gateway),
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      ALLIANCE_BASE_URL: urlOf(ports.simulator),
      ALLIANCE_MERCHANT_ID: merchant.bank.merchantId,
      ...(withTransfers && { ALLIANCE_A2A_MERCHANT_ID: transfers.merchantId }),
      ALLIANCE_SERVICE_CODE_FILE: await file('service-code', merchant.bank.serviceCode),
      ALLIANCE_PRIVATE_KEY_FILE: await file('private-key.jwk', merchant.privateKey),
      ALLIANCE_ENVIRONMENT: 'test',
      API_KEY_FILE: keyFile,
      OPS_KEY,
      ...(withDcm && {
        DCM_BASE_URL: dcm.baseUrl,
        DCM_COUNTERPARTY_GUID: dcm.counterparty.guid,
        DCM_EMPLOYEE_LOGIN: dcm.employee.login,
        DCM_EMPLOYEE_PASSWORD_FILE: await file('dcm-password', dcm.employee.password),
      }),
    },
    shop: {
      PORT: String(ports.shop),
      PUBLIC_URL: urlOf(ports.shop),
      GATEWAY_URL: urlOf(ports.gateway),
      GATEWAY_API_KEY_FILE: keyFile,
    },
  };
}

interface Start extends Wiring {
  readonly options: StackOptions;
  readonly env: Environments;
  readonly cleanUp: () => Promise<void>;
}

async function startApps(start: Start): Promise<Stack> {
  const { options, env } = start;
  const running: AppProcess[] = [];
  const launch = async (name: 'gateway' | 'simulator' | 'shop', over = options[name]): Promise<AppProcess> => {
    const app = await AppProcess.start(name, { env: { ...env[name], ...over } });
    running.push(app);
    return app;
  };
  const stopAll = async (): Promise<void> => {
    for (const app of [...running].reverse()) await app.stop();
  };
  try {
    const simulator = await launch('simulator');
    const cards = options.withCardFields ? await cardsInTheShop(start) : {};
    const gateway = await launch('gateway', { ...options.gateway, ...cards });
    const shop = options.withShop === false ? undefined : await launch('shop');
    return toStack(start, { simulator, gateway, shop, running, launch, stopAll });
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** The bank's key for card data, and whose page may encrypt to it. */
async function cardsInTheShop({ ports, merchant }: Start): Promise<Record<string, string>> {
  const key = await new BankControl(urlOf(ports.simulator)).paymentKey(merchant.bank.merchantId);
  return { ALLIANCE_PAYMENT_KEY: JSON.stringify(key), SHOP_ORIGINS: urlOf(ports.shop) };
}

interface Running {
  readonly simulator: AppProcess;
  readonly gateway: AppProcess;
  readonly shop: AppProcess | undefined;
  readonly running: readonly AppProcess[];
  launch(name: 'gateway', env?: Readonly<Record<string, string>>): Promise<AppProcess>;
  stopAll(): Promise<void>;
}

function toStack(start: Start, apps: Running): Stack {
  const { ports, merchant, dataDir, database, dcm, options, env, cleanUp } = start;
  const { simulator, gateway, shop, running } = apps;
  const gatewayUrl = urlOf(ports.gateway);
  return {
    ...{ merchant, dataDir, database, dcm, simulator, gateway, shop, gatewayUrl },
    simulatorUrl: urlOf(ports.simulator),
    gatewayEnvironment: { ...env.gateway, ...options.gateway },
    shopUrl: shop ? urlOf(ports.shop) : '',
    apiKey: merchant.apiKey,
    client: new GatewayClient(gatewayUrl, merchant.apiKey),
    bank: new BankControl(urlOf(ports.simulator)),
    logs: () => running.map((app) => app.logs()).join('\n'),
    restartGateway: async ({ kill = false, env = {} } = {}) => {
      if (kill) await gateway.kill();
      await gateway.restart(env);
    },
    addGateway: async (over = {}) => {
      const port = await freePort();
      const process = await apps.launch('gateway', { ...options.gateway, PORT: String(port), ...over });
      return { url: urlOf(port), process, client: new GatewayClient(urlOf(port), merchant.apiKey) };
    },
    stop: async () => {
      await apps.stopAll();
      await cleanUp();
    },
  };
}
