import { createPublicKey, createSecretKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { importPrivateKeyText, publicJwkOf } from './private-key-text.js';

const pairOf = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;
const key = pairOf('P-384');
const other = pairOf('P-384');
const jwk = key.export({ format: 'jwk' });
const pem = (of: KeyObject, type: 'pkcs8' | 'sec1'): string => of.export({ format: 'pem', type }).toString();
const publicPem = createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const withJwk = (over: JsonWebKey): string => JSON.stringify({ ...jwk, ...over });
const locked = key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
const lockedSec1 = key.export({ format: 'pem', type: 'sec1', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
const EC_PARAMETERS = '-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n';

/** SEC1 of one key that carries the public point of another. */
function mismatchedPem(): string {
  const der = key.export({ format: 'der', type: 'sec1' });
  const point = other.export({ format: 'der', type: 'sec1' }).subarray(-97);
  const mixed = Buffer.concat([der.subarray(0, -97), point]).toString('base64');
  return `-----BEGIN EC PRIVATE KEY-----\n${mixed}\n-----END EC PRIVATE KEY-----`;
}

describe('importPrivateKeyText', () => {
  it.each([
    ['a JWK', JSON.stringify(jwk)],
    ['a JWK with more members', withJwk({ alg: 'ECDH-ES', kid: 'k' })],
    ['PKCS#8', pem(key, 'pkcs8')],
    ['SEC1', pem(key, 'sec1')],
    ['SEC1 after its parameters', EC_PARAMETERS + pem(key, 'sec1')],
    ['PEM of one line', pem(key, 'pkcs8').replaceAll('\n', '\\n')],
    ['PEM of Windows, with space around', `\r\n ${pem(key, 'pkcs8').replaceAll('\n', '\r\n')} `],
  ])('reads %s', (_what, text) => {
    expect(importPrivateKeyText(text).equals(key)).toBe(true);
  });

  it.each([
    ['nothing', '  \n', /empty/],
    ['anything', 'hunter2', /neither a JWK nor a whole PEM/],
    ['a cut JWK', JSON.stringify(jwk).slice(0, -3), /not JSON/],
    ['a key set', JSON.stringify({ keys: [jwk] }), /key set/],
    ['another type', withJwk({ kty: 'RSA' }), /"kty"/],
    ['another curve', JSON.stringify(pairOf('P-256').export({ format: 'jwk' })), /"crv"/],
    ['a public JWK', JSON.stringify({ ...jwk, d: undefined }), /"d" is missing: this is a public key/],
    ['no x', JSON.stringify({ ...jwk, x: undefined }), /"x" is missing/],
    ['a number for y', JSON.stringify({ ...jwk, y: 1 }), /"y" is not a text/],
    ['a padded d', withJwk({ d: `${jwk.d!}=` }), /"d" is not base64url/],
    ['a short d', withJwk({ d: Buffer.alloc(47, 1).toString('base64url') }), /"d" has 47 bytes, not 48/],
    ['a long x', withJwk({ x: Buffer.alloc(49, 1).toString('base64url') }), /"x" has 49 bytes/],
    ['a point off the curve', withJwk({ y: jwk.x! }), /no point of P-384/],
    ['d of another key', withJwk({ d: other.export({ format: 'jwk' }).d! }), /does not belong|out of range/],
    ['d of zero', withJwk({ d: Buffer.alloc(48).toString('base64url') }), /does not belong|out of range/],
    ['another public half in PEM', mismatchedPem(), /does not belong|cannot be read/],
    ['a public PEM', publicPem, /is a public key/],
    ['a certificate', publicPem.replaceAll('PUBLIC KEY', 'CERTIFICATE'), /is a certificate/],
    ['PKCS#8 with a passphrase', locked, /passphrase/],
    ['SEC1 with a passphrase', lockedSec1, /passphrase/],
    ['PKCS#1', rsa.export({ format: 'pem', type: 'pkcs1' }).toString(), /RSA key/],
    ['RSA in PKCS#8', pem(rsa, 'pkcs8'), /of type rsa/],
    ['Ed25519', pem(generateKeyPairSync('ed25519').privateKey, 'pkcs8'), /of type ed25519/],
    ['P-256 in PKCS#8', pem(pairOf('P-256'), 'pkcs8'), /on curve prime256v1, not P-384/],
    ['a cut PEM', pem(key, 'pkcs8').slice(0, -30), /whole PEM/],
    ['a changed PEM', pem(key, 'pkcs8').replace(/\nMI/, '\nAA'), /cannot be read/],
  ])('refuses %s, says why and quotes nothing', (_what, text, message) => {
    const error = thrownBy(() => importPrivateKeyText(text));
    expect(error).toMatchObject({ code: 'KEYSTORE_INVALID_PRIVATE_KEY', message: expect.stringMatching(message) });
    for (const part of [jwk.d!.slice(0, 16), pem(key, 'pkcs8').split('\n')[1]!.slice(20), 'hunter2']) {
      expect(inspect(error)).not.toContain(part);
    }
  });
});

describe('publicJwkOf', () => {
  it('gives the public half of either half', () => {
    const { kty, crv, x, y } = jwk;
    expect(publicJwkOf(key)).toEqual({ kty, crv, x, y });
    expect(publicJwkOf(createPublicKey(key))).toEqual({ kty, crv, x, y });
  });

  it.each([
    ['a secret', createSecretKey(Buffer.alloc(32)), /secret/],
    ['RSA', rsa, /of type rsa/],
    ['P-521', pairOf('P-521'), /secp521r1/],
  ])('refuses %s', (_what, wrong, message) => {
    expect(() => publicJwkOf(wrong)).toThrow(message);
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
