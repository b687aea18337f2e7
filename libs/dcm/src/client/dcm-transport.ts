import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, request } from 'undici';
import { DcmError } from '../error/dcm-error.js';
import { DCM_OPTIONS, type DcmOptions } from '../module/dcm.module-definition.js';
import { assertSecure } from '../key/jwks-cache.js';

const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_CONNECT_MS = 5000;
/** Bytes of one body, either way. */
const MAX_BODY = 1024 * 1024;
const CONNECTIONS = 64;
/** Milliseconds. A clock that differs by more makes tokens that are refused. */
const CLOCK_DIFFERENCE_MS = 30_000;
const CLOCK_REPORT_MS = 60_000;

export interface DcmRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}
export interface DcmAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** One HTTP attempt over one pool: no redirects, no proxy, no retries; every status is an answer. */
@Injectable()
export class DcmTransport implements OnApplicationShutdown {
  readonly baseUrl: URL;
  readonly #agent: Agent;
  readonly #timeoutMs: number;
  readonly #clock: () => Date;
  readonly #audit: DcmOptions['audit'];
  #clockReportedAt = Number.NEGATIVE_INFINITY;

  constructor(@Inject(DCM_OPTIONS) { baseUrl, timeoutMs, clock, audit, allowInsecure }: DcmOptions) {
    assertSecure(baseUrl, allowInsecure ?? false);
    this.baseUrl = baseUrl;
    this.#timeoutMs = timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#clock = clock ?? (() => new Date());
    this.#audit = audit;
    this.#agent = new Agent({
      connections: CONNECTIONS,
      maxResponseSize: MAX_BODY,
      connect: { timeout: Math.min(MAX_CONNECT_MS, this.#timeoutMs / 2) },
    });
  }

  /** Keeps a path prefix of the base, which `new URL(path, base)` would drop. */
  resolve(path: string): URL {
    return new URL(this.baseUrl.href.replace(/\/+$/, '') + path);
  }

  /** @throws DcmError `DCM_UNKNOWN_OUTCOME`, or `DCM_UNAVAILABLE` where not one byte was sent */
  async send({ method, url, headers, body }: DcmRequest): Promise<DcmAnswer> {
    if (body !== undefined && Buffer.byteLength(body) > MAX_BODY) throw unsent('too_large');
    try {
      const answer = await request(url, {
        dispatcher: this.#agent,
        method,
        headers,
        body: body ?? null,
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      this.#compareClocks(answer.headers['date']);
      return { status: answer.statusCode, body: await answer.body.bytes() };
    } catch (error) {
      throw toTransportError(error);
    }
  }

  /** Cuts what is under way; not before the application has stopped to answer requests. */
  onApplicationShutdown(): Promise<void> {
    return this.#agent.destroy();
  }

  #compareClocks(date: string | string[] | undefined): void {
    const now = this.#clock().getTime();
    const differenceMs = now - Date.parse(String(date));
    if (!(Math.abs(differenceMs) > CLOCK_DIFFERENCE_MS) || now - this.#clockReportedAt < CLOCK_REPORT_MS) return;
    this.#clockReportedAt = now;
    this.#audit?.({ event: 'clock.differs', differenceMs });
  }
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
]);
const REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  UND_ERR_SOCKET: 'connection_reset',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too_large',
};

/** Takes only the code out of an error: the error itself may hold headers. */
function toTransportError(error: unknown): DcmError {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  if (name === 'TimeoutError') return unknownOutcome('timeout');
  const word = typeof code === 'string' ? code : '';
  if (NEVER_SENT.has(word)) return unsent('not_connected');
  return unknownOutcome(Object.hasOwn(REASONS, word) ? (REASONS[word] ?? 'transport') : 'transport');
}

const unsent = (reason: string): DcmError =>
  new DcmError('DCM_UNAVAILABLE', `Nothing was sent to DCM: ${reason}`, { reason, noEffect: true });

/** The call may have worked. */
export const unknownOutcome = (reason: string, noEffect = false): DcmError =>
  new DcmError('DCM_UNKNOWN_OUTCOME', `DCM's answer is unknown: ${reason}`, { reason, noEffect });
