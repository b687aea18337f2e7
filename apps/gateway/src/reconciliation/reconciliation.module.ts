import { type DynamicModule, Module } from '@nestjs/common';
import { BankAnswers } from './bank-answers.service.js';
import { BreaksService } from './breaks.service.js';
import { RecheckBreaksJob } from './recheck-breaks.job.js';
import { Reconciler } from './reconciler.service.js';
import { RegistersService } from './registers.service.js';
import { ReportsService } from './reports.service.js';
import { SweepBankJob } from './sweep-bank.job.js';
import { SweepPace, SweepsService } from './sweeps.service.js';
import { SweptBooks } from './swept-books.service.js';
import { BooksRepository } from './store/books.repository.js';
import { BreakRepository } from './store/break.repository.js';
import { RegisterRepository } from './store/register.repository.js';
import { ReportRepository } from './store/report.repository.js';
import { SweepRepository } from './store/sweep.repository.js';

export interface ReconciliationOptions {
  /** Whether this process does what time starts. */
  readonly worker: boolean;
  /** Hour in Kyiv; undefined: only when an operator asks for it. */
  readonly sweepAtHour: number | undefined;
  /** Payments that the bank is asked about. */
  readonly sweepPerSecond: number;
}

@Module({
  providers: [
    BankAnswers,
    BooksRepository,
    BreakRepository,
    BreaksService,
    Reconciler,
    RegisterRepository,
    RegistersService,
    ReportRepository,
    ReportsService,
    SweepRepository,
    SweepsService,
    SweptBooks,
  ],
})
export class ReconciliationModule {
  static forRoot({ worker, sweepAtHour, sweepPerSecond }: ReconciliationOptions): DynamicModule {
    const pace: SweepPace = { atHour: sweepAtHour, perSecond: sweepPerSecond };
    return {
      module: ReconciliationModule,
      providers: [{ provide: SweepPace, useValue: pace }, ...(worker ? [RecheckBreaksJob, SweepBankJob] : [])],
    };
  }
}
