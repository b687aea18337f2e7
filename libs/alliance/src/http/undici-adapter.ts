import { AxiosError, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { Agent, buildConnector, request } from 'undici';
import { SendWatch } from './send-watch.js';

/**
 * Open connections to one host, and so calls under way; more would wait unseen. Whoever calls has limits of its own by
 * account: one that hangs must not take the connections of the others.
 */
const CONNECTIONS = 1_024;
/** Milliseconds to connect, below the time-out: a connection that never came up proves that nothing was sent. */
const MAX_CONNECT_MS = 5000;

/** Code of a request that came after the end. */
export const CLIENT_CLOSED = 'CLIENT_CLOSED';

export interface UndiciAdapterOptions {
  /** Milliseconds from the start of the request to the last byte of the answer; a request's own `timeout` may be shorter. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/**
 * An axios adapter over undici's pool: keep-alive, no redirects, no proxy, no retries. Answers are Buffers.
 * Takes about a third less CPU time than axios' default adapter (measured: 50 to 80 µs a call against 77 to 115);
 * what is left is mostly axios itself.
 */
export class UndiciAdapter {
  readonly #agent: Agent;
  readonly #timeoutMs: number;
  #closed = false;

  constructor({ timeoutMs, maxAnswerBytes }: UndiciAdapterOptions) {
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({
      connections: CONNECTIONS,
      maxResponseSize: maxAnswerBytes,
      connect: connectorThatTells(Math.min(MAX_CONNECT_MS, timeoutMs / 2)),
    });
  }

  readonly adapter: AxiosAdapter = async (config) => {
    if (this.#closed) throw new TransportFailure(CLIENT_CLOSED, config, { neverSent: true, connecting: false });
    const { window, signal } = config.alliance?.options ?? {};
    const watch = new SendWatch(window);
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(Object.assign(new Error('timeout'), { code: AxiosError.ETIMEDOUT }));
    }, this.#limitOf(config));
    try {
      return await this.#exchange(config, AbortSignal.any([deadline.signal, ...(signal ? [signal] : [])]), watch);
    } catch (error) {
      const facts = { neverSent: !watch.hasLeft, connecting: wasConnecting(error) };
      throw new TransportFailure(isAborted(signal) ? 'ABORT_ERR' : readCode(error), config, facts);
    } finally {
      clearTimeout(timer);
    }
  };

  /** Milliseconds; axios says 0 for "none". */
  #limitOf({ timeout }: InternalAxiosRequestConfig): number {
    return timeout ? Math.min(this.#timeoutMs, timeout) : this.#timeoutMs;
  }

  /** Cuts what is under way, since a bank that hangs must not keep a process from stopping; what comes later is not sent. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#agent.destroy();
  }

  async #exchange(
    config: InternalAxiosRequestConfig,
    signal: AbortSignal,
    watch: SendWatch,
  ): Promise<AxiosResponse<Buffer>> {
    const sent: unknown = config.data;
    const { statusCode, headers, body } = await request(config.url ?? '', {
      dispatcher: this.#agent.compose(watch.interceptor),
      method: 'POST',
      headers: config.headers.toJSON() as Record<string, string>,
      body: typeof sent === 'string' ? sent : null,
      signal,
    });
    const data = Buffer.from(await body.arrayBuffer());
    return { data, status: statusCode, statusText: '', headers: headers as Record<string, string>, config };
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted ?? false;

/** What is known of a request that got no answer. */
interface FailureFacts {
  /** Not one byte of the request left. */
  readonly neverSent: boolean;
  /** No connection came up, TLS included. */
  readonly connecting: boolean;
}

/** A request without an answer. */
export class TransportFailure extends AxiosError {
  constructor(
    code: string | undefined,
    config: InternalAxiosRequestConfig,
    readonly facts: FailureFacts,
  ) {
    super('The request failed', code, config);
  }
}

const CONNECTING = Symbol('while connecting');

/** Undici's own connector; its errors tell that they came before there was a connection. */
function connectorThatTells(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs });
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error) callback(Object.assign(error, { [CONNECTING]: true }), null);
      else callback(null, socket);
    });
  };
}

const wasConnecting = (error: unknown): boolean => typeof error === 'object' && error !== null && CONNECTING in error;

/** By shape, for an error of another realm is no instance of ours. */
function readCode(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
