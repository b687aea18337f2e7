import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nameOf } from './address.js';
import { BLOCKED_PORT, isBlocked } from './blocked-ports.js';
import { type DcmConfig, dcmObjections, dcmOf } from './dcm-config.js';
import { readEnvironment } from './environment.js';
import { type Variable } from './variable.js';
import { type Environment, VARIABLES } from './variables.js';

/** What the operator can set, checked and frozen. Nothing else in the gateway reads the environment. */
export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly role: 'api' | 'worker' | 'all';
  /** Base of the URLs that the bank and the customer's browser call; no trailing slash. */
  readonly publicUrl: string;
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  /** Whether each connection keeps its statements parsed. */
  readonly preparedStatements: boolean;
  /** Whether processes tell each other of work by `NOTIFY`. */
  readonly databaseNotices: boolean;
  readonly production: boolean;
  readonly logLevel: string;
  /** JSON file with the KEKs; generated on the first start outside production. */
  readonly keystoreKeysFile: string;
  /** KEKs behind a network; undefined: those of the key file. */
  readonly remoteKeks: VaultConfig | AwsKmsConfig | undefined;
  /** With remote KEKs: what is still sealed under the key file opens, too. */
  readonly keysFileBesideRemote: boolean;
  /** Milliseconds for one HTTP attempt at the bank. */
  readonly bankTimeoutMs: number;
  /** Age at which a session is renewed before anybody needs it. */
  readonly sessionRenewHours: number;
  /** Hour in Kyiv from which the bank is asked about the day before; undefined: never by itself. */
  readonly sweepAtHour: number | undefined;
  readonly sweepPerSecond: number;
  /** Bearer of the operators' routes; undefined: they are not served. */
  readonly opsKey: string | undefined;
  /** Networks that are private or special and may be told of events all the same. */
  readonly webhookAllowedNetworks: readonly string[];
  /** Whether whoever started the process may tell it where to stand still. */
  readonly failpoints: boolean;
  /** The merchant account to install or update at start. */
  readonly account: AccountConfig | undefined;
  /** Undefined: nothing of DCM is loaded. */
  readonly dcm: DcmConfig | undefined;
}

export interface AccountConfig {
  readonly name: string;
  readonly environment: 'test' | 'live';
  readonly baseUrl: string;
  readonly merchantId: string;
  /** Of the terminal for transfers between accounts. */
  readonly a2aMerchantId?: string | undefined;
  readonly serviceCode: string;
  /** Public JWK of the bank, for card data, as JSON text. */
  readonly paymentKey?: string | undefined;
  /** Whose pages may show the card fields. */
  readonly shopOrigins?: string[] | undefined;
  /** Private JWK as JSON text. */
  readonly privateKey: string;
  readonly apiKey: string | undefined;
}

export interface VaultConfig {
  readonly provider: 'vault';
  readonly address: string;
  readonly key: string;
  readonly mount: string | undefined;
  readonly namespace: string | undefined;
  /** Read before every call, so that an agent may renew the token in its file. */
  readonly token: () => string;
}

export interface AwsKmsConfig {
  readonly provider: 'aws-kms';
  readonly current: string;
  /** KEKs of a lower version are refused. */
  readonly minVersion?: number | undefined;
  /** KMS key by KEK id. */
  readonly keys: Readonly<Record<string, string>>;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
}

/** Every problem of the environment in one message, a line each: variable, problem, fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const ACCOUNT_VARIABLES = [
  'ALLIANCE_BASE_URL',
  'ALLIANCE_MERCHANT_ID',
  'ALLIANCE_SERVICE_CODE',
  'ALLIANCE_PRIVATE_KEY',
] as const;

/** @throws ConfigError naming every variable that is wrong, all at once */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  const problems: string[] = [];
  const parsed = parseEach(readEnvironment(env, problems), problems);
  const isToldAlready = (sentence: string): boolean => problems.some((told) => subjectOf(told) === subjectOf(sentence));
  problems.push(...objections(parsed).filter((sentence) => !isToldAlready(sentence)));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return Object.freeze(toConfig(parsed));
}

