import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { type BankClock } from '../bank/bank-clock.js';
import { type KeyRing } from '../bank/bank-keys.js';
import { type Ledger } from '../bank/ledger.js';
import { type Switches } from '../bank/switches.js';
import { encryptCompact, type PublicJwk } from '../protocol/jwe.js';

export type CallbackMode = 'normal' | 'drop' | 'duplicate' | 'reorder' | 'early';
export const CALLBACK_MODES: readonly CallbackMode[] = ['normal', 'drop', 'duplicate', 'reorder', 'early'];

export interface CallbackSettings {
  readonly mode: CallbackMode;
  /** Overrides notificationEncryption of the request. */
  readonly encrypt?: boolean;
  /** HPP callbacks carry `operation: {}`, as in the published sample (trap 60). */
  readonly emptyOperation?: boolean;
}

export interface Notification {
  readonly url: string;
  readonly encrypted: boolean;
  readonly merchantId: string;
  readonly hppOrderId?: string;
  /** It tells of an order or subscription, not of an operation that is host to host. */
  readonly ofOrder?: boolean;
  /** Signed under the newest key of that ring: a compact JWS. */
  readonly signedBy?: KeyRing;
  readonly operationId?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Attempt {
  readonly at: string;
  readonly httpStatus: number | null;
  readonly error?: string;
}

export interface Delivery extends Notification {
  readonly id: string;
  readonly state: 'pending' | 'delivered' | 'failed' | 'dropped';
  readonly attempts: readonly Attempt[];
  /** Epoch milliseconds of bank time; absent when there is no further attempt. */
  readonly nextAttemptAt?: number | undefined;
  /** Sent once this one had its first attempt. */
  readonly followUps: readonly Notification[];
}

/** Section g.4: at most six deliveries. */
const RETRY_DELAYS_MS = [5_000, 30_000, 300_000, 1_800_000, 3_600_000];

export interface CallbackSenderOptions {
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly keyOf: (merchantId: string) => PublicJwk | undefined;
  /** True = this one gets lost. */
  readonly loses: (merchantId: string, hppOrderId?: string) => boolean;
  readonly sign: (text: string, ring: KeyRing) => string;
  readonly switches: Switches;
}

/** Posts callbacks and repeats them until an HTTP 200. */
export class CallbackSender {
  settings: CallbackSettings = { mode: 'normal' };
  private readonly deliveries = new Map<string, Delivery>();
  private readonly shutdown = new AbortController();

  constructor(private readonly options: CallbackSenderOptions) {}

  send(notification: Notification, followUps: readonly Notification[] = []): void {
    const due = this.options.clock.now();
    const delivery = { ...notification, id: randomUUID(), attempts: [], followUps };
    const { merchantId, hppOrderId, operationId } = notification;
    if (this.settings.mode === 'drop' || this.options.loses(merchantId, hppOrderId)) {
      this.options.ledger.append('callback.dropped', { deliveryId: delivery.id, merchantId, hppOrderId, operationId });
      this.keep({ ...delivery, state: 'dropped' });
      return;
    }
    this.keep({ ...delivery, state: 'pending', nextAttemptAt: due });
    this.schedule(delivery.id, 0);
  }

  list(): readonly Delivery[] {
    return [...this.deliveries.values()];
  }

  load(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      this.keep(delivery);
      if (delivery.nextAttemptAt !== undefined)
        this.schedule(delivery.id, delivery.nextAttemptAt - this.options.clock.now());
    }
  }

  clear(): void {
    this.deliveries.clear();
    this.settings = { mode: 'normal' };
  }

  close(): void {
    this.shutdown.abort();
  }

  private isClosed(): boolean {
    return this.shutdown.signal.aborted;
  }

  private keep(delivery: Delivery): void {
    this.deliveries.set(delivery.id, delivery);
  }

  private schedule(id: string, delayMs: number): void {
    this.options.clock.after(delayMs, () => this.attempt(id));
  }

  private async attempt(id: string): Promise<void> {
    const delivery = this.deliveries.get(id);
    if (delivery?.state !== 'pending' || this.isClosed()) return;
    const at = new Date(this.options.clock.now()).toISOString();
    const outcome = await this.post(delivery);
    if (this.isClosed() || !this.deliveries.has(id)) return;
    this.record(delivery, { at, ...outcome });
  }

  private record(delivery: Delivery, attempt: Attempt): void {
    const { id, url, encrypted, merchantId, hppOrderId, operationId, followUps } = delivery;
    const attempts = [...delivery.attempts, attempt];
    const facts = { deliveryId: id, url, encrypted, merchantId, hppOrderId, operationId };
    this.options.ledger.append('callback.sent', { ...facts, attempt: attempts.length, httpStatus: attempt.httpStatus });
    const nextAttemptAt = attempt.httpStatus === 200 ? undefined : this.nextAttemptAt(delivery, attempts);
    if (nextAttemptAt === undefined) {
      const state = attempt.httpStatus === 200 ? 'delivered' : 'failed';
      this.keep({ ...delivery, attempts, followUps: [], state, nextAttemptAt: undefined });
    } else {
      this.keep({ ...delivery, attempts, followUps: [], nextAttemptAt });
      this.schedule(id, nextAttemptAt - this.options.clock.now());
    }
    for (const followUp of followUps) this.send(followUp);
  }

  /** When an attempt is made again (U8). @returns undefined = not at all */
  private nextAttemptAt({ ofOrder }: Delivery, attempts: readonly Attempt[]): number | undefined {
    const { clock, switches } = this.options;
    if (ofOrder && switches.get('retriedCallbacks') === 'host_to_host') return undefined;
    const delayMs = RETRY_DELAYS_MS[attempts.length - 1];
    if (delayMs === undefined) return undefined;
    const now = clock.now();
    const [first] = attempts;
    if (!first || switches.get('callbackDelaysFrom') === 'previous') return now + delayMs;
    return Math.min(now, Date.parse(first.at)) + delayMs; // the clock may have gone back since
  }

  private async post(delivery: Delivery): Promise<Omit<Attempt, 'at'>> {
    try {
      const { url } = delivery;
      const { headers, payload } = await this.encode(delivery);
      const signal = AbortSignal.any([
        AbortSignal.timeout(this.options.switches.get('callbackTimeoutMs')),
        this.shutdown.signal,
      ]);
      const answer = await request(url, { method: 'POST', headers, body: payload, signal });
      await answer.body.dump();
      return { httpStatus: answer.statusCode };
    } catch (error) {
      return { httpStatus: null, error: error instanceof Error ? error.message : 'failed' };
    }
  }

  /** Three encodings (section g.3): JSON, a JWE for the merchant, a JWS of the bank. */
  private async encode({ body, encrypted, merchantId, signedBy }: Delivery) {
    const { keyOf, sign, switches } = this.options;
    const json = JSON.stringify(body);
    const key = encrypted ? keyOf(merchantId) : undefined;
    if (signedBy) {
      const text = key && switches.get('signedCallbackOfJwe') ? await encryptCompact(json, key) : json;
      return { headers: { 'content-type': 'text/plain' }, payload: sign(text, signedBy) };
    }
    if (!key) return { headers: { 'content-type': 'application/json' }, payload: json };
    const headers = { 'content-type': 'text/plain', 'x-encrypted_body': 'true' };
    return { headers, payload: await encryptCompact(json, key) };
  }
}
