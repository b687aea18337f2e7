import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, loadConfig } from './gateway-config.js';

type Environment = Readonly<Record<string, string | undefined>>;

const API_KEY = `ap_test_${'k'.repeat(43)}`;
const anAccount = (over: Environment = {}): Environment => ({
  ALLIANCE_BASE_URL: 'https://bank.example',
  ALLIANCE_MERCHANT_ID: 'merchant-1',
  ALLIANCE_SERVICE_CODE: 'service-code-1',
  ALLIANCE_PRIVATE_KEY: '{"kty":"EC"}',
  API_KEY,
  ...over,
});
const inProduction = (over: Environment = {}): Environment => ({
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://gateway:pw@db.example/gateway',
  KEYSTORE_KEYS_FILE: '/etc/gateway/keys.json',
  PUBLIC_URL: 'https://pay.example',
  ...over,
});

const live = (over: Environment = {}): Environment =>
  anAccount({ ALLIANCE_ENVIRONMENT: 'live', API_KEY: `ap_live_${'k'.repeat(43)}`, ...over });

/** What every gateway is given, and all that it needs. */
const DATABASE_URL = 'postgres://gateway:pw@db.example/gateway';
const load = (env: Environment) => loadConfig({ DATABASE_URL, ...env });

/** The sentences of the refusal, a line each. */
function complaints(env: Environment): string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split('\n');
  }
}

