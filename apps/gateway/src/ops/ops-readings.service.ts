import { Injectable } from '@nestjs/common';
import { type AuditEntryEntity } from '../audit/audit-entry.entity.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { BankSessionsService } from '../payments/bank-access/bank-sessions.service.js';
import { type SessionForecast } from '../payments/bank-access/session-schedule.store.js';
import { type Backlog, BacklogRepository } from './backlog.repository.js';
import { type DueLag, DueLagRepository, type PoolUse } from './due-lag.repository.js';
import { type Worklist, WorklistRepository } from './worklist.repository.js';

export type AuditLine = AuditEntryEntity;
export type { SessionForecast };

/** What an operator looks at. */
@Injectable()
export class OpsReadingsService {
  constructor(
    private readonly bankSessions: BankSessionsService,
    private readonly entries: AuditRepository,
    private readonly backlogs: BacklogRepository,
    private readonly worklists: WorklistRepository,
    private readonly dueLags: DueLagRepository,
  ) {}

  sessions(): Promise<SessionForecast[]> {
    return this.bankSessions.forecast();
  }

  audit(limit: number): Promise<AuditLine[]> {
    return this.entries.list(limit);
  }

  backlog(): Promise<Backlog> {
    return this.backlogs.read();
  }

  worklist(): Promise<Worklist> {
    return this.worklists.read();
  }

  lags(): Promise<DueLag[]> {
    return this.dueLags.lags();
  }

  pool(): PoolUse {
    return this.dueLags.pool();
  }
}