/** The variable that a sentence is about. */
export const subjectOf = (sentence: string): string =>
  (/^[A-Z][A-Z_]*/u.exec(sentence)?.[0] ?? '').replace(/_FILE$/u, '');

/** Each variable by itself, so that no mistake hides another. One that is wrong is left out of the result. */
function parseEach(values: Readonly<Record<string, string>>, problems: string[]): Environment {
  const parsed: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries<Variable>(VARIABLES)) {
    const { data, error } = schema.safeParse(values[name]);
    parsed[name] = data;
    problems.push(
      ...(error?.issues ?? []).slice(0, 1).map(({ path, message }) => `${[name, ...path].join('.')} ${message}`),
    );
  }
  return parsed as Environment;
}

/** What must hold between variables: the sentence applies when the test is true. */
const OBJECTIONS: readonly [sentence: (env: Environment) => string, applies: (env: Environment) => boolean][] = [
  [
    () => `DATABASE_URL is missing: give the gateway a Postgres (15 or newer); "npm start" brings one`,
    (env) => env.DATABASE_URL === undefined,
  ],
  [
    () =>
      'KEYSTORE_KEYS_FILE is missing: production needs keys that outlive the container (or KEYSTORE_PROVIDER=vault or aws-kms)',
    (env) => isProduction(env) && env.KEYSTORE_PROVIDER === 'local' && env.KEYSTORE_KEYS_FILE === undefined,
  ],
  [
    () =>
      'VAULT_ADDR, VAULT_TRANSIT_KEY and VAULT_TOKEN or VAULT_TOKEN_FILE are needed because KEYSTORE_PROVIDER is vault',
    (env) =>
      env.KEYSTORE_PROVIDER === 'vault' &&
      (!env.VAULT_ADDR || !env.VAULT_TRANSIT_KEY || !(env.VAULT_TOKEN ?? env.VAULT_TOKEN_FILE)),
  ],
  [
    () => 'AWS_KMS_KEYS is missing: it is needed because KEYSTORE_PROVIDER is aws-kms',
    (env) => env.KEYSTORE_PROVIDER === 'aws-kms' && env.AWS_KMS_KEYS === undefined,
  ],
  [
    () => 'FAILPOINTS must be off in production: it lets a process be stopped in the worst moment',
    (env) => isProduction(env) && env.FAILPOINTS === 'on',
  ],
  [
    () => 'ALLIANCE_BASE_URL must be https because ALLIANCE_ENVIRONMENT is live',
    (env) => env.ALLIANCE_ENVIRONMENT === 'live' && isPlainHttp(env.ALLIANCE_BASE_URL),
  ],
  [
    () => 'PUBLIC_URL must be https because ALLIANCE_ENVIRONMENT is live: the bank posts callbacks to it',
    (env) => env.ALLIANCE_ENVIRONMENT === 'live' && isPlainHttp(env.PUBLIC_URL),
  ],
  [
    () => 'PUBLIC_URL is missing: the bank and the browser must be able to call us back',
    (env) => isProduction(env) && env.PUBLIC_URL === undefined,
  ],
  [
    () => `PUBLIC_URL ${BLOCKED_PORT}`,
    ({ PUBLIC_URL: url }) => url !== undefined && isBlocked(Number(new URL(url).port)),
  ],
  [
    ({ ALLIANCE_ENVIRONMENT: name }) => `API_KEY must start with ap_${name}_ because ALLIANCE_ENVIRONMENT is ${name}`,
    (env) =>
      env.API_KEY !== undefined &&
      (env.ALLIANCE_ENVIRONMENT as string | undefined) !== undefined && // it may be wrong itself
      !env.API_KEY.startsWith(`ap_${env.ALLIANCE_ENVIRONMENT}_`),
  ],
];

/** @param url may be written `HTTP://…` */
const isPlainHttp = (url: string | undefined): boolean => url !== undefined && new URL(url).protocol === 'http:';

const isProduction = (env: Environment): boolean => env.NODE_ENV === 'production';

function objections(env: Environment): string[] {
  const missing = ACCOUNT_VARIABLES.filter((name) => env[name] === undefined);
  const partly = missing.length < ACCOUNT_VARIABLES.length ? missing : [];
  return [
    ...partly.map((name) => `${name} is missing: the account variables go together, set all or none`),
    ...OBJECTIONS.filter(([, applies]) => applies(env)).map(([sentence]) => sentence(env)),
    ...dcmObjections(env),
  ];
}

