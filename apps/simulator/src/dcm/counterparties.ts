import { listMember, textMember, urlMember, uuidMember } from './members.js';
import { type DcmMerchant, parseDcmMerchant } from './platform/merchant.js';
import { parseBankJwk, type RsaJwk } from './rsa-jwk.js';
import { WireError } from './refusal.js';
import { isObject, type JsonObject } from './strict-json.js';

export interface EmployeeSeed {
  /** E-mail, unique at the platform. */
  readonly login: string;
  readonly password: string;
  readonly roles: readonly string[];
}

/** One bank under contract: an element of COUNTERPARTIES_FILE. */
export interface Counterparty {
  readonly guid: string;
  readonly name: string;
  readonly alias: string;
  /** Without a slash at the end; the three calls of section 9 live below it. */
  readonly authServiceUrl: string;
  /** Pseudo-users that own the bank's own accounts. */
  readonly keyKeepers: { readonly identification: string; readonly processing: string };
  /** Bank code. */
  readonly bic: string;
  /** Where payment messages are told (section 10.3), unless {@link callbackUrls} names another; absent = nobody is told. */
  readonly callbackUrl?: string;
  /** One address per callback: pay-in and credit have the same members, so that one address cannot tell them apart. */
  readonly callbackUrls: Readonly<Partial<Record<BankCallbackName, string>>>;
  /** The host of the balance notifications (section 9); absent = none are sent. */
  readonly notifyUrl?: string;
  /** Where names and tax numbers of receivers are asked for (section 10.3). */
  readonly creditorDataUrl?: string;
  readonly merchants: readonly DcmMerchant[];
  /** Registered at onboarding. */
  readonly firstJwk?: RsaJwk;
}

const BANK_CALLBACKS = ['payIn', 'payOut', 'credit', 'grossSettlement'] as const;
export type BankCallbackName = (typeof BANK_CALLBACKS)[number];

export interface CounterpartySeed extends Counterparty {
  readonly employees: readonly EmployeeSeed[];
}

const KEY_KEEPERS = { identification: 'keykeeper-identification', processing: 'keykeeper-processing' };

const parseEmployee = (value: unknown): EmployeeSeed => {
  if (!isObject(value)) throw new Error('an employee must be an object');
  const { password, roles = ['Administrator'] } = value;
  if (typeof password !== 'string' || password === '') throw new Error('password of an employee is missing');
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string'))
    throw new Error('roles of an employee must be a list of strings');
  return { login: textMember(value, 'login'), password, roles };
};

const parseFirstJwk = (value: unknown): RsaJwk => {
  try {
    return parseBankJwk(value);
  } catch (error) {
    const reason = error instanceof WireError ? String(error.body['error']) : 'is malformed';
    throw new Error(`firstJwk: ${reason}`, { cause: error });
  }
};

const parseCallbackUrls = ({ callbackUrls = {} }: JsonObject): Counterparty['callbackUrls'] => {
  if (!isObject(callbackUrls)) throw new Error('callbackUrls must be an object');
  const given = BANK_CALLBACKS.filter((name) => callbackUrls[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, urlMember(callbackUrls, name)]));
};

const OPTIONAL_URLS = ['callbackUrl', 'notifyUrl', 'creditorDataUrl'] as const;
const parseOptionalUrls = (row: JsonObject): Partial<Record<(typeof OPTIONAL_URLS)[number], string>> =>
  Object.fromEntries(
    OPTIONAL_URLS.filter((name) => row[name] !== undefined).map((name) => [name, urlMember(row, name)]),
  );

/** @throws Error with one sentence that names the member and the problem. */
export function parseCounterparty(value: unknown): CounterpartySeed {
  if (!isObject(value)) throw new Error('a counterparty must be an object');
  const keyKeepers = isObject(value['keyKeepers']) ? value['keyKeepers'] : {};
  return {
    guid: uuidMember(value, 'guid'),
    name: textMember(value, 'name', 'Bank'),
    alias: textMember(value, 'alias', 'bank'),
    authServiceUrl: urlMember(value, 'authServiceUrl'),
    keyKeepers: {
      identification: textMember(keyKeepers, 'identification', KEY_KEEPERS.identification),
      processing: textMember(keyKeepers, 'processing', KEY_KEEPERS.processing),
    },
    bic: textMember(value, 'bic', '999991'),
    merchants: listMember(value, 'merchants').map(parseDcmMerchant),
    employees: listMember(value, 'employees').map(parseEmployee),
    callbackUrls: parseCallbackUrls(value),
    ...parseOptionalUrls(value),
    ...(value['firstJwk'] !== undefined && { firstJwk: parseFirstJwk(value['firstJwk']) }),
  };
}
