import { type BankClock } from '../bank/bank-clock.js';
import { type Ledger } from '../bank/ledger.js';
import { AuthService } from './auth-service.js';
import { Clerk } from './clerk.js';
import { type Counterparty, type CounterpartySeed } from './counterparties.js';
import { DcmFaults } from './dcm-faults.js';
import { type DcmKey, DcmKeys } from './dcm-keys.js';
import { changeSettings, type DcmSettings, DEFAULT_SETTINGS } from './dcm-settings.js';
import { Door } from './door.js';
import { type Employee, Employees } from './employees.js';
import { Entities, type EntitiesSnapshot, type Transfer } from './entities.js';
import { type JwkRecord, JwkRecords } from './jwk-records.js';
import { LogIn, type LogInSnapshot } from './log-in.js';
import { Platform, type PlatformSnapshot } from './platform/platform.js';
import { refuse } from './refusal.js';
import { type JsonObject } from './strict-json.js';

export interface DcmOptions {
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly counterparties: readonly CounterpartySeed[];
}

/** Holds private keys of DCM and hashes of passwords and secrets. */
export interface DcmSnapshot {
  readonly counterparties: readonly Counterparty[];
  readonly keys: readonly DcmKey[];
  readonly records: readonly JwkRecord[];
  readonly employees: readonly Employee[];
  readonly logIn: LogInSnapshot;
  readonly entities: EntitiesSnapshot;
  readonly platform: PlatformSnapshot;
  readonly settings: DcmSettings;
  readonly skewMs: number;
}

/** The processing platform: its parts and how they hang together. */
export class Dcm {
  readonly counterparties = new Map<string, Counterparty>();
  readonly keys: DcmKeys;
  readonly records: JwkRecords;
  readonly employees = new Employees();
  readonly logIn: LogIn;
  readonly entities = new Entities();
  readonly faults: DcmFaults;
  readonly authService: AuthService;
  readonly door: Door;
  readonly clerk: Clerk;
  readonly platform: Platform;
  readonly ledger: Ledger;
  settings: DcmSettings = DEFAULT_SETTINGS;
  /** How far DCM's clock is off the clock of the simulator. */
  skewMs = 0;
  jwksFetches = 0;
  /** Grows with every call and every change by hand. */
  revision = 0;
  private again: (() => Promise<number | null>) | undefined;

  constructor(private readonly options: DcmOptions) {
    const ledger = (this.ledger = options.ledger);
    const now = () => this.now();
    const stamp = () => this.stamp();
    const clocks = () => options.clock.readings().map((reading) => reading + this.skewMs);
    const settings = () => this.settings;
    const remember = (again: () => Promise<number | null>) => (this.again = again);
    const { employees, entities, counterparties } = this;
    const notify = (transfer: Transfer) => {
      this.platform.notices.tell(transfer);
    };
    const keys = (this.keys = new DcmKeys(() => options.clock.now()));
    const records = (this.records = new JwkRecords(now));
    const logIn = (this.logIn = new LogIn(employees, now));
    const faults = (this.faults = new DcmFaults(ledger));
    const authService = (this.authService = new AuthService({ ledger, faults, settings, remember }));
    this.door = new Door({ records, logIn, settings, clocks });
    this.clerk = new Clerk({ authService, keys, entities, employees, ledger, settings, now, stamp, notify });
    const { clock } = options;
    const time = { clock, now, stamp, clocks };
    const banks = { records, counterparties, entities };
    this.platform = new Platform({ ...time, ...banks, ledger, keys, settings, remember });
    for (const counterparty of options.counterparties) this.add(counterparty);
  }

  /** DCM's own time, epoch milliseconds. */
  now(): number {
    return this.options.clock.now() + this.skewMs;
  }

  /** What DCM prints in its tokens: real time, for whoever checks them lives in it; a skew counts from the moved clock. */
  private stamp(): number {
    return this.skewMs === 0 ? this.options.clock.wall() : this.now();
  }

  /** Adds or replaces; a first JWK that is registered already stays. @throws Error */
  add({ employees, ...counterparty }: CounterpartySeed): void {
    this.revision += 1;
    for (const employee of employees) this.employees.seed(counterparty.guid, employee);
    this.counterparties.set(counterparty.guid, counterparty);
    this.registerFirstJwk(counterparty);
  }

  /** @throws WireError 400 (G10) */
  require(guid: string): Counterparty {
    const counterparty = this.counterparties.get(guid.toLowerCase());
    if (!counterparty) throw refuse(400, 'counterparty not found');
    return counterparty;
  }

  /** The last callback once more, byte for byte; undefined when there was none. */
  async replay(): Promise<{ httpStatus: number | null } | undefined> {
    return this.again && { httpStatus: await this.again() };
  }

  configure(change: JsonObject): DcmSettings {
    this.revision += 1;
    return (this.settings = changeSettings(this.settings, change));
  }

  /** Forgets everything but the counterparties as they were configured and the key that signs. */
  reset(): void {
    this.revision += 1;
    this.keys.settle();
    this.employees.settle();
    for (const memory of [this.records, this.logIn, this.entities, this.faults, this.authService, this.platform])
      memory.clear();
    this.again = undefined;
    this.settings = DEFAULT_SETTINGS;
    this.skewMs = 0;
    this.jwksFetches = 0;
    for (const counterparty of this.counterparties.values()) this.registerFirstJwk(counterparty);
  }

  snapshot(): DcmSnapshot {
    return {
      counterparties: [...this.counterparties.values()],
      keys: this.keys.snapshot(),
      records: this.records.snapshot(),
      employees: this.employees.snapshot(),
      logIn: this.logIn.snapshot(),
      entities: this.entities.snapshot(),
      platform: this.platform.snapshot(),
      settings: this.settings,
      skewMs: this.skewMs,
    };
  }

  /** Counterparties, passwords and roles of the configuration win over those of the snapshot. */
  load(snapshot: DcmSnapshot): void {
    for (const counterparty of snapshot.counterparties) this.counterparties.set(counterparty.guid, counterparty);
    this.records.clear();
    this.records.load(snapshot.records);
    this.employees.load(snapshot.employees);
    this.keys.load(snapshot.keys);
    this.logIn.load(snapshot.logIn);
    this.entities.load(snapshot.entities);
    this.platform.load(snapshot.platform);
    this.settings = snapshot.settings;
    this.skewMs = snapshot.skewMs;
    for (const counterparty of this.options.counterparties) this.add(counterparty);
  }

  private registerFirstJwk({ guid, firstJwk }: Counterparty): void {
    const isKnown = this.records.keysOf(guid).some(({ kid }) => kid === firstJwk?.kid);
    if (firstJwk && !isKnown) this.records.register(guid, firstJwk);
  }
}
