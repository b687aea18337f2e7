import { randomUUID } from 'node:crypto';
import { type Ledger } from '../../bank/ledger.js';
import { type Counterparty } from '../counterparties.js';
import { type JwkRecords } from '../jwk-records.js';
import { refuse, WireError } from '../refusal.js';
import { isObject, type JsonObject } from '../strict-json.js';
import { claimAt, checkMessageClaims } from './message-claims.js';
import { type MerchantOrders } from './merchant-orders.js';
import { type MerchantOrder, type PaymentMessage, type PlatformBook } from './platform-book.js';
import { type Letter, type PlatformCallback, type PlatformDelivery, type PlatformSender } from './platform-sender.js';

export interface PaymentMessagesOptions {
  readonly book: PlatformBook;
  readonly orders: MerchantOrders;
  readonly counterparties: ReadonlyMap<string, Counterparty>;
  readonly records: JwkRecords;
  readonly sender: PlatformSender;
  readonly ledger: Ledger;
  /** Bank time, epoch milliseconds. */
  readonly now: () => number;
  /** After the result, whatever it is. */
  readonly onEnd: (message: PaymentMessage) => void;
}

/** A message whose claims were checked. */
export type NewMessage = Pick<PaymentMessage, 'family' | 'initiatorGuid' | 'recipientGuid' | 'orderId' | 'claims'> & {
  readonly kid: string;
};

/** Which address of a bank is told what. */
const ADDRESSES = { 'pay-in-bank': 'payIn', 'pay-out-bank': 'payOut', 'credit-bank': 'credit' } as const;

const REASONS = {
  Success: "Payment message is approved by the receiver's bank. Merchant is informed by the callback",
  p2p: "Payment message is approved by the receiver's bank",
  bank: "Payment message is rejected by the receiver's bank",
  merchant: 'No confirmation from the merchant',
} as const;

const duplicate = (member: string, guid: string): WireError => {
  const error = `payment message with provided ${member} already exists`;
  return new WireError(400, { error, payment_message_guid: guid });
};

/** Payment messages and the callbacks that follow (sections 10.2 and 10.3). */
export class PaymentMessages {
  constructor(private readonly options: PaymentMessagesOptions) {}

  /** The order of the checks is documented. @throws WireError 400 */
  create({ guid: initiatorGuid }: Counterparty, claims: JsonObject, kid: string): JsonObject {
    checkMessageClaims(claims);
    const order = this.options.book.order(String(claims['order_id']));
    if (order?.messageGuid !== undefined) throw duplicate('order id', order.messageGuid);
    this.requireFresh(initiatorGuid, 'jti', claims);
    this.requireFresh(initiatorGuid, 'payment_message_external_id', claims);
    const payable = requirePayable(order, claims);
    const { recipientGuid, id: orderId } = payable;
    const message = this.begin({ family: 'ecommerce', initiatorGuid, recipientGuid, orderId, claims, kid });
    this.options.book.saveOrder({ ...payable, status: 'In Progress', messageGuid: message.guid });
    return { guid: message.guid };
  }

  /** Keeps a message and tells the recipient's bank. */
  begin({ kid, ...fresh }: NewMessage): PaymentMessage {
    const { book, now, ledger } = this.options;
    const own = { guid: randomUUID(), createdAt: now(), status: 'Pending', reason: '' } as const;
    const message = book.saveMessage({ ...fresh, ...own });
    const { guid: operationId, family, initiatorGuid: counterpartyGuid, orderId } = message;
    const operation = family === 'p2p' ? 'p2p-payment-message-create' : 'payment-message-create';
    const facts = { operationId, operation, scheme: 'platform', kid, counterpartyGuid, orderId };
    ledger.append('dcm.operation', { ...facts, outcome: 'done', httpStatus: 200 });
    this.tellBank('pay-in-bank', message);
    return message;
  }

  /** @throws WireError 404 */
  status({ guid }: Counterparty, messageGuid: string): JsonObject {
    const message = this.options.book.message(messageGuid);
    if (message?.initiatorGuid !== guid) throw refuse(404, 'not found');
    return { status: message.status };
  }

  /** One callback has come to its end: the next one, or the result. */
  proceed({ callback, messageGuid, state }: PlatformDelivery): void {
    const message = this.options.book.message(messageGuid ?? '');
    if (!message) return;
    const isAgreed = state === 'delivered';
    if (callback === 'pay-in-bank') {
      if (!isAgreed) this.finish(message, 'Reject', REASONS.bank);
      else if (message.family === 'p2p') this.finish(message, 'Success', REASONS.p2p);
      else this.tellMerchant(message);
    } else if (callback === 'pay-in-merchant') {
      if (isAgreed) this.finish(message, 'Success', REASONS.Success);
      else this.finish(message, 'Reject', REASONS.merchant);
    }
  }

  private requireFresh(initiatorGuid: string, claim: 'jti' | 'payment_message_external_id', claims: JsonObject): void {
    const twin = this.options.book.messageWith(initiatorGuid, claim, claims[claim]);
    if (twin) throw duplicate(claim === 'jti' ? claim : 'external id', twin.guid);
  }

