import { randomUUID } from 'node:crypto';
import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import {
  AxiosError,
  AxiosHeaders,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { clientKeysOf } from '../account/alliance-account.js';
import { AllianceError, type BankRefusal } from '../error/alliance-error.js';
import { AllianceSession, resolveUrl } from '../session/alliance-session.js';
import { AllianceTransport, PINNED, readTransportFailure } from './alliance-transport.js';
import { ALLIANCE_OPTIONS, type AllianceOptions, callTimeoutOf } from '../module/alliance.module-definition.js';
import { type BankAnswer, readAnswer, toError, UnreadableAnswer } from '../wire/bank-answer.js';
import { type Attempt, BankCall, unknownOutcome } from '../client/bank-call.js';
import { sealJwe } from '../jwe/jwe-codec.js';
import { cureOf, SESSION_CODES } from '../session/session-recovery.js';
import { type BankSession } from '../session/session-store.js';

/** Replays of one request, the first attempt included. Source: docs/correctness.md, "Session renewal". */
const MAX_ATTEMPTS = 4;
/** Milliseconds. With less left an attempt would only end in doubt: the bank answers within a second or two. */
const MIN_ATTEMPT_MS = 4_000;

const CONTENT_TYPES = { json: 'application/json', jwe: 'text/plain', jws: 'text/plain' } as const;

/**
 * Headers, encryption and session of every request whose config carries `alliance`; others pass untouched.
 *
 * @example
 * interceptor.attach(http.axiosRef);
 * const { data } = await http.axiosRef.request({
 *   alliance: { accountId: 'shop', path: '/ecom/execute_request/merchant/ecom_balance/v1/get', encoding: 'json', body: {} },
 * });
 */
@Injectable()
export class AllianceHttpInterceptor {
  private readonly clock: () => Date;
  private readonly callTimeoutMs: number;

  constructor(
    @Inject(ALLIANCE_OPTIONS) private readonly options: AllianceOptions,
    private readonly http: HttpService,
    private readonly sessions: AllianceSession,
    private readonly transport: AllianceTransport,
  ) {
    this.clock = options.clock ?? (() => new Date());
    this.callTimeoutMs = callTimeoutOf(options);
    this.attach(http.axiosRef);
  }

  /**
   * Lets an axios instance, such as `HttpService.axiosRef`, make calls of the bank beside its own requests.
   * @returns takes the interceptor off again
   */
  attach(axios: AxiosInstance): () => void {
    const { request, response } = axios.interceptors;
    const onRequest = request.use((config) => this.prepare(config));
    const onResponse = response.use(
      (answer) => this.read(answer),
      (error: unknown) => this.translate(error),
    );
    return () => {
      request.eject(onRequest);
      response.eject(onResponse);
    };
  }

  /** Sends a call and returns the answer's JSON object, opened. @throws AllianceError */
  async send(call: BankCall): Promise<unknown> {
    const { data } = await this.http.axiosRef.request<unknown>({ alliance: call });
    return data;
  }

  private async prepare(config: InternalAxiosRequestConfig): Promise<InternalAxiosRequestConfig> {
    if (!config.alliance) return config;
    const call = config.alliance instanceof BankCall ? config.alliance : BankCall.of(config.alliance);
    config.alliance = call;
    call.startClock(this.callTimeoutMs);
    const account = await this.options.accounts.load(call.accountId);
    const session = await this.sessions.current(call.accountId, call.leftMs);
    if (call.leftMs < MIN_ATTEMPT_MS) throw notSent('no_time_left');
    const body = call.buildBody(account, this.clock());
    Object.assign(config, PINNED, { adapter: this.transport.adapter, method: 'post' });
    config.url = resolveUrl(account.baseUrl, call.endpoint.path);
    config.headers = buildHeaders(call, session);
    config.data = call.endpoint.encoding === 'jwe' ? await sealJwe(body, session.serverPublic) : body;
    config.timeout = call.leftMs;
    call.attempts.push({ account, session });
    return config;
  }

  private async read(response: AxiosResponse): Promise<AxiosResponse> {
    const call = response.config.alliance;
    const attempt = call instanceof BankCall ? call.attempts.at(-1) : undefined;
    if (!(call instanceof BankCall) || !attempt) return response;
    const answer = await readFor(call, attempt, response as AxiosResponse<Buffer>);
    if ('refusal' in answer && cureOf(answer.refusal)) return this.replay(call, attempt, answer.refusal);
    if (call.attempts.some(isUndecryptable)) await this.sessions.noteDecrypted(call.accountId);
    if ('json' in answer) return Object.assign(response, { data: answer.json });
    throw toError(answer.refusal, call.endpoint.effect);
  }

  /**
   * A refused session proves that nothing was executed: the same body goes out again, under a newer session, as long as
   * there is one and time for it. After that the request counts as not sent.
   */
  private async replay(call: BankCall, attempt: Attempt, refusal: BankRefusal): Promise<AxiosResponse> {
    attempt.refusal = refusal.msgCode;
    const { accountId, attempts } = call;
    const onlyAnothers = isUndecryptable(attempt) && attempts.slice(0, -1).some(isUndecryptable);
    if (onlyAnothers && (await this.sessions.noteUndecryptable(accountId, attempt.session.version))) {
      throw blocked(refusal);
    }
    if (attempts.length >= MAX_ATTEMPTS || call.leftMs < MIN_ATTEMPT_MS)
      throw notSent('session_refused_again', refusal);
    const { version: stale } = attempt.session;
    // A new key that did not help was got for this call a moment ago: another one would not help either.
    if (onlyAnothers && (await this.sessions.current(accountId, call.leftMs)).version <= stale) {
      throw notSent('session_refused_again', refusal);
    }
    await this.sessions.renew(accountId, { stale, refusal: refusal.msgCode, waitMs: call.leftMs });
    return this.http.axiosRef.request({ alliance: call });
  }

  private translate(error: unknown): never {
    const call = error instanceof AxiosError ? error.config?.alliance : undefined;
    if (!(call instanceof BankCall)) throw error;
    const { reason, neverSent } = readTransportFailure(error);
    throw unknownOutcome(call, reason, neverSent);
  }
}

const isUndecryptable = ({ refusal }: Attempt): boolean => refusal !== undefined && SESSION_CODES[refusal] === 'key';

function buildHeaders({ endpoint }: BankCall, session: BankSession): AxiosHeaders {
  return new AxiosHeaders({
    'x-api_version': 'V1',
    'x-device_id': session.deviceId,
    'x-refresh_token': session.refreshToken,
    'x-request_id': randomUUID(),
    'Content-Type': CONTENT_TYPES[endpoint.encoding],
    Accept: 'application/json',
  });
}

async function readFor(call: BankCall, { account }: Attempt, response: AxiosResponse<Buffer>): Promise<BankAnswer> {
  try {
    return await readAnswer(response.status, response.data, clientKeysOf(account));
  } catch (error) {
    throw unknownOutcome(call, error instanceof UnreadableAnswer ? error.reason : 'unreadable');
  }
}

/** The bank refused every session that was tried, or there was no time left for one: nothing was executed. */
function notSent(reason: string, bank?: BankRefusal): AllianceError {
  const message = bank ? `The bank answered ${bank.msgCode} under every session` : 'No session came in time';
  return new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', message, { ...(bank && { bank }), reason, noEffect: true });
}

function blocked(bank: BankRefusal): AllianceError {
  const message = `The bank answers ${bank.msgCode} whatever the session`;
  return new AllianceError('ALLIANCE_ACCOUNT_BLOCKED', message, { bank, reason: bank.msgCode, noEffect: true });
}
