import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LoggerModule } from 'nestjs-pino';
import { CallbacksModule } from '../callbacks/callbacks.module.js';
import { type GatewayConfig } from '../config/gateway-config.js';
import { DueMarks } from '../database/due-marks.js';
import { DueNotices } from '../database/due-notices.js';
import { DUE_MARKS } from './due-marks.js';
import { dataSourceOptions } from './schema.js';
import { DcmBankModule } from '../dcm/dcm-bank.module.js';
import { ApiDocuments } from '../docs/api-documents.js';
import { DocsModule } from '../docs/docs.module.js';
import { ADVISED_FAILURES } from '../payments/domain/customer-texts.js';
import { buildOpenApi } from './openapi.js';
import { buildOperatorsOpenApi } from './operators-openapi.js';
import { HostedFieldsModule } from '../hosted-fields/hosted-fields.module.js';
import { PROBLEMS } from './problems.js';
import { KeysModule, type KeysOptions } from '../keys/keys.module.js';
import { SEALED_COLUMNS } from './sealed-columns.js';
import { logOptions } from '../http/request-log.js';
import { MeasuresModule } from '../measures/measures.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { RetentionModule } from '../retention/retention.module.js';
import { ProofModule } from '../proof/proof.module.js';
import { ReconciliationModule } from '../reconciliation/reconciliation.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { commandsOf } from './commands.js';

/** The composition root: the only file that names every module. */
@Module({})
export class GatewayModule {
  /** @param readOnly for a command that only reads: nothing is written at the start either */
  static forRoot(config: GatewayConfig, keys: KeysOptions, readOnly = false): DynamicModule {
    const api = config.role !== 'worker';
    const worker = config.role !== 'api';
    const { databaseUrl, opsKey, dcm, publicUrl, bankTimeoutMs, sessionRenewHours } = config;
    const commands = commandsOf(dcm !== undefined);
    const notices = new DueNotices({ databaseUrl, shared: config.databaseNotices });
    const dueWatch = { marks: new DueMarks(DUE_MARKS), onDue: notices.due };
    const pool = { size: config.databasePoolSize, prepared: config.preparedStatements, dueWatch };
    return {
      module: GatewayModule,
      imports: [
        LoggerModule.forRoot(logOptions(config.logLevel)),
        TypeOrmModule.forRoot({ ...dataSourceOptions(databaseUrl, pool), retryAttempts: 0 }),
        ScheduleModule.forRoot(),
        MeasuresModule,
        KeysModule.forRoot(keys, SEALED_COLUMNS),
        PaymentsModule.forRoot({ api, worker, publicUrl, bankTimeoutMs, sessionRenewHours }),
        SubscriptionsModule.forRoot({ api, worker }),
        CallbacksModule.forRoot({ api, worker }),
        HostedFieldsModule.forRoot({ api, publicUrl }),
        WebhooksModule.forRoot({ api, worker, allowedNetworks: config.webhookAllowedNetworks }),
        ReconciliationModule.forRoot({
          worker,
          sweepAtHour: config.sweepAtHour,
          sweepPerSecond: config.sweepPerSecond,
        }),
        RetentionModule.forRoot({ worker }),
        ProofModule.forRoot({ api, publicUrl }),
        OpsModule.forRoot({ commands, opsKey, document: buildOperatorsOpenApi(commands, '../') }),
        ...(dcm ? [DcmBankModule.forRoot({ config: dcm, api, worker, readOnly })] : []),
        ...(api ? [DocsModule.forRoot(new ApiDocuments(buildOpenApi('./'), PROBLEMS, ADVISED_FAILURES))] : []),
      ],
      providers: [{ provide: DueNotices, useValue: notices }],
    };
  }
}
