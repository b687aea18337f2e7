import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { generateLocalKeys, LocalKekProvider } from '#libs/keystore';
import { loadConfig } from '../../apps/gateway/src/config/gateway-config.js';
import { GatewayModule } from '../../apps/gateway/src/app/gateway.module.js';
import { createHttpAdapter } from '../../apps/gateway/src/http/http-server.js';
import { PROBLEMS } from '../../apps/gateway/src/app/problems.js';
import { ProblemFilter } from '../../apps/gateway/src/http/problem.filter.js';
import { validationPipe } from '../../apps/gateway/src/http/validation.js';
import { NoKekFile } from '../../apps/gateway/src/keys/kek-file.js';
import { PaymentBank } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { checkAnswer, headerOf } from '../support/api-contract.js';
import { type TestDatabase } from '../support/database.js';
import { FakePaymentBank } from './fake-payment-bank.js';

export const OPS_KEY = 'operator-key-0123456789-abcdefghij';

/** KEKs that several processes of one test share. */
export const someKeks = () => LocalKekProvider.from(generateLocalKeys());

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface WholeGateway {
  readonly app: NestFastifyApplication;
  readonly bank: FakePaymentBank;
  /** Every route that it serves, such as `GET /v1/payments/{id}`. */
  readonly routes: readonly string[];
  readonly call: (method: Method, url: string, options?: CallOptions) => Promise<CallAnswer>;
}
export interface CallOptions {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of the caller; default: this machine. */
  readonly from?: string;
}
export interface CallAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Blank where the answer is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

let calls = 0;

/**
 * The gateway as it is put together for production, but for the bank behind its port; `atBank` is with that one, too, on a
 * socket. `app.init()` starts its jobs.
 */
export async function startGateway(
  database: TestDatabase,
  { keks = someKeks(), bank = new FakePaymentBank(), env = {}, atBank = false } = {},
): Promise<WholeGateway> {
  const quiet = { ROLE: 'api', LOG_LEVEL: 'silent', SWEEP_AT: 'off' };
  const config = loadConfig({ DATABASE_URL: database.url, OPS_KEY, ...quiet, ...env });
  const gateway = GatewayModule.forRoot(config, { keks, file: new NoKekFile(), remote: false });
  const testing = Test.createTestingModule({ imports: [gateway] });
  const module = await (atBank ? testing : testing.overrideProvider(PaymentBank).useValue(bank)).compile();
  const adapter = createHttpAdapter(config.publicUrl);
  const routes: string[] = [];
  adapter.getInstance().addHook('onRoute', ({ method, url }) => {
    for (const verb of [method].flat()) routes.push(`${verb} ${url.replace(/:(\w+)/gu, '{$1}')}`);
  });
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false, logger: false });
  app.useGlobalFilters(new ProblemFilter(PROBLEMS));
  app.useGlobalPipes(validationPipe());
  await app.init();
  await adapter.getInstance().ready();
  return { app, bank, routes, call: (method, url, options) => call(app, { method, url, ...options }) };
}

async function call(
  app: NestFastifyApplication,
  { method, url, key, body, headers = {}, from }: CallOptions & { method: Method; url: string },
): Promise<CallAnswer> {
  const answer = await app.inject({
    method,
    url,
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    ...(from === undefined ? {} : { remoteAddress: from }),
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': `call-${++calls}` } : {}),
      ...headers,
    },
  });
  const text = answer.body;
  checkAnswer({ method, path: url, status: answer.statusCode, text, header: headerOf(answer.headers) });
  const parsed = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: answer.statusCode, text, headers: answer.headers, body: parsed };
}

export interface NewAccount {
  readonly id: string;
  readonly apiKey: string;
  readonly bankMerchantId: string;
}

/** One more merchant account with an API key, made by an operator. */
export async function addAccount(
  { call: ask }: WholeGateway,
  over: Readonly<Record<string, unknown>> = {},
): Promise<NewAccount> {
  const number = ++calls;
  const settings = {
    ...{ name: `Shop ${number}`, environment: 'test', baseUrl: 'https://bank.example' },
    ...{ bankMerchantId: `merchant-${number}`, serviceCode: `service-${number}`, ...over },
  };
  const made = await ask('POST', '/ops/merchant-accounts', { key: OPS_KEY, body: settings });
  if (made.status !== 201) throw new Error(`the account was not made: ${made.text}`);
  const id = made.body['id'] as string;
  const key = await ask('POST', `/ops/merchant-accounts/${id}/api-keys`, { key: OPS_KEY, body: {} });
  return { id, apiKey: key.body['key'] as string, bankMerchantId: settings.bankMerchantId };
}
