import { type DynamicModule } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { type InjectOptions, type LightMyRequestResponse as Response } from 'fastify';
import { generateLocalKeys, LocalKekProvider } from '#libs/keystore';
import { Measures } from '../../apps/gateway/src/measures/measures.js';
import { loadConfig } from '../../apps/gateway/src/config/gateway-config.js';
import { GatewayModule } from '../../apps/gateway/src/app/gateway.module.js';
import { createHttpAdapter } from '../../apps/gateway/src/http/http-server.js';
import { PROBLEMS } from '../../apps/gateway/src/app/problems.js';
import { ProblemFilter } from '../../apps/gateway/src/http/problem.filter.js';
import { logRequests } from '../../apps/gateway/src/http/request-log.js';
import { rootOf } from '../../apps/gateway/src/http/request-path.js';
import { validationPipe } from '../../apps/gateway/src/http/validation.js';
import { NoKekFile } from '../../apps/gateway/src/keys/kek-file.js';
import { AccountProvisioner } from '../../apps/gateway/src/payments/bank-access/account-provisioner.js';
import { PaymentBank } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { checkAnswer, headerOf } from '../support/api-contract.js';
import { aMerchant } from '../support/demo-merchant.js';
import { FakePaymentBank } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

export const EDGE_OPS_KEY = 'operator-key-of-the-edge-0123456789';

/** The whole gateway as it is put together for production, but for the bank behind its port and the workers. */
export interface EdgeApp {
  readonly app: NestFastifyApplication;
  readonly database: MigratedDatabase;
  readonly bank: FakePaymentBank;
  readonly accountId: string;
  readonly apiKey: string;
  /** What would have been logged of requests. */
  readonly requestLog: unknown[];
  /** Of the listening socket. */
  readonly port: number;
  stop(): Promise<void>;
}

export async function startEdgeApp(env: Readonly<Record<string, string>> = {}): Promise<EdgeApp> {
  const database = await createMigratedDatabase();
  const bank = new FakePaymentBank();
  const config = loadConfig({
    DATABASE_URL: database.url,
    ROLE: 'api',
    LOG_LEVEL: 'silent',
    OPS_KEY: EDGE_OPS_KEY,
    ...env,
  });
  const keks = LocalKekProvider.from(generateLocalKeys());
  const keys = { keks, file: new NoKekFile(), remote: false };
  const gateway: DynamicModule = GatewayModule.forRoot(config, keys);
  const module = await Test.createTestingModule({ imports: [gateway] })
    .overrideProvider(PaymentBank)
    .useValue(bank)
    .compile();
  const adapter = createHttpAdapter(config.publicUrl);
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false, logger: false });
  const requestLog: unknown[] = [];
  const logger = { log: (line: unknown) => requestLog.push(line), error: () => undefined, warn: () => undefined };
  logRequests(adapter.getInstance(), logger, app.get(Measures));
  app.useGlobalFilters(new ProblemFilter(PROBLEMS, rootOf(config.publicUrl)));
  app.useGlobalPipes(validationPipe());
  await app.listen(0, '127.0.0.1');
  checkEveryAnswer(app);
  const { bank: merchant, privateKey, apiKey } = aMerchant();
  const { merchantId, serviceCode } = merchant;
  const account = { name: 'Test merchant', environment: 'test' as const, baseUrl: 'https://bank.example' };
  const accountId = await app
    .get(AccountProvisioner)
    .provision({ ...account, merchantId, serviceCode, privateKey, apiKey });
  return {
    ...{ app, database, bank, accountId, apiKey, requestLog },
    port: Number(new URL(await app.getUrl()).port),
    stop: async () => {
      await app.close();
      await database.drop();
    },
  };
}

/** Of those that are injected. */
function checkEveryAnswer(app: NestFastifyApplication): void {
  const inject = app.inject.bind(app) as (request: InjectOptions) => Promise<Response>;
  const checked = async (request: InjectOptions): Promise<Response> => {
    const answer = await inject(request);
    const { statusCode: status, body: text, headers } = answer;
    const [method, path] = [request.method ?? 'GET', request.url as string];
    checkAnswer({ method, path, status, text, header: headerOf(headers) });
    return answer;
  };
  Object.assign(app, { inject: checked });
}
