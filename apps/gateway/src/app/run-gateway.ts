import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { type GatewayConfig } from '../config/gateway-config.js';
import { openFailpoints } from '../failpoints/failpoint.js';
import { explained } from '../database/database-problem.js';
import { DueNotices } from '../database/due-notices.js';
import { transactionGuard } from '../database/transaction-guard.js';
import { GatewayModule } from './gateway.module.js';
import { within } from '../timing/deadline.js';
import { PROBLEMS } from './problems.js';
import { readStartConfig } from './start-config.js';
import { startOptions } from './schema.js';
import { createHttpAdapter } from '../http/http-server.js';
import { PaymentWatch } from '../payments/store/payment-watch.js';
import { Drain } from '../http/drain.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { logRequests } from '../http/request-log.js';
import { Measures } from '../measures/measures.js';
import { rootOf } from '../http/request-path.js';
import { validationPipe } from '../http/validation.js';
import { type KeysOptions } from '../keys/keys.module.js';
import { AccountProvisioner } from '../payments/bank-access/account-provisioner.js';
import { BankSessionsService } from '../payments/bank-access/bank-sessions.service.js';
import { AlliancePaymentBank } from '../payments/bank/alliance-payment-bank.js';
import { HealthService } from '../ops/health.service.js';
import { Workers } from '../database/workers.js';
import { prepareInstallation } from '../keys/installation.store.js';
import { listenAt } from '../http/listen.js';
import { startProblem } from '../config/start-problem.js';

/** Something that is stopped in the reverse order of its start. */
type Stop = () => Promise<void>;

/** Longer, and a start that was called off is not waited for: what it holds ends with the process. Milliseconds. */
const CALL_OFF_MS = 20_000;

/** Config → database → keys → schema → module → listen; stops in reverse on SIGTERM and SIGINT, in mid-start too. */
export async function runGateway(env: NodeJS.ProcessEnv): Promise<void> {
  if (env['NODE_ENV'] === 'test') transactionGuard.enable();
  const stops: Stop[] = [];
  const callOff = new AbortController();
  let starting = Promise.resolve();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= settled(starting).then(() => stopAll(stops)));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      callOff.abort();
      void stop().then(() => process.exit(0));
    });
  }
  try {
    starting = start(await readStartConfig(env), stops, callOff.signal);
    await starting;
  } catch (error) {
    await stop();
    if (callOff.signal.aborted) return;
    // Not by itself: a stranger's open socket would keep the process.
    process.stderr.write(`${startProblem(error)}\n`, () => process.exit(1));
  }
}

const settled = (starting: Promise<void>): Promise<void> =>
  within(
    CALL_OFF_MS,
    starting.catch(() => undefined),
    () => undefined,
  );

async function start(config: GatewayConfig, stops: Stop[], signal: AbortSignal): Promise<void> {
  const keys = await prepareInstallation(config, startOptions(config), {
    access: 'installs',
    signal,
  });
  if (config.failpoints) openFailpoints();
  const { app, drain } = await explained('connecting', () => createApp(config, keys));
  stops.push(() => stopApp(app, drain));
  const { account } = config;
  if (account) await explained('connecting', () => app.get(AccountProvisioner).provision(account));
  signal.throwIfAborted();
  app.get(DueNotices).open(app.get(Workers));
  await listenAt(config, () => app.listen(config.port, config.host));
  const url = await app.getUrl();
  if (config.failpoints) app.get(Logger).warn('failpoints are on: this process may be told to stand still');
  app.get(Logger).log({ url, role: config.role, msg: 'listening' });
  process.send?.({ listening: url }, undefined, undefined, () => undefined); // to whoever started us and waits for it
}

async function createApp(
  config: GatewayConfig,
  keys: KeysOptions,
): Promise<{ app: NestFastifyApplication; drain: Drain }> {
  const adapter = createHttpAdapter(config.publicUrl, config.trustedProxies);
  const drain = new Drain(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.forRoot(config, keys), adapter, {
    bufferLogs: true,
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  logRequests(adapter.getInstance(), app.get(Logger), app.get(Measures));
  app.useGlobalFilters(new ProblemFilter(PROBLEMS, rootOf(config.publicUrl)));
  app.useGlobalPipes(validationPipe());
  return { app, drain };
}

/** Milliseconds of each step, 25 seconds in all: an orchestrator kills after 30. */
const DRAIN_MS = 12_000;
const JOBS_MS = 5_000;
/** From the first moment on: the bank's answer to authorize may take 20 seconds, and then it is kept. */
const RENEWALS_MS = 21_000;
const REST_MS = 4_000;

/**
 * Not ready → no new connections → requests drain → jobs → bank → database. What a limit cuts off is found by its
 * write-ahead row; a renewal that was cut off would cost the session. Workers take nothing new from the first moment on,
 * and no renewal begins.
 */
async function stopApp(app: NestFastifyApplication, drain: Drain): Promise<void> {
  app.get(HealthService).beginStop();
  app.get(PaymentWatch).close();
  const heardNoMore = app.get(DueNotices).close();
  const jobsDone = app.get(Workers).stop();
  const renewed = within(RENEWALS_MS, app.get(BankSessionsService).close(), () => undefined);
  await drain.run(DRAIN_MS);
  await within(JOBS_MS, jobsDone, () => undefined);
  await renewed;
  await within(JOBS_MS, heardNoMore, () => undefined);
  const rest = app
    .get(AlliancePaymentBank)
    .close()
    .then(() => app.close());
  await within(REST_MS, rest, () => undefined);
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.toReversed()) await stop();
}
