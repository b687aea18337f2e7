import { randomUUID } from 'node:crypto';
import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { clientKeysOf } from './alliance-account.js';
import { AllianceError, type BankRefusal } from './alliance-error.js';
import { AllianceSession, resolveUrl } from './alliance-session.js';
import { AllianceTransport, readTransportFailure } from './alliance-transport.js';
import { ALLIANCE_OPTIONS, type AllianceOptions } from './alliance.module-definition.js';
import { type BankAnswer, readAnswer, toError, UnreadableAnswer } from './bank-answer.js';
import { type Attempt, type BankCall } from './bank-call.js';
import { sealJwe } from './jwe-codec.js';
import { ContentionGuard, finalError, type SessionCode, sessionCodeOf } from './session-recovery.js';
import { type BankSession } from './session-store.js';

const CONTENT_TYPES = { json: 'application/json', jwe: 'text/plain' } as const;

/** Headers, encryption and session of every request whose config carries `alliance`; others pass untouched. */
@Injectable()
export class AllianceHttpInterceptor {
  private readonly clock: () => Date;
  private readonly contention = new ContentionGuard();

  constructor(
    @Inject(ALLIANCE_OPTIONS) private readonly options: AllianceOptions,
    private readonly http: HttpService,
    private readonly sessions: AllianceSession,
    transport: AllianceTransport,
  ) {
    this.clock = options.clock ?? (() => new Date());
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
    const { data } = await this.http.axiosRef.request<unknown>({ alliance: call });
    return data;
  }

  private async prepare(config: InternalAxiosRequestConfig): Promise<InternalAxiosRequestConfig> {
    const call = config.alliance;
    if (!call) return config;
    const account = await this.options.accounts.load(call.accountId);
    const session = await this.sessions.current(call.accountId);
    call.attempts.push({ account, session });
    const body = call.buildBody(account, this.clock());
    config.method = 'post';
    config.url = resolveUrl(account.baseUrl, call.endpoint.path);
    config.headers = buildHeaders(call, session);
    config.data = call.endpoint.encoding === 'jwe' ? await sealJwe(body, session.serverPublic) : body;
    return config;
  }

  private async read(response: AxiosResponse): Promise<AxiosResponse> {
    const call = response.config.alliance;
    const attempt = call?.attempts.at(-1);
    if (!call || !attempt) return response;
    const answer = await readFor(call, attempt, response as AxiosResponse<Buffer>);
    if ('json' in answer) return Object.assign(response, { data: answer.json });
    const sessionCode = sessionCodeOf(answer.refusal);
    if (!sessionCode) throw toError(answer.refusal, call.endpoint.effect);
    if (call.attempts.length > 1) return this.giveUp(call, sessionCode, answer.refusal);
    return this.replay(call, attempt, sessionCode);
  }

  /** The refused request was not executed, so the same body may go out once more, under a newer session. */
  private async replay(call: BankCall, { session }: Attempt, sessionCode: SessionCode): Promise<AxiosResponse> {
    const { accountId } = call;
    const newest = await this.sessions.current(accountId);
    if (newest.version <= session.version) await this.force(accountId, session, sessionCode);
    return this.http.axiosRef.request({ alliance: call });
  }

  private async giveUp(call: BankCall, sessionCode: SessionCode, refusal: BankRefusal): Promise<never> {
    if (sessionCode.again === 'ALLIANCE_ACCOUNT_BLOCKED') await this.sessions.block(call.accountId, refusal.msgCode);
    throw finalError(sessionCode, refusal, call.endpoint.effect);
  }

  private async force(accountId: string, used: BankSession, sessionCode: SessionCode): Promise<void> {
    const turn = { ours: false };
    // Another process of ours may be the one who superseded us: only if nobody has a newer session is it a rival.
    const veto = (): void => {
      this.contention.check(accountId, used, sessionCode, this.clock());
      turn.ours = true;
    };
    const session = await this.sessions.renew(accountId, used.version, veto);
    if (turn.ours) this.contention.note(accountId, session); // another's renewal was not forced by this refusal
  }

  private translate(error: unknown): never {
    const call = error instanceof AxiosError ? error.config?.alliance : undefined;
    if (!call) throw error;
    const { reason, neverSent } = readTransportFailure(error);
    throw unknownOutcome(call, reason, neverSent);
  }
}

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
