import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Sealed } from '#libs/keystore';
import { idColumn, nowColumn, optionalTime, textColumn } from '../../database/columns.js';

/** What deliveries to an endpoint are signed with. */
@Entity('webhook_secret')
export class WebhookSecretEntity {
  @PrimaryColumn(idColumn) merchantAccountId!: string;
  @PrimaryColumn(idColumn) id!: string;
  @Column(idColumn) endpointId!: string;
  /** `whsec_…` */
  @Column(textColumn) secretSealed!: Sealed;
  /** Idempotency key of the request that made it. */
  @Column(textColumn) requestKey!: string;
  @Column({ type: 'bytea' }) requestFingerprint!: Buffer;
  @Column(nowColumn) createdAt!: Date;
  /** Null: the current one. */
  @Column(optionalTime) endsAt!: Date | null;
}
