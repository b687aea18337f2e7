import { z } from 'zod';
import { isDecodable, isShopOrigin, SHOP_ORIGIN_WORDS, webAddress } from './address.js';
import { isRange } from './address-list.js';
import { BLOCKED_PORT, isBlocked } from './blocked-ports.js';
import { DCM_VARIABLES } from './dcm-config.js';
import { SWEEP_VARIABLES } from './sweep-variables.js';
import { parseJson, type Read, type Values, type Variable } from './variable.js';

const port = (fallback: number) =>
  z.coerce
    .number({ error: 'must be a number: give a TCP port' })
    .int({ error: 'must be a whole number: give a TCP port' })
    .min(0, { error: 'must be a TCP port from 0 to 65535' })
    .max(65535, { error: 'must be a TCP port from 0 to 65535' })
    .default(fallback);

const httpUrl = z
  .string()
  .refine((url) => webAddress(url) !== undefined, {
    error: 'must be an http or https URL without query, fragment or credentials, for example http://127.0.0.1:4001',
  })
  .transform((url) => url.replace(/\/+$/u, ''));

/** Characters. The bank takes 255 of `notificationUrl`, of which our path behind PUBLIC_URL has 137. Source: bank docs, create-order. */
const PUBLIC_URL_MAX = 118;

const isVault = ({ KEYSTORE_PROVIDER: provider }: Values): boolean => provider === 'vault';
const isKms = ({ KEYSTORE_PROVIDER: provider }: Values): boolean => provider === 'aws-kms';

