import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LauncherConfig {
  readonly gatewayPort: number;
  readonly simulatorPort: number;
  readonly shopPort: number;
  readonly postgresPort: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Somebody else's PostgreSQL; without it the gateway starts its own. */
  readonly usesOwnDatabase: boolean;
  /** A real bank; without it the simulator is started. */
  readonly bankUrl: string | undefined;
  readonly bankEnvironment: 'test' | 'live';
  /** A real DCM; without it the simulator's is used, if the simulator is started. */
  readonly dcmUrl: string | undefined;
}

/** Every problem found, a line each: variable, problem, fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const PORTS = { GATEWAY_PORT: 4000, SIMULATOR_PORT: 4001, SHOP_PORT: 4002, POSTGRES_PORT: 54_380 } as const;
type PortName = keyof typeof PORTS;

/** Either the variable or its `_FILE` twin counts. */
const ACCOUNT = ['ALLIANCE_BASE_URL', 'ALLIANCE_MERCHANT_ID', 'ALLIANCE_SERVICE_CODE', 'ALLIANCE_PRIVATE_KEY'] as const;

/** @throws ConfigError */
export function readLauncherConfig(env: Environment): LauncherConfig {
  const problems = [...portProblems(env), ...urlProblems(env), ...accountProblems(env)];
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return {
    gatewayPort: portOf(env, 'GATEWAY_PORT'),
    simulatorPort: portOf(env, 'SIMULATOR_PORT'),
    shopPort: portOf(env, 'SHOP_PORT'),
    postgresPort: portOf(env, 'POSTGRES_PORT'),
    dataDir: path.resolve(set(env, 'DATA_DIR') ?? '.data'),
    usesOwnDatabase: !isGiven(env, 'DATABASE_URL'),
    bankUrl: set(env, 'ALLIANCE_BASE_URL'),
    bankEnvironment: set(env, 'ALLIANCE_ENVIRONMENT') === 'live' ? 'live' : 'test',
    dcmUrl: set(env, 'DCM_BASE_URL'),
  };
}

/** Blank counts as not set, as in a half-filled .env file. */
function set(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function isGiven(env: Environment, name: string): boolean {
  return set(env, name) !== undefined || set(env, `${name}_FILE`) !== undefined;
}

function portOf(env: Environment, name: PortName): number {
  return Number(set(env, name) ?? PORTS[name]);
}

function portProblems(env: Environment): string[] {
  const names = Object.keys(PORTS) as PortName[];
  const wrong = names.filter((name) => !isPort(set(env, name) ?? String(PORTS[name])));
  const twice = names.filter((name) => names.some((other) => other < name && portOf(env, other) === portOf(env, name)));
  return [
    ...wrong.map((name) => `${name} is not a port: set it to a whole number from 1 to 65535.`),
    ...twice.map((name) => `${name} is the port of another app, too: give every app a port of its own.`),
  ];
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** The values are not repeated: they may hold passwords. */
function urlProblems(env: Environment): string[] {
  const database = set(env, 'DATABASE_URL');
  const bank = set(env, 'ALLIANCE_BASE_URL');
  const dcm = set(env, 'DCM_BASE_URL');
  return [
    ...(database === undefined || isUrl(database, /^postgres(ql)?:$/)
      ? []
      : ['DATABASE_URL is not a PostgreSQL URL: write postgres://user:password@host:5432/database.']),
    ...(bank === undefined || isUrl(bank, /^https?:$/)
      ? []
      : ['ALLIANCE_BASE_URL is not a web address: copy the one the bank gave you.']),
    ...(dcm === undefined || isUrl(dcm, /^https?:$/)
      ? []
      : ['DCM_BASE_URL is not a web address: copy the one DCM gave you.']),
  ];
}

function isUrl(text: string, protocol: RegExp): boolean {
  return URL.canParse(text) && protocol.test(new URL(text).protocol);
}

function accountProblems(env: Environment): string[] {
  const environment = set(env, 'ALLIANCE_ENVIRONMENT') ?? 'test';
  const missing = ACCOUNT.filter((name) => !isGiven(env, name));
  const isPartial = missing.length > 0 && missing.length < ACCOUNT.length;
  return [
    ...(environment === 'test' || environment === 'live' ? [] : ['ALLIANCE_ENVIRONMENT must be test or live.']),
    ...(isPartial
      ? missing.map((name) => `${name} is missing: set all of ${ACCOUNT.join(', ')}, or none for the bank simulator.`)
      : []),
  ];
}
