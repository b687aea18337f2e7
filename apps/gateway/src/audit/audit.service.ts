import { Injectable, Logger } from '@nestjs/common';
import { newId } from '../database/id.js';
import { AuditRepository } from './audit.repository.js';

export interface AuditEntry {
  /** Undefined: the installation as a whole. */
  readonly accountId?: string;
  readonly actor: 'ops-api' | 'cli' | 'gateway';
  /** `noun.verb`, for example `session.block`. */
  readonly action: string;
  /** Ids and reasons; never a secret. */
  readonly detail?: Record<string, unknown>;
}

const INSTALLATION = '-';

/** A line for every change that an operator makes, in the database and in the log. */
@Injectable()
export class AuditService {
  private readonly logger = new Logger(AuditService.name);

  constructor(private readonly entries: AuditRepository) {}

  async record({ accountId = INSTALLATION, actor, action, detail = {} }: AuditEntry): Promise<void> {
    await this.entries.add({ merchantAccountId: accountId, id: newId('aud'), actor, action, detail });
    this.logger.log({ msg: 'audit', accountId, actor, action, ...detail });
  }
}
