import { FakeDcm } from '../testing/fake-dcm.js';
import { aKey, headerOf, NOW, rawToken, someClaims } from '../../test/raw-token.js';
import { type DcmError, type DcmEvent, DcmVerifier, JwksCache, type JwksCacheOptions } from '../index.js';

const [first, second, stranger] = [aKey('dcm-1'), aKey('dcm-2'), aKey('stranger')];
const MINUTE = 60_000;

describe('JwksCache on a real socket', () => {
  let dcm: FakeDcm;
  let now: number;
  let events: DcmEvent[];
  const caches: JwksCache[] = [];
  const clock = (): Date => new Date(now);

  beforeEach(async () => {
    dcm = await FakeDcm.start();
    dcm.jwks = { keys: [first.jwk] };
    now = NOW * 1000;
    events = [];
  });
  afterEach(async () => {
    await Promise.all(caches.splice(0).map((cache) => cache.close()));
    await dcm.stop();
  });

  const aCache = (over: Partial<JwksCacheOptions> = {}): JwksCache => {
    const audit = (event: DcmEvent): void => void events.push(event);
    const cache = new JwksCache({ url: dcm.jwksUrl, clock, audit, ...over });
    caches.push(cache);
    return cache;
  };
  const started = async (over: Partial<JwksCacheOptions> = {}): Promise<JwksCache> => {
    const cache = aCache(over);
    await cache.start();
    return cache;
  };
  /** Waits for a fetch in the background. */
  const eventually = async (happened: () => boolean): Promise<void> => {
    while (!happened()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('loads once at the start and serves from memory', async () => {
    const cache = await started();
    for (let use = 0; use < 100; use++) expect((await cache.find('dcm-1'))?.key).toBeDefined();
    expect(dcm.jwksFetches).toBe(1);
  });

  it('finds a new key with one fetch that all callers share', async () => {
    const cache = await started();
    dcm.jwks = { keys: [first.jwk, second.jwk] };
    const found = await Promise.all(Array.from({ length: 200 }, async () => cache.find('dcm-2')));
    expect(found.every((key) => key?.key)).toBe(true);
    expect(dcm.jwksFetches).toBe(2);
  });

  it('keeps verifying through a roll-over with overlap, and ends an old key when DCM does', async () => {
    const verifier = new DcmVerifier(await started(), { clock });
    const signed = (key: typeof first): string =>
      rawToken(headerOf(key.jwk.kid), someClaims({ iat: now / 1000, exp: now / 1000 + 300 }), key.privateKey);
    await verifier.authorization(signed(first));
    dcm.jwks = { keys: [first.jwk, second.jwk] };
    await verifier.authorization(signed(second));
    await verifier.authorization(signed(first));
    dcm.jwks = { keys: [second.jwk] };
    now += 11 * MINUTE;
    await verifier.authorization(signed(second));
    await expect(verifier.authorization(signed(first))).rejects.toMatchObject({ code: 'DCM_KID_UNKNOWN' });
  });

  it('a storm of 10,000 unknown kids makes one fetch in a cool-down', async () => {
    const verifier = new DcmVerifier(await started(), { clock });
    const tokens = Array.from({ length: 100 }, (_, at) =>
      rawToken(headerOf(`s-${at}`), someClaims(), stranger.privateKey),
    );
    const storm = async (size: number): Promise<void> => {
      const work = Array.from({ length: size }, (_, at) => verifier.authorization(tokens[at % 100]!));
      const verdicts = await Promise.allSettled(work);
      const codes = verdicts.map((verdict) =>
        verdict.status === 'rejected' ? (verdict.reason as DcmError).code : 'ok',
      );
      expect(new Set(codes)).toEqual(new Set(['DCM_KID_UNKNOWN']));
    };
    for (let wave = 0; wave < 10; wave++) await storm(1000);
    expect(dcm.jwksFetches).toBe(2);
    now += 29_999;
    await storm(1000);
    expect(dcm.jwksFetches).toBe(2);
    now += 1;
    await storm(1000);
    expect(dcm.jwksFetches).toBe(3);
  });

  it('answers unknown kids inside the cool-down, and known ones all the time, without asking', async () => {
    const cache = await started({ limits: { waitMs: 10_000 } });
    await cache.find('unknown');
    const asked = dcm.jwksFetches;
    dcm.answerJwks = () => 'hang';
    expect(await cache.find('unknown-2')).toBeUndefined();
    expect((await cache.find('dcm-1'))?.key).toBeDefined();
    expect(dcm.jwksFetches).toBe(asked);
  });

  it.each(['', 'a b', 'x'.repeat(129), 'line\nfeed'])(
    'never fetches for the kid %j, which no key can have',
    async (kid) => {
      const cache = await started();
      expect(await cache.find(kid)).toBeUndefined();
      expect(dcm.jwksFetches).toBe(1);
    },
  );

  it('a bad signature under a known kid never fetches', async () => {
    const verifier = new DcmVerifier(await started(), { clock });
    const forged = rawToken(headerOf('dcm-1'), someClaims(), stranger.privateKey);
    await expect(verifier.authorization(forged)).rejects.toMatchObject({ code: 'DCM_SIGNATURE_INVALID' });
    expect(dcm.jwksFetches).toBe(1);
  });

  it('refreshes behind the back of a caller after 5 minutes, before its eyes after 10', async () => {
    const cache = await started();
    now += 5 * MINUTE + 1;
    dcm.jwks = { keys: [second.jwk] };
    expect(cache.find('dcm-1')).not.toBeInstanceOf(Promise);
    await eventually(() => !cache.peek('dcm-1'));
    expect(dcm.jwksFetches).toBe(2);
    dcm.jwks = { keys: [first.jwk] };
    now += 10 * MINUTE + 1;
    expect(await cache.find('dcm-2')).toBeUndefined();
    expect(dcm.jwksFetches).toBe(3);
  });

  it('uses known keys for 24 hours while fetching fails, with one attempt and one alarm in a cool-down', async () => {
    const cache = await started();
    dcm.answerJwks = () => ({ status: 503, text: '<html>' });
    now += 23 * 60 * MINUTE;
    for (let use = 0; use < 50; use++) expect((await cache.find('dcm-1'))?.key).toBeDefined();
    expect(dcm.jwksFetches).toBe(2);
    expect(events).toEqual([{ event: 'jwks.failed', reason: 'http_503', ageMs: 23 * 60 * MINUTE }]);
    now += 60 * MINUTE + 1;
    expect(await cache.find('dcm-1')).toBeUndefined();
    expect(cache.onlyUsable()).toBeUndefined();
    dcm.answerJwks = () => undefined;
    now += 30_000;
    expect((await cache.find('dcm-1'))?.key).toBeDefined();
  });

  it('starts without DCM and loads as soon as it is there', async () => {
    dcm.answerJwks = () => 'reset';
    const cache = await started();
    expect(cache.kids()).toEqual([]);
    expect(await cache.find('dcm-1')).toBeUndefined();
    expect(events).toEqual([{ event: 'jwks.failed', reason: 'not_reached' }]);
    dcm.answerJwks = () => undefined;
    now += 30_000;
    expect((await cache.find('dcm-1'))?.key).toBeDefined();
  });

  it('waits for a slow server no longer than it may, and takes its answer afterwards', async () => {
    dcm.answerJwks = () => ({ json: dcm.jwks, delayMs: 1000 });
    const cache = await started({ limits: { waitMs: 20 } });
    expect(await cache.find('dcm-1')).toBeUndefined();
    expect(events).toEqual([]);
    await eventually(() => cache.peek('dcm-1') !== undefined);
    expect(dcm.jwksFetches).toBe(1);
  });

  it('gives up a fetch that never ends', async () => {
    dcm.answerJwks = () => 'hang';
    const cache = await started({ limits: { waitMs: 20, timeoutMs: 1000 } });
    await eventually(() => events.length > 0);
    expect(events).toEqual([{ event: 'jwks.failed', reason: 'not_reached' }]);
    dcm.answerJwks = () => undefined;
    now += 30_000;
    await cache.find('dcm-1');
    await eventually(() => cache.peek('dcm-1') !== undefined);
  });

  const manyKeys = Array.from({ length: 21 }, (_, at) => ({ ...first.jwk, kid: `k-${at}` }));
  it.each<[string, () => object, string]>([
    ['a redirect', () => ({ status: 302, headers: { Location: `${dcm.url.href}/elsewhere` } }), 'http_302'],
    ['more than 64 KiB', () => ({ text: `{"keys":[],"x":"${'x'.repeat(66_000)}"}` }), 'not_reached'],
    ['more than 20 keys', () => ({ json: { keys: manyKeys } }), 'not_a_jwk_set'],
    ['HTML', () => ({ text: '<html>' }), 'not_json'],
    ['duplicate members', () => ({ text: '{"keys":[],"keys":[]}' }), 'not_json'],
    ['a list', () => ({ json: [first.jwk] }), 'not_json'],
    ['no keys', () => ({ json: { data: [] } }), 'not_a_jwk_set'],
  ])('keeps the old set over %s', async (_, behaviour, reason) => {
    const cache = await started();
    dcm.answerJwks = behaviour;
    now += 11 * MINUTE;
    expect((await cache.find('dcm-1'))?.key).toBeDefined();
    expect(events).toMatchObject([{ event: 'jwks.failed', reason }]);
    expect(dcm.requests).toEqual([]);
  });

  it('takes exactly 20 keys', async () => {
    dcm.jwks = { keys: manyKeys.slice(1) };
    expect((await started()).kids()).toHaveLength(20);
  });

  it.each([
    ['http://dcm.example/jwks', false, false],
    ['http://dcm.example/jwks', true, true],
    ['https://dcm.example/jwks', false, true],
    ['http://localhost:4001/jwks', false, true],
    ['http://127.0.0.1:4001/jwks', false, true],
    ['http://127.0.0.1.evil.example/jwks', false, false],
    ['http://[::1]:4001/jwks', false, true],
    ['file:///etc/passwd', true, false],
    ['ftp://dcm.example/jwks', true, false],
  ])('%s with allowInsecure %s is accepted: %s', (url, allowInsecure, accepted) => {
    const make = (): JwksCache => aCache({ url: new URL(url), allowInsecure });
    if (accepted) expect(make).not.toThrow();
    else expect(make).toThrow(expect.objectContaining({ code: 'DCM_CONFIGURATION' }));
  });
});
