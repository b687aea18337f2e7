import { randomUUID } from 'node:crypto';
import { checkAnswer } from './api-contract.js';

export interface Payment {
  readonly object: 'payment';
  readonly id: string;
  readonly status: string;
  /** Minor units, like every amount here. */
  readonly amount: number;
  readonly currency: string;
  readonly amountAuthorized: number;
  readonly amountCaptured: number;
  readonly amountRefunded: number;
  readonly reference: string | null;
  readonly description: string | null;
  readonly redirectUrl: string | null;
  readonly returnUrl: string | null;
  readonly savedCardId: string | null;
  readonly nextAction: { readonly type: string; readonly url?: string } | null;
  readonly livemode: boolean;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Refund {
  readonly object: 'refund';
  readonly id: string;
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'failed' | 'unknown' | 'needs_review';
  readonly reason: string | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly instance: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** The body as it came. */
  readonly text: string;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Default: a new one for every POST. `null` leaves the header out. */
  readonly idempotencyKey?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A valid `POST /v1/payments` body. */
export function aPaymentRequest(over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    amount: 12_300,
    currency: 'UAH',
    returnUrl: 'https://shop.example/return',
    customer: { id: 'customer-1', firstName: 'Olena', lastName: 'Test', email: 'olena@example.com' },
    ...over,
  };
}

/** The public REST API, as a merchant's code would call it. Never throws for an HTTP status. */
export class GatewayClient {
  constructor(
    readonly baseUrl: string,
    private readonly apiKey: string,
  ) {}

  createPayment(over: Readonly<Record<string, unknown>> = {}, idempotencyKey?: string): Promise<Answer<Payment>> {
    return this.call('POST', '/v1/payments', withKey(aPaymentRequest(over), idempotencyKey));
  }

  payment(id: string): Promise<Answer<Payment>> {
    return this.call('GET', `/v1/payments/${id}`);
  }

  payments(query: Record<string, string> = {}): Promise<Answer<{ data: Payment[]; nextCursor: string | null }>> {
    return this.call('GET', `/v1/payments?${new URLSearchParams(query).toString()}`);
  }

  refund(paymentId: string, body: { amount?: number; reason?: string } = {}, key?: string): Promise<Answer<Refund>> {
    return this.call('POST', `/v1/payments/${paymentId}/refunds`, withKey(body, key));
  }

  refunds(paymentId: string): Promise<Answer<{ data: Refund[] }>> {
    return this.call('GET', `/v1/payments/${paymentId}/refunds`);
  }

  /** Polls until the payment has one of `statuses`. @throws Error naming the status it stayed at */
  async untilPayment(id: string, statuses: readonly string[], timeoutMs = 15_000): Promise<Payment> {
    const giveUpAt = Date.now() + timeoutMs;
    for (;;) {
      const { body } = await this.payment(id);
      if (statuses.includes(body.status)) return body;
      if (Date.now() > giveUpAt) throw new Error(`Payment ${id} is ${body.status}, not ${statuses.join(' or ')}.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async call<Body>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const { body, idempotencyKey = method === 'POST' ? randomUUID() : null } = options;
    const headers = {
      authorization: `Bearer ${this.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
      ...options.headers,
    };
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${this.baseUrl}${path}`, { method, headers, redirect: 'manual', ...sent });
    const text = await response.text();
    const { status } = response;
    checkAnswer({ method, path, status, text, header: (name) => response.headers.get(name) });
    return { status, headers: response.headers, body: parse(text) as Body, text };
  }
}

const withKey = (body: object, idempotencyKey?: string): CallOptions =>
  idempotencyKey === undefined ? { body } : { body, idempotencyKey };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page, or nothing: look at `text`
  }
}
