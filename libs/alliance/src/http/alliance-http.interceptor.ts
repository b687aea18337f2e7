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
import { assertSessionAccount, clientKeysOf } from '../account/alliance-account.js';
import { AllianceError, type BankRefusal } from '../error/alliance-error.js';
import { AllianceSession } from '../session/alliance-session.js';
import { AllianceTransport, PINNED, readTransportFailure, resolveUrl } from './alliance-transport.js';
import { ALLIANCE_OPTIONS, type AllianceOptions, callTimeoutOf } from '../module/alliance.module-definition.js';
import { type BankAnswer, readAnswer, toError, UnreadableAnswer } from '../wire/bank-answer.js';
import { type Attempt, BankCall, unknownOutcome } from '../client/bank-call.js';
import { sealJwe } from '../jwe/jwe-codec.js';
import { cureOf, SESSION_CODES } from '../session/session-recovery.js';
import { type BankSession } from '../session/bank-session.js';

/** Replays of one request, the first attempt included. Source: docs/correctness.md, "Session renewal". */
const MAX_ATTEMPTS = 4;
const CONTENT_TYPES = { json: 'application/json', jwe: 'text/plain', jws: 'text/plain' } as const;

/**
 * An axios instance, by what is needed of it: Nest 11 gives one whose types are those of axios' CommonJS edition, which
 * TypeScript tells from ours.
 */
