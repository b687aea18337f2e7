import { Inject, Injectable } from '@nestjs/common';
import { Keystore } from '#libs/keystore';
import { type DcmConfig } from '../../config/dcm-config.js';
import { newId } from '../../database/id.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { DcmProblem } from '../dcm-problem.js';
import { type DcmReceiverEntity } from '../store/dcm-callback.entity.js';
import { type AddReceiver } from './creditor.dto.js';
import { receiverPlace, ReceiversRepository } from '../store/receivers.repository.js';

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
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  async list(): Promise<ReceiverView[]> {
    const rows = await this.receivers.list();
    return rows.map(({ id, account, createdAt, disabledAt }) => ({ id, account, createdAt, disabledAt }));
  }

  /** @throws DcmProblem `DCM_ENTRY_EXISTS` */
  async add({ account, name, taxNumber }: AddReceiver): Promise<{ id: string }> {
    const id = newId('rcv');
    const place = receiverPlace(this.config.counterpartyGuid, id);
    const dataSealed = await this.keystore.seal(Buffer.from(JSON.stringify({ name, taxNumber })), place);
    if (!(await this.receivers.add({ id, account, dataSealed }))) {
      throw new DcmProblem('DCM_ENTRY_EXISTS', 'A receiver with this account is known already.');
    }
    return { id };
  }

  /** @throws DcmProblem `DCM_ENTRY_NOT_FOUND` */
  async setDisabled(id: string, disabled: boolean): Promise<void> {
    if (!(await this.receivers.setDisabled(id, disabled))) {
      throw new DcmProblem('DCM_ENTRY_NOT_FOUND', `There is no receiver ${id}.`);
    }
  }

  async find(account: string): Promise<ReceiverData | undefined> {
    const row = await this.receivers.findActive(account);
    if (!row) return undefined;
    const place = receiverPlace(this.config.counterpartyGuid, row.id);
    const text = Buffer.from(await this.keystore.open(row.dataSealed, place)).toString();
    return { id: row.id, ...(JSON.parse(text) as { name: string; taxNumber: string }) };
  }
}
