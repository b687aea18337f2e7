import { inspect } from 'node:util';
import { aKey, clock, NOW } from '../../test/raw-token.js';
import {
  DcmTokens,
  DcmVerifier,
  FixedKeySet,
  importSigningKey,
  InMemoryIssuedTokens,
  InMemorySigningKeys,
  type NewAuthorization,
  type NewOrder,
  type SigningKey,
} from '../index.js';

const key = importSigningKey(aKey('bank').privateKey, 'test-bank');
const tokens = new DcmTokens({ keys: new InMemorySigningKeys(key), clock });
const signer = { name: 'bank', keys: new FixedKeySet([key.publicJwk]) };
const verifier = new DcmVerifier(signer.keys, { clock });
const aRequest: NewAuthorization = { flow: 'sign-in', obj: 'cust-1', sub: 'op@bank.example' };
const anOrder: NewOrder = {
  sub: 'm-1',
  exp: NOW + 900,
  amt: 1000,
  cur: 'UAH',
  ref: 'ref-1',
  prp: 'Payment for goods',
  url: 'https://shop.example/return',
  fri: { frn: 'Sub-merchant' },
};
const headerOf = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());

describe('DcmTokens', () => {
  it('makes authorization tokens of 300 s that are never post-dated', async () => {
    const token = await tokens.authorization(aRequest);
    expect(headerOf(token)).toEqual({ alg: 'RS256', kid: key.kid, typ: 'JWT' });
    expect(await verifier.authorization(token)).toEqual({ ...aRequest, iat: NOW, exp: NOW + 300 });
  });

  it.each<[string, Partial<NewAuthorization>, string]>([
    ['longer than 1200 s', { lifetimeSeconds: 1201 }, 'DCM_LIFETIME_TOO_LONG'],
    ['of no time', { lifetimeSeconds: 0 }, 'DCM_LIFETIME_INVALID'],
    ['of half a second', { lifetimeSeconds: 0.5 }, 'DCM_CLAIM_TYPE'],
    ['of no number', { lifetimeSeconds: Number.NaN }, 'DCM_CLAIM_TYPE'],
    ['for nobody', { sub: '' }, 'DCM_CLAIM_MISSING'],
    ['about nobody', { obj: '' }, 'DCM_CLAIM_MISSING'],
    ['about 501 characters', { obj: 'x'.repeat(501) }, 'DCM_CLAIM_TYPE'],
    ['for another flow', { flow: 'transfer' as 'sign-in' }, 'DCM_FLOW_INVALID'],
  ])('makes none %s', async (_, over, code) => {
    await expect(tokens.authorization({ ...aRequest, ...over })).rejects.toMatchObject({ code });
  });

  it('allows exactly 1200 s', async () => {
    const token = await tokens.authorization({ ...aRequest, lifetimeSeconds: 1200 });
    await expect(verifier.authorization(token)).resolves.toMatchObject({ exp: NOW + 1200 });
  });

  it('makes every request token anew', async () => {
    const [one, two] = [await tokens.request(), await tokens.request()];
    const [first, second] = [await verifier.request(one), await verifier.request(two)];
    expect(first).toEqual({ iat: NOW, jti: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(first.jti).not.toBe(second.jti);
  });

  it('signs bodies as they are', async () => {
    const claims = { jti: 'j-1', amount: 5, debtor: { debtor_account: 'UA30' }, purpose: 'Замовлення 000901' };
    expect(await verifier.payload(await tokens.payload(claims))).toEqual(claims);
    await expect(tokens.payload({ pad: 'x'.repeat(64 * 1024) })).rejects.toMatchObject({ reason: 'too_large' });
  });

  it('signs orders with their deadline', async () => {
    const token = await tokens.order(anOrder);
    expect(await verifier.order(token, () => signer)).toEqual({ ...anOrder, iat: NOW });
  });

  it.each<[string, Partial<NewOrder>, string]>([
    ['over', { exp: NOW }, 'DCM_LIFETIME_INVALID'],
    ['half a year away', { exp: NOW + 181 * 86_400 }, 'DCM_LIFETIME_TOO_LONG'],
    ['missing', { exp: undefined as unknown as number }, 'DCM_CLAIM_MISSING'],
  ])('signs no order whose deadline is %s', async (_, over, code) => {
    await expect(tokens.order({ ...anOrder, ...over })).rejects.toMatchObject({ code });
  });

  it('signs no order that is too long for an address', async () => {
    await expect(tokens.order({ ...anOrder, prp: 'x'.repeat(8000) })).rejects.toMatchObject({ reason: 'too_large' });
  });

  it.each<[string, Partial<SigningKey>]>([
    ['weak', { privateKey: aKey('x', 1024).privateKey }],
    ['public', { privateKey: aKey('x').publicKey }],
    ['nameless', { kid: '' }],
  ])('never signs with a key that is %s', async (_, over) => {
    const bad = new DcmTokens({ keys: new InMemorySigningKeys({ ...key, ...over }), clock });
    await expect(bad.request()).rejects.toMatchObject({ code: 'DCM_INVALID_KEY' });
  });

  it('signs with the current key and prints none', async () => {
    const next = importSigningKey(aKey('next').privateKey, 'test-bank');
    const keys = new InMemorySigningKeys(next, key);
    const made = new DcmTokens({ keys, clock });
    expect(headerOf(await made.request())).toMatchObject({ kid: next.kid });
    expect(await keys.all()).toHaveLength(2);
    const { d = '', p = '' } = next.privateKey.export({ format: 'jwk' });
    const printed = inspect([made, keys, next], { depth: 9, showHidden: true });
    expect([printed.includes(d), printed.includes(p)]).toEqual([false, false]);
  });
});

describe('InMemoryIssuedTokens', () => {
  let now: number;
  const later = (): Date => new Date(now * 1000);
  beforeEach(() => {
    now = NOW;
  });

  it('knows what was issued until the token can no longer pass', async () => {
    const issued = new InMemoryIssuedTokens(later);
    await new DcmTokens({ keys: new InMemorySigningKeys(key), clock: later, issued }).authorization(aRequest);
    expect(await issued.has(aRequest)).toBe(true);
    expect(await issued.has({ ...aRequest, obj: 'cust-2' })).toBe(false);
    expect(await issued.has({ ...aRequest, flow: 'sign-up' })).toBe(false);
    now += 359;
    expect(await issued.has(aRequest)).toBe(true);
    now += 1;
    expect(await issued.has(aRequest)).toBe(false);
  });

  it('keeps the longer of two and forgets the oldest when full', async () => {
    const issued = new InMemoryIssuedTokens(later, 2);
    const until = (seconds: number): Date => new Date((NOW + seconds) * 1000);
    await issued.record({ ...aRequest, obj: 'a' }, until(100));
    await issued.record({ ...aRequest, obj: 'b' }, until(100));
    await issued.record({ ...aRequest, obj: 'a' }, until(50));
    await issued.record({ ...aRequest, obj: 'c' }, until(100));
    now += 60;
    const known = await Promise.all(['a', 'b', 'c'].map((obj) => issued.has({ ...aRequest, obj })));
    expect(known).toEqual([true, false, true]);
  });
});