/** Every variable that the gateway reads. docs/configuration.md and what the launcher hands on come from it, too. */
export const VARIABLES = {
  NODE_ENV: {
    schema: z.string().optional(),
    meaning: '`production` demands `PUBLIC_URL` and, with local keys, an existing `KEYSTORE_KEYS_FILE`',
  },
  HOST: {
    schema: z.string().default('127.0.0.1'),
    meaning: 'where to listen',
    fallback: '`127.0.0.1`',
    isOwn: true,
  },
  PORT: {
    schema: port(4000).refine((number) => !isBlocked(number), { error: BLOCKED_PORT }),
    meaning: 'where to listen; not a port that browsers and `fetch` refuse, such as 4190',
    fallback: '`4000`',
    isOwn: true,
  },
  ROLE: {
    schema: z.enum(['api', 'worker', 'all'], { error: 'must be api, worker or all' }).default('all'),
    meaning: '`api` serves, `worker` works off what is due, `all` does both',
    fallback: '`all`',
    isOwn: true,
  },
  PUBLIC_URL: {
    schema: httpUrl
      .transform((url) => new URL(url).href.replace(/\/+$/u, ''))
      .refine((url) => url.length <= PUBLIC_URL_MAX, {
        error: `must have at most ${PUBLIC_URL_MAX} characters: the bank takes callback addresses of 255`,
      })
      .optional(),
    meaning: 'base of the callback and return addresses given to the bank',
    fallback: 'where it listens',
    isOwn: true,
  },
  TRUSTED_PROXIES: {
    schema: z
      .string()
      .transform((text) => text.split(',').map((part) => part.trim()))
      .refine((parts) => parts.every(isRange), {
        error: 'must be addresses or ranges, such as 10.0.0.0/8, separated by commas',
      })
      .optional(),
    meaning:
      'proxies in front, as addresses or ranges (`10.0.0.0/8`), separated by commas: their `X-Forwarded-For` says where a request comes from, which [API keys](operate.md#api-keys) with an address list go by',
    fallback: 'none: the address of the connection counts',
  },
  DATABASE_URL: {
    schema: z
      .url({
        protocol: /^postgres(ql)?$/u,
        error:
          'must be a URL like postgres://user:password@host:5432/database: special characters of a password are percent-encoded, such as %25 for %',
      })
      .refine(isDecodable, { error: 'has a % that starts no code: in user, password and database write %25 for %' })
      .optional(),
    meaning:
      'needed: `postgres://user:password@host:5432/database`, 15 or newer, in UTF-8. [TLS](operate.md#tls-to-postgres)',
    byFile: true,
  },
  DATABASE_POOL_SIZE: {
    schema: z.coerce.number({ error: 'must be a whole number from 2 to 200' }).int().min(2).max(200).default(10),
    meaning: 'connections of this process, 2 to 200',
    fallback: '`10`',
  },
  DATABASE_PREPARED_STATEMENTS: {
    schema: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
    meaning:
      '`on` parses and plans each statement once a connection. `off` behind a pooler that gives a connection to many clients and keeps no prepared statements, such as PgBouncer before 1.21 in transaction mode',
    fallback: '`on`',
  },
  DATABASE_NOTICES: {
    schema: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
    meaning:
      '`on` takes one more connection, by which processes tell each other of work (`LISTEN` and `NOTIFY`). `off` behind a pooler that gives a connection to many clients: then work is found by polling alone',
    fallback: '`on`',
  },
  DATA_DIR: {
    schema: z.string().default('.data'),
    meaning:
      'folder of the key file if that is not set otherwise. Commands without `DATABASE_URL` look for the database of `npm start` there',
    fallback: '`.data`',
    isOwn: true,
  },
  LOG_LEVEL: {
    schema: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'must be fatal, error, warn, info, debug, trace or silent',
      })
      .default('info'),
    meaning: '`fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`',
    fallback: '`info`',
  },
  KEYSTORE_PROVIDER: {
    schema: z.enum(['local', 'vault', 'aws-kms'], { error: 'must be local, vault or aws-kms' }).default('local'),
    meaning: 'where the key-encrypting keys are: `local` (a file), `vault` or `aws-kms`',
    fallback: '`local`',
  },
  KEYSTORE_KEYS_FILE: {
    schema: z.string().optional(),
    meaning: 'the key file. With `vault` or `aws-kms`, if set: what is still sealed under it opens, too',
    fallback: '`<DATA_DIR>/keystore.json`',
  },
  VAULT_ADDR: {
    schema: httpUrl.optional(),
    meaning: 'address of Vault',
    readIf: isVault,
  },
  VAULT_TOKEN: {
    schema: z.string().optional(),
    meaning: 'the token of Vault',
  },
  VAULT_TOKEN_FILE: {
    schema: z.string().optional(),
    meaning: 'file of that token, read before every call, so that an agent may renew it',
  },
  VAULT_TRANSIT_KEY: {
    schema: z.string().optional(),
    meaning: 'name of the transit key',
  },
  VAULT_TRANSIT_MOUNT: {
    schema: z.string().optional(),
    meaning: 'where the transit engine is',
    fallback: '`transit`',
  },
  VAULT_NAMESPACE: {
    schema: z.string().optional(),
    meaning: 'where the transit engine is',
    fallback: 'none',
  },
  AWS_KMS_KEYS: {
    schema: z
      .string()
      .transform(parseJson)
      .pipe(
        z.strictObject(
          { current: z.string(), minVersion: z.int().optional(), keys: z.record(z.string(), z.string()) },
          { error: 'must be JSON like {"current":"kms_v1","keys":{"kms_v1":"<key id or ARN>"}}' },
        ),
      )
      .optional(),
    meaning:
      '`{"current":"kms_v1","keys":{"kms_v1":"<key id or ARN>"}}`; with `"minVersion":2` KEKs below it are refused',
    readIf: isKms,
  },
  AWS_KMS_ENDPOINT: {
    schema: httpUrl.optional(),
    meaning: 'address of KMS',
    fallback: 'as the AWS SDK',
    readIf: isKms,
  },
  AWS_REGION: {
    schema: z.string().optional(),
    meaning: 'region of KMS. Credentials come as the SDK finds them',
    fallback: 'as the AWS SDK',
  },
  BANK_TIMEOUT_MS: {
    schema: z.coerce
      .number({ error: 'must be whole milliseconds from 100 to 120000' })
      .int()
      .min(100)
      .max(120_000)
      .default(20_000),
    meaning:
      'one HTTP attempt at the bank, 100 to 120000. A whole call, waits and replays included, has 5 s more, and 25 s at least',
    fallback: '`20000`',
  },
  SESSION_RENEW_HOURS: {
    schema: z.coerce
      .number({ error: 'must be 8, 12 or 24' })
      .refine((hours) => [8, 12, 24].includes(hours), { error: 'must be 8, 12 or 24' })
      .default(8),
    meaning: 'age at which a bank session is renewed ahead of time: 8, 12 or 24',
    fallback: '`8`',
  },
  ...SWEEP_VARIABLES,
  FAILPOINTS: {
    schema: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
    meaning:
      'for tests: the process that started this one may tell it where to stand still, to kill it in that moment. Refused in production',
    fallback: '`off`',
    isOwn: true,
  },
  WEBHOOK_ALLOWED_NETWORKS: {
    schema: z
      .string()
      .transform((text) => text.split(',').map((part) => part.trim()))
      .refine((parts) => parts.every(isRange), {
        error: 'must be addresses or ranges, such as 10.1.0.0/16, separated by commas',
      })
      .optional(),
    meaning:
      'private or special addresses that webhooks may go to all the same, such as `10.1.0.0/16`, separated by commas. [Webhooks](operate.md#webhooks)',
    fallback: 'none: the public Internet only',
    isOwn: true,
  },
  OPS_KEY: {
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{32,}$/u, {
        error: 'must have at least 32 printable characters: make one with "openssl rand -hex 32"',
      })
      .optional(),
    meaning: "the operators' key, 32 printable characters or more. Not set: no `/ops`, no `/metrics`",
    byFile: true,
    isOwn: true,
  },
  ALLIANCE_BASE_URL: {
    schema: httpUrl.optional(),
    meaning: "address of the bank's API. This and the next three go together, all or none",
  },
  ALLIANCE_MERCHANT_ID: {
    schema: z.string().max(36, { error: 'must have at most 36 characters: copy it from the bank' }).optional(),
    meaning: 'the terminal',
  },
  ALLIANCE_SERVICE_CODE: {
    schema: z.string().max(36, { error: 'must have at most 36 characters: copy it from the bank' }).optional(),
    meaning: 'what sessions are opened with. Secret',
    byFile: true,
  },
  ALLIANCE_PRIVATE_KEY: {
    schema: z.string().optional(),
    meaning: 'private P-384 JWK. Secret',
    byFile: true,
  },
  ALLIANCE_A2A_MERCHANT_ID: {
    schema: z.string().max(36, { error: 'must have at most 36 characters: copy it from the bank' }).optional(),
    meaning: 'the terminal for transfers between accounts (`bank_transfer`), if the bank gave you one',
    fallback: 'none',
  },
  ALLIANCE_PAYMENT_KEY: {
    schema: z.string().optional(),
    meaning:
      "the bank's public P-384 JWK for card data, for [cards in your own page](api.md#a-card-in-your-own-page) and payouts",
    fallback: 'none',
    byFile: true,
  },
  SHOP_ORIGINS: {
    schema: z
      .string()
      .transform((text) => text.split(',').map((part) => part.trim()))
      .refine((parts) => parts.every(isShopOrigin), { error: `${SHOP_ORIGIN_WORDS}; several are separated by commas` })
      .optional(),
    meaning:
      'origins of the pages that may show the [card fields](api.md#card-fields-in-a-frame), such as `https://shop.example`, separated by commas',
    fallback: 'none',
    isOwn: true,
  },
  ALLIANCE_ENVIRONMENT: {
    schema: z.enum(['test', 'live'], { error: 'must be test or live' }).default('test'),
    meaning: '`test` or `live`',
    fallback: '`test`',
  },
  ALLIANCE_ACCOUNT_NAME: {
    schema: z.string().default('Default account'),
    meaning: 'a name for people',
    fallback: '`Default account`',
  },
  API_KEY: {
    schema: z
      .string()
      .regex(/^ap_(test|live)_[A-Za-z0-9_-]{43,128}$/u, {
        error: 'must be ap_test_ or ap_live_ and 43 to 128 characters of A-Z a-z 0-9 _ -',
      })
      .optional(),
    meaning: 'API key to install: `ap_test_` or `ap_live_` and 43 to 128 characters. Only its hash is kept',
    byFile: true,
    isOwn: true,
  },
  ...DCM_VARIABLES,
} as const satisfies Readonly<Record<string, Variable>>;

export type Environment = Read<typeof VARIABLES>;