export interface AttachableAxios {
  readonly interceptors: {
    readonly request: AttachableInterceptors;
    readonly response: AttachableInterceptors;
  };
}
interface AttachableInterceptors {
  use(fulfilled: never, rejected: never): number;
  eject(id: number): void;
}

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
  readonly #options: AllianceOptions;
  readonly #http: HttpService;
  readonly #sessions: AllianceSession;
  readonly #transport: AllianceTransport;
  readonly #clock: () => Date;
  readonly #callTimeoutMs: number;

  constructor(
    @Inject(ALLIANCE_OPTIONS) options: AllianceOptions,
    http: HttpService,
    sessions: AllianceSession,
    transport: AllianceTransport,
  ) {
    this.#options = options;
    this.#http = http;
    this.#sessions = sessions;
    this.#transport = transport;
    this.#clock = options.clock ?? (() => new Date());
    this.#callTimeoutMs = callTimeoutOf(options);
    this.attach(http.axiosRef);
  }

  /**
   * Lets an axios instance, such as `HttpService.axiosRef`, make calls of the bank beside its own requests. It may be attached
   * more than once: each call is prepared and read once. Attach it before interceptors of your own that hand on only the data.
   * @returns takes the interceptor off again
   */
  attach(axios: AttachableAxios): () => void {
    const { request, response } = (axios as AxiosInstance).interceptors;
    const onRequest = request.use((config) => this.#prepare(config));
    const onResponse = response.use(
      (answer) => this.#read(answer),
      (error: unknown) => this.#translate(error),
    );
    return () => {
      request.eject(onRequest);
      response.eject(onResponse);
    };
  }

  /** Sends a call and returns the answer's JSON object, opened. @throws AllianceError */
  async send(call: BankCall): Promise<unknown> {
    const { data } = await this.#http.axiosRef.request<unknown>({ alliance: call });
    return data;
  }

  async #prepare(config: InternalAxiosRequestConfig): Promise<InternalAxiosRequestConfig> {
    if (!config.alliance || isOut(config.alliance)) return config;
    const call = config.alliance instanceof BankCall ? config.alliance : BankCall.of(config.alliance, config.signal);
    config.alliance = call;
    delete config.signal; // now the call's own, for all its attempts
    call.startClock(this.#callTimeoutMs);
    const account = await call.loadAccount(this.#options.accounts);
    assertSessionAccount(account);
    const session = await this.#sessionFor(call);
    if (!call.hasTime) throw notSent('no_time_left');
    const body = call.buildBody(account, this.#clock());
    Object.assign(config, PINNED, { adapter: this.#transport.adapter, method: 'post' });
    config.url = resolveUrl(account.baseUrl, call.endpoint.path);
    config.headers = buildHeaders(call, session);
    config.data = call.endpoint.encoding === 'jwe' ? await sealJwe(body, session.serverPublic) : body;
    config.timeout = call.leftMs;
    call.attempts.push({ account, session });
    call.sentBy = this;
    return config;
  }

  async #sessionFor(call: BankCall): Promise<BankSession> {
    try {
      if (!call.isAborted) {
        const { signal } = call.options;
        const session = this.#sessions.current(call.accountId, { waitMs: call.leftMs, signal });
        return await call.within(session, () => notSent('no_session_in_time'));
      }
    } catch (error) {
      if (!call.isAborted) throw error;
    }
    throw unknownOutcome(call, 'aborted', true);
  }

  async #read(response: AxiosResponse): Promise<AxiosResponse> {
    const call = callOf(response);
    const attempt = call?.attempts.at(-1);
    if (!call || !attempt || call.sentBy !== this) return response;
    call.sentBy = undefined;
    const answer = await readFor(call, attempt, response as AxiosResponse<Buffer>);
    if ('refusal' in answer && cureOf(answer.refusal)) {
      if (await this.#speaksOfCardData(call, attempt, answer.refusal)) throw undecryptable(answer.refusal);
      return this.#replay(call, attempt, answer.refusal);
    }
    if (call.attempts.some(isUndecryptable)) await this.#sessions.noteDecrypted(call.accountId);
    if ('json' in answer)
      return Object.assign(response, { data: answer.json, config: withoutSecrets(response.config) });
    throw toError(answer.refusal, call.endpoint.effect);
  }

  /** What others encrypted for the bank is all that a new session does not encrypt anew. Costs no session and no block. */
  async #speaksOfCardData(call: BankCall, { session }: Attempt, { msgCode }: BankRefusal): Promise<boolean> {
    if (call.endpoint.foreignCiphertext !== true || SESSION_CODES[msgCode] !== 'key') return false;
    return (await this.#sessionFor(call)).version <= session.version;
  }

  /**
   * A refused session proves that nothing was executed: the same body goes out again, under a newer session, as long as
   * there is one and time for it. After that the request counts as not sent.
   */
  async #replay(call: BankCall, attempt: Attempt, refusal: BankRefusal): Promise<AxiosResponse> {
    attempt.refusal = refusal.msgCode;
    const { accountId, attempts } = call;
    const onlyAnothers = isUndecryptable(attempt) && attempts.slice(0, -1).some(isUndecryptable);
    if (onlyAnothers && (await this.#sessions.noteUndecryptable(accountId, attempt.session.version))) {
      throw blocked(refusal);
    }
    if (attempts.length >= MAX_ATTEMPTS || !call.hasTime) throw notSent('session_refused_again', refusal);
    const { version: stale } = attempt.session;
    // A new key that did not help was got for this call a moment ago: another one would not help either.
    if (onlyAnothers && (await this.#sessionFor(call)).version <= stale) {
      throw notSent('session_refused_again', refusal);
    }
    const { signal } = call.options;
    try {
      await this.#sessions.renew(accountId, { stale, refusal: refusal.msgCode, waitMs: call.leftMs, signal });
    } catch (error) {
      throw call.isAborted ? unknownOutcome(call, 'aborted', true) : error;
    }
    return this.#http.axiosRef.request({ alliance: call });
  }

  #translate(error: unknown): never {
    const call = error instanceof AxiosError ? error.config?.alliance : undefined;
    if (!(call instanceof BankCall)) throw error;
    const { reason, neverSent } = readTransportFailure(error);
    throw unknownOutcome(call, reason, neverSent);
  }
}

/** None where it is another's answer, of which other interceptors may have made anything. */
function callOf(response: Partial<AxiosResponse> | undefined): BankCall | undefined {
  const call = response?.config?.alliance;
  return call instanceof BankCall ? call : undefined;
}

const isOut = (call: unknown): boolean => call instanceof BankCall && call.sentBy !== undefined;

/** An answer's config is often logged: what was sent goes no further. */
function withoutSecrets(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  const shown = new AxiosHeaders(config.headers);
  shown.delete(['x-device_id', 'x-refresh_token']);
  return { ...config, headers: shown, data: undefined };
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
    if (error instanceof AllianceError) throw error;
    throw unknownOutcome(call, error instanceof UnreadableAnswer ? error.reason : 'unreadable');
  }
}

/** The bank refused every session that was tried, or there was no time left for one: nothing was executed. */
function notSent(reason: string, bank?: BankRefusal): AllianceError {
  const message = bank ? `The bank answered ${bank.msgCode} under every session` : 'No session came in time';
  return new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', message, { ...(bank && { bank }), reason, noEffect: true });
}

function undecryptable(bank: BankRefusal): AllianceError {
  const message = 'The bank cannot decrypt the card data';
  return new AllianceError('ALLIANCE_REFUSED', message, { bank, reason: bank.msgCode, noEffect: true });
}

function blocked(bank: BankRefusal): AllianceError {
  const message = `The bank answers ${bank.msgCode} whatever the session`;
  return new AllianceError('ALLIANCE_ACCOUNT_BLOCKED', message, { bank, reason: bank.msgCode, noEffect: true });
}
