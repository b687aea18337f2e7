import { Inject, Injectable } from '@nestjs/common';
import { Keystore } from '#libs/keystore';
import { type AuditEntry, AuditService } from '../../audit/audit.service.js';
import { type DcmConfig } from '../../config/dcm-config.js';
import { newId } from '../../database/id.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmProblem } from '../dcm-problem.js';
import { type DcmReceiverEntity } from '../store/dcm-callback.entity.js';
import { type AddReceiver } from './creditor.dto.js';
import { receiverPlace, ReceiversRepository } from '../store/receivers.repository.js';

type Actor = AuditEntry['actor'];

/** As an operator sees it: without name and tax number. */
export type ReceiverView = Omit<DcmReceiverEntity, 'counterpartyGuid' | 'dataSealed'>;
export interface ReceiverData {
  readonly id: string;
  readonly name: string;
  readonly taxNumber: string;
}

/** Whose name and tax number other banks may be told, as an operator keeps it. */
@Injectable()
export class ReceiversService {
  constructor(
    private readonly receivers: ReceiversRepository,
    private readonly keystore: Keystore,
    private readonly audit: AuditService,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  async list(): Promise<ReceiverView[]> {
    const rows = await this.receivers.list();
    return rows.map(({ id, account, createdAt, disabledAt }) => ({ id, account, createdAt, disabledAt }));
  }

  /** @throws DcmProblem `DCM_ENTRY_EXISTS` */
  async add(actor: Actor, { account, name, taxNumber }: AddReceiver): Promise<{ id: string }> {
    const id = newId('rcv');
    const place = receiverPlace(this.config.counterpartyGuid, id);
    const dataSealed = await this.keystore.seal(Buffer.from(JSON.stringify({ name, taxNumber })), place);
    if (!(await this.receivers.add({ id, account, dataSealed }))) {
      throw new DcmProblem('DCM_ENTRY_EXISTS', 'A receiver with this account is known already.');
    }
    await this.audit.record({ actor, action: 'dcm_receiver.add', detail: { receiver: id } });
    return { id };
  }

  /** @throws DcmProblem `DCM_ENTRY_NOT_FOUND` */
  async setDisabled(actor: Actor, id: string, disabled: boolean): Promise<void> {
    if (!(await this.receivers.setDisabled(id, disabled))) {
      throw new DcmProblem('DCM_ENTRY_NOT_FOUND', `There is no receiver ${id}.`);
    }
    const action = `dcm_receiver.${disabled ? 'disable' : 'enable'}`;
    await this.audit.record({ actor, action, detail: { receiver: id } });
  }

  async find(account: string): Promise<ReceiverData | undefined> {
    const row = await this.receivers.findActive(account);
    if (!row) return undefined;
    const place = receiverPlace(this.config.counterpartyGuid, row.id);
    const text = Buffer.from(await this.keystore.open(row.dataSealed, place)).toString();
    return { id: row.id, ...(JSON.parse(text) as { name: string; taxNumber: string }) };
  }
}
