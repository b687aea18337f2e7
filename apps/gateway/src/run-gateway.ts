import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { KeystoreError } from '#libs/keystore';
import { ConfigError, type GatewayConfig, loadConfig } from './config/gateway-config.js';
import { EmbeddedPostgresError } from './database/embedded-postgres-error.js';
import { transactionGuard } from './database/transaction-guard.js';
import { GatewayModule } from './gateway.module.js';
import { createHttpAdapter } from './http/http-server.js';
import { ProblemFilter } from './http/problem.filter.js';
import { logRequests } from './http/request-log.js';
import { basePathOf } from './http/request-path.js';
import { validationPipe } from './http/validation.js';
import { type KeysOptions } from './keys/keys.module.js';
import { AccountProvisioner } from './payments/bank/account-provisioner.js';
import { prepareDatabase } from './database/prepare-database.js';

/** Something that is stopped in the reverse order of its start. */
type Stop = () => Promise<void>;

/** Config → keys → database → module → listen; stops in reverse on SIGTERM and SIGINT. */
export async function runGateway(env: NodeJS.ProcessEnv): Promise<void> {
  if (env['NODE_ENV'] === 'test') transactionGuard.enable();
  const stops: Stop[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopAll(stops));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void stop().then(() => process.exit(0)));
  }
  try {
    await start(loadConfig(env), stops);
  } catch (error) {
    await stop();
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = 1;
  }
}

async function start(config: GatewayConfig, stops: Stop[]): Promise<void> {
  const { databaseUrl, keys, stop } = await prepareDatabase(config);
  stops.push(stop);
  if (keys.generated) {
    process.stderr.write(
      `A new key-encrypting key was made in ${config.keystoreKeysFile}. Back it up: without it nothing that is sealed in the database opens again.\n`,
    );
  }
  const app = await createApp(config, databaseUrl, keys);
  stops.push(() => app.close());
  if (config.account) await app.get(AccountProvisioner).provision(config.account);
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  app.get(Logger).log({ url, role: config.role, msg: 'listening' });
  process.send?.({ listening: url }, undefined, undefined, () => undefined); // to whoever started us and waits for it
}

async function createApp(
  config: GatewayConfig,
  databaseUrl: string,
  keys: KeysOptions,
): Promise<NestFastifyApplication> {
  const adapter = createHttpAdapter(config.publicUrl);
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.register(config, databaseUrl, keys),
    adapter,
    {
      bufferLogs: true,
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.useLogger(app.get(Logger));
  logRequests(adapter.getInstance(), app.get(Logger));
  app.useGlobalFilters(new ProblemFilter(basePathOf(config.publicUrl)));
  app.useGlobalPipes(validationPipe());
  return app;
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.toReversed()) await stop();
}

type SystemError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

const serverGone = ({ address, message }: SystemError): string =>
  `DATABASE_URL points to a server that does not answer (${address ?? message}): start Postgres or correct the address.`;
const serverRefuses = ({ message }: SystemError): string =>
  `DATABASE_URL is refused by the server: ${message}. Correct user, password or database name.`;

/** System and Postgres error codes that an operator can mend. */
const SENTENCES: Readonly<Record<string, (error: SystemError) => string>> = {
  EADDRINUSE: ({ address, port }) =>
    `PORT ${port ?? ''} is taken on ${address ?? 'this machine'}: stop what listens there or set PORT to another one.`,
  ECONNREFUSED: serverGone,
  ENOTFOUND: serverGone,
  '28P01': serverRefuses,
  '3D000': serverRefuses,
};

/** What an operator needs to read: known problems are sentences, anything else shows its stack. */
function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message;
  if (error instanceof KeystoreError) {
    return `The keys cannot be used: ${error.message}. See KEYSTORE_PROVIDER and KEYSTORE_KEYS_FILE.`;
  }
  const known = SENTENCES[(error as SystemError).code ?? ''];
  return known ? known(error as SystemError) : ((error as Error).stack ?? String(error));
}
