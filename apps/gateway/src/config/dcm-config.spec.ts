import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, loadConfig } from './gateway-config.js';

type Environment = Readonly<Record<string, string>>;

const GUID = '5a1c2f0e-7b3d-4c58-9e61-2d4f8a0b6c17';
const load = (env: Environment) => loadConfig({ DATABASE_URL: 'postgres://gateway:pw@db.example/gateway', ...env });
const aBank = (over: Environment = {}): Environment => ({
  DCM_BASE_URL: 'http://127.0.0.1:4001/dcm/',
  DCM_COUNTERPARTY_GUID: GUID.toUpperCase(),
  ...over,
});
function complaints(env: Environment): string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split('\n');
  }
}

it('makes a bank of an address and a GUID', () => {
  expect(load(aBank()).dcm).toEqual({
    baseUrl: 'http://127.0.0.1:4001/dcm',
    counterpartyGuid: GUID,
    employee: undefined,
    kidPrefix: 'test-bank',
    rotationDays: 90,
    matchIssued: false,
    acceptForwarded: false,
    allowHttp: false,
    authRate: 1_000,
    authSubjectRate: 300,
    bankCode: undefined,
    merchantUid: undefined,
    keyWrap: undefined,
  });
});

it('takes an employee with the password from a file', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'dcm-config-'));
  writeFileSync(path.join(directory, 'password'), 'secret-1\n');
  const env = { DCM_EMPLOYEE_LOGIN: 'a@b.example', DCM_EMPLOYEE_PASSWORD_FILE: path.join(directory, 'password') };
  expect(load(aBank(env)).dcm?.employee).toEqual({ login: 'a@b.example', password: 'secret-1' });
  rmSync(directory, { recursive: true });
});

it.each<[string, Environment, string]>([
  ['no GUID', { DCM_BASE_URL: 'https://dcm.example' }, 'DCM_COUNTERPARTY_GUID is missing'],
  ['no address', { DCM_COUNTERPARTY_GUID: GUID }, 'DCM_BASE_URL is missing'],
  ['a GUID that is none', aBank({ DCM_COUNTERPARTY_GUID: 'bank' }), 'DCM_COUNTERPARTY_GUID must be the GUID'],
  ['an address that is none', aBank({ DCM_BASE_URL: 'dcm.example' }), 'DCM_BASE_URL must be an http or https URL'],
  ['plain http to another host', aBank({ DCM_BASE_URL: 'http://dcm.example' }), 'DCM_BASE_URL must be https'],
  ['a log-in without password', aBank({ DCM_EMPLOYEE_LOGIN: 'a@b.example' }), 'DCM_EMPLOYEE_PASSWORD is missing'],
  ['a password without log-in', aBank({ DCM_EMPLOYEE_PASSWORD: 'secret-1' }), 'DCM_EMPLOYEE_LOGIN is missing'],
  ['a key for ever', aBank({ DCM_KEY_ROTATION_DAYS: '9999' }), 'DCM_KEY_ROTATION_DAYS must be a whole number'],
  ['a bank code that is none', aBank({ DCM_BANK_CODE: '99999' }), 'DCM_BANK_CODE must be the six digits'],
  ['a uid that is none', aBank({ DCM_MERCHANT_UID: 'shop' }), 'DCM_MERCHANT_UID must be the uid'],
  ['an unknown wrap', aBank({ DCM_KEY_WRAP: 'rsa' }), 'DCM_KEY_WRAP must be one of oaep-sha256, oaep-sha1, pkcs1'],
  ['a flag that is none', aBank({ DCM_MATCH_ISSUED: 'yes' }), 'DCM_MATCH_ISSUED must be 0 or 1'],
])('refuses %s and says why', (_what, env, sentence) => {
  const [first = '', ...others] = complaints(env);
  expect(first).toContain(sentence);
  expect(others).toEqual([]);
  expect(first).not.toContain('secret-1');
});

it('lets a private network be http when told so', () => {
  expect(complaints(aBank({ DCM_BASE_URL: 'http://simulator:4001/dcm', DCM_ALLOW_HTTP: '1' }))).toEqual([]);
});
