import { inspect } from 'node:util';
import { LocalKekProvider } from './local-kek-provider.js';
import { addLocalKek, generateLocalKeys, parseLocalKeys } from './local-keys.js';

const keys = generateLocalKeys();
const kek = Object.values(keys.keys)[0]!;

describe('LocalKekProvider', () => {
  it.each([
    ['a short key', { current: 'a', keys: { a: 'AAAA' } }, /KEK "a" has 3 bytes/],
    ['a missing current key', { current: 'b', keys: keys.keys }, /"b" is not among/],
    ['an id with a dot', { current: 'a.b', keys: { 'a.b': kek } }, /"a\.b" is not a KEK id/],
    ['a retired current key', { ...keys, minVersion: 2 }, /is below minVersion 2/],
    ['half a version', { ...keys, minVersion: 0.5 }, /minVersion/],
    ['the same key twice', { current: 'a', keys: { a: kek, b: kek } }, /"a" and "b" are the same key/],
  ])('refuses %s and says which', (_what, wrong, message) => {
    expect(() => LocalKekProvider.from(wrong)).toThrow(message);
    expect(() => LocalKekProvider.from(wrong)).toThrow(expect.objectContaining({ code: 'KEYSTORE_INVALID_KEYS' }));
  });

  it('wraps as RFC 3394, section 4.6 does', async () => {
    const hex = '000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F';
    const keks = LocalKekProvider.from({ current: 'a', keys: { a: Buffer.from(hex, 'hex').toString('base64url') } });
    const dek = Buffer.from('00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F', 'hex');
    const { wrapped } = await keks.wrap(dek);
    expect(Buffer.from(wrapped).toString('hex')).toBe(
      '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
    );
  });

  it('shows no key bytes when inspected', () => {
    const keks = LocalKekProvider.from(keys);
    expect(inspect(keks, { depth: 10, showHidden: true }) + JSON.stringify(keks)).not.toContain(kek);
  });

  it('gives fingerprints that stay, differ by key and are not the key', async () => {
    const { added, keys: both } = addLocalKek(keys);
    const prints = await LocalKekProvider.from(both).fingerprints();
    expect(prints).toMatchObject(await LocalKekProvider.from(keys).fingerprints());
    expect(prints[added]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(Object.values(prints)).size).toBe(2);
    const retired = LocalKekProvider.from({ ...both, current: added, minVersion: 2 });
    expect(Object.keys(await retired.fingerprints())).toEqual([added]);
  });

  it('pins the fingerprint: stored ones are compared with it', async () => {
    const keks = LocalKekProvider.from({ current: 'a', keys: { a: Buffer.alloc(32, 1).toString('base64url') } });
    expect(await keks.fingerprints()).toEqual({ a: 'a203af670264ee32b6b728062d6d20e9' });
  });
});

describe('local keys', () => {
  it('gets a next version that is not current yet', () => {
    const before = {
      current: 'old',
      minVersion: 1,
      keys: { old: kek, newer_v7: kek },
    };
    const { added, keys: after } = addLocalKek(before);
    expect(added).toMatch(/^kek_[0-9a-f]{12}_v8$/);
    expect(after).toMatchObject({ current: 'old', minVersion: 1 });
    expect(Object.keys(after.keys)).toEqual(['old', 'newer_v7', added]);
  });

  it('reads back what it made', () => {
    const { keys: both } = addLocalKek({ ...keys, minVersion: 1 });
    expect(parseLocalKeys(JSON.stringify(both))).toEqual(both);
  });

  it.each([
    ['no JSON', `{"current":"a","keys":{"a":"${kek}"`, /not JSON/],
    ['a list', '[]', /not a JSON object/],
    ['nothing', 'null', /not a JSON object/],
    ['a slip of the pen', JSON.stringify({ ...keys, minversion: 2 }), /unknown member "minversion"/],
    ['no current', JSON.stringify({ keys: keys.keys }), /"current"/],
    ['a version in words', JSON.stringify({ ...keys, minVersion: '2' }), /"minVersion"/],
    ['no keys', JSON.stringify({ current: 'a' }), /"keys"/],
    ['keys in a list', JSON.stringify({ current: 'a', keys: [kek] }), /"keys"/],
    ['a number for a key', JSON.stringify({ current: 'a', keys: { a: 1 } }), /KEK "a"/],
  ])('refuses %s without quoting the keys', (_what, text, message) => {
    const error = thrownBy(() => parseLocalKeys(text));
    expect(error).toMatchObject({ code: 'KEYSTORE_INVALID_KEYS', message: expect.stringMatching(message) });
    expect(inspect(error)).not.toContain(kek);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
