import { randomUUID } from 'node:crypto';
import { type BankClock } from '../../bank/bank-clock.js';
import { formatKyivIso, kyivIso, nextKyivMidnight } from '../../protocol/bank-dates.js';
import { type Counterparty } from '../counterparties.js';
import { type JsonObject } from '../strict-json.js';
import { claimAt } from './message-claims.js';
import { type PaymentMessage, type PlatformBook } from './platform-book.js';
import { type PlatformSender } from './platform-sender.js';

export interface SettlementOptions {
  readonly book: PlatformBook;
  readonly counterparties: ReadonlyMap<string, Counterparty>;
  readonly sender: PlatformSender;
  readonly clock: BankClock;
}

/** "Just after midnight": milliseconds after it. */
const AFTER_MIDNIGHT_MS = 60_000;

/** The daily register of what one bank owes another (section 10.3), told to both. */
export class Settlement {
  private isPlanned = false;

  constructor(private readonly options: SettlementOptions) {}

  /** From the first paid message of a day on. */
  plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    const { clock } = this.options;
    clock.at(nextKyivMidnight(clock.now()) + AFTER_MIDNIGHT_MS, () => {
      if (this.isPlanned) this.settle();
    });
  }

  /** Registers everything that is paid and in no register yet. @returns the ids of the registers */
  settle(): readonly string[] {
    this.isPlanned = false;
    const pairs = Map.groupBy(this.options.book.unsettled(), (message) => pairOf(message));
    return [...pairs.values()].map((messages) => this.register(messages));
  }

  clear(): void {
    this.isPlanned = false;
  }

  private register(messages: readonly PaymentMessage[]): string {
    const { book, counterparties } = this.options;
    const at = Math.min(...messages.map(({ createdAt }) => createdAt));
    const id = `reg-${kyivIso(at).slice(0, 10)}-${randomUUID().slice(0, 8)}`;
    const [first] = messages;
    const debtor = counterparties.get(first?.initiatorGuid ?? '');
    const creditor = counterparties.get(first?.recipientGuid ?? '');
    for (const message of messages) book.saveMessage({ ...message, registerId: id });
    const claims = { id, ...partiesOf(debtor, creditor), ...termsOf(messages, at), payments: messages.map(toRow(id)) };
    for (const bank of new Set([debtor, creditor])) {
      const url = bank?.callbackUrls.grossSettlement;
      if (url !== undefined) this.options.sender.send({ callback: 'gross-settlement', url, claims });
    }
    return id;
  }
}

const pairOf = ({ initiatorGuid, recipientGuid }: PaymentMessage): string => `${initiatorGuid} ${recipientGuid}`;

const partiesOf = (debtor: Counterparty | undefined, creditor: Counterparty | undefined): JsonObject => {
  const { name: debtor_name = '', bic: debtor_bic = '' } = debtor ?? {};
  const { name: creditor_name = '', bic: creditor_bic = '', merchants = [] } = creditor ?? {};
  const charging_account = merchants[0]?.account ?? '';
  return { debtor_name, debtor_bic, creditor_name, creditor_bic, creditor_code: '00000000', charging_account };
};

/** Amounts are texts, in the unit of the messages; nothing is charged. */
const termsOf = (messages: readonly PaymentMessage[], at: number): JsonObject => {
  const day = kyivIso(at).slice(0, 10);
  const total = String(messages.reduce((sum, { claims }) => sum + Number(claims['amount']), 0));
  const end = nextKyivMidnight(at);
  const start = nextKyivMidnight(end - 36 * 3_600_000);
  return {
    purpose: `Gross settlement ${day}`,
    period_start: formatKyivIso(start),
    period_end: formatKyivIso(end - 1_000),
    ...{ total_amount: total, total_amount_to_pay: total, total_fee_amount: '0' },
    currency: messages[0]?.claims['currency'] ?? '',
    status: 'Sent',
  };
};

const toRow =
  (registerId: string) =>
  ({ claims, guid, initiatorGuid, recipientGuid, createdAt }: PaymentMessage): JsonObject => ({
    payment_message_external_id: claims['payment_message_external_id'],
    payment_message_guid: guid,
    pm_type: claims['pm_type'],
    ...{ amount: String(claims['amount']), fee_amount: '0', amount_to_pay: String(claims['amount']), issuer_fee: '0' },
    currency: claims['currency'],
    purpose: claims['purpose'],
    recipient_iban: claimAt(claims, 'creditor.creditor_account'),
    recipient_agent_id: recipientGuid,
    debtor_iban: claimAt(claims, 'debtor.debtor_account'),
    debtor_agent_id: initiatorGuid,
    register_id: registerId,
    created_at: formatKyivIso(createdAt),
  });
