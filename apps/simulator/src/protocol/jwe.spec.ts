import { readFileSync } from 'node:fs';
import { CompactEncrypt, importJWK } from 'jose';
import {
  decryptCompact,
  encryptCompact,
  generatePrivateJwk,
  parsePublicJwk,
  type PrivateJwk,
  publicHalf,
} from './jwe.js';

interface PrintedKey {
  readonly id: string;
  readonly polarity: 'positive' | 'negative';
  readonly jwk: PrivateJwk;
}
interface Vector {
  readonly id: string;
  readonly jwe: string;
  readonly wellFormed: boolean;
  readonly decryptableWith: string | null;
  readonly plaintext: string;
}

const read = (file: string): unknown => JSON.parse(readFileSync(`test/fixtures/alliance/jwe/${file}`, 'utf8'));
const keys = read('keys.json') as PrintedKey[];
const vectors = read('vectors.json') as Vector[];
const keyNamed = (id: string): PrivateJwk => keys.find((key) => key.id === id)!.jwk;

describe('keys', () => {
  it.each(keys.filter(({ polarity }) => polarity === 'positive'))('takes $id', ({ jwk }) => {
    expect(parsePublicJwk(publicHalf(jwk))).toEqual(publicHalf(jwk));
  });

  it.each(keys.filter(({ polarity }) => polarity === 'negative'))('refuses $id', ({ jwk }) => {
    expect(() => parsePublicJwk(publicHalf(jwk))).toThrow(/must be 48 bytes/);
  });

  it.each<[string, object, RegExp]>([
    ['another curve', { crv: 'P-256' }, /crv/],
    ['a private half', { d: 'x' }, /public half only/],
    ['a point off the curve', { y: 'A'.repeat(64) }, /not a point/],
  ])('refuses %s', (_name, over, message) => {
    expect(() => parsePublicJwk({ ...publicHalf(keyNamed('client-comm-key')), ...over })).toThrow(message);
  });
});

describe('JWE', () => {
  it.each(vectors.filter(({ decryptableWith }) => decryptableWith))(
    'opens $id',
    async ({ jwe, decryptableWith, plaintext }) => {
      expect(await decryptCompact(jwe, keyNamed(decryptableWith!))).toBe(plaintext);
    },
  );

  it.each(vectors.filter(({ wellFormed }) => !wellFormed))('refuses $id', async ({ jwe }) => {
    await expect(decryptCompact(jwe, keyNamed('client-comm-key'))).rejects.toThrow();
  });

  it('seals with nothing but alg, enc and epk in the header', async () => {
    const key = await generatePrivateJwk();
    const jwe = await encryptCompact('{"name":"Їжак"}', publicHalf(key));
    const header = JSON.parse(Buffer.from(jwe.split('.')[0]!, 'base64url').toString()) as object;
    expect(Object.keys(header).sort()).toEqual(['alg', 'enc', 'epk']);
    expect(await decryptCompact(jwe, key)).toBe('{"name":"Їжак"}');
  });

  it('refuses another algorithm', async () => {
    const key = await generatePrivateJwk();
    const recipient = await importJWK({ ...publicHalf(key), alg: 'ECDH-ES' });
    const header = { alg: 'ECDH-ES', enc: 'A256GCM' };
    const jwe = await new CompactEncrypt(new Uint8Array(2)).setProtectedHeader(header).encrypt(recipient);
    await expect(decryptCompact(jwe, key)).rejects.toThrow();
  });
});
