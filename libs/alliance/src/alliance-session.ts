import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type AxiosResponse } from 'axios';
import { type AllianceAccount, clientKeysOf } from './alliance-account.js';
import { AllianceError, type AllianceErrorDetails, type BankRefusal } from './alliance-error.js';
import { AllianceTransport, readTransportFailure } from './alliance-transport.js';
import { ALLIANCE_OPTIONS, type AllianceOptions } from './alliance.module-definition.js';
import { readAnswer, UnreadableAnswer } from './bank-answer.js';
import { AUTHORIZE_PATH } from './endpoints.js';
import { type BankSession, type FreshSession, InMemorySessionStore, type SessionStore } from './session-store.js';
import { SingleFlight } from './single-flight.js';
import { readExpiry, sessionWire } from './wire/session.wire.js';

const HOUR_MS = 3_600_000;
/** Milliseconds. A session with less left is renewed before it is used. */
const RENEW_BEFORE_MS = 60_000;
/** Milliseconds for which a session is used without a look at the store. */
const RECHECK_MS = 2_000;
/** Hours ahead of our clock that an expiry may lie; beyond them a clock is wrong. Never used for longer than 24 h. */
const EXPIRY_HOURS = { min: 1, max: 26, cap: 24 } as const;

/** What a refusal of the authorize call itself means. Source: bank docs, "Authentication". */
const AUTHORIZE_REFUSALS: Readonly<Record<string, 'ALLIANCE_ACCOUNT_BLOCKED' | 'ALLIANCE_REFUSED'>> = {
  b_auth_token_expired: 'ALLIANCE_ACCOUNT_BLOCKED', // 200 idle days: only the bank can reopen it
  b_virtual_device_not_found: 'ALLIANCE_REFUSED', // wrong serviceCode
};

/** The bank session of each account, one for all callers. */
@Injectable()
export class AllianceSession {
  private readonly cache = new Map<string, BankSession>();
  private readonly checkedAt = new Map<string, number>();
  private readonly flights = new SingleFlight<BankSession>();
  private readonly store: SessionStore;
  private readonly clock: () => Date;

  constructor(
    @Inject(ALLIANCE_OPTIONS) private readonly options: AllianceOptions,
    private readonly transport: AllianceTransport,
  ) {
    this.store = options.sessions ?? new InMemorySessionStore();
    this.clock = options.clock ?? (() => new Date());
  }

  /**
   * The session to use now; renewed first where there is none or it ends within a minute.
   * @throws AllianceError `ALLIANCE_SESSION_UNAVAILABLE`, `ALLIANCE_ACCOUNT_BLOCKED`, `ALLIANCE_REFUSED`
   */
  async current(accountId: string): Promise<BankSession> {
    const session = await this.latest(accountId);
    if (session && this.leftMs(session) >= RENEW_BEFORE_MS) return session;
    try {
      return await this.renew(accountId, session?.version ?? 0);
    } catch (error) {
      if (session && this.leftMs(session) > 0) return session;
      throw error;
    }
  }

  /**
   * A session newer than `staleVersion`: another's if there is one, else a new one.
   * @param veto given when the bank refused the session; called when it is really our turn to ask the bank; throws to leave the bank alone
   * @throws AllianceError as `current`
   */
  async renew(accountId: string, staleVersion: number, veto?: () => void): Promise<BankSession> {
    const cached = this.cache.get(accountId);
    if (cached && cached.version > staleVersion) return cached;
    const session = await this.flights.run(accountId, () => this.replace(accountId, staleVersion, veto));
    // The flight joined may have replaced an older session than ours.
    return session.version > staleVersion ? session : this.renew(accountId, staleVersion, veto);
  }

  /** Takes the account out of use for renewals. */
  block(accountId: string, reason: string): Promise<void> {
    return fromStore(this.store.block(accountId, reason));
  }

  /** From memory for a moment, then from the store again: another process may have renewed or blocked it. */
  private async latest(accountId: string): Promise<BankSession | undefined> {
    const cached = this.cache.get(accountId);
    if (cached && Date.now() - (this.checkedAt.get(accountId) ?? 0) < RECHECK_MS) return cached;
    this.checkedAt.set(accountId, Date.now());
    try {
      const stored = await fromStore(this.store.load(accountId));
      return stored && this.remember(accountId, stored);
    } catch (error) {
      if (cached && (error as AllianceError).code !== 'ALLIANCE_ACCOUNT_BLOCKED') return cached;
      this.forget(accountId);
      throw error;
    }
  }

