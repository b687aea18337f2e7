import { setTimeout as pause } from 'node:timers/promises';
import { type Operations, ROUTES } from './api-types.js';
import { failureOf, GatewayError } from './gateway-error.js';

/** How the gateway is reached. */
export interface ClientOptions {
  /** Where the gateway is, such as `https://pay.example`; a path in front of `/v1` is kept. */
  readonly baseUrl: string | URL;
  /** `ap_test_…` or `ap_live_…`. */
  readonly apiKey: string;
  /** Milliseconds for one attempt; 40,000 when absent. The gateway itself gives the bank 20 seconds, and waits 30 at most. */
  readonly timeoutMs?: number;
  /** How often a request is sent again that may be; 2 when absent. */
  readonly retries?: number;
  /** For tests and proxies. */
  readonly fetch?: typeof fetch;
}

/** What goes with a request of any operation. */
export interface CallOptions {
  /** Seconds that the gateway may wait for a change of the payment before it answers: `Prefer: wait=…`. */
  readonly waitSeconds?: number | undefined;
  /** Ends the request. What it had begun may have happened. */
  readonly signal?: AbortSignal | undefined;
}

/** Names of operations, as in the API document. */
export type OperationName = keyof Operations;
/** What an operation takes. */
export type RequestOf<Name extends OperationName> = Operations[Name]['request'] & CallOptions;
/** What an operation answers. */
export type AnswerOf<Name extends OperationName> = Operations[Name]['answer'];

/** Operations that answer with pages. */
export type ListName = {
  [Name in OperationName]: AnswerOf<Name> extends { readonly nextCursor: string | null } ? Name : never;
}[OperationName];
type ItemOf<Name extends ListName> = AnswerOf<Name> extends { readonly data: readonly (infer Item)[] } ? Item : never;

interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

type Scalar = string | number | boolean;

/** The parts of a request, whatever the operation. */
interface Parts extends CallOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, Scalar | Readonly<Record<string, string>> | undefined>> | undefined;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

const USUAL_TIMEOUT_MS = 40_000;
const USUAL_RETRIES = 2;
/** Milliseconds. */
const FIRST_PAUSE_MS = 500;
/** Longer is for the caller to wait. Seconds. */
const LONGEST_PAUSE = 10;

/**
 * Calls the gateway. A request that may be sent again is, under the same key and after the seconds that the gateway asks for.
 * Answers are as the gateway gave them: they may hold members, statuses and codes that are newer than this package.
 * @example
 * const client = new GatewayClient({ baseUrl: 'https://pay.example', apiKey: 'ap_test_…' });
 */
export class GatewayClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * One request, by the name of its operation in the API document.
   * @throws GatewayError where the gateway refuses, or does not answer
   * @example
   * const payment = await gateway.call('getPayment', { path: { id: 'pay_1' }, waitSeconds: 20 });
   */
  async call<Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<AnswerOf<Name>> {
    const { retries = USUAL_RETRIES } = this.#options;
    for (let sent = 1; ; sent++) {
      try {
        return (await this.#send(name, request)) as AnswerOf<Name>;
      } catch (error) {
        const mayRepeat = sent <= retries && isRepeatable(name, request);
        const pauseMs = mayRepeat && error instanceof GatewayError ? pauseBefore(error, sent) : undefined;
        if (pauseMs === undefined) throw error;
        await pause(pauseMs, undefined, request.signal ? { signal: request.signal } : {});
      }
    }
  }

  /**
   * Every item of a list, page after page.
   * @example
   * for await (const payment of gateway.each('listPayments', { query: { status: 'succeeded' } })) console.log(payment.id);
   */
  async *each<Name extends ListName>(name: Name, request: RequestOf<Name>): AsyncGenerator<ItemOf<Name>, void> {
    let cursor: string | null | undefined;
    do {
      const { query } = request as Parts;
      const next = cursor === undefined ? request : { ...request, query: { ...query, cursor } };
      const page = (await this.call(name, next)) as unknown as Page<ItemOf<Name>>;
      yield* page.data;
      cursor = page.data.length > 0 ? page.nextCursor : null; // the feed of events has a cursor at its end, too
    } while (cursor !== null);
  }

  async #send(name: OperationName, parts: Parts): Promise<unknown> {
    const { method, path } = ROUTES[name];
    try {
      const { response, text } = await this.#exchange(method, path, parts);
      return answerIn(response, text);
    } catch (error) {
      if (error instanceof GatewayError || parts.signal?.aborted) throw error;
      throw new GatewayError({ ...UNREACHABLE, outcome: method === 'GET' ? 'none' : 'unknown' }, { cause: error });
    }
  }

  async #exchange(method: string, path: string, parts: Parts): Promise<{ response: Response; text: string }> {
    const { timeoutMs = USUAL_TIMEOUT_MS, fetch: send = fetch } = this.#options;
    const limit = AbortSignal.timeout(timeoutMs);
    const response = await send(this.#address(path, parts), {
      ...{ method, headers: this.#headers(parts), redirect: 'error' },
      signal: parts.signal ? AbortSignal.any([parts.signal, limit]) : limit,
      ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
    });
    return { response, text: await response.text() };
  }

  #address(path: string, { path: ids = {}, query = {} }: Parts): URL {
    const filled = path.replaceAll(/\{(\w+)\}/gu, (_all, name: string) => encodeURIComponent(ids[name] ?? ''));
    const url = new URL(`${String(this.#options.baseUrl).replace(/\/+$/u, '')}${filled}`);
    for (const [name, value] of Object.entries(query)) {
      if (typeof value === 'object')
        for (const [key, one] of Object.entries(value)) url.searchParams.append(`${name}[${key}]`, one);
      else if (value !== undefined) url.searchParams.append(name, String(value));
    }
    return url;
  }

  #headers({ body, idempotencyKey, waitSeconds }: Parts): Record<string, string> {
    return {
      accept: 'application/json',
      authorization: `Bearer ${this.#options.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` }),
    };
  }
}

/** An effect is on record under its key: a repeat finds it. */
const UNREADABLE = { code: 'GATEWAY_BAD_ANSWER', outcome: 'unknown', retry: 'same_key' } as const;
const UNREACHABLE = {
  code: 'GATEWAY_UNREACHABLE',
  status: 0,
  retry: 'same_key',
  detail: 'no answer came from the gateway',
} as const;

/** Twice is once: what only reads, what sets something, and what has a key. */
const isRepeatable = (name: OperationName, { idempotencyKey }: Parts): boolean =>
  ROUTES[name].method !== 'POST' || idempotencyKey !== undefined;

/** Milliseconds; undefined where it is not for this client to send again. */
function pauseBefore({ retry, retryAfterSeconds }: GatewayError, sent: number): number | undefined {
  if (retry === 'never' || (retry === 'later' && retryAfterSeconds === undefined)) return undefined;
  if (retryAfterSeconds !== undefined && retryAfterSeconds > LONGEST_PAUSE) return undefined;
  return retryAfterSeconds === undefined
    ? FIRST_PAUSE_MS * 2 ** (sent - 1) * (0.5 + Math.random())
    : retryAfterSeconds * 1_000;
}

/** @throws GatewayError */
function answerIn(response: Response, text: string): object {
  const body = parsed(text);
  if (!response.ok) throw new GatewayError(failureOf(response, body));
  if (typeof body === 'object' && body !== null) return body;
  throw new GatewayError({ ...failureOf(response, undefined), ...UNREADABLE });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
