import { operationView } from '../bank/operation-view.js';
import { type Operation } from '../bank/operation.js';
import { isAttempt } from '../bank/operation-types.js';
import { orderCallback, type ViewContext } from '../bank/order-view.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type Order } from '../bank/order.js';
import { type Personalities } from '../personalities/personalities.js';
import { type CallbackSender, type Notification } from './callback-sender.js';

/** One operation and its order, before or after a change. */
export interface Moment {
  readonly order: Order;
  readonly operation: Operation;
}

/** Turns a finished operation into its callbacks: what is told, in which order, under the mode in force. */
export class Announcer {
  constructor(
    private readonly sender: CallbackSender,
    private readonly personalities: Personalities,
  ) {}

  get isEarly(): boolean {
    return this.sender.settings.mode === 'early';
  }

  announce(before: Moment, after: Moment, context: ViewContext): void {
    const final = this.notificationOf(after, context);
    if (!final) return;
    const older = this.notificationOf(before, context);
    const { mode } = this.sender.settings;
    if (mode === 'duplicate') this.sender.send(final, [final]);
    else this.sender.send(final, mode === 'reorder' && older ? [older] : []);
  }

  private notificationOf(moment: Moment, context: ViewContext): Notification | undefined {
    return isAttempt(moment.operation) ? this.ofOrder(moment, context) : this.ofFollowUp(moment, context);
  }

  private ofOrder({ order, operation }: Moment, context: ViewContext): Notification | undefined {
    const { notificationUrl: url, notificationEncryption } = order;
    if (url === undefined) return undefined;
    const { encrypt = notificationEncryption, emptyOperation } = this.sender.settings;
    const { operation: view, ...rest } = orderCallback(order, operation, context);
    const body = { ...rest, operation: this.shown(view as JsonObject, context) };
    return { ...subject(operation), url, encrypted: encrypt, body: emptyOperation ? { ...body, operation: {} } : body };
  }

  /** To the own address of a refund or completion: a flat operation object. */
  private ofFollowUp({ order, operation }: Moment, context: ViewContext): Notification | undefined {
    const { notificationUrl: url, notificationEncryption } = operation;
    if (url === undefined) return undefined;
    const { encrypt = notificationEncryption } = this.sender.settings;
    return {
      ...subject(operation),
      url,
      encrypted: encrypt,
      body: this.shown(operationView(operation, order, context.merchant), context),
    };
  }

  private shown(view: JsonObject, { merchant }: ViewContext): JsonObject {
    return this.personalities.callbackOperation(view, merchant.serviceCode);
  }
}

const subject = ({ merchantId, hppOrderId, operationId }: Operation) => ({
  merchantId,
  hppOrderId,
  ...(operationId !== undefined && { operationId }),
});