  private finish(pending: PaymentMessage, status: 'Success' | 'Reject', reason: string): void {
    const { book } = this.options;
    const message = book.saveMessage({ ...pending, status, reason });
    const order = book.order(message.orderId);
    if (order) {
      const paid = { status: 'Success', reason: 'Order is paid' } as const;
      book.saveOrder({ ...order, ...(status === 'Success' ? paid : { status: 'Canceled', reason }) });
    }
    this.tellBank('pay-out-bank', message);
    if (status === 'Success') this.tellBank('credit-bank', message);
    this.options.onEnd(message);
  }

  private tellBank(callback: keyof typeof ADDRESSES, message: PaymentMessage): void {
    const recipient = this.options.counterparties.get(message.recipientGuid);
    const initiator = this.options.counterparties.get(message.initiatorGuid);
    const bank = callback === 'pay-out-bank' ? initiator : recipient;
    const url = bank?.callbackUrls[ADDRESSES[callback]] ?? bank?.callbackUrl;
    const { guid, status, reason } = message;
    const claims = {
      payment_message: this.expand(message, initiator, recipient),
      payment_message_guid: guid,
      status: status === 'Reject' ? 'reject' : 'success',
      ...(callback === 'pay-out-bank' && { reason }),
    };
    this.tell(callback, message, { url, claims });
  }

  private tellMerchant(message: PaymentMessage): void {
    const { claims, guid, orderId } = message;
    const order = this.options.book.order(orderId);
    const url = this.options.orders.ownerOf(order?.claims.sub ?? '')?.merchant.callbackUrl;
    this.tell('pay-in-merchant', message, {
      url,
      claims: {
        payment_message_external_id: claims['payment_message_external_id'],
        payment_message_guid: guid,
        callback_guid: guid,
        amount: claims['amount'],
        currency: claims['currency'],
        sender_account_iban: claimAt(claims, 'debtor.debtor_account'),
        receiver_account_iban: claimAt(claims, 'creditor.creditor_account'),
        order_id: orderId,
        ref_found: true,
        ref_number: order?.claims.ref ?? '',
        amount_matched: order?.claims.amt === claims['amount'],
        purpose: claims['purpose'],
        status: 'success',
      },
    });
  }

  /** Who gave no address agrees in silence. */
  private tell(
    callback: PlatformCallback,
    { guid, orderId }: PaymentMessage,
    to: { url: string | undefined; claims: JsonObject },
  ): void {
    const letter = { callback, claims: to.claims, orderId, messageGuid: guid };
    if (to.url !== undefined) this.options.sender.send({ ...letter, url: to.url } satisfies Letter);
    else this.proceed({ ...letter, url: '', id: '', state: 'delivered', statuses: [] });
  }

  private expand(message: PaymentMessage, initiator?: Counterparty, recipient?: Counterparty): JsonObject {
    const order = this.options.book.order(message.orderId);
    const [publicKey = {}] = this.options.records.keysOf(recipient?.guid ?? '');
    const agents = { debtor: nameOf(initiator), creditor: nameOf(recipient) };
    return { ...expandParties(message.claims, agents, order), public_key: publicKey };
  }
}

const nameOf = (counterparty: Counterparty | undefined): string => counterparty?.name ?? '';

const recordAt = (claims: JsonObject, name: string): JsonObject => {
  const value = claims[name];
  return isObject(value) ? value : {};
};

/** Agents with their names, the payer without his phone, the merchant's uid. */
const expandParties = (
  claims: JsonObject,
  agents: { debtor: string; creditor: string },
  order: MerchantOrder | undefined,
): JsonObject => {
  const { debtor_agent_bic: debtorBic, creditor_agent_bic: creditorBic, ...rest } = claims;
  const payer = Object.entries(recordAt(claims, 'debtor')).filter(([name]) => name !== 'debtor_phone');
  return {
    ...rest,
    debtor_agent: { debtor_agent_name: agents.debtor, debtor_agent_bic: debtorBic },
    debtor: Object.fromEntries(payer),
    creditor_agent: { creditor_agent_name: agents.creditor, creditor_agent_bic: creditorBic },
    creditor: { ...recordAt(claims, 'creditor'), creditor_uid: order?.claims.sub ?? '' },
    ...ultimateCreditor(order),
  };
};

/** G23: order and message must agree. */
const requirePayable = (order: MerchantOrder | undefined, claims: JsonObject): MerchantOrder => {
  if (!order) throw refuse(400, 'order not found');
  if (order.status !== 'Created') throw refuse(400, 'order is not payable');
  if (order.claims.amt !== claims['amount'] || order.claims.cur !== claims['currency'])
    throw refuse(400, 'amount or currency does not match the order');
  return order;
};

const ultimateCreditor = (order: MerchantOrder | undefined): JsonObject => {
  const fri = order?.claims['fri'];
  if (!isObject(fri)) return {};
  return {
    ultimate_creditor: {
      ultimate_creditor_name: fri['frn'],
      ultimate_creditor_id: fri['frc'],
      ultimate_creditor_iban: fri['fra'],
      ultimate_creditor_bic: fri['frb'],
      ultimate_creditor_mcc: fri['frm'],
    },
  };
};
