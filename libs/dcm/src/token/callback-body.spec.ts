import { aKey, clock, headerOf, NOW, rawToken } from '../../test/raw-token.js';
import { DcmVerifier, FixedKeySet, type SignedCallback } from '../index.js';

const [one, two] = [aKey('dcm-1'), aKey('dcm-2')];
const claims = { order_id: 'o-1', status: 'success' };
const aVerifier = (): DcmVerifier => new DcmVerifier(new FixedKeySet([one.jwk, two.jwk]), { clock });
let jti = 0;
const requestToken = (over: object = {}): string =>
  rawToken(headerOf('dcm-1'), { iat: NOW, jti: `jti-${++jti}`, ...over }, one.privateKey);

function callback(token: string, over: Partial<SignedCallback> = {}): SignedCallback {
  const body = Buffer.from(JSON.stringify({ jwt: token }));
  return { requestToken: requestToken(), contentType: 'application/json; charset=utf-8', body, ...over };
}
const withoutKid = (key = one.privateKey): string => rawToken({ alg: 'RS256', typ: 'JWT' }, claims, key);
const withKid = rawToken(headerOf('dcm-2'), claims, two.privateKey);

describe('a callback with both tokens', () => {
  it.each<[string, SignedCallback]>([
    ['as JSON', callback(withKid)],
    ['as text', callback('', { contentType: 'text/plain', body: Buffer.from(withKid) })],
    ['as a JWT', callback('', { contentType: 'application/jwt', body: Buffer.from(withKid) })],
    ["without a kid: the request token's counts", callback(withoutKid())],
    ['of 60 KiB', callback(rawToken(headerOf('dcm-2'), { ...claims, pad: 'x'.repeat(45_000) }, two.privateKey))],
  ])('%s', async (_, received) => {
    await expect(aVerifier().callback(received)).resolves.toMatchObject(claims);
  });

  it.each<[string, SignedCallback, string]>([
    [
      'without a kid and by another key than the request',
      callback(withoutKid(two.privateKey)),
      'DCM_SIGNATURE_INVALID',
    ],
    ['without a request token', callback(withKid, { requestToken: '' }), 'DCM_MALFORMED'],
    ['with an old request token', callback(withKid, { requestToken: requestToken({ iat: NOW - 700 }) }), 'DCM_EXPIRED'],
    ['with the body token as request token', callback(withKid, { requestToken: withKid }), 'DCM_CLAIM_MISSING'],
    ['of an unknown content type', callback(withKid, { contentType: 'application/octet-stream' }), 'DCM_MALFORMED'],
    ['with text as JSON', callback('', { body: Buffer.from(withKid) }), 'DCM_MALFORMED'],
    ['with JSON as text', callback(withKid, { contentType: 'text/plain' }), 'DCM_MALFORMED'],
    ['with a jwt that is no text', callback('', { body: Buffer.from('{"jwt":5}') }), 'DCM_MALFORMED'],
    ['with two jwt', callback('', { body: Buffer.from(`{"jwt":"x","jwt":"${withKid}"}`) }), 'DCM_MALFORMED'],
    [
      'with a line feed',
      callback('', { contentType: 'text/plain', body: Buffer.from(`${withKid}\n`) }),
      'DCM_MALFORMED',
    ],
    [
      'too large',
      callback('', { body: Buffer.from(JSON.stringify({ jwt: withKid, pad: 'x'.repeat(70_000) })) }),
      'DCM_MALFORMED',
    ],
    ['with a token that is too large', callback('x'.repeat(65_537)), 'DCM_MALFORMED'],
    ['with an empty kid', callback(rawToken({ alg: 'RS256', kid: '' }, claims, one.privateKey)), 'DCM_KID_MISSING'],
    [
      'with alg none and no kid',
      callback(`${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`),
      'DCM_ALG_NOT_ALLOWED',
    ],
  ])('%s', async (_, received, code) => {
    await expect(aVerifier().callback(received)).rejects.toMatchObject({ code });
  });

  it('replayed', async () => {
    const verifier = aVerifier();
    const received = callback(withKid);
    await verifier.callback(received);
    await expect(verifier.callback(received)).rejects.toMatchObject({ code: 'DCM_REPLAYED' });
  });
});

describe('a signed body alone', () => {
  it('needs a kid', async () => {
    await expect(aVerifier().payload(withKid)).resolves.toEqual(claims);
    await expect(aVerifier().payload(withoutKid())).rejects.toMatchObject({ code: 'DCM_KID_MISSING' });
  });
});