describe('loadConfig', () => {
  it('needs a database, and nothing else', () => {
    expect(load({})).toEqual({
      host: '127.0.0.1',
      port: 4000,
      role: 'all',
      publicUrl: 'http://localhost:4000',
      databaseUrl: DATABASE_URL,
      databasePoolSize: 10,
      preparedStatements: true,
      databaseNotices: true,
      production: false,
      logLevel: 'info',
      keystoreKeysFile: path.resolve('.data/keystore.json'),
      remoteKeks: undefined,
      keysFileBesideRemote: false,
      bankTimeoutMs: 20_000,
      sessionRenewHours: 8,
      sweepAtHour: 4,
      sweepPerSecond: 5,
      trustedProxies: [],
      webhookAllowedNetworks: [],
      failpoints: false,
      opsKey: undefined,
      account: undefined,
      dcm: undefined,
    });
  });

  it('takes a blank variable for none', () => {
    expect(load({ PORT: '', ROLE: '', DATA_DIR: '', API_KEY: '' })).toEqual(load({}));
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(load({}))).toBe(true);
  });

  it('reads the account, and addresses without a slash at the end', () => {
    const { account, publicUrl } = load({
      ...anAccount({ ALLIANCE_BASE_URL: 'https://bank.example//' }),
      PUBLIC_URL: 'https://pay.example/',
    });
    expect(publicUrl).toBe('https://pay.example');
    expect(account).toEqual({
      name: 'Default account',
      environment: 'test',
      baseUrl: 'https://bank.example',
      merchantId: 'merchant-1',
      a2aMerchantId: undefined,
      serviceCode: 'service-code-1',
      privateKey: '{"kty":"EC"}',
      apiKey: API_KEY,
    });
  });

  it.each<[Environment, RegExp]>([
    [{ PORT: 'http' }, /^PORT must be a number: give a TCP port$/],
    [{ PORT: '65536' }, /^PORT must be a TCP port from 0 to 65535$/],
    [{ PORT: '80.5' }, /^PORT must be a whole number/],
    [{ ROLE: 'cron' }, /^ROLE must be api, worker or all$/],
    [{ TRUSTED_PROXIES: '10.0.0.0/8, proxy' }, /^TRUSTED_PROXIES must be addresses or ranges/],
    [{ PUBLIC_URL: 'pay.example' }, /^PUBLIC_URL must be an http or https URL/],
    [{ PUBLIC_URL: 'ftp://pay.example' }, /^PUBLIC_URL must be an http or https URL/],
    [{ DATABASE_URL: 'mysql://db/x' }, /^DATABASE_URL must be a URL like postgres:/],
    [{ DATABASE_URL: 'postgres://u:100%@db/x' }, /^DATABASE_URL has a % that starts no code: .* write %25 for %$/],
    [{ DATABASE_URL: 'postgres://u%zz:p@db/x' }, /^DATABASE_URL has a % that starts no code/],
    [{ DATABASE_URL: 'postgres://u:pa#ss@db:5432/x' }, /^DATABASE_URL must be a URL like .* percent-encoded/],
    [{ PORT: '4190' }, /^PORT is a port that browsers and fetch refuse to call/],
    [{ PUBLIC_URL: 'http://pay.example:6000' }, /^PUBLIC_URL is a port that browsers and fetch refuse/],
    [{ DATABASE_PREPARED_STATEMENTS: 'yes' }, /^DATABASE_PREPARED_STATEMENTS must be on or off$/],
    [{ DATABASE_POOL_SIZE: '1' }, /^DATABASE_POOL_SIZE must be a whole number from 2 to 200$/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be fatal, error/],
    [{ BANK_TIMEOUT_MS: 'soon' }, /^BANK_TIMEOUT_MS must be whole milliseconds from 100 to 120000$/],
    [{ BANK_TIMEOUT_MS: '50' }, /^BANK_TIMEOUT_MS must be whole milliseconds from 100/],
    [{ SESSION_RENEW_HOURS: '9' }, /^SESSION_RENEW_HOURS must be 8, 12 or 24$/],
    [anAccount({ ALLIANCE_ENVIRONMENT: 'prod' }), /^ALLIANCE_ENVIRONMENT must be test or live$/],
    [anAccount({ ALLIANCE_BASE_URL: 'bank' }), /^ALLIANCE_BASE_URL must be an http or https URL/],
    [anAccount({ ALLIANCE_MERCHANT_ID: 'm'.repeat(37) }), /^ALLIANCE_MERCHANT_ID must have at most 36 characters/],
    [anAccount({ ALLIANCE_SERVICE_CODE: 's'.repeat(37) }), /^ALLIANCE_SERVICE_CODE must have at most 36 characters/],
    [anAccount({ API_KEY: 'ap_test_short' }), /^API_KEY must be ap_test_ or ap_live_ and/],
    [anAccount({ API_KEY: `ap_test_${'k'.repeat(129)}` }), /^API_KEY must be ap_test_ or ap_live_ and/],
    [
      anAccount({ ALLIANCE_ENVIRONMENT: 'live' }),
      /^API_KEY must start with ap_live_ because ALLIANCE_ENVIRONMENT is live$/,
    ],
    [
      { ALLIANCE_SERVICE_CODE_FILE: '/no/such/file' },
      /^ALLIANCE_SERVICE_CODE_FILE names a file that cannot be read \(\/no/,
    ],
    [{ OPS_KEY: 'x'.repeat(31) }, /^OPS_KEY must have at least 32 printable characters/],
    [{ KEYSTORE_PROVIDER: 'gcp' }, /^KEYSTORE_PROVIDER must be local, vault or aws-kms$/],
    [{ KEYSTORE_PROVIDER: 'vault', VAULT_ADDR: 'https://v' }, /^VAULT_ADDR, VAULT_TRANSIT_KEY and VAULT_TOKEN or/],
    [{ KEYSTORE_PROVIDER: 'aws-kms' }, /^AWS_KMS_KEYS is missing/],
    [{ KEYSTORE_PROVIDER: 'aws-kms', AWS_KMS_KEYS: 'arn' }, /^AWS_KMS_KEYS must be JSON like/],
    [live({ ALLIANCE_BASE_URL: 'http://bank.example' }), /^ALLIANCE_BASE_URL must be https because/],
    [live({ PUBLIC_URL: 'http://pay.example' }), /^PUBLIC_URL must be https because/],
    [{ DATABASE_URL: undefined }, /^DATABASE_URL is missing: give the gateway a Postgres/],
    [inProduction({ FAILPOINTS: 'on' }), /^FAILPOINTS must be off in production/],
    [inProduction({ DATABASE_URL: ' ' }), /^DATABASE_URL is missing/],
    [inProduction({ KEYSTORE_KEYS_FILE: undefined }), /^KEYSTORE_KEYS_FILE is missing: production needs/],
    [inProduction({ PUBLIC_URL: undefined }), /^PUBLIC_URL is missing: the bank/],
  ])('says of %o what is wrong', (env, sentence) => {
    const found = complaints(env);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(sentence);
  });

  it('names every variable that is wrong at once', () => {
    const names = complaints({
      PORT: 'x',
      ROLE: 'x',
      PUBLIC_URL: 'x',
      DATABASE_URL: 'x',
      LOG_LEVEL: 'x',
      BANK_TIMEOUT_MS: 'x',
      API_KEY_FILE: '/no/such/file',
    }).map((sentence) => sentence.split(' ')[0]);
    expect(names.toSorted()).toEqual(
      ['API_KEY_FILE', 'BANK_TIMEOUT_MS', 'DATABASE_URL', 'LOG_LEVEL', 'PORT', 'PUBLIC_URL', 'ROLE'].toSorted(),
    );
  });

  it('hides no mistake behind another, whatever stage finds it', () => {
    const names = complaints({
      NODE_ENV: 'production',
      PORT: 'abc',
      DATABASE_URL: undefined,
      KEYSTORE_PROVIDER: 'vault',
      ALLIANCE_BASE_URL: 'http://bank.example',
      ALLIANCE_MERCHANT_ID: 'm',
      ALLIANCE_PRIVATE_KEY_FILE: '/no/such/file',
      ALLIANCE_ENVIRONMENT: 'live',
      API_KEY,
      DCM_COUNTERPARTY_GUID: 'x',
      DCM_EMPLOYEE_LOGIN: 'l',
    }).map((sentence) => sentence.split(/[ ,]/u)[0]);
    expect(names.toSorted()).toEqual(
      [
        ...['ALLIANCE_BASE_URL', 'ALLIANCE_PRIVATE_KEY_FILE', 'ALLIANCE_SERVICE_CODE', 'API_KEY', 'DATABASE_URL'],
        ...['DCM_BASE_URL', 'DCM_COUNTERPARTY_GUID', 'DCM_EMPLOYEE_PASSWORD', 'PORT', 'PUBLIC_URL', 'VAULT_ADDR'],
      ].toSorted(),
    );
  });

  it('says nothing of a rule whose variable is wrong itself', () => {
    expect(complaints(inProduction({ DATABASE_URL: 'x', PUBLIC_URL: 'x', KEYSTORE_PROVIDER: 'x' }))).toHaveLength(3);
    expect(complaints(anAccount({ ALLIANCE_ENVIRONMENT: 'x', ALLIANCE_BASE_URL: 'x' }))).toHaveLength(2);
  });

  it.each<[string, Environment]>([
    ['the port of a database that it does not start', { POSTGRES_PORT: 'x' }],
    ['blanks', { PORT: ' ', HOST: ' ', DATA_DIR: ' ' }],
    ['an address of Vault that is not used', { VAULT_ADDR: 'vault:8200' }],
    ['keys in KMS that are not used', { AWS_KMS_KEYS: 'arn', AWS_KMS_ENDPOINT: 'x' }],
  ])('does not read %s', (_what, env) => {
    expect(load(env)).toEqual(load({}));
  });

  it.each([
    ['127.0.0.1', 'http://localhost:4000'],
    ['::1', 'http://localhost:4000'],
    ['0.0.0.0', 'http://localhost:4000'],
    ['192.0.2.7', 'http://192.0.2.7:4000'],
    ['2001:db8::7', 'http://[2001:db8::7]:4000'],
  ])('is called back where it listens: HOST=%s', (HOST, publicUrl) => {
    expect(load({ HOST }).publicUrl).toBe(publicUrl);
  });

  it('names every rule of production at once', () => {
    expect(complaints({ NODE_ENV: 'production', DATABASE_URL: undefined })).toHaveLength(3);
    expect(load(inProduction()).production).toBe(true);
  });

  it.each<[string, Environment]>([
    ['Vault', { KEYSTORE_PROVIDER: 'vault', VAULT_ADDR: 'https://v', VAULT_TRANSIT_KEY: 'k', VAULT_TOKEN: 't' }],
    ['AWS KMS', { KEYSTORE_PROVIDER: 'aws-kms', AWS_KMS_KEYS: '{"current":"a","keys":{"a":"arn:a"}}' }],
  ])('needs no key file in production with %s', (_what, env) => {
    const { remoteKeks, keysFileBesideRemote } = load(inProduction({ KEYSTORE_KEYS_FILE: undefined, ...env }));
    expect([remoteKeks?.provider, keysFileBesideRemote]).toEqual([env['KEYSTORE_PROVIDER'], false]);
    expect(load(inProduction(env)).keysFileBesideRemote).toBe(true);
  });

  it.each(['ALLIANCE_BASE_URL', 'ALLIANCE_MERCHANT_ID', 'ALLIANCE_SERVICE_CODE', 'ALLIANCE_PRIVATE_KEY'])(
    'wants %s when the others are set',
    (name) => {
      expect(complaints(anAccount({ [name]: undefined }))).toEqual([
        `${name} is missing: the account variables go together, set all or none`,
      ]);
    },
  );
});