function toConfig(env: Environment): GatewayConfig {
  return {
    host: env.HOST,
    port: env.PORT,
    role: env.ROLE,
    publicUrl: env.PUBLIC_URL ?? `http://${nameOf(env.HOST)}:${env.PORT}`,
    trustedProxies: env.TRUSTED_PROXIES ?? [],
    databaseUrl: env.DATABASE_URL ?? '', // it was objected to
    databasePoolSize: env.DATABASE_POOL_SIZE,
    preparedStatements: env.DATABASE_PREPARED_STATEMENTS === 'on',
    databaseNotices: env.DATABASE_NOTICES === 'on',
    production: isProduction(env),
    logLevel: env.LOG_LEVEL,
    keystoreKeysFile: env.KEYSTORE_KEYS_FILE ?? join(resolve(env.DATA_DIR), 'keystore.json'),
    remoteKeks: remoteKeksOf(env),
    keysFileBesideRemote: env.KEYSTORE_KEYS_FILE !== undefined,
    bankTimeoutMs: env.BANK_TIMEOUT_MS,
    sessionRenewHours: env.SESSION_RENEW_HOURS,
    sweepAtHour: env.SWEEP_AT === 'off' ? undefined : env.SWEEP_AT,
    sweepPerSecond: env.SWEEP_PER_SECOND,
    opsKey: env.OPS_KEY,
    webhookAllowedNetworks: env.WEBHOOK_ALLOWED_NETWORKS ?? [],
    failpoints: env.FAILPOINTS === 'on',
    account: accountOf(env),
    dcm: dcmOf(env, env.ALLIANCE_ENVIRONMENT),
  };
}

function remoteKeksOf(env: Environment): VaultConfig | AwsKmsConfig | undefined {
  const { VAULT_ADDR, VAULT_TRANSIT_KEY, VAULT_TRANSIT_MOUNT: mount, VAULT_NAMESPACE: namespace, AWS_KMS_KEYS } = env;
  if (env.KEYSTORE_PROVIDER === 'vault' && VAULT_ADDR && VAULT_TRANSIT_KEY) {
    return { provider: 'vault', address: VAULT_ADDR, key: VAULT_TRANSIT_KEY, mount, namespace, token: vaultToken(env) };
  }
  if (env.KEYSTORE_PROVIDER !== 'aws-kms' || !AWS_KMS_KEYS) return undefined;
  return { provider: 'aws-kms', ...AWS_KMS_KEYS, region: env.AWS_REGION, endpoint: env.AWS_KMS_ENDPOINT };
}

function vaultToken({ VAULT_TOKEN = '', VAULT_TOKEN_FILE }: Environment): () => string {
  return () => (VAULT_TOKEN_FILE === undefined ? VAULT_TOKEN : readFileSync(VAULT_TOKEN_FILE, 'utf8').trim());
}

function accountOf(env: Environment): AccountConfig | undefined {
  const { ALLIANCE_BASE_URL, ALLIANCE_MERCHANT_ID, ALLIANCE_SERVICE_CODE, ALLIANCE_PRIVATE_KEY } = env;
  if (!ALLIANCE_BASE_URL || !ALLIANCE_MERCHANT_ID || !ALLIANCE_SERVICE_CODE || !ALLIANCE_PRIVATE_KEY) return undefined;
  return {
    name: env.ALLIANCE_ACCOUNT_NAME,
    environment: env.ALLIANCE_ENVIRONMENT,
    baseUrl: ALLIANCE_BASE_URL,
    merchantId: ALLIANCE_MERCHANT_ID,
    a2aMerchantId: env.ALLIANCE_A2A_MERCHANT_ID,
    serviceCode: ALLIANCE_SERVICE_CODE,
    paymentKey: env.ALLIANCE_PAYMENT_KEY,
    shopOrigins: env.SHOP_ORIGINS,
    privateKey: ALLIANCE_PRIVATE_KEY,
    apiKey: env.API_KEY,
  };
}
