import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { type Fault } from '../testing/loopback-server.js';
import { VaultServer } from '../testing/vault-server.js';
import { EnvelopeKeystore } from '../envelope/envelope-keystore.js';
import { type KeystoreError } from '../error/keystore-error.js';
import { VaultTransitKekProvider } from './vault-transit-kek-provider.js';
import { type VaultTransitOptions } from './vault-transit-options.js';

const place = { table: 'payment', column: 'customer', row: 'pay_1', accountId: 'acc_1', version: 1 };
const secret = Buffer.from('a private key');
/** Long enough for a busy machine, and short where nothing ever answers. */
const TIMEOUT_MS = 10_000;
const IMPATIENT = { timeoutMs: 300 };

describe('VaultTransitKekProvider', () => {
  let vault: VaultServer;
  let address: URL;
  beforeEach(async () => {
    vault = new VaultServer();
    vault.create('gateway');
    address = await vault.listen();
  });
  afterEach(() => vault.close());

  const keksOf = (over: Partial<VaultTransitOptions> = {}): VaultTransitKekProvider =>
    new VaultTransitKekProvider({
      address,
      key: 'gateway',
      token: () => vault.token,
      timeoutMs: TIMEOUT_MS,
      refreshMs: 0,
      ...over,
    });
  const keystoreOf = (over: Partial<VaultTransitOptions> = {}): EnvelopeKeystore => new EnvelopeKeystore(keksOf(over));

  it('seals under the latest version and opens', async () => {
    const keystore = keystoreOf();
    const box = await keystore.seal(secret, place);
    expect(keystore.kekIdOf(box)).toBe('vault_gateway_v1');
    expect(Buffer.from(await keystore.open(box, place))).toEqual(secret);
    expect(vault.seen).toEqual([
      'GET /v1/transit/keys/gateway',
      'POST /v1/transit/encrypt/gateway',
      'POST /v1/transit/decrypt/gateway',
    ]);
  });

  it('rotates: seals under version 1, rewraps under 2, refuses 1 once retired', async () => {
    const keystore = keystoreOf();
    const old = await keystore.seal(secret, place);
    vault.rotate('gateway');
    expect(Buffer.from(await keystore.open(old, place))).toEqual(secret);
    vault.seen.splice(0);
    const rewrapped = await keystore.rewrap(old, place);
    expect(vault.seen).toContain('POST /v1/transit/rewrap/gateway');
    expect(vault.seen).not.toContain('POST /v1/transit/encrypt/gateway');
    expect(keystore.kekIdOf(rewrapped)).toBe('vault_gateway_v2');
    expect(rewrapped.split('.').slice(3)).toEqual(old.split('.').slice(3));
    expect(await keystore.rewrap(rewrapped, place)).toBe(rewrapped);

    vault.setMinDecryptionVersion('gateway', 2);
    await expect(keystore.open(old, place)).rejects.toMatchObject({ code: 'KEYSTORE_RETIRED_KEK' });
    await expect(keystore.rewrap(old, place)).rejects.toMatchObject({ code: 'KEYSTORE_RETIRED_KEK' });
    expect(Buffer.from(await keystore.open(rewrapped, place))).toEqual(secret);
    expect(Object.keys(await keksOf().fingerprints())).toEqual(['vault_gateway_v2']);
  });

  it('believes the latest version for a while, and asks once for concurrent callers', async () => {
    const keks = keksOf({ refreshMs: 60_000 });
    await Promise.all([keks.currentKek(), keks.currentKek(), keks.wrap(randomBytes(32))]);
    vault.rotate('gateway');
    expect(await keks.currentKek()).toBe('vault_gateway_v1');
    expect(vault.seen.filter((call) => call.startsWith('GET'))).toHaveLength(1);
    expect((await keks.wrap(randomBytes(32))).kekId).toBe('vault_gateway_v2');
  });

  it('remembers no failure to read the key', async () => {
    const keks = keksOf({ refreshMs: 60_000 });
    vault.sealed = true;
    await expect(keks.currentKek()).rejects.toMatchObject({ code: 'KEYSTORE_UNAVAILABLE' });
    vault.sealed = false;
    expect(await keks.currentKek()).toBe('vault_gateway_v1');
  });

  it('does not let Vault make a key that is missing', async () => {
    await expect(keystoreOf({ key: 'gone' }).seal(secret, place)).rejects.toMatchObject({
      code: 'KEYSTORE_UNKNOWN_KEK',
    });
    expect(vault.has('gone')).toBe(false);
  });

  it.each([
    ['a flipped bit', (box: string) => flipped(box), 'KEYSTORE_TAMPERED'],
    ['a version to come', (box: string) => box.replace('_v1.', '_v9.'), 'KEYSTORE_UNKNOWN_KEK'],
    ['another version', (box: string) => box.replace('_v1.', '_v2.'), 'KEYSTORE_TAMPERED'],
    ['another spelling of it', (box: string) => box.replace('_v1.', '_v01.'), 'KEYSTORE_UNKNOWN_KEK'],
    ['another prefix', (box: string) => box.replace('vault_', 'kek_'), 'KEYSTORE_UNKNOWN_KEK'],
    ['no version', (box: string) => box.replace('_v1.', '.'), 'KEYSTORE_UNKNOWN_KEK'],
  ])('refuses %s', async (_what, spoil, code) => {
    const keystore = keystoreOf();
    const box = spoil(await keystore.seal(secret, place));
    vault.rotate('gateway');
    await expect(keystore.open(box, place)).rejects.toMatchObject({ code, retryable: false });
  });

  it.each<[string, Fault, string, RegExp]>([
    ['never answers', 'hang', 'KEYSTORE_UNAVAILABLE', /within 300 ms/],
    ['resets the connection', 'reset', 'KEYSTORE_UNAVAILABLE', /cannot be reached/],
    ['resets it amid the answer', 'half', 'KEYSTORE_UNAVAILABLE', /cannot be reached/],
    ['breaks down', { status: 500, body: { errors: ['x'] } }, 'KEYSTORE_UNAVAILABLE', /HTTP 500/],
    ['is behind a dead gateway', { status: 502, body: '<html>' }, 'KEYSTORE_UNAVAILABLE', /HTTP 502/],
    ['throttles', { status: 429, body: { errors: [] } }, 'KEYSTORE_UNAVAILABLE', /throttles/],
    ['is a standby', { status: 307, body: '' }, 'KEYSTORE_UNAVAILABLE', /HTTP 307/],
    ['is an HTML page', { status: 200, body: '<html>' }, 'KEYSTORE_UNAVAILABLE', /not Vault/],
    ['is something else', { status: 200, body: { data: {} } }, 'KEYSTORE_UNAVAILABLE', /not Vault/],
    ['says null', { status: 200, body: 'null' }, 'KEYSTORE_UNAVAILABLE', /not Vault/],
    ['has no such mount', { status: 404, body: { errors: [] } }, 'KEYSTORE_UNKNOWN_KEK', /HTTP 404/],
    ['forbids', { status: 403, body: { errors: ['permission denied'] } }, 'KEYSTORE_FORBIDDEN', /HTTP 403/],
  ])('says what is the matter when Vault %s', async (_what, fault, code, message) => {
    const box = await keystoreOf().seal(secret, place);
    const keystore = keystoreOf(fault === 'hang' ? IMPATIENT : {});
    for (const work of [() => keystore.open(box, place), () => keystore.seal(secret, place)]) {
      vault.faults.push(fault);
      const error = await failureOf(work());
      expect(error).toMatchObject({ code, retryable: code === 'KEYSTORE_UNAVAILABLE' });
      expect(error.message).toMatch(message);
      expect(inspect(error, { depth: 10 })).not.toContain(vault.token);
    }
    expect(Buffer.from(await keystore.open(box, place))).toEqual(secret);
  });

  it('tells a sealed Vault, a wrong token and a policy too narrow', async () => {
    const keystore = keystoreOf();
    const box = await keystore.seal(secret, place);
    vault.sealed = true;
    await expect(keystore.open(box, place)).rejects.toThrow(/sealed/);
    vault.sealed = false;
    vault.denied = /decrypt/;
    await expect(keystore.open(box, place)).rejects.toMatchObject({ code: 'KEYSTORE_FORBIDDEN' });
    const stranger = keystoreOf({ token: () => 'hvs.wrong' });
    await expect(stranger.open(box, place)).rejects.toMatchObject({ code: 'KEYSTORE_FORBIDDEN' });
  });

  it('does not follow a redirect with the token', async () => {
    const other = new VaultServer();
    const elsewhere = await other.listen();
    vault.faults.push({ status: 307, body: '', headers: { location: `${elsewhere.href}v1/transit/keys/gateway` } });
    const refusal = failureOf(keksOf().currentKek()).finally(() => other.close());
    expect(await refusal).toMatchObject({ code: 'KEYSTORE_UNAVAILABLE' });
    expect(other.seen).toEqual([]);
  });

  it('says that nobody listens', async () => {
    await vault.close();
    await expect(keksOf().currentKek()).rejects.toThrow('Vault cannot be reached (ECONNREFUSED)');
    await vault.listen();
  });

  it.each<[string, () => string | Promise<string>, string]>([
    ['never comes', () => new Promise<string>(() => undefined), 'KEYSTORE_UNAVAILABLE'],
    ['cannot be had', () => Promise.reject(new Error('s3cret-path')), 'KEYSTORE_UNAVAILABLE'],
    ['is empty', () => '', 'KEYSTORE_FORBIDDEN'],
    ['ends in a new line', () => 's3cret\n', 'KEYSTORE_FORBIDDEN'],
  ])('rejects when the token %s', async (_what, token, code) => {
    const error = await failureOf(keksOf({ token }).currentKek());
    expect(error).toMatchObject({ code });
    expect(inspect(error, { depth: 10 })).not.toContain('s3cret');
    expect(vault.seen).toEqual([]);
  });

  it('asks for the token anew for every call', async () => {
    const tokens = ['hvs.old', vault.token];
    const keks = keksOf({ token: () => tokens.shift()! });
    await expect(keks.currentKek()).rejects.toMatchObject({ code: 'KEYSTORE_FORBIDDEN' });
    expect(await keks.currentKek()).toBe('vault_gateway_v1');
  });

  it('gives a key that was made anew under the same name another fingerprint', async () => {
    const before = await keksOf().fingerprints();
    expect(await keksOf({ timeoutMs: 1000 }).fingerprints()).toEqual(before);
    expect(before['vault_gateway_v1']).toMatch(/^[0-9a-f]{32}$/);
    vault.recreate('gateway');
    expect((await keksOf().fingerprints())['vault_gateway_v1']).not.toBe(before['vault_gateway_v1']);
  });

  it.each([
    ['asymmetric', { type: 'rsa-4096' }],
    ['derived', { derived: true }],
  ])('refuses a key that is %s', async (_what, over) => {
    vault.create('odd', over);
    await expect(keystoreOf({ key: 'odd' }).seal(secret, place)).rejects.toMatchObject({
      code: 'KEYSTORE_INVALID_KEYS',
    });
  });

  it.each<[string, Partial<VaultTransitOptions>, RegExp]>([
    ['plain HTTP to another machine', { address: new URL('http://vault.example:8200') }, /plain HTTP/],
    ['a file', { address: new URL('file:///vault') }, /no HTTP address/],
    ['a password in the address', { address: new URL('https://a:s3cret@vault.example') }, /more than host/],
    ['a key with a slash', { key: '../sys/seal' }, /name of a transit key/],
    ['a mount with dots', { mount: '../sys' }, /secrets engine/],
    ['a key with a dot and no prefix', { key: 'gate.way' }, /kekIdPrefix/],
    ['too long a prefix', { kekIdPrefix: 'x'.repeat(60) }, /kekIdPrefix/],
  ])('refuses %s', (_what, over, message) => {
    const error = thrownBy(() => keksOf(over));
    expect(error).toMatchObject({ code: 'KEYSTORE_INVALID_KEYS', message: expect.stringMatching(message) });
    expect(inspect(error)).not.toContain('s3cret');
  });

  it('takes another machine by HTTP when told to, and a prefix for a key with a dot', async () => {
    expect(() => keksOf({ address: new URL('http://vault.example'), allowPlainHttp: true })).not.toThrow();
    vault.create('gate.way');
    expect(await keksOf({ key: 'gate.way', kekIdPrefix: 'kek' }).currentKek()).toBe('kek_v1');
  });

  it('serves many at once, and from the cache when there is one', async () => {
    const keystore = new EnvelopeKeystore(keksOf(), { dekCache: { maxEntries: 100, maxAgeMs: 60_000 } });
    const boxes = await Promise.all(Array.from({ length: 20 }, () => keystoreOf().seal(secret, place)));
    vault.seen.splice(0);
    const openAll = (): Promise<unknown> => Promise.all(boxes.map((box) => keystore.open(box, place)));
    await openAll();
    await openAll();
    expect(vault.seen).toHaveLength(20);
    vault.sealed = true;
    expect(Buffer.from(await keystore.open(boxes[0]!, place))).toEqual(secret);
  });

  it('shows no token when inspected or stringified', () => {
    const keks = keksOf({ token: () => vault.token });
    expect(inspect(keks, { depth: 10, showHidden: true }) + JSON.stringify(keks)).not.toContain('hvs.');
  });
});

/** Another first bit of the wrapped key. */
function flipped(box: string): string {
  const parts = box.split('.');
  const bytes = Buffer.from(parts[2]!, 'base64url');
  bytes[0]! ^= 1;
  return parts.with(2, bytes.toString('base64url')).join('.');
}

const failureOf = (work: Promise<unknown>): Promise<KeystoreError> =>
  work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as KeystoreError,
  );

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
