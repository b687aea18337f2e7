import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type EventType } from './event-types.js';
import { readEvent, type ReceivedEvent } from './received-event.js';
import { type EventContext, MemorySequences, type Sequences } from './sequences.js';
import { LONGEST_BODY, type SignedRequest, verifyWebhook, type VerifyOptions } from './verify.js';
import { WebhookError } from './webhook-error.js';

/** Does what an event is a reason for. What it throws is thrown on: then answer 5xx, and the event comes again. */
export type WebhookHandler<Type extends string = string, Transaction = undefined> = (
  event: ReceivedEvent<Type>,
  context: EventContext<Transaction>,
) => void | Promise<void>;

/** What a receiver is made with. */
export interface ReceiverOptions<Transaction = undefined> extends VerifyOptions {
  /** One for each type that you care about. */
  readonly handlers: { readonly [Type in EventType]?: WebhookHandler<Type, Transaction> };
  /** For types without a handler, also those that this version does not know. */
  readonly otherwise?: WebhookHandler<string, Transaction> | undefined;
  /** Which events were handled; within this process when absent. */
  readonly sequences?: Sequences<Transaction> | undefined;
  /** Told of what {@link WebhookReceiver.listener} refuses and of handlers that fail; `console.error` when absent. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** `handled`, `repeated`: it was handled before, or `ignored`: nobody cares for its type. Answer each of them 2xx. */
export type WebhookOutcome = 'handled' | 'repeated' | 'ignored';

/** What Express and Nest leave on a request when they have read its body. */
type ReadRequest = IncomingMessage & { readonly rawBody?: unknown; readonly body?: unknown };

/**
 * Takes webhooks of the gateway: verifies them, leaves out what is repeated, and calls one handler.
 * @example
 * const paid: string[] = [];
 * const webhooks = new WebhookReceiver({
 *   secrets: [secret],
 *   handlers: { 'payment.succeeded': ({ subject }) => void paid.push(subject.id) },
 * });
 * await webhooks.receive(request); // => 'handled'
 * await webhooks.receive(request); // => 'repeated'
 * await webhooks.receive({ ...request, body: '{}' }); // throws { code: 'WEBHOOK_SIGNATURE_WRONG', status: 400 }
 */
export class WebhookReceiver<Transaction = undefined> {
  private readonly sequences: Sequences<Transaction>;

  constructor(private readonly options: ReceiverOptions<Transaction>) {
    // Without `sequences` there is no transaction: then its type is undefined.
    this.sequences = options.sequences ?? (new MemorySequences() as unknown as Sequences<Transaction>);
  }

  /** @throws WebhookError when it is no webhook of the gateway; TypeError for a parsed body; whatever the handler throws */
  async receive(request: SignedRequest): Promise<WebhookOutcome> {
    verifyWebhook(request, this.options);
    const event = readEvent(request.body);
    const handler = this.handlerOf(event.type);
    if (!handler) return 'ignored';
    const isDone = await this.sequences.once(event, async (context) => handler(event, context));
    return isDone ? 'handled' : 'repeated';
  }

  /**
   * Answers requests of `node:http` and of Express: 204, 400 or 413 for what is refused, 500 when a handler fails. Reads the
   * bytes itself, or takes those that `express.raw` or Nest's `rawBody` have kept.
   * @example
   * const server = createServer(webhooks.listener()); // or: app.post('/webhooks', webhooks.listener())
   */
  listener(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
    const { onError = console.error } = this.options;
    return async (request, response) => {
      try {
        await this.receive({ headers: request.headers, body: await bodyOf(request) });
        response.writeHead(204).end();
      } catch (error) {
        onError(error);
        // What was not read would be taken for the next request.
        response.writeHead(error instanceof WebhookError ? error.status : 500, { connection: 'close' }).end();
      }
    };
  }

  private handlerOf(type: string): WebhookHandler<string, Transaction> | undefined {
    const { handlers, otherwise } = this.options;
    const known = Object.hasOwn(handlers, type) ? handlers[type as EventType] : undefined;
    return (known as WebhookHandler<string, Transaction> | undefined) ?? otherwise;
  }
}

/** A body that is no bytes any more is refused by {@link verifyWebhook}, with the reason. */
async function bodyOf(request: ReadRequest): Promise<Uint8Array> {
  const kept = request.rawBody ?? request.body;
  if (kept !== undefined) return kept as Uint8Array;
  const parts: Buffer[] = [];
  let length = 0;
  // A loop that ends early must not close the socket: it has an answer to send.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > LONGEST_BODY)
      throw new WebhookError('WEBHOOK_TOO_LARGE', `a webhook has at most ${LONGEST_BODY} bytes`);
  }
  return Buffer.concat(parts);
}
