import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, optionalText, optionalTime, textColumn, timeColumn } from '../../database/columns.js';

/** One attempt to renew a session: the alarm counts them, and an operator reads them. */
@Entity('session_renewal')
export class SessionRenewalEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn({ type: 'int' }) epoch!: number;
  @Column(textColumn) cause!: 'proactive' | 'reactive';
  @Column({ ...timeColumn, default: () => 'clock_timestamp()' }) startedAt!: Date;
  @Column(optionalTime) finishedAt!: Date | null;
  /** `renewed`, `lost` to a later attempt, or the error's code; null when its process died. */
  @Column(optionalText) outcome!: string | null;
}
