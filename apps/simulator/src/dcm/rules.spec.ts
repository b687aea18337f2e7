import { generateKeyPairSync } from 'node:crypto';
import { parseDcmFault } from './dcm-faults.js';
import { DcmKeys } from './dcm-keys.js';
import { changeSettings, DEFAULT_SETTINGS } from './dcm-settings.js';
import { JwkRecords } from './jwk-records.js';
import { Employees } from './employees.js';
import { signJws } from './jws.js';
import { ReplayMemory } from './platform/replay-memory.js';
import { type WireError } from './refusal.js';
import { modulusBits } from './rsa-jwk.js';
import { parseStrictObject } from './strict-json.js';
import { verifyToken } from './verifier.js';

it.each([
  ['{"a":1,"b":{"a":2}}', true],
  ['{"a":1,"a":2}', false],
  ['{"a":1,"\\u0061":2}', false],
  ['{"x":[{"a":1},{"a":2}],"y":"{\\"a\\":1,\\"a\\":2}"}', true],
  ['{"x":[{"a":1,"a":2}]}', false],
  ['[1]', false],
  ['null', false],
  ['{', false],
])('%s is a strict object: %j', (text, good) => {
  expect(parseStrictObject(text) !== undefined).toBe(good);
});

it.each<[string, unknown, number]>([
  ['2048 bits', Buffer.alloc(256, 0xff).toString('base64url'), 2_048],
  ['2041 bits', Buffer.concat([Buffer.from([1]), Buffer.alloc(255, 1)]).toString('base64url'), 2_041],
  ['a leading zero', Buffer.alloc(256).toString('base64url'), 0],
  ['padding', 'AQ==', 0],
  ['other letters', 'A+/A', 0],
  ['no text', 5, 0],
])('a modulus of %s', (_name, n, bits) => {
  expect(modulusBits(n)).toBe(bits);
});

describe('a token of one key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }];
  const NOW = 1_767_225_600;
  const claims = { flow: 'sign-in', obj: 'o', sub: 's', iat: NOW, exp: NOW + 300 };
  const check = (token: string): string => {
    try {
      verifyToken(token, { profile: 'authorization', keys, now: NOW });
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const signed = (over: object): string => signJws({ ...claims, ...over }, { kid: 'k', privateKey });
  const withoutSignature = (token: string): string => token.slice(0, token.lastIndexOf('.') + 1);

  it.each<[string, string, string]>([
    ['is accepted', signed({}), 'accepted'],
    ['needs its signature', withoutSignature(signed({})), 'malformed'],
    ['takes no fourth segment', `${signed({})}.`, 'malformed'],
    ['takes no padding', `${signed({})}=`, 'malformed'],
    ['is at most 8 KiB', signed({ more: 'x'.repeat(8_192) }), 'malformed'],
    ['takes obj of 500 characters', signed({ obj: 'x'.repeat(500) }), 'accepted'],
    ['takes no obj of 501 characters', signed({ obj: 'x'.repeat(501) }), 'claim_type'],
    ['counts null as absent', signed({ sub: null }), 'claim_missing'],
    ['takes whole seconds only', signed({ iat: NOW + 0.5 }), 'claim_type'],
    ['takes flow exactly', signed({ flow: 'Sign-In' }), 'flow_invalid'],
    ['names the missing claim before the wrong type', signed({ sub: '', exp: 'x' }), 'claim_missing'],
    ['names the lifetime before the future', signed({ iat: NOW + 90, exp: NOW }), 'lifetime_invalid'],
  ])('%s', (_name, token, verdict) => {
    expect(check(token)).toBe(verdict);
  });
});

it.each<[object, string]>([
  [{ signer: 'bank' }, 'signer must be one of dcm, forward'],
  [{ callback_timeout: 5_001 }, 'callback_timeout must be a whole number from 1 to 5000'],
  [{ max_attempts: 11 }, 'max_attempts must be a whole number from 1 to 10'],
  [{ clock: 1 }, '"clock" is not a setting'],
])('refuses the setting %j', (change, text) => {
  expect(() => changeSettings(DEFAULT_SETTINGS, { ...change })).toThrow(text);
});

it.each<[object, string]>([
  [{}, 'kind must be one of jwks_delay'],
  [{ kind: 'jwks_fail', httpStatus: 100 }, 'httpStatus must be 200 to 599'],
  [{ kind: 'callback_delay', delayMs: -1 }, 'delayMs must be a whole number'],
])('refuses the fault %j', (body, text) => {
  expect(() => parseDcmFault({ ...body })).toThrow(text);
});

it('drops a key but never the last one', () => {
  const keys = new DcmKeys(() => 0);
  const { kid } = keys.signing();
  expect(() => {
    keys.drop(kid);
  }).toThrow('the only key cannot be dropped');
  const next = keys.rotate(true);
  keys.drop(kid);
  expect([keys.signing().kid, keys.publicSet().keys.length]).toEqual([next.kid, 1]);
});

describe('a key record', () => {
  const jwk = (kid: string) => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
  };
  const [one, two] = [jwk('one'), jwk('two')];
  const outcome = (work: (records: JwkRecords, guid: string) => unknown): unknown => {
    const records = new JwkRecords(() => 0);
    const { guid } = records.register('bank', one);
    records.register('bank', two);
    try {
      work(records, guid);
      return records.keysOf('bank').map(({ kid }) => kid);
    } catch (error) {
      return (error as WireError).body['error'];
    }
  };
  it.each<[string, (records: JwkRecords, guid: string) => unknown, unknown]>([
    ['takes a new kid with new material', (records, guid) => records.replace('bank', guid, jwk('3')), ['3', 'two']],
    ['takes the same key again', (records, guid) => records.replace('bank', guid, one), ['one', 'two']],
    [
      'keeps a kid to its material',
      (records, guid) => records.replace('bank', guid, jwk('one')),
      expect.stringContaining('other material'),
    ],
    [
      'takes no kid of another record',
      (records, guid) => records.replace('bank', guid, two),
      expect.stringContaining('registered already'),
    ],
    ['is closed to another bank', (records, guid) => records.replace('other', guid, jwk('3')), 'jwk not found'],
    [
      'shares no kid with a later one',
      (records) => records.register('bank', one),
      expect.stringContaining('registered already'),
    ],
    ['may have the kid of another bank', (records) => records.register('other', one), ['one', 'two']],
  ])('%s', (_name, work, expected) => {
    expect(outcome(work)).toEqual(expected);
  });
});

it('remembers a request token for 660 s, per signer and kid', () => {
  let now = 0;
  const memory = new ReplayMemory(() => now);
  memory.add('a', 'k', '1');
  const has = (signer: string, kid = 'k'): boolean => memory.has(signer, kid, '1');
  expect([has('a'), has('b'), has('a', 'other')]).toEqual([true, false, false]);
  now = 659_999;
  expect(has('a')).toBe(true);
  now = 660_000;
  expect(has('a')).toBe(false);
});

it('lets a created employee in once a good password is set', () => {
  const employees = new Employees();
  employees.create('g', 'New@bank.example', { roles: ['Operator', 5] });
  expect(employees.authenticate('new@bank.example', '')).toBeUndefined();
  expect(() => {
    employees.setPassword('new@bank.example', 'weakweak');
  }).toThrow('password needs 8 characters');
  employees.setPassword('new@bank.example', 'Test-only-1!');
  expect(employees.authenticate('NEW@bank.example', 'Test-only-1!')).toMatchObject({ roles: ['Operator'] });
});
