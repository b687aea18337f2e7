import { z } from 'zod';
import { type Read, type Variable } from './variable.js';

/** How the gateway works with DCM; absent without DCM_BASE_URL. */
export interface DcmConfig {
  /** `/api/v1` and `/kratos` lie below it. */
  readonly baseUrl: string;
  readonly counterpartyGuid: string;
  /** For scheme DCM and for the key records; undefined: our own tokens do for the records. */
  readonly employee: { readonly login: string; readonly password: string } | undefined;
  /** Names environment and purpose in every `kid`. */
  readonly kidPrefix: string;
  /** Days that a key signs. */
  readonly rotationDays: number;
  /** A callback must match a token that we issued: only where scheme BANK is the only one in use. */
  readonly matchIssued: boolean;
  /** DCM may forward our own tokens to the Bank Auth Service. */
  readonly acceptForwarded: boolean;
  /** Plain http to other hosts than this one: for a private network only. */
  readonly allowHttp: boolean;
  /** Calls of the Bank Auth Service a second, for each process: all, and those of one subject. */
  readonly authRate: number;
  readonly authSubjectRate: number;
  /** Our bank code; undefined: callbacks for banks are not served, since only it shows which are ours. */
  readonly bankCode: string | undefined;
  /** Our merchant at DCM; undefined: callbacks for merchants are not served. */
  readonly merchantUid: string | undefined;
  /** How the key of personal data for other banks is wrapped; undefined: no receiver's data is told. */
  readonly keyWrap: KeyWrap | undefined;
}

const KEY_WRAPS = ['oaep-sha256', 'oaep-sha1', 'pkcs1'] as const;
type KeyWrap = (typeof KEY_WRAPS)[number];

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

const flag = z.enum(['0', '1'], { error: 'must be 0 or 1' }).default('0');
const wholeFrom = (min: number, max: number, fallback: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error }).default(fallback);
};

/** The variables of DCM as they come from the environment. */
export const DCM_VARIABLES = {
  DCM_BASE_URL: {
    schema: z
      .url({ protocol: /^https?$/u, error: 'must be an http or https URL, for example http://127.0.0.1:4001/dcm' })
      .transform((url) => url.replace(/\/+$/u, ''))
      .optional(),
    meaning: 'address of DCM, above `/api/v1` and `/kratos`. Not set: no bank at DCM. https, except on this machine',
  },
  DCM_COUNTERPARTY_GUID: {
    schema: z.uuid({ error: 'must be the GUID that DCM gave the counterparty' }).toLowerCase().optional(),
    meaning: 'the GUID that DCM gave your bank; needed with `DCM_BASE_URL`',
  },
  DCM_EMPLOYEE_LOGIN: {
    schema: z.string().max(500, { error: 'must have at most 500 characters' }).optional(),
    meaning:
      'the employee for scheme DCM and for the key records. Without: scheme BANK only, and our own tokens for the records',
  },
  DCM_EMPLOYEE_PASSWORD: {
    schema: z.string().optional(),
    meaning: 'password of the employee. Secret',
    byFile: true,
  },
  DCM_KEY_ROTATION_DAYS: {
    schema: wholeFrom(1, 365, 90),
    meaning: 'days that a signing key signs, 1 to 365',
    fallback: '`90`',
  },
  DCM_MATCH_ISSUED: {
    schema: flag,
    meaning: '`1`: a question must match a token that we issued a moment ago. Refuses all of scheme DCM',
    fallback: '`0`',
  },
  DCM_ACCEPT_FORWARDED: {
    schema: flag,
    meaning: '`1`: DCM may send our own token back instead of one that it signed',
    fallback: '`0`',
  },
  DCM_ALLOW_HTTP: {
    schema: flag,
    meaning: '`1`: plain http to another machine, in a private network only',
    fallback: '`0`',
  },
  DCM_AUTH_RATE: {
    schema: wholeFrom(1, 100_000, 1_000),
    meaning: 'questions of DCM a second that **each process** looks at',
    fallback: '`1000`',
  },
  DCM_AUTH_SUBJECT_RATE: {
    schema: wholeFrom(1, 100_000, 300),
    meaning: 'the same for the questions about one subject',
    fallback: '`300`',
  },
  DCM_BANK_CODE: {
    schema: z
      .string()
      .regex(/^\d{6}$/u, { error: 'must be the six digits of your bank code' })
      .optional(),
    meaning: 'our bank code, six digits. Not set: no callbacks for banks, since only it shows which are ours',
  },
  DCM_MERCHANT_UID: {
    schema: z.uuid({ error: 'must be the uid that DCM gave the merchant' }).toLowerCase().optional(),
    meaning: 'our merchant at DCM. Not set: no callbacks for merchants',
  },
  DCM_KEY_WRAP: {
    schema: z.enum(KEY_WRAPS, { error: `must be one of ${KEY_WRAPS.join(', ')}` }).optional(),
    meaning:
      'how the key of personal data for other banks is wrapped, by your contract: `oaep-sha256`, `oaep-sha1` or `pkcs1`. Not set: nobody is told',
  },
} as const satisfies Readonly<Record<string, Variable>>;

