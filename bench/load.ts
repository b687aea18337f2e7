import { randomUUID } from 'node:crypto';
import { type Socket } from 'node:net';
import { buildConnector, Pool } from 'undici';

export interface Target {
  readonly url: string;
  readonly apiKey: string;
}

export interface Round {
  readonly payments: number;
  readonly seconds: number;
  /** Milliseconds, one per payment, unsorted. */
  readonly latencies: readonly number[];
  /** HTTP bytes of a payment, headers included, both ways. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** `POST /v1/payments` as a shop sends it. */
export const PAYMENT_BODY = JSON.stringify({
  amount: 12_300,
  currency: 'UAH',
  returnUrl: 'https://shop.example/return',
  reference: 'order-1',
  description: 'Two books',
  customer: { id: 'customer-1', firstName: 'Olena', lastName: 'Test', email: 'olena@example.com' },
});

/** Closed loop: `concurrency` connections, each sending its next payment as soon as the last one is answered. */
export class Load {
  private readonly pool: Pool;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly target: Target,
    private readonly concurrency: number,
  ) {
    const connect = buildConnector({});
    this.pool = new Pool(target.url, {
      connections: concurrency,
      pipelining: 1,
      keepAliveTimeout: 60_000,
      connect: (options, callback) => {
        connect(options, (...outcome) => {
          if (outcome[1]) this.sockets.add(outcome[1]);
          callback(...outcome);
        });
      },
    });
  }

  /** @throws Error for any answer but 201 with a redirectUrl: a wrong answer is no payment */
  async run(durationMs: number): Promise<Round> {
    const latencies: number[] = [];
    const [sent, received] = [this.bytes('bytesWritten'), this.bytes('bytesRead')];
    const start = performance.now();
    const worker = async (): Promise<void> => {
      while (performance.now() - start < durationMs) latencies.push(await this.pay());
    };
    await Promise.all(Array.from({ length: this.concurrency }, worker));
    return {
      payments: latencies.length,
      seconds: (performance.now() - start) / 1000,
      latencies,
      bytesSent: (this.bytes('bytesWritten') - sent) / latencies.length,
      bytesReceived: (this.bytes('bytesRead') - received) / latencies.length,
    };
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** @returns milliseconds until the answer was read */
  private async pay(): Promise<number> {
    const start = performance.now();
    const { statusCode, body } = await this.pool.request({
      method: 'POST',
      path: '/v1/payments',
      headers: {
        authorization: `Bearer ${this.target.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: PAYMENT_BODY,
    });
    const text = await body.text();
    if (statusCode !== 201 || !text.includes('"redirectUrl":"http')) {
      throw new Error(`${this.target.url} answered ${statusCode}: ${text}`);
    }
    return performance.now() - start;
  }

  private bytes(counter: 'bytesRead' | 'bytesWritten'): number {
    let sum = 0;
    for (const socket of this.sockets) sum += socket[counter];
    return sum;
  }
}
