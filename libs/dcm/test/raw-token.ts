import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type RsaPublicJwk } from '../src/index.js';

/** The moment of the tests, Unix seconds. */
export const NOW = 1_767_225_600;
export const clock = (): Date => new Date(NOW * 1000);

export const encode = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token with any header and body, which libs/dcm would not make. Text is taken as it is. */
export function rawToken(header: object | string, body: object | string, key: KeyObject, digest = 'sha256'): string {
  const signed = `${encode(header)}.${encode(body)}`;
  const signature = sign(digest, Buffer.from(signed), { key, padding: constants.RSA_PKCS1_PADDING });
  return `${signed}.${signature.toString('base64url')}`;
}

export function hmacToken(header: object, body: object, secret: string | Buffer): string {
  const signed = `${encode(header)}.${encode(body)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: RsaPublicJwk;
}

export function aKey(kid: string, modulusLength = 2048): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return { privateKey, publicKey, jwk: { kty: 'RSA', alg: 'RS256', use: 'sig', kid, n, e } };
}

export const someClaims = (over: object = {}): Record<string, unknown> => ({
  flow: 'sign-in',
  obj: 'cust-000042',
  sub: 'operator@bank.example',
  iat: NOW - 10,
  exp: NOW + 290,
  ...over,
});

export const headerOf = (kid: string, over: object = {}): object => ({ alg: 'RS256', kid, typ: 'JWT', ...over });
