import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Asked } from '../audit/command.js';
import { type KekStatus, KekRotationService, type Progress } from '../keys/kek-rotation.service.js';

/** What an operator does about key-encrypting keys. A rotation leaves a line at its start, too: it may be stopped. */
@Injectable()
export class KekOperations {
  constructor(
    private readonly rotation: KekRotationService,
    private readonly audit: AuditService,
  ) {}

  status(): Promise<KekStatus> {
    return this.rotation.status();
  }

  async rotate(withNewKek: boolean, { actor, tell }: Asked): Promise<KekStatus> {
    await this.audit.record({ actor, action: 'kek.rotate.start' });
    const report = ({ table, column, rewrapped, rowsPerSecond }: Progress): void => {
      tell(`${table}.${column}: ${rewrapped} re-wrapped, ${rowsPerSecond} rows/s`);
    };
    const proof = await this.rotation.rotate(report, withNewKek);
    const { currentKek, rowsUnderOthers } = proof;
    await this.audit.record({ actor, action: 'kek.rotate.end', detail: { currentKek, rowsUnderOthers } });
    return proof;
  }

  async retireOld(): Promise<{ retired: string[] }> {
    return { retired: await this.rotation.retireOlder() };
  }
}