describe('secrets in files', () => {
  let directory: string;
  const file = (name: string, content: string): string => {
    const at = path.join(directory, name);
    writeFileSync(at, content);
    return at;
  };
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'gateway-config-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('are read without the line break at their end, and come before the variable', () => {
    const { account, databaseUrl } = load({
      ...anAccount({ ALLIANCE_PRIVATE_KEY: undefined }),
      ALLIANCE_SERVICE_CODE: 'from the environment',
      ALLIANCE_SERVICE_CODE_FILE: file('service-code', 'from-a-file\n'),
      ALLIANCE_PRIVATE_KEY_FILE: file('key', '{"kty":"EC"}\n'),
      API_KEY_FILE: file('api-key', `${API_KEY}\r\n`),
      DATABASE_URL_FILE: file('database', 'postgres://a:b@c/d\n'),
    });
    expect(account).toMatchObject({ serviceCode: 'from-a-file', privateKey: '{"kty":"EC"}', apiKey: API_KEY });
    expect(databaseUrl).toBe('postgres://a:b@c/d');
  });

  it.each(['', '\n', '  \n'])('are refused when blank (%j), not taken for no account', (content) => {
    const blank = file('blank', content);
    expect(complaints(anAccount({ ALLIANCE_SERVICE_CODE: undefined, ALLIANCE_SERVICE_CODE_FILE: blank }))).toEqual([
      expect.stringContaining(`ALLIANCE_SERVICE_CODE_FILE names a file that is empty (${blank})`) as string,
    ]);
  });

  it('never show up in a message, whatever else is wrong', () => {
    const secrets = {
      code: 'secret-service-code-that-is-far-too-long',
      key: 'secret-private-key',
      api: 'secret-api-key',
    };
    const message = complaints({
      ...anAccount({ ALLIANCE_SERVICE_CODE: secrets.code, ALLIANCE_PRIVATE_KEY: secrets.key, API_KEY: secrets.api }),
      DATABASE_URL: 'mysql://user:secret-password@db/x',
      OPS_KEY: 'secret-ops-key',
      KEYSTORE_PROVIDER: 'vault',
      VAULT_TOKEN: 'secret-vault-token',
      ALLIANCE_ENVIRONMENT: 'x',
      PORT: 'x',
    }).join('\n');
    expect(message).toContain('API_KEY');
    expect(message).toContain('DATABASE_URL');
    expect(message).not.toContain('secret');
    const wrongKind = complaints(anAccount({ API_KEY: `ap_live_${'secret'.repeat(10)}` })).join('\n');
    expect(wrongKind).toContain('API_KEY must start with ap_test_');
    expect(wrongKind).not.toContain('secret');
  });
});
