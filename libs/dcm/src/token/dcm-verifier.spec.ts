import { inspect } from 'node:util';
import fc from 'fast-check';
import { aKey, clock, encode, headerOf, hmacToken, NOW, rawToken, someClaims } from '../../test/raw-token.js';
import { DcmError, DcmVerifier, FixedKeySet, InMemoryReplayMemory, type Signer } from '../index.js';

const key = aKey('dcm-1');
const other = aKey('dcm-1');
const weak = aKey('weak', 1024);
const forEncryption = aKey('enc');
const jwks = [key.jwk, weak.jwk, { ...forEncryption.jwk, use: 'enc' }];
const aVerifier = (): DcmVerifier => new DcmVerifier(new FixedKeySet(jwks), { clock });

async function caught(work: Promise<unknown>): Promise<DcmError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DcmError);
  return error as DcmError;
}

const authorization = (claims: object | string = someClaims(), header: object = headerOf('dcm-1')): string =>
  rawToken(header, claims, key.privateKey);
const good = authorization();
const [head = '', body = '', signature = ''] = good.split('.');
const json = (members: string): string => `{${members}}`;
const written = '"flow":"sign-in","obj":"a","sub":"b","iat":1767225590,"exp":1767225890';

/** The same bits with another last character: base64url of 256 bytes leaves four bits unused. */
function malleable(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.at(-1)!);
  return token.slice(0, -1) + alphabet.charAt(last + 1);
}

