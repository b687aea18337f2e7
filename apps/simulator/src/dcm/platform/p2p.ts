import { randomUUID } from 'node:crypto';
import { type Clocks } from '../clocks.js';
import { type Counterparty } from '../counterparties.js';
import { type DcmKeys } from '../dcm-keys.js';
import { signJws } from '../jws.js';
import { type JsonObject } from '../strict-json.js';
import { checkP2pClaims, isUuid, refuseP2p } from './p2p-claims.js';
import { type PaymentMessages } from './payment-messages.js';
import { type P2pOrder, type PaymentMessage, type PlatformBook } from './platform-book.js';

export interface P2pOptions {
  readonly book: PlatformBook;
  readonly messages: PaymentMessages;
  readonly counterparties: ReadonlyMap<string, Counterparty>;
  readonly keys: DcmKeys;
  readonly clocks: Clocks;
  /** Bank time, epoch milliseconds. */
  readonly now: () => number;
}

/** Milliseconds for which an order may be paid. Not published. */
const ORDER_LIFETIME_MS = 900_000;

/** Payments from person to person: answers are signed, refusals have codes. */
export class P2p {
  constructor(private readonly options: P2pOptions) {}

  openOrder(order: Pick<P2pOrder, 'initiatorGuid' | 'recipientGuid' | 'account'>): P2pOrder {
    const expiresAt = this.options.now() + ORDER_LIFETIME_MS;
    return this.options.book.saveP2pOrder({ ...order, id: randomUUID(), expiresAt });
  }

  /** @returns a signed answer @throws WireError 400 with a code */
  create(initiator: Counterparty, claims: JsonObject, kid: string): string {
    checkP2pClaims(claims, this.options.clocks());
    const order = this.requireOrder(initiator, claims);
    this.requireBanks(initiator, order, claims);
    this.requireFresh(initiator, order, claims);
    const { recipientGuid, id: orderId } = order;
    const ids = { initiatorGuid: initiator.guid, recipientGuid, orderId };
    const message = this.options.messages.begin({ family: 'p2p', ...ids, claims, kid });
    this.options.book.saveP2pOrder({ ...order, messageGuid: message.guid });
    return this.answer(message);
  }

  /** @returns a signed answer @throws WireError 400 or 404 with a code */
  status({ guid }: Counterparty, messageGuid: string): string {
    if (!isUuid(messageGuid)) throw refuseP2p('INVALID_PAYMENT_MESSAGE_GUID', 'guid is not a UUID');
    const message = this.options.book.message(messageGuid);
    const isOurs = message?.family === 'p2p' && [message.initiatorGuid, message.recipientGuid].includes(guid);
    if (!isOurs) throw refuseP2p('PAYMENT_MESSAGE_NOT_FOUND', 'payment message not found', 404);
    return this.answer(message);
  }

  /** What the answer claims is not published. */
  private answer({ guid, claims, status, reason }: PaymentMessage): string {
    const { payment_message_external_id } = claims;
    return signJws({ guid, payment_message_external_id, status, reason }, this.options.keys.signer());
  }

  private requireOrder({ guid }: Counterparty, claims: JsonObject): P2pOrder {
    const order = this.options.book.p2pOrder(String(claims['order_id']));
    if (order?.initiatorGuid !== guid) throw refuseP2p('ORDER_NOT_FOUND', 'order not found');
    if (order.expiresAt <= this.options.now()) throw refuseP2p('ORDER_IS_EXPIRED', 'order is expired');
    return order;
  }

  private requireBanks(initiator: Counterparty, order: P2pOrder, claims: JsonObject): void {
    const recipient = this.options.counterparties.get(order.recipientGuid);
    const { account } = order;
    const { debtor_agent_bic: debtorBic, creditor_agent_bic: creditorBic, creditor } = claims;
    if (debtorBic !== initiator.bic)
      throw refuseP2p('SENDER_COUNTERPARTY_NOT_FOUND', "debtor_agent_bic is not the sender's");
    if (creditorBic !== recipient?.bic)
      throw refuseP2p('RECEIVER_COUNTERPARTY_NOT_FOUND', "creditor_agent_bic is not the receiver's");
    if ((creditor as JsonObject)['creditor_account'] !== account)
      throw refuseP2p('INVALID_CREDITOR_ACCOUNT', 'creditor.creditor_account is not the account of the order');
  }

  /** A code for a used jti or a paid order is not published: they are invalid requests. */
  private requireFresh({ guid }: Counterparty, order: P2pOrder, claims: JsonObject): void {
    const { book } = this.options;
    const twinOf = (claim: string) => book.messageWith(guid, claim, claims[claim]);
    if (twinOf('payment_message_external_id'))
      throw refuseP2p('EXTERNAL_ID_IS_ALREADY_TAKEN', 'payment_message_external_id is already taken');
    if (order.messageGuid ?? twinOf('jti')) throw refuseP2p('INVALID_REQUEST', 'the order or the jti was used before');
  }
}
