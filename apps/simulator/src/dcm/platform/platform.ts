import { type BankClock } from '../../bank/bank-clock.js';
import { type Ledger } from '../../bank/ledger.js';
import { byAnyClock, type Clocks } from '../clocks.js';
import { type Counterparty } from '../counterparties.js';
import { type DcmKeys } from '../dcm-keys.js';
import { type Entities } from '../entities.js';
import { type DcmSettings } from '../dcm-settings.js';
import { type Credentials } from '../door.js';
import { type JwkRecords } from '../jwk-records.js';
import { kidOf } from '../jws.js';
import { Refusal } from '../refusal.js';
import { type JsonObject } from '../strict-json.js';
import { type Verified, verifyToken } from '../verifier.js';
import { MerchantKeys } from './merchant-keys.js';
import { MerchantOrders } from './merchant-orders.js';
import { Aliases } from './aliases.js';
import { BalanceNotices } from './balance-notices.js';
import { CreditorData } from './creditor-data.js';
import { P2p } from './p2p.js';
import { PaymentMessages } from './payment-messages.js';
import { PlatformBook, type PlatformBookSnapshot } from './platform-book.js';
import { type PlatformDelivery, PlatformSender } from './platform-sender.js';
import { ReplayMemory } from './replay-memory.js';
import { Settlement } from './settlement.js';

export interface PlatformOptions {
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly keys: DcmKeys;
  readonly records: JwkRecords;
  readonly counterparties: ReadonlyMap<string, Counterparty>;
  readonly entities: Entities;
  readonly settings: () => DcmSettings;
  /** DCM's own time, epoch milliseconds. */
  readonly now: () => number;
  readonly stamp: () => number;
  readonly clocks: Clocks;
  readonly remember: (again: () => Promise<number | null>) => void;
}

export interface PlatformSnapshot {
  readonly book: PlatformBookSnapshot;
  readonly deliveries: readonly PlatformDelivery[];
  readonly seen: readonly (readonly [string, number])[];
  readonly aliases: readonly string[];
}

/** A bank whose request token was good. */
export interface AdmittedBank extends Verified {
  readonly counterparty: Counterparty;
}

/** The part of the platform guide: request tokens, merchants' orders, payment messages, callbacks. */
export class Platform {
  readonly book = new PlatformBook();
  readonly sender: PlatformSender;
  readonly orders: MerchantOrders;
  readonly messages: PaymentMessages;
  readonly p2p: P2p;
  readonly aliases: Aliases;
  readonly settlement: Settlement;
  readonly creditorData: CreditorData;
  readonly notices: BalanceNotices;
  private readonly merchantKeys: MerchantKeys;
  private readonly replays: ReplayMemory;

  constructor(private readonly options: PlatformOptions) {
    const { now, clocks, counterparties, records, keys, clock, ledger, entities, stamp, remember } = options;
    const { book } = this;
    const merchantKeys = (this.merchantKeys = new MerchantKeys(now));
    this.replays = new ReplayMemory(now);
    const onEnd = (delivery: PlatformDelivery) => {
      this.messages.proceed(delivery);
    };
    const sender = (this.sender = new PlatformSender({ ...options, onEnd }));
    const orders = (this.orders = new MerchantOrders({
      book,
      counterparties,
      merchantKeys,
      keys,
      sender,
      clock,
      clocks,
    }));
    const settlement = (this.settlement = new Settlement({ book, counterparties, sender, clock }));
    const plan = () => {
      settlement.plan();
    };
    const time = { now: () => clock.now() };
    const shared = { book, counterparties, ...time };
    const messages = (this.messages = new PaymentMessages({ ...shared, orders, records, sender, ledger, onEnd: plan }));
    this.p2p = new P2p({ ...shared, messages, keys, clocks });
    this.aliases = new Aliases(keys);
    this.creditorData = new CreditorData({ counterparties, records, keys, ledger, stamp, remember });
    this.notices = new BalanceNotices({ counterparties, entities, sender });
  }

  /** Profile B: every request of a bank, once. @throws Refusal */
  admit(counterparty: Counterparty, credentials: Credentials): Verified {
    const { cxAuthorization: token, authorization } = credentials;
    if (token === '') throw new Refusal('no_credential');
    if (authorization !== '') throw new Refusal('both_credentials');
    const signer = counterparty.guid;
    const check = {
      profile: 'request',
      keys: this.options.records.keysOf(signer),
      isSeen: (kid: string, jti: string) => this.replays.has(signer, kid, jti),
    } as const;
    const verified = byAnyClock(this.options.clocks, (now) => verifyToken(token, { ...check, now }));
    this.replays.add(signer, verified.kid, String(verified.claims['jti']));
    return verified;
  }

  /** Where the path names no counterparty, the host would; here the one bank that holds the kid does. @throws Refusal */
  admitAnyBank(credentials: Credentials): AdmittedBank {
    const kid = kidOf(credentials.cxAuthorization);
    const holders = [...this.options.counterparties.values()].filter(({ guid }) =>
      this.options.records.keysOf(guid).some((key) => key.kid === kid),
    );
    const [bank] = holders;
    if (credentials.cxAuthorization !== '' && (!bank || holders.length > 1)) throw new Refusal('kid_unknown', kid);
    if (!bank) throw new Refusal('no_credential');
    return { ...this.admit(bank, credentials), counterparty: bank };
  }

  /** Profile C: the payload of the bank in the path. @throws Refusal */
  open({ guid }: Counterparty, jwt: string): JsonObject {
    const check = { profile: 'payload', keys: this.options.records.keysOf(guid) } as const;
    return byAnyClock(this.options.clocks, (now) => verifyToken(jwt, { ...check, now })).claims;
  }

  clear(): void {
    const { book, sender, merchantKeys, replays, aliases, settlement } = this;
    for (const memory of [book, sender, merchantKeys, replays, aliases, settlement]) memory.clear();
  }

  snapshot(): PlatformSnapshot {
    return {
      book: this.book.snapshot(),
      deliveries: this.sender.list(),
      seen: this.replays.snapshot(),
      aliases: this.aliases.snapshot(),
    };
  }

  load({ book, deliveries, seen, aliases }: PlatformSnapshot): void {
    this.book.load(book);
    this.sender.load(deliveries);
    this.replays.load(seen);
    this.aliases.load(aliases);
    if (this.book.unsettled().length > 0) this.settlement.plan();
    for (const order of book.orders) if (order.status === 'Created') this.orders.watch(order);
  }
}