describe('attacks on an authorization token', () => {
  const evil = aKey('evil');
  const spki = key.publicKey.export({ format: 'pem', type: 'spki' });
  const signedBy = (header: object): string => rawToken(header, someClaims(), evil.privateKey);

  it.each<[string, string, string]>([
    ['alg none', `${encode({ alg: 'none', kid: 'dcm-1' })}.${body}.`, 'DCM_ALG_NOT_ALLOWED'],
    [
      'alg none with a signature',
      `${encode({ alg: 'none', kid: 'dcm-1' })}.${body}.${signature}`,
      'DCM_ALG_NOT_ALLOWED',
    ],
    ['alg nOnE', `${encode({ alg: 'nOnE', kid: 'dcm-1' })}.${body}.`, 'DCM_ALG_NOT_ALLOWED'],
    [
      'HS256 with the public key',
      hmacToken(headerOf('dcm-1', { alg: 'HS256' }), someClaims(), spki),
      'DCM_ALG_NOT_ALLOWED',
    ],
    [
      'HS256 with the modulus',
      hmacToken(headerOf('dcm-1', { alg: 'HS256' }), someClaims(), key.jwk.n),
      'DCM_ALG_NOT_ALLOWED',
    ],
    [
      'RS512',
      rawToken(headerOf('dcm-1', { alg: 'RS512' }), someClaims(), key.privateKey, 'sha512'),
      'DCM_ALG_NOT_ALLOWED',
    ],
    [
      'RS256 that is RS512',
      rawToken(headerOf('dcm-1'), someClaims(), key.privateKey, 'sha512'),
      'DCM_SIGNATURE_INVALID',
    ],
    ['alg as a list', authorization(someClaims(), headerOf('dcm-1', { alg: ['RS256'] })), 'DCM_ALG_NOT_ALLOWED'],
    ['no alg', authorization(someClaims(), { kid: 'dcm-1' }), 'DCM_ALG_NOT_ALLOWED'],
    [
      'alg by __proto__',
      rawToken('{"__proto__":{"alg":"RS256"},"kid":"dcm-1"}', someClaims(), key.privateKey),
      'DCM_ALG_NOT_ALLOWED',
    ],
    ['its own jwk', signedBy(headerOf('dcm-1', { jwk: evil.jwk })), 'DCM_SIGNATURE_INVALID'],
    ['its own jwk under its own kid', signedBy(headerOf('evil', { jwk: evil.jwk })), 'DCM_KID_UNKNOWN'],
    ['its own jku', signedBy(headerOf('dcm-1', { jku: 'http://127.0.0.1:9/jwks' })), 'DCM_SIGNATURE_INVALID'],
    ['its own x5u', signedBy(headerOf('dcm-1', { x5u: 'http://127.0.0.1:9/pem' })), 'DCM_SIGNATURE_INVALID'],
    ['its own x5c', signedBy(headerOf('dcm-1', { x5c: ['MIIB'] })), 'DCM_SIGNATURE_INVALID'],
    ['crit', authorization(someClaims(), headerOf('dcm-1', { crit: ['exp'] })), 'DCM_CRIT_NOT_SUPPORTED'],
    ['crit null', authorization(someClaims(), headerOf('dcm-1', { crit: null })), 'DCM_CRIT_NOT_SUPPORTED'],
    ['no kid', authorization(someClaims(), { alg: 'RS256' }), 'DCM_KID_MISSING'],
    ['an empty kid', authorization(someClaims(), headerOf('')), 'DCM_KID_MISSING'],
    ['kid as a list', authorization(someClaims(), { alg: 'RS256', kid: ['dcm-1'] }), 'DCM_KID_MISSING'],
    ...[
      '../../etc/passwd',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '/dev/null',
      "' OR 1=1 --",
      'dcm-1\0',
    ].map((kid): [string, string, string] => [
      `the kid ${JSON.stringify(kid)}`,
      authorization(someClaims(), headerOf(kid)),
      'DCM_KID_UNKNOWN',
    ]),
    ['a key for encryption', rawToken(headerOf('enc'), someClaims(), forEncryption.privateKey), 'DCM_KEY_NOT_USABLE'],
    ['a key of 1024 bits', rawToken(headerOf('weak'), someClaims(), weak.privateKey), 'DCM_KEY_NOT_USABLE'],
    [
      'another key under a known kid',
      rawToken(headerOf('dcm-1'), someClaims(), other.privateKey),
      'DCM_SIGNATURE_INVALID',
    ],
    ['other claims', `${head}.${encode(someClaims({ obj: 'cust-000043' }))}.${signature}`, 'DCM_SIGNATURE_INVALID'],
    ['another header', `${encode(headerOf('dcm-1', { typ: 'jwt' }))}.${body}.${signature}`, 'DCM_SIGNATURE_INVALID'],
    [
      'a shorter signature',
      `${head}.${body}.${Buffer.from(signature, 'base64url').subarray(1).toString('base64url')}`,
      'DCM_SIGNATURE_INVALID',
    ],
    ['an empty signature', `${head}.${body}.`, 'DCM_MALFORMED'],
    ['a signature of zeros', `${head}.${body}.${Buffer.alloc(256).toString('base64url')}`, 'DCM_SIGNATURE_INVALID'],
    ['expired', authorization(someClaims({ iat: NOW - 400, exp: NOW - 60 })), 'DCM_EXPIRED'],
    ['of the future', authorization(someClaims({ iat: NOW + 61, exp: NOW + 100 })), 'DCM_ISSUED_IN_FUTURE'],
    ['too long-lived', authorization(someClaims({ iat: NOW, exp: NOW + 1201 })), 'DCM_LIFETIME_TOO_LONG'],
    ['without a lifetime', authorization(someClaims({ exp: NOW - 10 })), 'DCM_LIFETIME_INVALID'],
    ['a fraction in iat', authorization(someClaims({ iat: NOW - 0.5 })), 'DCM_CLAIM_TYPE'],
    [
      'an endless exp',
      authorization('{"flow":"sign-in","obj":"a","sub":"b","iat":1767225590,"exp":1e999}'),
      'DCM_CLAIM_TYPE',
    ],
    ['a long obj', authorization(someClaims({ obj: 'x'.repeat(501) })), 'DCM_CLAIM_TYPE'],
    ['null for obj', authorization(someClaims({ obj: null })), 'DCM_CLAIM_MISSING'],
    [
      'obj by __proto__',
      authorization('{"__proto__":{"obj":"a"},"flow":"sign-in","sub":"b","iat":1767225590,"exp":1767225890}'),
      'DCM_CLAIM_MISSING',
    ],
    ['flow in capitals', authorization(someClaims({ flow: 'SIGN-IN' })), 'DCM_FLOW_INVALID'],
    ['an inherited name as flow', authorization(someClaims({ flow: 'toString' })), 'DCM_FLOW_INVALID'],
    ['a duplicate claim', authorization(json(`"obj":"a",${written}`)), 'DCM_MALFORMED'],
    ['an escaped duplicate claim', authorization(json(`${written},"\\u006fbj":"c"`)), 'DCM_MALFORMED'],
    [
      'a duplicate header member',
      rawToken('{"alg":"RS256","kid":"dcm-1","kid":"dcm-1"}', someClaims(), key.privateKey),
      'DCM_MALFORMED',
    ],
    ['claims as a list', authorization('[]'), 'DCM_MALFORMED'],
    ['claims that are no JSON', authorization('flow=sign-in'), 'DCM_MALFORMED'],
    ['padding', `${good}==`, 'DCM_MALFORMED'],
    ['padding inside', `${head}=.${body}.${signature}`, 'DCM_MALFORMED'],
    ['a malleable last character', malleable(good), 'DCM_MALFORMED'],
    [
      'trailing bytes',
      `${good.slice(0, -2)}${Buffer.from(signature, 'base64url').subarray(-1).toString('base64url')}AA`,
      'DCM_SIGNATURE_INVALID',
    ],
    ['a trailing character', `${good}A`.padEnd(good.length + 3, 'A'), 'DCM_MALFORMED'],
    ['a fourth segment', `${good}.AAAA`, 'DCM_MALFORMED'],
    ['five segments', `${good}.AAAA.AAAA`, 'DCM_MALFORMED'],
    ['two segments', `${head}.${body}`, 'DCM_MALFORMED'],
    [
      'standard base64',
      good.replaceAll('-', '+').replaceAll('_', '/') + (/[-_]/.test(good) ? '' : '+'),
      'DCM_MALFORMED',
    ],
    ['a leading space', ` ${good}`, 'DCM_MALFORMED'],
    ['a line feed at the end', `${good}\n`, 'DCM_MALFORMED'],
    ['a line feed inside', `${head}.${body.slice(0, 8)}\n${body.slice(8)}.${signature}`, 'DCM_MALFORMED'],
    ['Bearer', `Bearer ${good}`, 'DCM_MALFORMED'],
    ['nothing', '', 'DCM_MALFORMED'],
    ['8 KiB and one', `${good}${'A'.repeat(8193 - good.length)}`, 'DCM_MALFORMED'],
  ])('%s', async (_, token, code) => {
    const error = await caught(aVerifier().authorization(token));
    expect(error.code).toBe(code);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(signature.slice(0, 20));
  });

  it('a megabyte is refused before it is read', async () => {
    const token = `${'A'.repeat(500_000)}.${'A'.repeat(500_000)}.AAAA`;
    expect(await caught(aVerifier().authorization(token))).toMatchObject({
      code: 'DCM_MALFORMED',
      reason: 'too_large',
    });
  });

  it('a value that is no string', async () => {
    expect((await caught(aVerifier().authorization(undefined as unknown as string))).code).toBe('DCM_MALFORMED');
  });

  it('hands over the five claims and nothing else', async () => {
    const token = authorization(someClaims({ admin: true, jti: 'x' }));
    expect(await aVerifier().authorization(token)).toEqual(someClaims());
  });

  it('is good for several uses, dry run and real call alike', async () => {
    const verifier = aVerifier();
    await verifier.authorization(good);
    await expect(verifier.authorization(good)).resolves.toEqual(someClaims());
  });

  it('a verified header is not remembered for a token that changes anything else', async () => {
    const verifier = aVerifier();
    await verifier.authorization(good);
    const forged = `${head}.${encode(someClaims({ obj: 'cust-000043' }))}.${signature}`;
    expect((await caught(verifier.authorization(forged))).code).toBe('DCM_SIGNATURE_INVALID');
  });

  it('never accepts a random mutation with changed claims', async () => {
    const verifier = aVerifier();
    const edits = fc.array(
      fc.record({ at: fc.nat(good.length), cut: fc.nat(3), text: fc.string({ unit: 'binary-ascii', maxLength: 3 }) }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const mutated = changes.reduce(
          (text, { at, cut, text: put }) => text.slice(0, at) + put + text.slice(at + cut),
          good,
        );
        const claims = await verifier.authorization(mutated).catch(() => undefined);
        if (claims) expect([mutated, claims]).toEqual([good, someClaims()]);
      }),
      { numRuns: 2000 },
    );
  });

  it('never accepts other claims under a kept signature', async () => {
    const verifier = aVerifier();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (more) => {
        const claims = { ...someClaims(), ...more };
        const forged = `${head}.${encode(claims)}.${signature}`;
        const accepted = await verifier.authorization(forged).catch(() => undefined);
        if (accepted) expect(forged).toBe(good);
      }),
    );
  });
});

