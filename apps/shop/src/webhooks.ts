import {
  type ReceivedEvent,
  readEvent,
  type SignedRequest,
  WebhookError,
  WebhookReceiver,
} from '#libs/webhook-receiver';
import { type Checkout } from './checkout.js';

/** What came, for the page that shows it. */
export interface WebhookLine {
  readonly at: Date;
  readonly outcome: 'handled' | 'repeated' | 'ignored' | 'refused' | 'failed';
  /** Of the event; absent for what was refused. */
  readonly event?: Pick<ReceivedEvent, 'type' | 'subject' | 'sequence'>;
}

/** Lines that are shown. */
const MOST_LINES = 50;

/** Is told by the gateway what happened to payments. */
export class Webhooks {
  readonly #receiver: WebhookReceiver;
  readonly #lines: WebhookLine[] = [];

  /** @param secrets of the endpoint; without any, nothing is taken */
  constructor(
    private readonly secrets: readonly string[],
    checkout: Checkout,
  ) {
    this.#receiver = new WebhookReceiver({
      secrets,
      handlers: { 'webhook_endpoint.test': () => undefined },
      // Every other event is a reason to look at the payment again, unless a later one was: that has looked.
      otherwise: async ({ data: { paymentId } }, { overtaken }) => {
        if (paymentId !== undefined && !overtaken) await checkout.look(paymentId);
      },
    });
  }

  get isOn(): boolean {
    return this.secrets.length > 0;
  }

  /** Newest first. */
  get lines(): readonly WebhookLine[] {
    return this.#lines;
  }

  /** @throws WebhookError for what is not from the gateway, GatewayError when the payment cannot be looked at */
  async take(request: SignedRequest): Promise<void> {
    let outcome: WebhookLine['outcome'] = 'failed';
    try {
      outcome = await this.#receiver.receive(request);
    } catch (error) {
      if (error instanceof WebhookError) outcome = 'refused';
      throw error;
    } finally {
      this.#lines.unshift({
        at: new Date(),
        outcome,
        ...(outcome !== 'refused' && { event: readEvent(request.body) }),
      });
      this.#lines.splice(MOST_LINES);
    }
  }
}
