import { isIP } from 'node:net';
import path from 'node:path';
import { isThisMachine, LOOPBACK, shownUrlOf, urlOf } from './address.js';
import { type DemoCredentials } from './demo-credentials.js';
import { type DemoCounterparty } from './demo-counterparty.js';
import { GATEWAY_VARIABLES } from './gateway-variables.js';
import { type Environment, type LauncherConfig } from './launcher-config.js';

export type AppName = 'gateway' | 'simulator' | 'shop';

export interface AppPlan {
  readonly name: AppName;
  readonly env: Environment;
}

/** What one app alone may see of our environment; the rest is for all. The AWS SDK reads variables of its own. */
const isMeantFor: Readonly<Record<AppName, (name: string) => boolean>> = {
  gateway: (name) => GATEWAY_VARIABLES.includes(name) || name.startsWith('AWS_'),
  simulator: (name) => name === 'SIMULATOR_STRICT',
  shop: () => false,
};
/** Of the system: what a child needs to run. */
const SHARED = /^(PATH|HOME|USERPROFILE|SYSTEMROOT|TEMP|TMP|TMPDIR|TZ|LANG|LC_\w+|NODE_EXTRA_CA_CERTS|NO_COLOR)$/i;

/** Whom the demo plays. */
export interface DemoParties {
  readonly credentials: DemoCredentials;
  readonly counterparty: DemoCounterparty;
}

/** The apps in starting order, each with an environment of its own. Secrets go by file, never by value. */
export function planApps(config: LauncherConfig, demo: DemoParties, env: Environment): readonly AppPlan[] {
  const { credentials } = demo;
  const plan = (name: AppName, own: Environment): AppPlan => ({
    name,
    env: { ...variablesMeantFor(name, env), ...own },
  });
  const gateway = plan('gateway', gatewayEnv(config, demo));
  const shop = plan('shop', shopEnv(config, credentials));
  return config.bankUrl === undefined
    ? [plan('simulator', simulatorEnv(config, demo)), gateway, shop]
    : [gateway, shop];
}

/** Of our environment, what an app may see. */
export function variablesMeantFor(name: AppName, env: Environment): Environment {
  const isMeant = ([key]: [string, unknown]): boolean => SHARED.test(key) || isMeantFor[name](key);
  return Object.fromEntries(Object.entries(env).filter(isMeant));
}

function simulatorEnv(config: LauncherConfig, { credentials, counterparty }: DemoParties): Environment {
  const stateFile = path.join(config.dataDir, 'simulator-state.json');
  const host = config.simulatorHost ?? LOOPBACK;
  return {
    HOST: host,
    PORT: String(config.simulatorPort),
    PUBLIC_URL: shownUrlOf(host, config.simulatorPort),
    MERCHANTS_FILE: credentials.merchantsFile,
    COUNTERPARTIES_FILE: counterparty.counterpartiesFile,
    STATE_FILE: stateFile,
  };
}

function gatewayEnv(config: LauncherConfig, { credentials, counterparty }: DemoParties): Environment {
  const base = {
    HOST: config.host ?? LOOPBACK,
    PORT: String(config.gatewayPort),
    ...(config.publicUrl !== undefined && { PUBLIC_URL: config.publicUrl }),
    DATA_DIR: config.dataDir,
    ...(config.databaseUrlFile !== undefined && { DATABASE_URL_FILE: config.databaseUrlFile }),
    API_KEY_FILE: credentials.apiKeyFile,
    OPS_KEY_FILE: credentials.opsKeyFile,
  };
  if (config.bankUrl !== undefined) return base;
  return {
    ...base,
    PUBLIC_URL: config.publicUrl ?? gatewayUrlOf(config),
    ALLIANCE_ENVIRONMENT: 'test',
    ALLIANCE_BASE_URL: simulatorUrlOf(config),
    ALLIANCE_MERCHANT_ID: credentials.merchantId,
    ...(credentials.a2aMerchantId !== undefined && { ALLIANCE_A2A_MERCHANT_ID: credentials.a2aMerchantId }),
    ALLIANCE_SERVICE_CODE_FILE: credentials.serviceCodeFile,
    ALLIANCE_PRIVATE_KEY_FILE: credentials.privateKeyFile,
    ...shopOrigins(config),
    WEBHOOK_ALLOWED_NETWORKS: ownNetworks(config), // the shop is on this machine; elsewhere nothing private is permitted
    ...(config.dcmUrl === undefined && dcmEnv(config, counterparty)),
  };
}

/** By either name that a person may have typed. Browsers encrypt cards on pages of this machine, and on https otherwise. */
function shopOrigins({ host = LOOPBACK, shopPort }: LauncherConfig): Environment {
  const origins = [...new Set([shownUrlOf(host, shopPort), urlOf(host, shopPort)])].filter(isThisMachine);
  return origins.length > 0 ? { SHOP_ORIGINS: origins.join(',') } : {};
}

/** Loopback, and the address that the shop listens on. */
function ownNetworks({ host = LOOPBACK }: LauncherConfig): string {
  const isElsewhere = isIP(host) !== 0 && !/^(?:127\.|[0:.]+1?$)/u.test(host);
  return ['127.0.0.0/8', '::1', ...(isElsewhere ? [host] : [])].join(',');
}

/** Where the gateway posts events to; undefined beside a real bank, where no private address is permitted. */
export const shopWebhooksUrl = ({ host, shopPort, bankUrl }: LauncherConfig): string | undefined =>
  bankUrl === undefined ? `${urlOf(host ?? LOOPBACK, shopPort)}/webhooks` : undefined;

/** The gateway as a bank at the simulator's DCM. */
function dcmEnv(config: LauncherConfig, demo: DemoCounterparty): Environment {
  return {
    DCM_BASE_URL: `${simulatorUrlOf(config)}/dcm`,
    DCM_ALLOW_HTTP: '1', // to the simulator, wherever it listens on this machine
    DCM_COUNTERPARTY_GUID: demo.guid,
    DCM_EMPLOYEE_LOGIN: demo.login,
    DCM_EMPLOYEE_PASSWORD_FILE: demo.passwordFile,
    DCM_BANK_CODE: demo.bankCode,
    DCM_MERCHANT_UID: demo.merchantUid,
    DCM_KEY_WRAP: 'oaep-sha256',
  };
}

function shopEnv(config: LauncherConfig, { apiKeyFile }: DemoCredentials): Environment {
  const host = config.host ?? LOOPBACK;
  return {
    HOST: host,
    PORT: String(config.shopPort),
    PUBLIC_URL: shownUrlOf(host, config.shopPort),
    GATEWAY_URL: gatewayUrlOf(config),
    GATEWAY_API_KEY_FILE: apiKeyFile,
  };
}

/** Where the apps reach each other. */
export const gatewayUrlOf = ({ host, gatewayPort }: LauncherConfig): string => urlOf(host ?? LOOPBACK, gatewayPort);
export const simulatorUrlOf = ({ simulatorHost, simulatorPort }: LauncherConfig): string =>
  urlOf(simulatorHost ?? LOOPBACK, simulatorPort);
