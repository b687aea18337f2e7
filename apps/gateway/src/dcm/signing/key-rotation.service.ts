import { Inject, Injectable, Logger } from '@nestjs/common';
import { DcmError } from '#libs/dcm';
import { type AuditEntry, AuditService } from '../../audit/audit.service.js';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { freeSlot, type Slot } from '../domain/key-lifecycle.js';
import { type DcmSigningKeyEntity } from '../store/dcm-signing-key.entity.js';
import { SigningKeyRepository } from '../store/signing-key.repository.js';
import { StoredSigningKeys } from '../store/stored-signing-keys.js';
import { KeyRegistry } from './key-registry.js';

type Actor = AuditEntry['actor'];

/**
 * The steps of a rotation. Each reads what is true here and at DCM and does the next thing, so that it may be stopped
 * anywhere and run again: staged (kept here) → published (DCM holds it) → signing (DCM took a token of it).
 */
@Injectable()
export class KeyRotationService {
  private readonly logger = new Logger(KeyRotationService.name);

  constructor(
    private readonly rows: SigningKeyRepository,
    private readonly keys: StoredSigningKeys,
    private readonly registry: KeyRegistry,
    private readonly audit: AuditService,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  /** Makes the next key, for a record that no living key is in. @returns its id, undefined while there is no room */
  async stageNext(actor: Actor): Promise<string | undefined> {
    const slot = freeSlot(await this.rows.list());
    return slot === undefined ? undefined : this.stage(actor, slot, 'dcm_key.rotate');
  }

  /** Makes a key that takes the record of a compromised one, which then stops verifying at once. */
  async stageInstead(actor: Actor, { slot, id }: DcmSigningKeyEntity): Promise<string | undefined> {
    await this.rows.abandonComing();
    this.logger.warn(`key ${id} is to be replaced at once`);
    return this.stage(actor, slot, 'dcm_key.replace', id);
  }

  async isDue(): Promise<boolean> {
    return this.rows.isRotationDue(this.config.rotationDays);
  }

  async retireOld(): Promise<void> {
    for (const id of await this.rows.retireOld()) this.logger.log(`key ${id} is retired, its record is free`);
    this.keys.forget();
  }

  /** One step forward. @returns false when no key is on its way in @throws DcmError and then again from here */
  async step(): Promise<boolean> {
    const all = await this.rows.list();
    const coming = all.find(({ status }) => status === 'staged' || status === 'published');
    if (!coming) return false;
    await (coming.status === 'staged' ? this.publish(coming, all) : this.promote(coming));
    this.keys.forget();
    return true;
  }

  private async stage(actor: Actor, slot: Slot, action: string, instead?: string): Promise<string | undefined> {
    const id = await this.keys.stage(slot);
    if (id !== undefined) await this.audit.record({ actor, action, detail: { key: id, slot, instead } });
    return id;
  }

  /** Asks first: an attempt before this one may have told DCM and died. */
  private async publish(row: DcmSigningKeyEntity, all: readonly DcmSigningKeyEntity[]): Promise<void> {
    const key = await this.keys.open(row);
    if (!(await this.registry.accepts(key))) {
      const record = all.findLast(({ slot, recordGuid }) => slot === row.slot && recordGuid !== null)?.recordGuid;
      await (record ? this.registry.replace(record, key) : this.registry.register(key));
    }
    const guid = await this.registry.find(key);
    if (guid === undefined) throw notTaken('DCM does not list the key');
    await this.rows.publish(row, guid);
    this.logger.log(`key ${row.id} is at DCM, record ${guid}`);
  }

  private async promote(row: DcmSigningKeyEntity): Promise<void> {
    if (!(await this.registry.accepts(await this.keys.open(row))))
      throw notTaken('DCM does not take a token of the key');
    await this.rows.promote(row);
    await this.audit.record({ actor: 'gateway', action: 'dcm_key.switch', detail: { key: row.id, slot: row.slot } });
  }
}

const notTaken = (message: string): DcmError =>
  new DcmError('DCM_INVALID_KEY', message, { reason: 'not_taken', noEffect: true });
