import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, textColumn, timeColumn } from '../database/columns.js';

/** Who changed what. `-` stands for the installation as a whole. */
@Entity('audit_entry')
export class AuditEntryEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  /** `ops-api`, `cli` or `gateway`. */
  @Column(textColumn) actor!: string;
  @Column(textColumn) action!: string;
  @Column({ type: 'jsonb' }) detail!: Record<string, unknown>;
  @Column({ ...timeColumn, default: () => 'clock_timestamp()' }) at!: Date;
}
