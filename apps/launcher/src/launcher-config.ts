import path from 'node:path';
import { isHost, LOOPBACK } from './address.js';
import { isBlocked } from './blocked-ports.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LauncherConfig {
  readonly gatewayPort: number;
  readonly simulatorPort: number;
  readonly shopPort: number;
  readonly postgresPort: number;
  /** Where gateway and shop listen; undefined: {@link LOOPBACK}. */
  readonly host: string | undefined;
  /** Where the simulator listens: it has no password, so it does not follow HOST. Undefined: {@link LOOPBACK}. */
  readonly simulatorHost: string | undefined;
  /** Where the bank and the browser reach the gateway; undefined: where it listens. */
  readonly publicUrl: string | undefined;
  /** Absolute. */
  readonly dataDir: string;
  /** Where the gateway reads the address of the database that we start; undefined: it is given somebody else's. */
  readonly databaseUrlFile: string | undefined;
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

/** Ports that a browser or another app calls, and the one of the database. */
const PORTS = { GATEWAY_PORT: 4000, SIMULATOR_PORT: 4001, SHOP_PORT: 4002, POSTGRES_PORT: 54_380 } as const;
type PortName = keyof typeof PORTS;
/** Kubernetes describes every service to every container: a service "shop" sets SHOP_PORT=tcp://10.96.0.12:4002. */
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//iu;

const ACCOUNT = ['ALLIANCE_BASE_URL', 'ALLIANCE_MERCHANT_ID', 'ALLIANCE_SERVICE_CODE', 'ALLIANCE_PRIVATE_KEY'] as const;
/** Either the variable or its `_FILE` twin counts. */
const BY_FILE: readonly string[] = ['ALLIANCE_SERVICE_CODE', 'ALLIANCE_PRIVATE_KEY', 'DATABASE_URL'];

/** @throws ConfigError */
export function readLauncherConfig(env: Environment): LauncherConfig {
  const problems = [...portProblems(env), ...hostProblems(env), ...urlProblems(env), ...accountProblems(env)];
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const dataDir = path.resolve(set(env, 'DATA_DIR') ?? '.data');
  return {
    gatewayPort: portOf(env, 'GATEWAY_PORT'),
    simulatorPort: portOf(env, 'SIMULATOR_PORT'),
    shopPort: portOf(env, 'SHOP_PORT'),
    postgresPort: portOf(env, 'POSTGRES_PORT'),
    host: set(env, 'HOST'),
    simulatorHost: set(env, 'SIMULATOR_HOST'),
    publicUrl: set(env, 'PUBLIC_URL'),
    dataDir,
    databaseUrlFile: isGiven(env, 'DATABASE_URL') ? undefined : path.join(dataDir, 'run', 'database-url'),
    bankUrl: set(env, 'ALLIANCE_BASE_URL'),
    bankEnvironment: set(env, 'ALLIANCE_ENVIRONMENT') === 'live' ? 'live' : 'test',
    dcmUrl: set(env, 'DCM_BASE_URL'),
  };
}

/** The folder of the database that we start, and that commands look for. */
export const databaseDirectoryOf = (dataDir: string): string => path.join(dataDir, 'postgres');

/** Blank counts as not set, as in a half-filled .env file. */
function set(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function isGiven(env: Environment, name: string): boolean {
  return set(env, name) !== undefined || (BY_FILE.includes(name) && set(env, `${name}_FILE`) !== undefined);
}

const portText = (env: Environment, name: PortName): string => {
  const text = set(env, name);
  return text === undefined || SERVICE_LINK.test(text) ? String(PORTS[name]) : text;
};

/** A wrong one is told where it is used, and does not matter elsewhere. */
function portOf(env: Environment, name: PortName): number {
  const text = portText(env, name);
  return isPort(text) ? Number(text) : PORTS[name];
}

/** The ports of this start: nobody listens on the others. */
function usedPorts(env: Environment): PortName[] {
  const used: Record<PortName, boolean> = {
    GATEWAY_PORT: true,
    SIMULATOR_PORT: !isGiven(env, 'ALLIANCE_BASE_URL'),
    SHOP_PORT: true,
    POSTGRES_PORT: !isGiven(env, 'DATABASE_URL'),
  };
  return (Object.keys(PORTS) as PortName[]).filter((name) => used[name]);
}

function portProblems(env: Environment): string[] {
  const names = usedPorts(env);
  const wrong = names.filter((name) => !isPort(portText(env, name)));
  const ports = names.filter((name) => !wrong.includes(name));
  const twice = ports.filter((name) => ports.some((other) => other < name && portOf(env, other) === portOf(env, name)));
  const blocked = ports.filter((name) => name !== 'POSTGRES_PORT' && isBlocked(portOf(env, name)));
  return [
    ...wrong.map((name) => `${name} is not a port: set it to a whole number from 1 to 65535.`),
    ...twice.map((name) => `${name} is the port of another app, too: give every app a port of its own.`),
    ...blocked.map((name) => `${name} is a port that browsers and fetch refuse to call: set it to another one.`),
  ];
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function hostProblems(env: Environment): string[] {
  const names = isGiven(env, 'ALLIANCE_BASE_URL') ? ['HOST'] : ['HOST', 'SIMULATOR_HOST'];
  return names
    .filter((name) => !isHost(set(env, name) ?? LOOPBACK))
    .map((name) => `${name} is not an address to listen on: write an IP address or a host name, such as ${LOOPBACK}.`);
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
    ...(environment === 'live' && missing.length === ACCOUNT.length
      ? [
          `ALLIANCE_ENVIRONMENT is live, but no bank is named: set ${ACCOUNT.join(', ')}, or unset it for the simulator.`,
        ]
      : []),
    ...(isPartial
      ? missing.map((name) => `${name} is missing: set all of ${ACCOUNT.join(', ')}, or none for the bank simulator.`)
      : []),
  ];
}