describe('request tokens', () => {
  const request = (over: object = {}): string =>
    rawToken(headerOf('dcm-1'), { iat: NOW - 5, jti: 'c024c71a', ...over }, key.privateKey);

  it('are good for one use, also when written in another way', async () => {
    const verifier = aVerifier();
    await expect(verifier.request(request())).resolves.toEqual({ iat: NOW - 5, jti: 'c024c71a' });
    expect((await caught(verifier.request(request()))).code).toBe('DCM_REPLAYED');
    expect((await caught(verifier.request(request({ more: 1 })))).code).toBe('DCM_REPLAYED');
    await expect(verifier.request(request({ jti: 'another' }))).resolves.toBeDefined();
  });

  it('of two signers may share kid and jti', async () => {
    const verifier = aVerifier();
    const merchant: Signer = { name: 'merchant-1', keys: new FixedKeySet(jwks) };
    await verifier.request(request());
    await expect(verifier.request(request(), merchant)).resolves.toBeDefined();
  });

  it('used at once by many pass once', async () => {
    const verifier = aVerifier();
    const verdicts = await Promise.allSettled(Array.from({ length: 50 }, () => verifier.request(request())));
    expect(verdicts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('stay remembered as long as they could pass, also those of a clock ahead of ours', async () => {
    let now = NOW;
    const verifier = new DcmVerifier(new FixedKeySet(jwks), { clock: () => new Date(now * 1000) });
    const early = request({ iat: NOW + 60 });
    await verifier.request(early);
    now = NOW + 60 + 660;
    expect((await caught(verifier.request(early))).code).toBe('DCM_REPLAYED');
    now += 1;
    expect((await caught(verifier.request(early))).code).toBe('DCM_EXPIRED');
  });

  it.each([
    ['a number as jti', { jti: 5 }, 'DCM_CLAIM_TYPE'],
    ['a long jti', { jti: 'x'.repeat(129) }, 'DCM_CLAIM_TYPE'],
    ['an empty jti', { jti: '' }, 'DCM_CLAIM_MISSING'],
    ['too old', { iat: NOW - 661 }, 'DCM_EXPIRED'],
    ['of the future', { iat: NOW + 61 }, 'DCM_ISSUED_IN_FUTURE'],
  ])('%s', async (_, over, code) => {
    expect((await caught(aVerifier().request(request(over)))).code).toBe(code);
  });

  it('a refused one is not used up', async () => {
    const replay = new InMemoryReplayMemory(clock);
    const verifier = new DcmVerifier(new FixedKeySet(jwks), { clock, replay });
    await caught(verifier.request(`${request().slice(0, -8)}AAAAAAAA`));
    await expect(verifier.request(request())).resolves.toBeDefined();
  });
});

describe('orders', () => {
  const terms = {
    sub: 'm-1',
    iat: NOW,
    exp: NOW + 900,
    amt: 10.5,
    cur: 'UAH',
    ref: 'r',
    prp: 'p',
    url: 'https://shop.example',
  };
  const order = (over: object = {}): string => rawToken(headerOf('dcm-1'), { ...terms, ...over }, key.privateKey);
  const merchants = (sub: string): Signer | undefined =>
    sub === 'm-1' ? { name: sub, keys: new FixedKeySet(jwks) } : undefined;

  it('verify with the keys of the merchant that sub names', async () => {
    await expect(aVerifier().order(order(), merchants)).resolves.toEqual(terms);
  });

  it.each([
    ['an unknown merchant', { sub: 'm-2' }, 'DCM_KID_UNKNOWN'],
    ['no merchant', { sub: undefined }, 'DCM_KID_UNKNOWN'],
    ['an amount in quotes', { amt: '10' }, 'DCM_CLAIM_TYPE'],
    ['a recipient that is no object', { fri: 'x' }, 'DCM_CLAIM_TYPE'],
    ['a deadline that is over', { iat: NOW - 100, exp: NOW - 60 }, 'DCM_EXPIRED'],
    ['no purpose', { prp: '' }, 'DCM_CLAIM_MISSING'],
  ])('%s', async (_, over, code) => {
    expect((await caught(aVerifier().order(order(over), merchants))).code).toBe(code);
  });
});

describe('forwarded tokens', () => {
  const bank = aKey('bank-1');
  const forwarded = rawToken(headerOf('bank-1'), someClaims(), bank.privateKey);
  const own = (): Promise<FixedKeySet> => Promise.resolve(new FixedKeySet([bank.jwk, { ...other.jwk, kid: 'dcm-1' }]));

  it('are refused unless they are expected', async () => {
    expect((await caught(aVerifier().authorization(forwarded))).code).toBe('DCM_KID_UNKNOWN');
    const verifier = new DcmVerifier(new FixedKeySet(jwks), { clock, own });
    await expect(verifier.authorization(forwarded)).resolves.toEqual(someClaims());
  });

  it("never take the place of DCM's own key of that name", async () => {
    const verifier = new DcmVerifier(new FixedKeySet(jwks), { clock, own });
    const forged = rawToken(headerOf('dcm-1'), someClaims(), other.privateKey);
    expect((await caught(verifier.authorization(forged))).code).toBe('DCM_SIGNATURE_INVALID');
  });
});