export type DcmEnvironment = Read<typeof DCM_VARIABLES>;
type Objection = readonly [sentence: string, applies: (env: DcmEnvironment) => boolean];

const isGiven = ({ DCM_BASE_URL: url }: DcmEnvironment): boolean => url !== undefined;

const OBJECTIONS: readonly Objection[] = [
  [
    'DCM_COUNTERPARTY_GUID is missing: it is needed because DCM_BASE_URL is set',
    (env) => isGiven(env) && env.DCM_COUNTERPARTY_GUID === undefined,
  ],
  [
    'DCM_BASE_URL is missing: without it the other DCM variables have no effect, set it or remove them',
    (env) => !isGiven(env) && (env.DCM_COUNTERPARTY_GUID ?? env.DCM_EMPLOYEE_LOGIN) !== undefined,
  ],
  [
    'DCM_EMPLOYEE_PASSWORD is missing: DCM_EMPLOYEE_LOGIN and DCM_EMPLOYEE_PASSWORD or DCM_EMPLOYEE_PASSWORD_FILE go together',
    (env) => env.DCM_EMPLOYEE_LOGIN !== undefined && env.DCM_EMPLOYEE_PASSWORD === undefined,
  ],
  [
    'DCM_EMPLOYEE_LOGIN is missing: it goes together with DCM_EMPLOYEE_PASSWORD',
    (env) => env.DCM_EMPLOYEE_LOGIN === undefined && env.DCM_EMPLOYEE_PASSWORD !== undefined,
  ],
  [
    'DCM_BASE_URL must be https: plain http shows tokens to the network (DCM_ALLOW_HTTP=1 if that network is private)',
    ({ DCM_BASE_URL: url, DCM_ALLOW_HTTP: allowed }) =>
      url?.startsWith('http:') === true && allowed === '0' && !LOOPBACK.test(new URL(url).hostname),
  ],
];

export const dcmObjections = (env: DcmEnvironment): string[] =>
  OBJECTIONS.filter(([, applies]) => applies(env)).map(([sentence]) => sentence);

export function dcmOf(env: DcmEnvironment, environment: 'test' | 'live'): DcmConfig | undefined {
  const { DCM_BASE_URL: baseUrl, DCM_COUNTERPARTY_GUID: counterpartyGuid } = env;
  const { DCM_EMPLOYEE_LOGIN: login, DCM_EMPLOYEE_PASSWORD: password } = env;
  if (!baseUrl || !counterpartyGuid) return undefined;
  return {
    baseUrl,
    counterpartyGuid,
    employee: login !== undefined && password !== undefined ? { login, password } : undefined,
    kidPrefix: `${environment}-bank`,
    rotationDays: env.DCM_KEY_ROTATION_DAYS,
    matchIssued: env.DCM_MATCH_ISSUED === '1',
    acceptForwarded: env.DCM_ACCEPT_FORWARDED === '1',
    allowHttp: env.DCM_ALLOW_HTTP === '1',
    authRate: env.DCM_AUTH_RATE,
    authSubjectRate: env.DCM_AUTH_SUBJECT_RATE,
    bankCode: env.DCM_BANK_CODE,
    merchantUid: env.DCM_MERCHANT_UID,
    keyWrap: env.DCM_KEY_WRAP,
  };
}
