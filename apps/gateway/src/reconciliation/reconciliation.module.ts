import { type DynamicModule, Module } from '@nestjs/common';
import { BreaksService } from './breaks.service.js';
import { RecheckBreaksJob } from './recheck-breaks.job.js';
import { Reconciler } from './reconciler.service.js';
import { RegistersService } from './registers.service.js';
import { ReportsService } from './reports.service.js';
import { BooksRepository } from './store/books.repository.js';
import { BreakRepository } from './store/break.repository.js';
import { RegisterRepository } from './store/register.repository.js';
import { ReportRepository } from './store/report.repository.js';

export interface ReconciliationOptions {
  /** Whether this process does what time starts. */
  readonly worker: boolean;
}

@Module({
  providers: [
    BooksRepository,
    BreakRepository,
    BreaksService,
    Reconciler,
    RegisterRepository,
    RegistersService,
    ReportRepository,
    ReportsService,
  ],
})
export class ReconciliationModule {
  static forRoot({ worker }: ReconciliationOptions): DynamicModule {
    return { module: ReconciliationModule, providers: worker ? [RecheckBreaksJob] : [] };
  }
}
