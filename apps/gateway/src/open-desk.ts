import { type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Desk } from './cli/commands.js';
import { loadConfig } from './config/gateway-config.js';
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

/** The services behind the command line: the gateway's own modules, without routes and without workers. */
export async function openDesk(
  env: NodeJS.ProcessEnv,
  access: Access,
): Promise<{ desk: Desk; close(): Promise<void> }> {
  const config = loadConfig({ ...env, ROLE: 'api', LOG_LEVEL: env['LOG_LEVEL'] ?? 'warn' });
  const { databaseUrl, keys, stop } = await prepareDatabase(config, { access, isVisit: true });
  const app = await createContext(GatewayModule.register(config, databaseUrl, keys, access === 'reads')).catch(
    async (error: unknown) => {
      await stop();
      throw error;
    },
  );
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
  const close = async (): Promise<void> => {
    await app.close();
    await stop();
  };
  return { desk, close };
}

const createContext = (module: DynamicModule): Promise<INestApplicationContext> =>
  explained('connecting', () =>
    NestFactory.createApplicationContext(module, { logger: ['error', 'warn'], abortOnError: false }),
  );
