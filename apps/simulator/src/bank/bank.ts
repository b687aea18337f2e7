import { Announcer } from '../callbacks/announcer.js';
import { CallbackSender, type Delivery } from '../callbacks/callback-sender.js';
import { Faults } from '../faults/faults.js';
import { type CounterpartySeed } from '../dcm/counterparties.js';
import { Dcm, type DcmSnapshot } from '../dcm/dcm.js';
import { Personalities } from '../personalities/personalities.js';
import { BackOffice } from './back-office.js';
import { signCompact } from '../protocol/bank-jws.js';
import { Authorizer } from './authorizer.js';
import { Balances } from './balances.js';
import { BankClock } from './bank-clock.js';
import { BankKeys, type BankKeysSnapshot } from './bank-keys.js';
import { Book, type BookSnapshot } from './book.js';
import { CardData } from './card-data.js';
import { type CardToken, CardTokens } from './card-tokens.js';
import { Checkout } from './checkout.js';
import { Holds } from './holds.js';
import { Ledger, type LedgerEntry } from './ledger.js';
import { type Merchant, Merchants } from './merchants.js';
import { type Operation } from './operation.js';
import { isFollowUp } from './operation-types.js';
import { Orders } from './orders.js';
import { Payments } from './payments.js';
import { type Plan, Plans } from './plans.js';
import { Processing } from './processing.js';
import { Refunds } from './refunds.js';
import { RequestDates } from './request-dates.js';
import { Schedule } from './schedule.js';
import { type ScheduleSnapshot } from './scheduled-payment.js';
import { Scripts } from './scripts.js';
import { Sessions, type SessionsSnapshot } from './sessions.js';
import { Settlement } from './settlement.js';
import { Switches } from './switches.js';
import { Views } from './views.js';
import { Wallets } from './wallets.js';

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
  /** Absent, like what follows, in a snapshot from before host-to-host payments. */
  readonly keys?: BankKeysSnapshot;
  readonly tokens?: readonly CardToken[];
  readonly plans?: readonly Plan[];
  readonly schedule?: ScheduleSnapshot;
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
  readonly keys = new BankKeys();
  readonly wallets = new Wallets();
  readonly tokens: CardTokens;
  readonly views: Views;
  readonly dates: RequestDates;
  readonly cardData: CardData;
  readonly payments: Payments;
  readonly plans: Plans;
  readonly schedule: Schedule;
  readonly balances: Balances;
  private readonly authorizer: Authorizer;
  private readonly processing: Processing;
  /** The processing platform next door: same clock, same ledger. */
  readonly dcm: Dcm;

  constructor(readonly options: BankOptions) {
    const { publicUrl } = options;
    const clock = (this.clock = new BankClock(options.realNow));
    const now = () => clock.now();
    const ledger = (this.ledger = new Ledger(now));
    const { merchants, book } = this;
    for (const merchant of options.merchants) merchants.add(merchant);
    this.sessions = new Sessions(now);
    this.faults = new Faults(ledger);
    const personalities = (this.personalities = this.personalitiesOf(now));
    const { switches, keys } = this;
    this.tokens = new CardTokens(ledger, now);
    this.views = new Views({ book, clock, merchants, switches, publicUrl });
    this.callbacks = this.senderOf();
    const announcer = new Announcer({
      sender: this.callbacks,
      personalities,
      views: this.views,
      serviceCodeOf: (merchantId) => merchants.find(merchantId)?.serviceCode,
    });
    const onFinal = (operation: Operation) => {
      this.backOffice.follow(operation);
      this.holds.follow(operation);
      this.schedule.follow(operation);
    };
    const settlement = new Settlement({ book, ledger, clock, announcer, tokens: this.tokens, switches, onFinal });
    const scripts = (this.scripts = new Scripts(ledger));
    const processing = (this.processing = new Processing({ clock, merchants, settlement, scripts, switches }));
    this.dates = new RequestDates({ clock, personalities, switches });
    this.cardData = new CardData(keys);
    const { tokens, views, dates, cardData } = this;
    const common = { book, clock, ledger, merchants, settlement, processing, personalities, switches, scripts };
    const authorizer = (this.authorizer = new Authorizer(common));
    const money = { ...common, tokens, views, dates, cardData, authorizer, publicUrl };
    this.orders = new Orders(money);
    this.refunds = new Refunds(money);
    this.holds = new Holds(money);
    this.payments = new Payments(money);
    this.plans = new Plans({
      ledger,
      now,
      onChange: (plan) => {
        this.schedule.rebuild(plan);
      },
    });
    this.schedule = new Schedule({ ...money, plans: this.plans });
    this.checkout = new Checkout({ ...money, schedule: this.schedule });
    this.backOffice = new BackOffice({ ...money, holds: this.holds });
    this.balances = new Balances(book);
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
    this.tokens.clear();
    this.plans.clear();
    this.schedule.clear();
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
      keys: this.keys.snapshot(),
      tokens: this.tokens.snapshot(),
      plans: this.plans.snapshot(),
      schedule: this.schedule.snapshot(),
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
    if (snapshot.keys) this.keys.load(snapshot.keys);
    if (snapshot.tokens) this.tokens.load(snapshot.tokens);
    if (snapshot.plans) this.plans.load(snapshot.plans);
    if (snapshot.schedule) this.schedule.load(snapshot.schedule);
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

  private senderOf(): CallbackSender {
    const { clock, ledger, merchants, keys, switches, personalities } = this;
    return new CallbackSender({
      clock,
      ledger,
      keyOf: (merchantId) => merchants.find(merchantId)?.clientPublicKey,
      loses: (merchantId, hppOrderId) => personalities.losesCallback(merchantId, hppOrderId),
      sign: (text, ring) => signCompact(text, keys.signer(ring)),
      switches,
    });
  }

  private resume({ orders, operations, challenges }: BookSnapshot): void {
    for (const order of orders) this.orders.watch(order);
    for (const operation of operations) {
      if (operation.status === 'PENDING' && goesOnByItself(operation)) this.processing.finishLater(operation);
      if (operation.status === 'SUCCESS') this.holds.watch(operation);
      this.payments.watch(operation);
    }
    for (const challenge of challenges) {
      const operation = this.book.operation(challenge.ecomOperationId);
      if (!operation) continue;
      this.authorizer.watch(challenge, this.book.orderOf(operation)?.expiresAt ?? operation.createdAt + CHALLENGE_MS);
    }
  }
}

/** What nobody has to confirm. */
const goesOnByItself = (operation: Operation): boolean =>
  isFollowUp(operation) || operation.type === 'ACCOUNT_2_CARD' || operation.recurring !== undefined;

/** How long the 3DS page of a host-to-host payment stays open. */
const CHALLENGE_MS = 30 * 60_000;
