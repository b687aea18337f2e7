import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { type BankClock } from '../../bank/bank-clock.js';
import { type Ledger } from '../../bank/ledger.js';
import { type DcmKeys } from '../dcm-keys.js';
import { type DcmSettings } from '../dcm-settings.js';
import { signJws } from '../jws.js';
import { type JsonObject } from '../strict-json.js';

/** `merchant`: 4xx is final. `bank`: every answer but 2xx is tried again. `notice`: unsigned, one attempt (G20, G21). */
const POLICIES = {
  'pay-in-bank': 'merchant',
  'pay-in-merchant': 'merchant',
  'pay-out-bank': 'bank',
  'credit-bank': 'bank',
  'gross-settlement': 'bank',
  'order-expiration': 'notice',
  'notify-pay-in': 'notice',
  'notify-pay-out': 'notice',
  'notify-transfer': 'notice',
} as const satisfies Record<string, 'merchant' | 'bank' | 'notice'>;

export type PlatformCallback = keyof typeof POLICIES;

export interface PlatformDelivery {
  readonly id: string;
  readonly callback: PlatformCallback;
  readonly url: string;
  readonly claims: JsonObject;
  /** Of an order, where it is about one. */
  readonly orderId?: string;
  readonly messageGuid?: string;
  readonly state: 'pending' | 'delivered' | 'refused' | 'staff';
  readonly statuses: readonly (number | null)[];
  /** Epoch milliseconds of bank time. */
  readonly nextAttemptAt?: number | undefined;
}

export type Letter = Omit<PlatformDelivery, 'id' | 'state' | 'statuses' | 'nextAttemptAt'>;

/** Section 10.4: milliseconds from the previous attempt. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000];
const TIMEOUT_MS = 10_000;

export interface PlatformSenderOptions {
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly keys: DcmKeys;
  readonly settings: () => DcmSettings;
  /** What DCM prints in its tokens, epoch milliseconds. */
  readonly stamp: () => number;
  readonly remember: (again: () => Promise<number | null>) => void;
  /** After the last attempt. */
  readonly onEnd: (delivery: PlatformDelivery) => void;
}

interface Sealed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const isSuccess = (status: number | null): boolean => status !== null && status >= 200 && status < 300;
const isRejection = (status: number | null): boolean => status !== null && status >= 400 && status < 500;

const post = async (url: string, { headers, body }: Sealed): Promise<number | null> => {
  try {
    const answer = await request(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return null;
  }
};

/** Delivers the callbacks of the platform guide: the same payload each time, a new request token per attempt. */
export class PlatformSender {
  private readonly deliveries = new Map<string, PlatformDelivery>();
  private isClosed = false;

  constructor(private readonly options: PlatformSenderOptions) {}

  send(letter: Letter): void {
    const due = this.options.clock.now();
    this.keep({ ...letter, id: randomUUID(), state: 'pending', statuses: [], nextAttemptAt: due });
  }

  list(): readonly PlatformDelivery[] {
    return [...this.deliveries.values()];
  }

  load(deliveries: readonly PlatformDelivery[]): void {
    for (const delivery of deliveries) this.keep(delivery);
  }

  clear(): void {
    this.deliveries.clear();
  }

  close(): void {
    this.isClosed = true;
  }

  private keep(delivery: PlatformDelivery): void {
    const { id, state, nextAttemptAt } = delivery;
    this.deliveries.set(id, delivery);
    if (state === 'pending' && nextAttemptAt !== undefined)
      this.options.clock.after(nextAttemptAt - this.options.clock.now(), () => this.attempt(id));
  }

  private async attempt(id: string): Promise<void> {
    const delivery = this.deliveries.get(id);
    if (delivery?.state !== 'pending' || this.isClosed) return;
    const { url } = delivery;
    const sealed = this.seal(delivery);
    this.options.remember(() => post(url, sealed));
    const status = await post(url, sealed);
    if (this.isAwaited(id)) this.record(delivery, status);
  }

  private isAwaited(id: string): boolean {
    return !this.isClosed && this.deliveries.has(id);
  }

  private record(delivery: PlatformDelivery, status: number | null): void {
    const { id, callback, orderId, messageGuid } = delivery;
    const statuses = [...delivery.statuses, status];
    const facts = { operationId: messageGuid, callbackId: id, callback, orderId, attempt: statuses.length };
    this.options.ledger.append('dcm.callback', { ...facts, httpStatus: status });
    const state = this.stateAfter(callback, statuses);
    const waitMs = WAITS_MS[statuses.length - 1] ?? 0;
    const nextAttemptAt = state === 'pending' ? this.options.clock.now() + waitMs : undefined;
    const next = { ...delivery, statuses, state, nextAttemptAt };
    this.keep(next);
    if (state !== 'pending') this.options.onEnd(next);
  }

  private stateAfter(callback: PlatformCallback, statuses: readonly (number | null)[]): PlatformDelivery['state'] {
    const status = statuses.at(-1) ?? null;
    const policy = POLICIES[callback];
    if (isSuccess(status)) return 'delivered';
    if (policy === 'notice' || (policy === 'merchant' && isRejection(status))) return 'refused';
    return statuses.length < this.options.settings().max_attempts ? 'pending' : 'staff';
  }

  private seal({ callback, claims }: PlatformDelivery): Sealed {
    if (POLICIES[callback] === 'notice')
      return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(claims) };
    const { callback_kid: withKid, callback_body: form } = this.options.settings();
    const signer = this.options.keys.signer();
    const iat = Math.floor(this.options.stamp() / 1_000);
    const token = signJws({ iat, jti: randomUUID() }, signer);
    const jwt = signJws(claims, withKid ? signer : { privateKey: signer.privateKey });
    const type = form === 'json' ? 'application/json' : 'text/plain';
    const headers = { 'content-type': type, 'cx-authorization': token };
    return { headers, body: form === 'json' ? JSON.stringify({ jwt }) : jwt };
  }
}
