import { type EventType } from './event-types.js';
import { WebhookError } from './webhook-error.js';

/** Something that happened. It is thin: ask the API what is true now before you ship. */
export interface ReceivedEvent<Type extends string = string> {
  /** The same at every delivery, and in the feed. */
  readonly id: string;
  /** Such as `payment.succeeded`. */
  readonly type: Type;
  /** What it is about, such as a payment. */
  readonly subject: { readonly type: string; readonly id: string };
  /** Order of the events of one subject, from 1, without gaps. They may arrive in another. */
  readonly sequence: number;
  /** Ids of what it is about: `paymentId`, and for instance `refundId`. */
  readonly data: Readonly<Record<string, string>>;
  /** Whether real money moves. */
  readonly livemode: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
}

/**
 * The event in a body that was verified.
 * @throws WebhookError `WEBHOOK_EVENT_UNREADABLE`
 * @example
 * const body = '{"id":"evt_1","type":"payment.failed","subject":{"type":"payment","id":"pay_1"},"sequence":3,"data":{}}';
 * readEvent(body).sequence; // => 3
 * readEvent('{}'); // throws { code: 'WEBHOOK_EVENT_UNREADABLE' }
 */
export function readEvent(body: string | Uint8Array): ReceivedEvent<EventType | (string & {})> {
  const event = parse(Buffer.from(body).toString()) as Partial<ReceivedEvent> | null | undefined;
  const isEvent =
    typeof event?.id === 'string' &&
    typeof event.type === 'string' &&
    typeof event.subject?.type === 'string' &&
    typeof event.subject.id === 'string' &&
    Number.isSafeInteger(event.sequence) &&
    typeof event.data === 'object';
  if (!isEvent) throw new WebhookError('WEBHOOK_EVENT_UNREADABLE', 'the body is signed, and holds no event');
  return event as ReceivedEvent;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
