import path from 'node:path';
import { type DemoCredentials } from './demo-credentials.js';
import { type DemoCounterparty } from './demo-counterparty.js';
import { type Environment, type LauncherConfig } from './launcher-config.js';

export type AppName = 'gateway' | 'simulator' | 'shop';

export interface AppPlan {
  readonly name: AppName;
  readonly env: Environment;
}

/** What one app alone may see of our environment; the rest is for all. */
const PRIVATE: Readonly<Record<AppName, RegExp>> = {
  gateway:
    /^(ALLIANCE_|DCM_|DATABASE_|KEYSTORE_|VAULT_|AWS_|OPS_|BANK_|SESSION_|PUBLIC_URL$|POSTGRES_PORT$|LOG_LEVEL$|NODE_ENV$)/,
  simulator: /^SIMULATOR_STRICT$/,
  shop: /^$/,
};
/** Of the system: what a child needs to run, and where it listens. */
const SHARED = /^(PATH|HOME|USERPROFILE|SYSTEMROOT|TEMP|TMP|TMPDIR|TZ|LANG|LC_\w+|HOST|NODE_EXTRA_CA_CERTS|NO_COLOR)$/i;

/** Whom the demo plays. */
export interface DemoParties {
  readonly credentials: DemoCredentials;
  readonly counterparty: DemoCounterparty;
}

/** The apps in starting order, each with an environment of its own. Secrets go by file, never by value. */
export function planApps(config: LauncherConfig, demo: DemoParties, env: Environment): readonly AppPlan[] {
  const { credentials } = demo;
  const plan = (name: AppName, own: Environment): AppPlan => ({ name, env: { ...inherited(name, env), ...own } });
  const gateway = plan('gateway', gatewayEnv(config, demo));
  const shop = plan('shop', shopEnv(config, credentials));
  return config.bankUrl === undefined
    ? [plan('simulator', simulatorEnv(config, demo)), gateway, shop]
    : [gateway, shop];
}

function inherited(name: AppName, env: Environment): Environment {
  const isMeant = ([key]: [string, unknown]): boolean => SHARED.test(key) || PRIVATE[name].test(key);
  return Object.fromEntries(Object.entries(env).filter(isMeant));
}

function simulatorEnv(config: LauncherConfig, { credentials, counterparty }: DemoParties): Environment {
  const stateFile = path.join(config.dataDir, 'simulator-state.json');
  return {
    PORT: String(config.simulatorPort),
    MERCHANTS_FILE: credentials.merchantsFile,
    COUNTERPARTIES_FILE: counterparty.counterpartiesFile,
    STATE_FILE: stateFile,
  };
}

function gatewayEnv(config: LauncherConfig, { credentials, counterparty }: DemoParties): Environment {
  const base = {
    PORT: String(config.gatewayPort),
    DATA_DIR: config.dataDir,
    POSTGRES_PORT: String(config.postgresPort),
    API_KEY_FILE: credentials.apiKeyFile,
    OPS_KEY_FILE: credentials.opsKeyFile,
  };
  if (config.bankUrl !== undefined) return base;
  return {
    ...base,
    PUBLIC_URL: `http://127.0.0.1:${config.gatewayPort}`,
    ALLIANCE_ENVIRONMENT: 'test',
    ALLIANCE_BASE_URL: `http://127.0.0.1:${config.simulatorPort}`,
    ALLIANCE_MERCHANT_ID: credentials.merchantId,
    ALLIANCE_SERVICE_CODE_FILE: credentials.serviceCodeFile,
    ALLIANCE_PRIVATE_KEY_FILE: credentials.privateKeyFile,
    ...(config.dcmUrl === undefined && dcmEnv(config, counterparty)),
  };
}

/** The gateway as a bank at the simulator's DCM. */
function dcmEnv(config: LauncherConfig, { guid, login, passwordFile }: DemoCounterparty): Environment {
  return {
    DCM_BASE_URL: `http://127.0.0.1:${config.simulatorPort}/dcm`,
    DCM_COUNTERPARTY_GUID: guid,
    DCM_EMPLOYEE_LOGIN: login,
    DCM_EMPLOYEE_PASSWORD_FILE: passwordFile,
  };
}

function shopEnv(config: LauncherConfig, { apiKeyFile }: DemoCredentials): Environment {
  const gatewayUrl = `http://127.0.0.1:${config.gatewayPort}`;
  return { PORT: String(config.shopPort), GATEWAY_URL: gatewayUrl, GATEWAY_API_KEY_FILE: apiKeyFile };
}
