import { type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Access, type OperatorCommand } from '../audit/command.js';
import { CommandRunner } from '../audit/command-runner.js';
import { isDemo, openDemoDatabase } from '../cli/demo-database.js';
import { type OpenedInstallation } from '../cli/run-cli.js';
import { ConfigError, type GatewayConfig, loadConfig } from '../config/gateway-config.js';
import { explained } from '../database/database-problem.js';
import { prepareInstallation } from '../keys/installation.store.js';
import { commandsOf } from './commands.js';
import { GatewayModule } from './gateway.module.js';
import { startOptions } from './schema.js';

/** Stands in for the address of the demo's database until that runs. */
const NOT_YET = 'postgres://127.0.0.1/gateway';

/** What a command works with: the gateway's own modules, without routes and without workers. */
export async function openInstallation(
  env: NodeJS.ProcessEnv,
  command: OperatorCommand,
  access: Access,
): Promise<OpenedInstallation> {
  const demo = isDemo(env);
  const ours = { ROLE: 'api', LOG_LEVEL: env['LOG_LEVEL'] ?? 'warn', ...(demo && { DATABASE_URL: NOT_YET }) };
  const config = loadConfig({ ...env, ...ours });
  if (!commandsOf(config.dcm !== undefined).includes(command))
    throw new ConfigError('DCM_BASE_URL is not set: this gateway is no bank at DCM');
  if (!demo) return openAt(config, access);
  const database = await openDemoDatabase(env, access);
  try {
    const opened = await openAt({ ...config, databaseUrl: database.url }, access);
    return { run: opened.run, close: () => opened.close().finally(() => database.stop()) };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function openAt(config: GatewayConfig, access: Access): Promise<OpenedInstallation> {
  const keys = await prepareInstallation(config, startOptions(config), { access });
  const app = await createContext(GatewayModule.forRoot(config, keys, access === 'reads'));
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    run: (command, input) => app.get(CommandRunner, { strict: false }).run(command, input, { actor: 'cli', tell }),
    close: () => app.close(),
  };
}

const createContext = (module: DynamicModule): Promise<INestApplicationContext> =>
  explained('connecting', () =>
    NestFactory.createApplicationContext(module, { logger: ['error', 'warn'], abortOnError: false }),
  );
