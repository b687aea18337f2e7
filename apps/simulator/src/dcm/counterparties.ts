import { listMember, textMember, urlMember, uuidMember } from './members.js';
import { type DcmMerchant, parseDcmMerchant } from './platform/merchant.js';
import { parseBankJwk, type RsaJwk } from './rsa-jwk.js';
import { WireError } from './refusal.js';
import { isObject } from './strict-json.js';

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
  /** Where payment messages are told (section 10.3); absent = nobody is told. */
  readonly callbackUrl?: string;
  readonly merchants: readonly DcmMerchant[];
  /** Registered at onboarding. */
  readonly firstJwk?: RsaJwk;
}

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
    ...(value['callbackUrl'] !== undefined && { callbackUrl: urlMember(value, 'callbackUrl') }),
    ...(value['firstJwk'] !== undefined && { firstJwk: parseFirstJwk(value['firstJwk']) }),
  };
}
