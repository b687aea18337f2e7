import { type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Services } from '../cli/commands.js';
import { isDemo, openDemoDatabase } from '../cli/demo-database.js';
import { type GatewayConfig, loadConfig } from '../config/gateway-config.js';
import { explained } from '../database/database-problem.js';
import { type Access } from '../audit/command.js';
import { prepareInstallation } from '../keys/installation.store.js';
import { GatewayModule } from './gateway.module.js';
import { dataSourceOptions } from './schema.js';
import { DecisionLog } from '../dcm/bank-auth/decision-log.service.js';
import { CallbackRecordsService } from '../dcm/callbacks/callback-records.service.js';
import { ReceiversService } from '../dcm/creditor/receivers.service.js';
import { AccessService } from '../dcm/operators/access.service.js';
import { DcmCallsService } from '../dcm/operators/dcm-calls.service.js';
import { SigningKeysService } from '../dcm/signing/signing-keys.service.js';
import { AuditService } from '../audit/audit.service.js';
import { KekRotationService } from '../keys/kek-rotation.service.js';
import { OperationsService } from '../ops/operations.service.js';
import { OpsReadingsService } from '../ops/ops-readings.service.js';

/** Stands in for the address of the demo's database until that runs. */
const NOT_YET = 'postgres://127.0.0.1/gateway';

interface OpenedServices {
  readonly services: Services;
  close(): Promise<void>;
}

/** The services behind the command line: the gateway's own modules, without routes and without workers. */
export async function openServices(env: NodeJS.ProcessEnv, access: Access): Promise<OpenedServices> {
  const demo = isDemo(env);
  const ours = { ROLE: 'api', LOG_LEVEL: env['LOG_LEVEL'] ?? 'warn', ...(demo && { DATABASE_URL: NOT_YET }) };
  const config = loadConfig({ ...env, ...ours });
  if (!demo) return openServicesAt(config, access);
  const database = await openDemoDatabase(env, access);
  try {
    const opened = await openServicesAt({ ...config, databaseUrl: database.url }, access);
    return { services: opened.services, close: () => opened.close().finally(() => database.stop()) };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function openServicesAt(config: GatewayConfig, access: Access): Promise<OpenedServices> {
  const keys = await prepareInstallation(config, dataSourceOptions(config.databaseUrl, 2), { access });
  const app = await createContext(GatewayModule.register(config, keys, access === 'reads'));
  const services = {
    operations: app.get(OperationsService),
    readings: app.get(OpsReadingsService),
    rotation: app.get(KekRotationService),
    audit: app.get(AuditService),
    dcm: config.dcm && {
      access: app.get(AccessService),
      calls: app.get(DcmCallsService),
      keys: app.get(SigningKeysService),
      decisions: app.get(DecisionLog),
      callbacks: app.get(CallbackRecordsService),
      receivers: app.get(ReceiversService),
    },
  };
  return { services, close: () => app.close() };
}

const createContext = (module: DynamicModule): Promise<INestApplicationContext> =>
  explained('connecting', () =>
    NestFactory.createApplicationContext(module, { logger: ['error', 'warn'], abortOnError: false }),
  );
