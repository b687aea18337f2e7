import { randomUUID } from 'node:crypto';
import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { clientKeysOf } from './alliance-account.js';
import { AllianceError, type BankRefusal } from './alliance-error.js';
import { AllianceSession, resolveUrl } from './alliance-session.js';
import { AllianceTransport, readTransportFailure } from './alliance-transport.js';
import { ALLIANCE_OPTIONS, type AllianceOptions, callTimeoutOf } from './alliance.module-definition.js';
import { type BankAnswer, readAnswer, toError, UnreadableAnswer } from './bank-answer.js';
import { type Attempt, type BankCall } from './bank-call.js';
import { sealJwe } from './jwe-codec.js';
import { cureOf, SESSION_CODES } from './session-recovery.js';
import { type BankSession } from './session-store.js';

/** Replays of one request, the first attempt included. Source: docs/correctness.md, "Session renewal". */
const MAX_ATTEMPTS = 4;
/** Milliseconds. With less left an attempt would only end in doubt: the bank answers within a second or two. */
const MIN_ATTEMPT_MS = 4_000;

const CONTENT_TYPES = { json: 'application/json', jwe: 'text/plain' } as const;

/** Headers, encryption and session of every request whose config carries `alliance`; others pass untouched. */
@Injectable()
export class AllianceHttpInterceptor {
  private readonly clock: () => Date;
  private readonly callTimeoutMs: number;

  constructor(
    @Inject(ALLIANCE_OPTIONS) private readonly options: AllianceOptions,
    private readonly http: HttpService,
    private readonly sessions: AllianceSession,
    transport: AllianceTransport,
  ) {
    this.clock = options.clock ?? (() => new Date());
    this.callTimeoutMs = callTimeoutOf(options);
    const { axiosRef } = http;
    transport.equip(axiosRef);
    axiosRef.interceptors.request.use((config) => this.prepare(config));
    axiosRef.interceptors.response.use(
      (response) => this.read(response),
      (error: unknown) => this.translate(error),
    );
  }

  /** Sends a call and returns the answer's JSON object, opened. @throws AllianceError */
  async send(call: BankCall): Promise<unknown> {
    call.deadline = performance.now() + this.callTimeoutMs;
    const { data } = await this.http.axiosRef.request<unknown>({ alliance: call });
    return data;
  }

  private async prepare(config: InternalAxiosRequestConfig): Promise<InternalAxiosRequestConfig> {
    const call = config.alliance;
    if (!call) return config;
    const account = await this.options.accounts.load(call.accountId);
    const session = await this.sessions.current(call.accountId, call.leftMs);
    if (call.leftMs < MIN_ATTEMPT_MS) throw notSent('no_time_left');
    const body = call.buildBody(account, this.clock());
    config.method = 'post';
    config.url = resolveUrl(account.baseUrl, call.endpoint.path);
    config.headers = buildHeaders(call, session);
    config.data = call.endpoint.encoding === 'jwe' ? await sealJwe(body, session.serverPublic) : body;
    config.timeout = call.leftMs;
    call.attempts.push({ account, session });
    return config;
  }

  private async read(response: AxiosResponse): Promise<AxiosResponse> {
    const call = response.config.alliance;
    const attempt = call?.attempts.at(-1);
    if (!call || !attempt) return response;
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
    if (!call) throw error;
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

/** A query starts nothing, so that losing its answer has no effect. */
export function unknownOutcome({ endpoint }: BankCall, reason: string, neverSent = false): AllianceError {
  const noEffect = neverSent || !endpoint.effect;
  return new AllianceError('ALLIANCE_UNKNOWN_OUTCOME', `The bank's answer is unknown: ${reason}`, { reason, noEffect });
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
