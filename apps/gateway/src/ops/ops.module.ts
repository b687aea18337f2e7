import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { BacklogRepository } from './backlog.repository.js';
import { HealthController } from './health.controller.js';
import { HealthRepository } from './health.repository.js';
import { HealthService } from './health.service.js';
import { MerchantAccountsController } from './merchant-accounts.controller.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';
import { OperationsService } from './operations.service.js';
import { OpsKey } from '../accounts/ops-key.guard.js';
import { OpsReadingsService } from './ops-readings.service.js';
import { SessionsController } from './sessions.controller.js';

export interface OpsOptions {
  readonly payments: DynamicModule;
  /** Undefined: only the health routes are served. */
  readonly opsKey: string | undefined;
}

@Module({})
export class OpsModule {
  static register({ payments, opsKey }: OpsOptions): DynamicModule {
    const key = opsKey === undefined ? [] : [{ provide: OpsKey, useValue: new OpsKey(opsKey) }];
    return {
      module: OpsModule,
      imports: [payments, AuditModule],
      controllers: [
        HealthController,
        ...(opsKey === undefined ? [] : [MerchantAccountsController, MetricsController, SessionsController]),
      ],
      providers: [
        BacklogRepository,
        HealthRepository,
        HealthService,
        MetricsService,
        OperationsService,
        OpsReadingsService,
        ...key,
      ],
      exports: [OperationsService, OpsReadingsService],
    };
  }
}
