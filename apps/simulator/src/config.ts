import { readFileSync } from 'node:fs';
import { isBlocked } from './blocked-ports.js';
import { type Merchant, parseMerchant } from './bank/merchants.js';
import { type CounterpartySeed, parseCounterparty } from './dcm/counterparties.js';

export interface SimulatorConfig {
  readonly host: string;
  readonly port: number;
  /** Base of redirectUrl and statusUrl, without a slash at the end; absent = http://localhost:PORT. */
  readonly publicUrl?: string;
  readonly merchants: readonly Merchant[];
  /** Banks at DCM; absent = none. */
  readonly counterparties?: readonly CounterpartySeed[];
  readonly stateFile?: string;
  readonly strict: boolean;
}

/** One sentence: which variable, what is wrong, how to mend it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Env = Readonly<Record<string, string | undefined>>;

const portOf = (value = '4001'): number => {
  const port = Number(value);
  if (isBlocked(port)) {
    throw new ConfigError(`PORT is ${value}, which browsers and fetch refuse to call: set it to another one.`);
  }
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port;
  throw new ConfigError(`PORT is "${value}", which is not a port: set it to a whole number from 0 to 65535.`);
};

const publicUrlOf = (value: string): string => {
  if (URL.canParse(value) && /^https?:/i.test(value)) return value.replace(/\/+$/, '');
  throw new ConfigError(`PUBLIC_URL is "${value}", which is not a web address: set it like http://localhost:4001.`);
};

const strictOf = (value = '0'): boolean => {
  if (value === '0' || value === '1') return value === '1';
  throw new ConfigError(
    `SIMULATOR_STRICT is "${value}": set it to 0 (accept the documented samples) or 1 (enforce the tables).`,
  );
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown problem');

interface ListFile<T> {
  readonly variable: string;
  readonly element: string;
  readonly members: string;
  readonly parse: (row: unknown) => T;
}

const MERCHANTS_FILE: ListFile<Merchant> = {
  variable: 'MERCHANTS_FILE',
  element: 'merchant',
  members: '"serviceCode", "merchantId", "name", "clientPublicKey", "terminal"',
  parse: parseMerchant,
};

const COUNTERPARTIES_FILE: ListFile<CounterpartySeed> = {
  variable: 'COUNTERPARTIES_FILE',
  element: 'counterparty',
  members: '"guid", "name", "alias", "authServiceUrl", "employees"',
  parse: parseCounterparty,
};

const readList = (path: string, { variable, members }: ListFile<unknown>): readonly unknown[] => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(`${variable} "${path}" cannot be read: create it or correct the path.`);
  }
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // said below: the parser's message would quote the file
  }
  throw new ConfigError(`${variable} "${path}" is not a JSON array: write [{${members}}].`);
};

const readFile = <T>(path: string, file: ListFile<T>): readonly T[] =>
  readList(path, file).map((row, index) => {
    try {
      return file.parse(row);
    } catch (error) {
      const entry = `${file.variable} "${path}", ${file.element} ${index + 1}`;
      throw new ConfigError(`${entry}: ${reasonOf(error)}; correct that entry.`, { cause: error });
    }
  });

/** A login names one employee on the whole platform. */
const readCounterparties = (path: string): readonly CounterpartySeed[] => {
  const list = readFile(path, COUNTERPARTIES_FILE);
  const logins = list.flatMap(({ employees }) => employees.map(({ login }) => login.toLowerCase()));
  const twin = logins.find((login, index) => logins.indexOf(login) !== index);
  if (twin === undefined) return list;
  throw new ConfigError(`COUNTERPARTIES_FILE "${path}" names employee ${twin} twice: give each login once.`);
};

const set = (value: string | undefined): string | undefined =>
  value === undefined || value === '' ? undefined : value;

/** @throws ConfigError */
export function readConfig(env: Env): SimulatorConfig {
  const publicUrl = set(env['PUBLIC_URL']);
  const merchantsFile = set(env['MERCHANTS_FILE']);
  const counterpartiesFile = set(env['COUNTERPARTIES_FILE']);
  const stateFile = set(env['STATE_FILE']);
  return {
    host: set(env['HOST']) ?? '127.0.0.1',
    port: portOf(set(env['PORT'])),
    merchants: merchantsFile === undefined ? [] : readFile(merchantsFile, MERCHANTS_FILE),
    strict: strictOf(set(env['SIMULATOR_STRICT'])),
    ...(publicUrl !== undefined && { publicUrl: publicUrlOf(publicUrl) }),
    ...(counterpartiesFile !== undefined && { counterparties: readCounterparties(counterpartiesFile) }),
    ...(stateFile !== undefined && { stateFile }),
  };
}