  private forget(accountId: string): void {
    this.cache.delete(accountId);
    this.checkedAt.delete(accountId);
  }

  private async replace(accountId: string, staleVersion: number, veto?: () => void): Promise<BankSession> {
    const account = await this.options.accounts.load(accountId);
    const authorize = async (): Promise<FreshSession> => {
      veto?.();
      return this.authorize(account);
    };
    const cause = veto ? 'reactive' : 'proactive';
    const session = await fromStore(this.store.replace(accountId, staleVersion, authorize, cause));
    if (session.version <= staleVersion) throw unavailable('session_store');
    return this.remember(accountId, session);
  }

  /** Versions only grow: a slow reader never brings an old session back. */
  private remember(accountId: string, session: BankSession): BankSession {
    const known = this.cache.get(accountId);
    if (known && known.version >= session.version) return known;
    this.cache.set(accountId, session);
    this.checkedAt.set(accountId, Date.now());
    return session;
  }

  private leftMs({ expiresAt }: BankSession): number {
    return expiresAt.getTime() - this.clock().getTime();
  }

  private async authorize(account: AllianceAccount): Promise<FreshSession> {
    const { status, data } = await this.post(account);
    let answer;
    try {
      answer = await readAnswer(status, data, clientKeysOf(account));
    } catch (error) {
      throw unavailable(error instanceof UnreadableAnswer ? error.reason : 'unreadable');
    }
    if ('refusal' in answer) throw toAuthorizeError(answer.refusal);
    return this.validate(answer.json);
  }

  /** No session headers, no interceptor, no retry. */
  private async post({ baseUrl, serviceCode }: AllianceAccount): Promise<AxiosResponse<Buffer>> {
    const headers = { 'x-api_version': 'V1', 'x-request_id': randomUUID(), 'Content-Type': 'application/json' };
    try {
      const url = resolveUrl(baseUrl, AUTHORIZE_PATH);
      return await this.transport.bare.post<Buffer>(url, JSON.stringify({ serviceCode }), { headers });
    } catch (error) {
      throw unavailable(readTransportFailure(error).reason);
    }
  }

  private validate(json: object): FreshSession {
    const parsed = sessionWire.safeParse(json);
    if (!parsed.success) throw unavailable('schema_mismatch');
    const { deviceId, refreshToken, serverPublic } = parsed.data;
    const obtainedAt = this.clock();
    const latest = obtainedAt.getTime() + EXPIRY_HOURS.cap * HOUR_MS;
    const expiry = readExpiry(parsed.data)?.getTime() ?? latest;
    const hoursAhead = (expiry - obtainedAt.getTime()) / HOUR_MS;
    if (hoursAhead < EXPIRY_HOURS.min || hoursAhead > EXPIRY_HOURS.max) throw unavailable('implausible_expiry');
    return { deviceId, refreshToken, serverPublic, obtainedAt, expiresAt: new Date(Math.min(expiry, latest)) };
  }
}

/** Keeps a path prefix of the base, which `new URL(path, base)` would drop. */
export function resolveUrl(baseUrl: URL, path: string): string {
  return baseUrl.href.replace(/\/+$/, '') + path;
}

async function fromStore<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof AllianceError ? error : unavailable('session_store', { cause: error });
  }
}

function toAuthorizeError(refusal: BankRefusal): AllianceError {
  const { msgCode } = refusal;
  const code = Object.hasOwn(AUTHORIZE_REFUSALS, msgCode) ? AUTHORIZE_REFUSALS[msgCode] : undefined;
  const details = { bank: refusal, reason: msgCode, noEffect: true };
  return new AllianceError(code ?? 'ALLIANCE_SESSION_UNAVAILABLE', `The bank refused a session: ${msgCode}`, details);
}

function unavailable(reason: string, details: AllianceErrorDetails = {}): AllianceError {
  const message = `No session with the bank: ${reason}`;
  return new AllianceError('ALLIANCE_SESSION_UNAVAILABLE', message, { ...details, reason, noEffect: true });
}
