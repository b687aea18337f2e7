import { inspect } from 'node:util';
import * as sdk from '@aws-sdk/client-kms';
import { kmsError, KmsServer } from '../testing/kms-server.js';
import { type Fault } from '../testing/loopback-server.js';
import { AwsKmsKekProvider, type AwsKmsOptions } from './aws-kms-kek-provider.js';
import { EnvelopeKeystore } from '../envelope/envelope-keystore.js';
import { type KeystoreError } from '../error/keystore-error.js';
import { type KmsClientConfig, type KmsSdk, loadKmsSdk } from './kms-sdk.js';

const place = { table: 'payment', column: 'customer', row: 'pay_1', accountId: 'acc_1', version: 1 };
const secret = Buffer.from('a private key');
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 's3cretAccessKey' };
const TIMEOUT_MS = 1500;

describe('AwsKmsKekProvider', () => {
  let server: KmsServer;
  let endpoint: URL;
  let [first, second]: string[] = [];
  beforeEach(async () => {
    server = new KmsServer();
    [first, second] = [server.create(), server.create('alias/second')];
    endpoint = await server.listen();
  });
  afterEach(() => server.close());

  const keksOf = (over: Partial<AwsKmsOptions> = {}): Promise<AwsKmsKekProvider> =>
    AwsKmsKekProvider.create({
      current: 'kms_v1',
      keys: { kms_v1: first! },
      region: 'eu-central-1',
      endpoint,
      credentials,
      timeoutMs: TIMEOUT_MS,
      ...over,
    });
  const keystoreOf = async (over: Partial<AwsKmsOptions> = {}): Promise<EnvelopeKeystore> =>
    new EnvelopeKeystore(await keksOf(over));
  const both = (): Partial<AwsKmsOptions> => ({
    current: 'kms_v2',
    keys: { kms_v1: first!, kms_v2: 'alias/second' },
  });

  it('speaks the real SDK', () => {
    const typed: KmsSdk = sdk;
    expect(typed.KMS).toBeDefined();
  });

  it('seals and opens', async () => {
    const keystore = await keystoreOf();
    const box = await keystore.seal(secret, place);
    expect(keystore.kekIdOf(box)).toBe('kms_v1');
    expect(Buffer.from(await keystore.open(box, place))).toEqual(secret);
    expect(server.seen).toEqual(['TrentService.Encrypt', 'TrentService.Decrypt']);
  });

  it('rotates: seals under version 1, rewraps under 2, refuses 1 once retired', async () => {
    const old = await (await keystoreOf()).seal(secret, place);
    const rotated = await keystoreOf(both());
    const rewrapped = await rotated.rewrap(old, place);
    expect(rotated.kekIdOf(rewrapped)).toBe('kms_v2');
    expect(rewrapped.split('.').slice(3)).toEqual(old.split('.').slice(3));
    expect(await rotated.rewrap(rewrapped, place)).toBe(rewrapped);

    const retired = await keystoreOf({ ...both(), minVersion: 2 });
    await expect(retired.open(old, place)).rejects.toMatchObject({ code: 'KEYSTORE_RETIRED_KEK' });
    expect(Buffer.from(await retired.open(rewrapped, place))).toEqual(secret);
    await expect((await keystoreOf()).open(rewrapped, place)).rejects.toMatchObject({ code: 'KEYSTORE_UNKNOWN_KEK' });
  });

  it('binds a wrapping to its KEK id and to the context', async () => {
    const keys = { kms_v1: first!, twin_v1: first! };
    const box = await (await keystoreOf({ keys, encryptionContext: { system: 'gateway' } })).seal(secret, place);
    const twin = box.replace('.kms_v1.', '.twin_v1.');
    const opens = await keystoreOf({ keys, encryptionContext: { system: 'gateway' } });
    await expect(opens.open(twin, place)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
    await expect((await keystoreOf()).open(box, place)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
    expect(Buffer.from(await opens.open(box, place))).toEqual(secret);
  });

  it('refuses what was wrapped before the alias was turned to another key', async () => {
    const keystore = await keystoreOf(both());
    const box = await keystore.seal(secret, place);
    server.aliases.set('alias/second', first!);
    await expect(keystore.open(box, place)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
  });

  it('tells a disabled key and a missing one', async () => {
    const keystore = await keystoreOf();
    const box = await keystore.seal(secret, place);
    server.disable(first!);
    await expect(keystore.open(box, place)).rejects.toMatchObject({ code: 'KEYSTORE_RETIRED_KEK' });
    const gone = await keystoreOf({ keys: { kms_v1: 'alias/gone' } });
    await expect(gone.open(box, place)).rejects.toMatchObject({ code: 'KEYSTORE_UNKNOWN_KEK' });
  });

  it.each<[string, Fault, string]>([
    ['hangs', 'hang', 'KEYSTORE_UNAVAILABLE'],
    ['resets', 'reset', 'KEYSTORE_UNAVAILABLE'],
    ['resets amid the answer', 'half', 'KEYSTORE_UNAVAILABLE'],
    ['breaks down', kmsError('KMSInternalException', 500), 'KEYSTORE_UNAVAILABLE'],
    ['is behind a dead gateway', { status: 503, body: '<html>' }, 'KEYSTORE_UNAVAILABLE'],
    ['throttles', kmsError('ThrottlingException'), 'KEYSTORE_UNAVAILABLE'],
    ['does not reach its HSM', kmsError('KeyUnavailableException', 500), 'KEYSTORE_UNAVAILABLE'],
    ['is something else', { status: 200, body: {} }, 'KEYSTORE_UNAVAILABLE'],
    ['denies', kmsError('AccessDeniedException'), 'KEYSTORE_FORBIDDEN'],
    ['has seen the token expire', kmsError('ExpiredTokenException'), 'KEYSTORE_FORBIDDEN'],
    ['awaits the deletion of the key', kmsError('KMSInvalidStateException'), 'KEYSTORE_RETIRED_KEK'],
    ['has an asymmetric key there', kmsError('InvalidKeyUsageException'), 'KEYSTORE_INVALID_KEYS'],
    ['does not know the blob', kmsError('InvalidCiphertextException'), 'KEYSTORE_TAMPERED'],
    ['raises what nobody knows', kmsError('toString'), 'KEYSTORE_UNAVAILABLE'],
  ])('says what is the matter when KMS %s', async (_what, fault, code) => {
    const keystore = await keystoreOf();
    const box = await keystore.seal(secret, place);
    server.faults.push(...Array.from({ length: 5 }, () => fault));
    const error = await failureOf(keystore.open(box, place));
    expect(error).toMatchObject({ name: 'KeystoreError', code, retryable: code === 'KEYSTORE_UNAVAILABLE' });
    expect(inspect(error, { depth: 10 })).not.toMatch(/s3cret|AWS4-HMAC|in words/);
    server.faults.splice(0);
    expect(Buffer.from(await keystore.open(box, place))).toEqual(secret);
  });

  it('survives a single throttling', async () => {
    const keystore = await keystoreOf();
    server.faults.push(kmsError('ThrottlingException'));
    const box = await keystore.seal(secret, place);
    expect(Buffer.from(await keystore.open(box, place))).toEqual(secret);
  });

  it.each<[string, AwsKmsOptions['credentials']]>([
    ['are wrong', { accessKeyId: 'AKIAOTHER', secretAccessKey: 's3cret' }],
    ['cannot be had', () => Promise.reject(Object.assign(new Error('s3cret'), { name: 'CredentialsProviderError' }))],
  ])('says so when the credentials %s', async (_what, wrong) => {
    const error = await failureOf((await keystoreOf({ credentials: wrong })).seal(secret, place));
    expect(error).toMatchObject({ code: 'KEYSTORE_FORBIDDEN' });
    expect(inspect(error, { depth: 10 })).not.toContain('s3cret');
  });

  it('does not wait for credentials for ever', async () => {
    const keystore = await keystoreOf({ credentials: () => new Promise(() => undefined), timeoutMs: 200 });
    await expect(keystore.seal(secret, place)).rejects.toThrow('AWS KMS did not answer within 200 ms');
  });

  it('gives fingerprints of the keys, whatever they are called', async () => {
    const prints = await (await keksOf(both())).fingerprints();
    expect(Object.keys(prints)).toEqual(['kms_v1', 'kms_v2']);
    expect(await (await keksOf({ current: 'x', keys: { x: second! } })).fingerprints()).toEqual({
      x: prints['kms_v2'],
    });
    server.aliases.set('alias/second', first!);
    expect((await (await keksOf(both())).fingerprints())['kms_v2']).toBe(prints['kms_v1']);
  });

  it.each<[string, Partial<AwsKmsOptions>, RegExp]>([
    ['a current KEK without a key', { current: 'other' }, /"other" is not among/],
    ['an id that is none', { keys: { kms_v1: 'a', 'b.c': 'b' } }, /"b\.c" is not a KEK id/],
    ['a retired current KEK', { minVersion: 2 }, /below minVersion 2/],
  ])('refuses %s', async (_what, over, message) => {
    const error = await failureOf(keksOf(over));
    expect(error).toMatchObject({ code: 'KEYSTORE_INVALID_KEYS', message: expect.stringMatching(message) });
  });

  it('asks for a region', async () => {
    class Regionless extends sdk.KMS {
      constructor(config: KmsClientConfig) {
        super({
          ...(config as sdk.KMSClientConfig),
          region: (): Promise<string> => Promise.reject(new Error('Region is missing')),
        });
      }
    }
    const regionless = (): Promise<KmsSdk> => Promise.resolve({ KMS: Regionless });
    const options = { current: 'kms', keys: { kms: first! }, endpoint, credentials };
    await expect(AwsKmsKekProvider.create(options, regionless)).rejects.toThrow(/AWS_REGION/);
  });

  it('says how to get the package when it is missing', async () => {
    const options = { current: 'kms', keys: { kms: first! } };
    const create = AwsKmsKekProvider.create(options, () => loadKmsSdk('@aws-sdk/client-of-nothing'));
    await expect(create).rejects.toMatchObject({
      code: 'KEYSTORE_INVALID_KEYS',
      message: expect.stringContaining('npm install @aws-sdk/client-of-nothing'),
    });
  });

  it('shows no credentials when inspected or stringified', async () => {
    const keks = await keksOf();
    expect(inspect(keks, { depth: 10, showHidden: true }) + JSON.stringify(keks)).not.toContain('s3cret');
  });
});

const failureOf = (work: Promise<unknown>): Promise<KeystoreError> =>
  work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as KeystoreError,
  );
