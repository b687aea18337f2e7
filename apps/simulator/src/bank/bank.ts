import { Announcer } from '../callbacks/announcer.js';
import { CallbackSender, type Delivery } from '../callbacks/callback-sender.js';
import { Faults } from '../faults/faults.js';
import { type CounterpartySeed } from '../dcm/counterparties.js';
import { Dcm, type DcmSnapshot } from '../dcm/dcm.js';
import { Personalities } from '../personalities/personalities.js';
import { BackOffice } from './back-office.js';
import { BankClock } from './bank-clock.js';
import { Book, type BookSnapshot } from './book.js';
import { Checkout } from './checkout.js';
import { Holds } from './holds.js';
import { Ledger, type LedgerEntry } from './ledger.js';
import { type Merchant, Merchants } from './merchants.js';
import { type Operation } from './operation.js';
import { isAttempt } from './operation-types.js';
import { Orders } from './orders.js';
import { Processing } from './processing.js';
import { Refunds } from './refunds.js';
import { Scripts } from './scripts.js';
import { Sessions, type SessionsSnapshot } from './sessions.js';
import { Settlement } from './settlement.js';
import { Switches } from './switches.js';

export interface BankOptions {
  readonly merchants: readonly Merchant[];
  readonly counterparties?: readonly CounterpartySeed[];
  readonly strict: boolean;
  readonly publicUrl: () => string;
  /** Real time, epoch milliseconds. */
  readonly realNow?: () => number;
}

/** What a restart must not lose. Holds no card data beyond masks. */
export interface BankSnapshot {
  readonly version: 2;
  readonly clockOffsetMs: number;
  readonly merchants: readonly Merchant[];
  readonly sessions: SessionsSnapshot;
  readonly book: BookSnapshot;
  readonly deliveries: readonly Delivery[];
  readonly ledger: readonly LedgerEntry[];
  /** Absent in a snapshot from before DCM. */
  readonly dcm?: DcmSnapshot;
}

/** The whole bank: its parts and how they hang together. */
export class Bank {
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly merchants = new Merchants();
  readonly sessions: Sessions;
  readonly book = new Book();
  readonly faults: Faults;
  readonly callbacks: CallbackSender;
  readonly orders: Orders;
  readonly refunds: Refunds;
  readonly holds: Holds;
  readonly checkout: Checkout;
  readonly backOffice: BackOffice;
  readonly personalities: Personalities;
  readonly switches = new Switches();
  readonly scripts: Scripts;
  private readonly processing: Processing;
  /** The processing platform next door: same clock, same ledger. */
  readonly dcm: Dcm;

  constructor(readonly options: BankOptions) {
    const { strict, publicUrl } = options;
    const clock = (this.clock = new BankClock(options.realNow));
    const now = () => clock.now();
    const ledger = (this.ledger = new Ledger(now));
    const { merchants, book } = this;
    for (const merchant of options.merchants) merchants.add(merchant);
    this.sessions = new Sessions(now);
    this.faults = new Faults(ledger);
    const keyOf = (merchantId: string) => merchants.find(merchantId)?.clientPublicKey;
    const personalities = (this.personalities = this.personalitiesOf(now));
    const loses = (merchantId: string, hppOrderId: string) => personalities.losesCallback(merchantId, hppOrderId);
    this.callbacks = new CallbackSender({ clock, ledger, keyOf, loses });
    const announcer = new Announcer(this.callbacks, personalities);
    const onFinal = (operation: Operation) => {
      this.backOffice.follow(operation);
      this.holds.follow(operation);
    };
    const settlement = new Settlement({ book, ledger, clock, merchants, announcer, publicUrl, onFinal });
    const scripts = (this.scripts = new Scripts(ledger));
    const processing = (this.processing = new Processing({ clock, merchants, settlement, scripts }));
    const { switches } = this;
    const money = { book, clock, ledger, merchants, settlement, processing, personalities, switches, scripts, strict };
    this.orders = new Orders({ book, clock, ledger, merchants, strict, publicUrl });
    this.refunds = new Refunds(money);
    this.holds = new Holds(money);
    this.checkout = new Checkout(money);
    this.backOffice = new BackOffice({ ...money, holds: this.holds });
    this.dcm = new Dcm({ clock, ledger, counterparties: options.counterparties ?? [] });
  }

  /** Takes every step of the clock back. What became due on the way has happened; what still waits does not wait longer. */
  goBackToRealTime(): void {
    const byMs = this.clock.offset;
    if (byMs === 0) return;
    this.clock.goBack();
    this.dcm.keys.moveBack(byMs);
    this.ledger.append('clock.went_back', { byMs });
  }

  /** Forgets everything but the merchants and counterparties; time is real time again. */
  reset(): void {
    this.clock.restart();
    this.callbacks.clear();
    this.faults.clear();
    this.personalities.switchOff();
    this.switches.reset();
    this.scripts.clear();
    this.sessions.clear();
    this.book.clear();
    this.ledger.load([]);
    this.dcm.reset();
  }

  snapshot(): BankSnapshot {
    return {
      version: 2,
      clockOffsetMs: this.clock.offset,
      merchants: this.merchants.list(),
      sessions: this.sessions.snapshot(),
      book: this.book.snapshot(),
      deliveries: this.callbacks.list(),
      ledger: this.ledger.find(),
      dcm: this.dcm.snapshot(),
    };
  }

  /** Merchants of the configuration win over those of the snapshot. A restart is at real time again. */
  load(snapshot: BankSnapshot): void {
    for (const merchant of snapshot.merchants)
      if (!this.merchants.find(merchant.merchantId)) this.merchants.add(merchant);
    this.clock.restart(snapshot.clockOffsetMs);
    this.sessions.load(snapshot.sessions);
    this.book.load(snapshot.book);
    this.ledger.load(snapshot.ledger);
    this.callbacks.load(snapshot.deliveries);
    if (snapshot.dcm) this.dcm.load(snapshot.dcm);
    this.resume(snapshot.book);
    this.goBackToRealTime();
  }

  /** Somebody else opens a session: that of everybody, or of one merchant, ends. */
  async rivalAuthorize(merchantId?: string): Promise<void> {
    const all = this.merchants
      .list()
      .filter((merchant) => merchantId === undefined || merchant.merchantId === merchantId);
    for (const serviceCode of new Set(all.map((merchant) => merchant.serviceCode))) {
      await this.sessions.authorize(serviceCode);
      this.ledger.append('authorize', {
        merchantId: this.merchants.ofServiceCode(serviceCode)?.merchantId,
        ok: true,
        rival: true,
      });
    }
  }

  private personalitiesOf(now: () => number): Personalities {
    return new Personalities({
      ledger: this.ledger,
      now,
      serviceCodeOf: (merchantId) => this.merchants.find(merchantId)?.serviceCode,
      operationOf: ({ ecomOperationId }) =>
        typeof ecomOperationId === 'string' ? this.book.operation(ecomOperationId) : undefined,
      levers: { rivalAuthorize: (merchantId) => this.rivalAuthorize(merchantId) },
    });
  }

  private resume({ operations, challenges }: BookSnapshot): void {
    for (const operation of operations) {
      if (!isAttempt(operation) && operation.status === 'PENDING') this.processing.finishLater(operation);
      if (operation.status === 'SUCCESS') this.holds.watch(operation);
    }
    for (const challenge of challenges) {
      const order = this.book.order(this.book.operation(challenge.ecomOperationId)?.hppOrderId ?? '');
      if (order) this.checkout.watch(challenge, order.expiresAt);
    }
  }
}
