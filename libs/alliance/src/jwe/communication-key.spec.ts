import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { CommunicationKey, readPublicJwk } from './communication-key.js';
import { isPublishedExampleKey } from './published-keys.js';

interface KeyVector {
  readonly id: string;
  readonly kind: 'private' | 'public';
  readonly polarity: 'positive' | 'negative';
  readonly jwk: Readonly<Record<string, string>>;
}
const vectors = JSON.parse(readFileSync('test/fixtures/alliance/jwe/keys.json', 'utf8')) as KeyVector[];
const named = (polarity: KeyVector['polarity'], kind: KeyVector['kind']): [string, KeyVector][] =>
  vectors.filter((vector) => vector.polarity === polarity && vector.kind === kind).map((vector) => [vector.id, vector]);

const aKey = (): JsonWebKey => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
const point = (x: string, y: string) => ({ kty: 'EC', crv: 'P-384', x, y });

describe('CommunicationKey', () => {
  it.each(named('positive', 'private'))('imports %s', async (_id, { jwk }) => {
    const key = await CommunicationKey.import(jwk);
    expect(key.publicJwk()).toEqual(point(jwk['x']!, jwk['y']!));
    expect(key.thumbprint).toMatch(/^[\w-]{43}$/);
  });

  it.each(named('positive', 'public'))('reads the public key %s', (_id, { jwk }) => {
    expect(readPublicJwk(jwk)).toEqual(point(jwk['x']!, jwk['y']!));
  });

  it.each([
    ['auth-page-authorization-key', 'x'], // 47 bytes
    ['auth-page-payment-key', 'alg'], // misspelt, and y has 47 bytes
  ])('refuses %s, naming %s', async (id, member) => {
    const { jwk } = vectors.find((vector) => vector.id === id)!;
    await expect(CommunicationKey.import(jwk)).rejects.toMatchObject({ code: 'ALLIANCE_INVALID_KEY', member });
  });

  it('covers every negative vector', () => {
    expect(vectors.filter(({ polarity }) => polarity === 'negative')).toHaveLength(2);
  });

  const [good, other] = [aKey(), aKey()];
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'kty'],
    ['text', '{"kty":"EC"}', 'kty'],
    ['an RSA key', { ...good, kty: 'RSA' }, 'kty'],
    ['another curve', { ...good, crv: 'P-256' }, 'crv'],
    ['no curve', { ...good, crv: undefined }, 'crv'],
    ['another algorithm', { ...good, alg: 'ECDH-ES' }, 'alg'],
    ['a signing key', { ...good, use: 'sig' }, 'use'],
    ['no x', { ...good, x: undefined }, 'x'],
    ['x with padding', { ...good, x: `${String(good.x)}==` }, 'x'],
    ['x in base64', { ...good, x: '+'.repeat(64) }, 'x'],
    ['x of 47 bytes', { ...good, x: 'A'.repeat(63) }, 'x'],
    ['x of 49 bytes', { ...good, x: 'A'.repeat(66) }, 'x'],
    ['y of 47 bytes', { ...good, y: 'A'.repeat(63) }, 'y'],
    ['a point off the curve', { ...good, y: other.y }, 'y'],
    ['the public half alone', { ...good, d: undefined }, 'd'],
    ['d of another key', { ...good, d: other.d }, 'd'],
    ['d of 47 bytes', { ...good, d: 'A'.repeat(63) }, 'd'],
    ['d of zero', { ...good, d: 'A'.repeat(64) }, 'd'],
    ['d beyond the order', { ...good, d: '_'.repeat(64) }, 'd'],
  ])('refuses %s', async (_name, jwk, member) => {
    await expect(CommunicationKey.import(jwk)).rejects.toMatchObject({ code: 'ALLIANCE_INVALID_KEY', member });
  });

  it('tolerates missing alg and use, and unknown members', async () => {
    await expect(CommunicationKey.import({ ...good, kid: 'k', ext: true })).resolves.toBeInstanceOf(CommunicationKey);
  });

  it('never prints its secret', async () => {
    const key = await CommunicationKey.import(good);
    const options = { depth: 10, showHidden: true, getters: true };
    const told = [
      String(key),
      JSON.stringify({ key }),
      inspect(key),
      inspect({ key }, options),
      inspect([key], options),
    ];
    for (const text of told) {
      expect(text).toContain(key.thumbprint);
      expect(text).not.toContain(good.d);
    }
    expect(Object.keys(key)).toEqual(['thumbprint']);
  });

  it('names no secret in an error', async () => {
    const error: unknown = await CommunicationKey.import({ ...good, x: other.x }).catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(good.d);
  });

  it('recognises the keys that everybody can read', async () => {
    for (const [, { jwk }] of named('positive', 'private')) {
      expect(isPublishedExampleKey(await CommunicationKey.import(jwk))).toBe(true);
    }
    for (const [, { jwk }] of named('positive', 'public')) expect(isPublishedExampleKey(readPublicJwk(jwk))).toBe(true);
    expect(isPublishedExampleKey(await CommunicationKey.import(good))).toBe(false);
  });
});
