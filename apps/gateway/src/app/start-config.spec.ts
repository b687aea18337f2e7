import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readStartConfig } from './start-config.js';

describe('readStartConfig', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'start-config-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const file = (name: string, text: string): string => {
    const at = path.join(directory, name);
    writeFileSync(at, text);
    return at;
  };
  const jwk = { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }) };
  const environment = (over: Record<string, string | undefined> = {}) => ({
    DATABASE_URL: 'postgres://u:p@localhost:5432/d',
    ALLIANCE_BASE_URL: 'https://bank.example',
    ALLIANCE_MERCHANT_ID: 'm',
    ALLIANCE_SERVICE_CODE: 'c',
    ALLIANCE_PRIVATE_KEY: JSON.stringify(jwk),
    ...over,
  });
  const problemsOf = async (over: Record<string, string | undefined>): Promise<string[]> => {
    const error = await readStartConfig(environment(over)).then(
      () => undefined,
      (failure: unknown) => failure as Error,
    );
    expect(error).toMatchObject({ name: 'ConfigError' });
    return error!.message.split('\n');
  };
  const subjects = (sentences: readonly string[]) => sentences.map((sentence) => sentence.split(' ')[0]).toSorted();

  it('takes what is right', async () => {
    const config = await readStartConfig(environment());
    expect(config.account).toMatchObject({ merchantId: 'm' });
  });

  it('tells of a payment key that is none of the bank’s public ones, and shows nothing of it', async () => {
    const problems = await problemsOf({ ALLIANCE_PAYMENT_KEY: JSON.stringify(jwk), PORT: 'abc' });
    expect(subjects(problems)).toEqual(['ALLIANCE_PAYMENT_KEY', 'PORT']);
    expect(problems.join()).not.toContain(jwk.d);
  });

  it.each<[string, string]>([
    ['no JSON', 'MIG2AgEAMBAG'],
    ['no object', '"key"'],
    ['a public key', JSON.stringify({ ...jwk, d: undefined })],
    [
      'another curve',
      JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })),
    ],
    ['halves of two keys', JSON.stringify({ ...jwk, d: Buffer.alloc(48, 7).toString('base64url') })],
  ])('tells of a key that is %s beside every other mistake, once each, and shows nothing of it', async (_what, key) => {
    const keysFile = file('keystore.json', '{"current":"a"}');
    for (const given of [
      { ALLIANCE_PRIVATE_KEY: key },
      { ALLIANCE_PRIVATE_KEY: undefined, ALLIANCE_PRIVATE_KEY_FILE: file('key', key) },
    ]) {
      const problems = await problemsOf({ ...given, PORT: 'abc', ROLE: 'boss', KEYSTORE_KEYS_FILE: keysFile });
      expect(subjects(problems)).toEqual(['ALLIANCE_PRIVATE_KEY', 'KEYSTORE_KEYS_FILE', 'PORT', 'ROLE']);
      expect(problems.join()).not.toContain(jwk.d);
      for (const problem of problems) expect(problem).toMatch(/: |must be/u); // what to do
    }
  });

  it('tells of a key file that cannot be read once', async () => {
    const problems = await problemsOf({
      ALLIANCE_PRIVATE_KEY: undefined,
      ALLIANCE_PRIVATE_KEY_FILE: '/no/such/file',
      PORT: 'abc',
    });
    expect(subjects(problems)).toEqual(['ALLIANCE_PRIVATE_KEY_FILE', 'PORT']);
  });

  it('is content with a key file that is not there yet', async () => {
    await expect(
      readStartConfig(environment({ KEYSTORE_KEYS_FILE: path.join(directory, 'none.json') })),
    ).resolves.toBeDefined();
  });
});
