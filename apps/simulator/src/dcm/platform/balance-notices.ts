import { type Counterparty } from '../counterparties.js';
import { type Entities, type Transfer } from '../entities.js';
import { type PlatformSender } from './platform-sender.js';

export interface BalanceNoticesOptions {
  readonly counterparties: ReadonlyMap<string, Counterparty>;
  readonly entities: Entities;
  readonly sender: PlatformSender;
}

type Notice = 'pay-in' | 'pay-out' | 'transfer';

/** Unsigned word of a movement, to the banks that gave a host for it (section 9). */
export class BalanceNotices {
  constructor(private readonly options: BalanceNoticesOptions) {}

  tell({ guid, counterpartyGuid, receiverId }: Transfer): void {
    const receiver = this.options.entities.account(receiverId)?.counterpartyGuid ?? '';
    if (receiver === counterpartyGuid) {
      this.send('transfer', receiver, guid);
      return;
    }
    this.send('pay-out', counterpartyGuid, guid);
    this.send('pay-in', receiver, guid);
  }

  private send(notice: Notice, bankGuid: string, transactionId: string): void {
    const host = this.options.counterparties.get(bankGuid)?.notifyUrl;
    if (host === undefined) return;
    const url = `${host}/api/dcm/notify/${notice}`;
    this.options.sender.send({ callback: `notify-${notice}`, url, claims: { transaction_id: transactionId } });
  }
}
