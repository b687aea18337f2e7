import { z } from 'zod';

/** Shapes of the gateway's REST API, as far as this shop reads them. Source: the gateway's /openapi.json. */
const PAYMENT_STATUSES = [
  'created',
  'requires_confirmation',
  'requires_action',
  'processing',
  'authorized',
  'succeeded',
  'failed',
  'canceled',
  'expired',
  'needs_review',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

const paymentAnswer = z.object({
  id: z.string().min(1),
  status: z.enum(PAYMENT_STATUSES),
  amount: z.int(),
  amountRefunded: z.int(),
  reference: z.string().nullable(),
  redirectUrl: z.url({ protocol: /^https?$/ }).nullable(),
  livemode: z.boolean(),
  failure: z.object({ code: z.string() }).nullable(),
  updatedAt: z.string(),
});
export type Payment = z.output<typeof paymentAnswer>;

const cardFieldsAnswer = z.object({
  shopOrigins: z.array(z.string()),
  frameUrl: z.url({ protocol: /^https?$/ }),
  scripts: z.object({ cardFields: z.object({ url: z.url({ protocol: /^https?$/ }), integrity: z.string() }) }),
});
/** What a page needs to show the gateway's card fields. */
export type CardFields = z.output<typeof cardFieldsAnswer>;

const paymentList = z.object({ data: z.array(paymentAnswer) });

/** An error answer, `application/problem+json`. Source: RFC 9457. */
const problemAnswer = z.object({
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});
export type FieldProblem = z.output<typeof problemAnswer>['errors'][number];

/** As the card fields made it. The shop cannot open it, and hands it on. */
export interface EncryptedCard {
  readonly encryptedNumber: string;
  readonly encryptedData: string;
}

export interface NewPayment {
  /** Kopiyky. */
  readonly amount: number;
  readonly currency: 'UAH';
  readonly reference: string;
  readonly returnUrl: string;
  readonly language: string;
  /** Absent: on the bank's page. */
  readonly paymentMethod?: { readonly type: 'card' } & EncryptedCard;
  /** What 3-D Secure asks of the customer's browser. */
  readonly browser?: Readonly<Record<string, string | number>>;
  readonly customer: {
    readonly id: string;
    readonly firstName: string;
    readonly lastName?: string;
    readonly email: string;
  };
}

/** The gateway refused (`code` is the gateway's) or gave no usable answer (`GATEWAY_UNAVAILABLE`, `GATEWAY_BAD_ANSWER`). */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  constructor(
    readonly code: string,
    readonly httpStatus: number,
    readonly fields: readonly FieldProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(`${httpStatus} ${code}`, options);
  }
}

/** The gateway itself gives the bank 20 s. */
const TIMEOUT_MS = 25_000;
/** Without the card fields, the checkout page is there all the same. */
const PAGE_TIMEOUT_MS = 3_000;

/** The whole integration: four calls. Every one of them @throws GatewayError */
export class GatewayClient {
  readonly #baseUrl: URL;
  readonly #apiKey: string;

  constructor(baseUrl: URL, apiKey: string) {
    this.#baseUrl = baseUrl;
    this.#apiKey = apiKey;
  }

  /** The same idempotency key always means the same payment, however often it is sent. */
  createPayment(payment: NewPayment, idempotencyKey: string): Promise<Payment> {
    return this.#call(paymentAnswer, 'v1/payments', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(payment),
    });
  }

  payment(id: string): Promise<Payment> {
    return this.#call(paymentAnswer, `v1/payments/${encodeURIComponent(id)}`);
  }

  /** For a page that a customer waits for. */
  cardFields(): Promise<CardFields> {
    return this.#call(cardFieldsAnswer, 'v1/hosted-fields', { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
  }

  async paymentByReference(reference: string): Promise<Payment | undefined> {
    const query = new URLSearchParams({ reference, limit: '1' });
    return (await this.#call(paymentList, `v1/payments?${query.toString()}`)).data[0];
  }

  async #call<T>(schema: z.ZodType<T>, path: string, init: RequestInit = {}): Promise<T> {
    const { status, body } = await this.#exchange(path, init);
    if (status >= 400) throw refusal(status, body);
    const answer = schema.safeParse(body);
    if (!answer.success) throw new GatewayError('GATEWAY_BAD_ANSWER', 502);
    return answer.data;
  }

  async #exchange(path: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${this.#apiKey}` };
    const signal = init.signal ?? AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(new URL(path, this.#baseUrl), { ...init, headers, signal, redirect: 'error' });
      return { status: response.status, body: parseJson(await response.text()) };
    } catch (cause) {
      throw new GatewayError('GATEWAY_UNAVAILABLE', 503, [], { cause });
    }
  }
}

function refusal(status: number, body: unknown): GatewayError {
  const problem = problemAnswer.safeParse(body);
  if (problem.success) return new GatewayError(problem.data.code, status, problem.data.errors);
  return status >= 500 ? new GatewayError('GATEWAY_UNAVAILABLE', 503) : new GatewayError('GATEWAY_BAD_ANSWER', 502);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
