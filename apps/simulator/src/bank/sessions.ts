import { randomUUID } from 'node:crypto';
import { BankError } from '../protocol/bank-error.js';
import { generatePrivateJwk, type PrivateJwk } from '../protocol/jwe.js';

export const SESSION_LIFETIME_MS = 24 * 3_600_000;
const IDLE_CLOSURE_MS = 200 * 24 * 3_600_000;

export interface Session {
  readonly serviceCode: string;
  readonly deviceId: string;
  readonly refreshToken: string;
  readonly authToken: string;
  readonly key: PrivateJwk;
  /** Epoch milliseconds of bank time. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number;
}

export interface SessionsSnapshot {
  readonly current: readonly Session[];
  readonly superseded: readonly (readonly [deviceId: string, serviceCode: string])[];
}

const header = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** One session per service code; a new authorize ends the old one together with its key (trap 50). */
export class Sessions {
  private readonly byDevice = new Map<string, Session>();
  private readonly byServiceCode = new Map<string, string>();
  /** Device ids of ended sessions; their keys are gone. */
  private readonly superseded = new Map<string, string>();

  constructor(private readonly now: () => number) {}

  /** @throws BankError `b_auth_token_expired` after 200 idle days; only a reset of the bank reopens the code. */
  async authorize(serviceCode: string, lifeMs = SESSION_LIFETIME_MS): Promise<Session> {
    const previous = this.currentOf(serviceCode);
    if (previous && this.now() - previous.lastUsedAt > IDLE_CLOSURE_MS) throw new BankError('b_auth_token_expired');
    const key = await generatePrivateJwk();
    const createdAt = this.now();
    const session: Session = {
      serviceCode,
      deviceId: randomUUID(),
      refreshToken: randomUUID(),
      authToken: randomUUID(),
      key,
      createdAt,
      expiresAt: createdAt + lifeMs,
      lastUsedAt: createdAt,
    };
    this.replace(session);
    return session;
  }

  /** @throws BankError as in U1. */
  authenticate(deviceHeader: unknown, tokenHeader: unknown): Session {
    const deviceId = header(deviceHeader);
    const token = header(tokenHeader);
    if (deviceId === '') throw new BankError('b_unknown_device');
    if (token === '') throw new BankError('b_refresh_token_absent');
    if (this.superseded.has(deviceId)) throw new BankError('b_session_doesnt_exists');
    const session = this.byDevice.get(deviceId);
    if (!session) throw new BankError('b_unknown_device');
    if (session.refreshToken !== token) throw new BankError('b_session_doesnt_exists');
    if (this.now() >= session.expiresAt) throw new BankError('b_expired_token');
    const used = { ...session, lastUsedAt: this.now() };
    this.byDevice.set(deviceId, used);
    return used;
  }

  /** Whose session it is or was; undefined = the device is unknown. */
  serviceCodeOf(deviceHeader: unknown): string | undefined {
    const deviceId = header(deviceHeader);
    return this.byDevice.get(deviceId)?.serviceCode ?? this.superseded.get(deviceId);
  }

  /** Ends the life of current sessions early; without a service code, of all of them. */
  expire(serviceCode?: string): number {
    const hit = [...this.byDevice.values()].filter((s) => serviceCode === undefined || s.serviceCode === serviceCode);
    for (const session of hit) this.byDevice.set(session.deviceId, { ...session, expiresAt: this.now() });
    return hit.length;
  }

  clear(): void {
    this.byDevice.clear();
    this.byServiceCode.clear();
    this.superseded.clear();
  }

  snapshot(): SessionsSnapshot {
    return { current: [...this.byDevice.values()], superseded: [...this.superseded] };
  }

  load({ current, superseded }: SessionsSnapshot): void {
    for (const session of current) this.replace(session);
    for (const [deviceId, serviceCode] of superseded) this.superseded.set(deviceId, serviceCode);
  }

  private currentOf(serviceCode: string): Session | undefined {
    return this.byDevice.get(this.byServiceCode.get(serviceCode) ?? '');
  }

  private replace(session: Session): void {
    const old = this.byServiceCode.get(session.serviceCode);
    if (old !== undefined) {
      this.byDevice.delete(old);
      this.superseded.set(old, session.serviceCode);
    }
    this.byDevice.set(session.deviceId, session);
    this.byServiceCode.set(session.serviceCode, session.deviceId);
  }
}
