import { type Order } from '../bank/order.js';
import { isOfOrder, type Operation } from '../bank/operation.js';
import { type Views } from '../bank/views.js';
import { type Personalities } from '../personalities/personalities.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type CallbackSender, type Notification } from './callback-sender.js';

/** One operation and its order, before or after a change. */
export interface Moment {
  readonly operation: Operation;
  /** Absent when it is host to host. */
  readonly order: Order | undefined;
}

export interface AnnouncerOptions {
  readonly sender: CallbackSender;
  readonly personalities: Personalities;
  readonly views: Views;
  readonly serviceCodeOf: (merchantId: string) => string | undefined;
}

/** Turns a finished operation into its callbacks: what is told, in which order, under the mode in force. */
export class Announcer {
  constructor(private readonly options: AnnouncerOptions) {}

  get isEarly(): boolean {
    return this.options.sender.settings.mode === 'early';
  }

  announce(before: Moment, after: Moment): void {
    const { sender } = this.options;
    const { status, quietIfFailed } = after.operation;
    const final = this.notificationOf(after);
    if (!final || (status === 'FAIL' && quietIfFailed)) return;
    const older = this.notificationOf(before);
    const { mode } = sender.settings;
    if (mode === 'duplicate') sender.send(final, [final]);
    else sender.send(final, mode === 'reorder' && older ? [older] : []);
  }

  /** An order that ended without an operation (U9). */
  announceOrder(order: Order): void {
    const { sender, views } = this.options;
    const { notificationUrl: url, notificationEncryption, merchantId, hppOrderId } = order;
    const { encrypt = notificationEncryption } = sender.settings;
    if (url !== undefined)
      sender.send(
        { merchantId, hppOrderId, ofOrder: true, url, encrypted: encrypt, body: views.orderCallback(order) },
        [],
      );
  }

  /** What was paid under an order is told with the order, to its address; a charge of a subscription likewise. */
  private notificationOf({ order, operation }: Moment): Notification | undefined {
    const withOrder = order && (isOfOrder(operation) || operation.recurring) ? order : undefined;
    const { notificationUrl: url, notificationEncryption } = withOrder ?? operation;
    if (url === undefined) return undefined;
    const { encrypt = notificationEncryption } = this.options.sender.settings;
    const body = withOrder
      ? this.ofOrder(withOrder, operation)
      : this.shown(operation, this.options.views.operation(operation));
    const { signedBy } = operation;
    return {
      ...subject(operation),
      ofOrder: withOrder !== undefined,
      url,
      encrypted: encrypt,
      ...(signedBy && { signedBy }),
      body,
    };
  }

  private ofOrder(order: Order, operation: Operation): JsonObject {
    const { sender, views } = this.options;
    const body = views.orderCallback(order, operation);
    if (sender.settings.emptyOperation) return { ...body, operation: {} };
    return { ...body, operation: this.shown(operation, body['operation'] as JsonObject) };
  }

  private shown({ merchantId }: Operation, view: JsonObject): JsonObject {
    const { personalities, serviceCodeOf } = this.options;
    return personalities.callbackOperation(view, serviceCodeOf(merchantId));
  }
}

const subject = ({ merchantId, hppOrderId, operationId }: Operation) => ({
  merchantId,
  ...(hppOrderId !== undefined && { hppOrderId }),
  ...(operationId !== undefined && { operationId }),
});
