import { type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Desk } from './cli/commands.js';
import { isDemo, openDemoDatabase } from './cli/demo-database.js';
import { type GatewayConfig, loadConfig } from './config/gateway-config.js';
import { explained } from './database/database-problem.js';
import { type Access, prepareDatabase } from './database/prepare-database.js';
import { GatewayModule } from './gateway.module.js';
import { DecisionLog } from './dcm/bank-auth/decision-log.service.js';
import { AccessDeskService } from './dcm/desk/access-desk.service.js';
import { DcmCallsService } from './dcm/desk/dcm-calls.service.js';
import { KeyKeeperService } from './dcm/signing/key-keeper.service.js';
import { AuditService } from './audit/audit.service.js';
import { KekRotationService } from './keys/kek-rotation.service.js';
import { OperationsService } from './ops/operations.service.js';
import { OpsReadingsService } from './ops/ops-readings.service.js';

/** Stands in for the address of the demo's database until that runs. */
const NOT_YET = 'postgres://127.0.0.1/gateway';

interface OpenedDesk {
  readonly desk: Desk;
  close(): Promise<void>;
}

/** The services behind the command line: the gateway's own modules, without routes and without workers. */
export async function openDesk(env: NodeJS.ProcessEnv, access: Access): Promise<OpenedDesk> {
  const demo = isDemo(env);
  const ours = { ROLE: 'api', LOG_LEVEL: env['LOG_LEVEL'] ?? 'warn', ...(demo && { DATABASE_URL: NOT_YET }) };
  const config = loadConfig({ ...env, ...ours });
  if (!demo) return openDeskAt(config, access);
  const database = await openDemoDatabase(env, access);
  try {
    const opened = await openDeskAt({ ...config, databaseUrl: database.url }, access);
    return { desk: opened.desk, close: () => opened.close().finally(() => database.stop()) };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function openDeskAt(config: GatewayConfig, access: Access): Promise<OpenedDesk> {
  const keys = await prepareDatabase(config, { access });
  const app = await createContext(GatewayModule.register(config, keys, access === 'reads'));
  const desk = {
    operations: app.get(OperationsService),
    readings: app.get(OpsReadingsService),
    rotation: app.get(KekRotationService),
    audit: app.get(AuditService),
    dcm: config.dcm && {
      access: app.get(AccessDeskService),
      calls: app.get(DcmCallsService),
      keys: app.get(KeyKeeperService),
      decisions: app.get(DecisionLog),
    },
  };
  return { desk, close: () => app.close() };
}

const createContext = (module: DynamicModule): Promise<INestApplicationContext> =>
  explained('connecting', () =>
    NestFactory.createApplicationContext(module, { logger: ['error', 'warn'], abortOnError: false }),
  );
