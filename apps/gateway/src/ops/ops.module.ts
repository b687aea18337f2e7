import { type DynamicModule, Module } from '@nestjs/common';
import { OpsKey } from '../accounts/ops-key.guard.js';
import { AuditModule } from '../audit/audit.module.js';
import { type OperatorCommand } from '../audit/command.js';
import { type Json } from '../docs/api-description.js';
import { AccountOperations } from './account-operations.service.js';
import { BacklogRepository } from './backlog.repository.js';
import { DueLagRepository } from './due-lag.repository.js';
import { WorklistRepository } from './worklist.repository.js';
import { HealthController } from './health.controller.js';
import { HealthRepository } from './health.repository.js';
import { HealthService } from './health.service.js';
import { KekOperations } from './kek-operations.service.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';
import { operatorRoutes } from './operator-routes.js';
import { OperatorsDocument, OperatorsDocumentController } from './operators-document.controller.js';
import { OpsReadingsService } from './ops-readings.service.js';

export interface OpsOptions {
  /** What the operators' routes do. */
  readonly commands: readonly OperatorCommand[];
  /** Undefined: only the health routes are served. */
  readonly opsKey: string | undefined;
  /** Describes these routes, as OpenAPI. */
  readonly document: Json;
}

@Module({
  imports: [AuditModule],
  providers: [
    AccountOperations,
    BacklogRepository,
    DueLagRepository,
    WorklistRepository,
    HealthRepository,
    HealthService,
    KekOperations,
    MetricsService,
    OpsReadingsService,
  ],
  controllers: [HealthController],
})
export class OpsModule {
  static forRoot({ commands, opsKey, document }: OpsOptions): DynamicModule {
    if (opsKey === undefined) return { module: OpsModule };
    return {
      module: OpsModule,
      controllers: [operatorRoutes(commands), OperatorsDocumentController, MetricsController],
      providers: [
        { provide: OpsKey, useValue: new OpsKey(opsKey) },
        { provide: OperatorsDocument, useValue: new OperatorsDocument(document) },
      ],
    };
  }
}
