import { type Answer, type GatewayClient, type Payment } from './gateway-client.js';

export interface LoadReport {
  /** Ids of payments that were answered 2xx. */
  readonly accepted: readonly string[];
  /** Answers other than 201: their status and what they say. */
  readonly others: readonly string[];
  /** Requests whose connection broke: their gateway died. */
  readonly lost: number;
  readonly slowestMs: number;
}

/** Closed loops, one per shop: each sends its next payment when the last one is answered. */
export class PaymentLoad {
  private running = true;
  private readonly accepted: string[] = [];
  private readonly others: string[] = [];
  private lost = 0;
  private slowestMs = 0;
  /** When the last payment that was answered had been sent, per loop. */
  private readonly sentAt: number[];
  private readonly loops: readonly Promise<void>[];

  constructor(shops: readonly GatewayClient[]) {
    this.sentAt = shops.map(() => 0);
    this.loops = shops.map((shop, index) => this.loop(shop, index));
  }

  /** Resolves when every loop has sent a payment after this moment and got its answer. */
  async turnOver(): Promise<void> {
    const now = performance.now();
    while (this.running && this.sentAt.some((sentAt) => sentAt <= now)) await pause(10);
  }

  /** Waits for the payments under way. */
  async stop(): Promise<LoadReport> {
    this.running = false;
    await Promise.all(this.loops);
    const { accepted, others, lost, slowestMs } = this;
    return { accepted, others, lost, slowestMs };
  }

  private async loop(shop: GatewayClient, index: number): Promise<void> {
    while (this.running) {
      const sentAt = performance.now();
      const answer = await shop.createPayment().catch(() => undefined);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - sentAt);
      this.sentAt[index] = sentAt;
      if (answer) this.note(answer);
      else this.lost++;
      if (!answer) await pause(50);
    }
  }

  private note({ status, body, text }: Answer<Payment>): void {
    if (status < 300) this.accepted.push(body.id);
    if (status !== 201) this.others.push(`${status} ${status < 300 ? body.status : text.slice(0, 200)}`);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
