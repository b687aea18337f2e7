import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { type House } from './arena.js';
import { PAYMENT_BODY } from './load.js';

/** One customer: a payment is created, paid at the bank's page, and the shop is told. */
export interface Journey {
  /** Milliseconds from when it was to begin to the gateway's answer. */
  createMs?: number;
  /** Milliseconds from the bank's "paid" to the webhook at the shop. */
  toldMs?: number;
  /** Why it went no further: status of the gateway's or of the bank's answer, or the code of an error. */
  stopped?: string;
}

const CONNECTIONS = 256;
/** A shop waits this long for an answer. Milliseconds. */
const PATIENCE_MS = 30_000;

/** Open loop: journeys begin at a constant rate, whether or not those before them are done. */
export class Journeys {
  private readonly paidAt = new Map<string, { readonly journey: Journey; readonly at: number }>();
  /** Webhooks of a payment that succeeded: more than one of the same event would be told twice. */
  readonly told = new Map<string, number>();
  private readonly early = new Map<string, number>();

  private constructor(
    private readonly house: House,
    private readonly gateway: Pool,
    private readonly bank: Pool,
    private readonly stopReceiver: () => void,
  ) {}

  static async start(house: House): Promise<Journeys> {
    const receiver = createServer();
    const pools = [house.gateway.url, house.bankUrl].map((url) => new Pool(url, { connections: CONNECTIONS }));
    const [gateway, bank] = pools as [Pool, Pool];
    const journeys = new Journeys(house, gateway, bank, () => {
      receiver.closeAllConnections();
      receiver.close();
    });
    receiver.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        response.writeHead(204).end();
        journeys.onEvent(JSON.parse(Buffer.concat(parts).toString()) as WebhookEvent);
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    await journeys.post('/v1/webhook-endpoints', JSON.stringify({ url, eventTypes: ['payment.succeeded'] }));
    return journeys;
  }

  /** @param perSecond journeys that begin each second @returns them all, once each has ended or `patienceMs` are over */
  async run(perSecond: number, seconds: number, patienceMs = PATIENCE_MS): Promise<readonly Journey[]> {
    const start = performance.now();
    const journeys: Journey[] = [];
    const under: Promise<void>[] = [];
    for (let number = 0; number < perSecond * seconds; number++) {
      const dueAt = start + (number * 1_000) / perSecond;
      const wait = dueAt - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      const journey: Journey = {};
      journeys.push(journey);
      under.push(this.travel(journey, dueAt).catch((error: unknown) => void (journey.stopped = codeOf(error))));
    }
    await Promise.all(under);
    const giveUpAt = performance.now() + patienceMs;
    while (this.paidAt.size > 0 && performance.now() < giveUpAt)
      await new Promise((resolve) => setTimeout(resolve, 50));
    this.paidAt.clear();
    return journeys;
  }

  async stop(): Promise<void> {
    this.stopReceiver();
    await Promise.all([this.gateway.destroy(), this.bank.destroy()]);
  }

  private async travel(journey: Journey, dueAt: number): Promise<void> {
    const { status, body } = await this.post('/v1/payments', PAYMENT_BODY);
    if (status !== 201) {
      journey.stopped = `create ${status}`;
      return;
    }
    const { id, redirectUrl } = JSON.parse(body) as { id: string; redirectUrl: string | null };
    journey.createMs = performance.now() - dueAt;
    const page = new URL(redirectUrl ?? 'about:blank');
    const form = new URLSearchParams({ hpp_id: page.searchParams.get('hpp_id') ?? '', ...CARD });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const paid = await this.bank.request({ method: 'POST', path: '/pay', headers, body: form.toString() });
    await paid.body.dump();
    if (paid.statusCode !== 303) journey.stopped = `page ${paid.statusCode}`;
    else this.awaitNews(id, journey);
  }

  /** The webhook may have come before the bank's page had answered. */
  private awaitNews(id: string, journey: Journey): void {
    if (this.early.delete(id)) journey.toldMs = 0;
    else this.paidAt.set(id, { journey, at: performance.now() });
  }

  private onEvent({ data }: WebhookEvent): void {
    const id = data.paymentId;
    this.told.set(id, (this.told.get(id) ?? 0) + 1);
    const waits = this.paidAt.get(id);
    if (!waits) this.early.set(id, performance.now());
    else {
      waits.journey.toldMs = performance.now() - waits.at;
      this.paidAt.delete(id);
    }
  }

  private async post(path: string, body: string): Promise<{ status: number; body: string }> {
    const headers = {
      authorization: `Bearer ${this.house.gateway.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    };
    const answer = await this.gateway.request({
      ...{ method: 'POST', path, headers, body, headersTimeout: PATIENCE_MS },
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  }
}

interface WebhookEvent {
  readonly data: { readonly paymentId: string };
}

/** The simulator's card that needs no 3-D Secure. */
const CARD = { 'card-number': '4111111111111111', expiry: '12/49', cvv: '123' };

const codeOf = (error: unknown): string => String((error as { readonly code?: unknown }).code ?? error);
