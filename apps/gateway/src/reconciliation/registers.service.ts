import { Injectable } from '@nestjs/common';
import { newId } from '../database/id.js';
import { reach } from '../failpoints/failpoint.js';
import { PaymentSyncService } from '../payments/engine/payment-sync.service.js';
import { MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { dayAfter, dayOf, startOfDay } from './domain/kyiv-time.js';
import { type AmountUnit } from './domain/register-money.js';
import { type ReadPart, RegisterFile, unreadable } from './read-register.js';
import { type Outcome, Reconciler } from './reconciler.service.js';
import { ReconciliationError } from './reconciliation-error.js';
import { type Period } from './store/books.repository.js';
import { type BadLine, type RegisterRow, RegisterRepository } from './store/register.repository.js';

export interface ImportWishes {
  readonly name?: string | undefined;
  /** Days in Kyiv that the file is about; by default those of its lines. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly amountsIn: AmountUnit;
  /** What older files have of these days stays. */
  readonly adds: boolean;
  /** Bytes; undefined: any size. */
  readonly mostBytes?: number | undefined;
}

export interface ImportedRegister extends RegisterRow {
  /** This very file was taken before: nothing has changed. */
  readonly repeated: boolean;
  /** Registers of which this one has taken the place. */
  readonly replaced: readonly string[];
  readonly matched: number;
  readonly breaks: Readonly<Record<string, number>>;
  readonly settled: number;
  /** The first of those lines that could not be read. */
  readonly bad: readonly BadLine[];
}

/** Lines that are written down at once. */
const BATCH = 1_000;
/** Bad lines that are kept; more say nothing new. */
const BAD_KEPT = 1_000;
const BAD_SHOWN = 20;
/** Payments that one import has the bank asked about at once; the others follow at their own pace. */
const ASKED_AT_ONCE = 1_000;

/** Takes in registers of the bank, and compares them with our books. */
@Injectable()
export class RegistersService {
  constructor(
    private readonly registers: RegisterRepository,
    private readonly reconciler: Reconciler,
    private readonly sync: PaymentSyncService,
    private readonly accounts: MerchantAccountsService,
  ) {}

  /**
   * Reads a file to its end, whatever its size in the memory of a few lines. It counts once all of it has been read: whoever
   * is stopped in between has changed nothing.
   * @throws ReconciliationError `REGISTER_UNREADABLE` | `REGISTER_TOO_LARGE`
   */
  async import(accountId: string, source: AsyncIterable<Uint8Array>, wishes: ImportWishes): Promise<ImportedRegister> {
    await this.accounts.open(accountId);
    const id = newId('reg');
    await this.registers.begin(accountId, { id, name: wishes.name ?? null, unit: wishes.amountsIn });
    try {
      const read = await this.read(accountId, id, source, wishes);
      reach('register.read');
      const { row, outcome } = await this.conclude(accountId, id, read, wishes);
      reach('register.compared');
      for (const paymentId of outcome?.toAsk.slice(0, ASKED_AT_ONCE) ?? []) await this.sync.hint(accountId, paymentId);
      return row;
    } finally {
      await this.registers.drop(accountId, id);
    }
  }

  list(accountId: string, limit: number): Promise<RegisterRow[]> {
    return this.registers.list(accountId, limit);
  }

  /** @throws ReconciliationError `REGISTER_NOT_FOUND` */
  async show(accountId: string, id: string): Promise<RegisterRow & { readonly bad: readonly BadLine[] }> {
    const row = await this.registers.find(accountId, id);
    if (!row) throw new ReconciliationError('REGISTER_NOT_FOUND', `there is no register ${id} of ${accountId}`);
    return { ...row, bad: await this.registers.badLines(accountId, id, BAD_KEPT) };
  }

  /** Lays everything that an open break is about beside our books once more. */
  async recheck(accountId: string): Promise<Pick<Outcome, 'breaks' | 'settled'>> {
    const look = { accountId, source: 'register', id: newId('reg') } as const;
    return this.registers.transaction(async (tx) => {
      await this.registers.lock(tx, accountId);
      const { breaks, settled } = await this.reconciler.lay(tx, look, NO_DAY);
      return { breaks, settled };
    });
  }

  private async read(
    accountId: string,
    id: string,
    source: AsyncIterable<Uint8Array>,
    { amountsIn, mostBytes = Number.MAX_SAFE_INTEGER }: ImportWishes,
  ): Promise<Reading> {
    const file = new RegisterFile(amountsIn);
    const reading = new Reading(file);
    const write = async (least: number): Promise<void> => {
      for (let batch = reading.batch(least); batch; batch = reading.batch(least))
        await this.registers.addLines(accountId, id, batch);
      reach('register.kept');
    };
    for await (const bytes of source) {
      reading.note(file.push(bytes));
      if (file.bytes > mostBytes)
        throw new ReconciliationError('REGISTER_TOO_LARGE', `A register has at most ${mostBytes} bytes here.`);
      await write(BATCH);
    }
    reading.note(file.end());
    await write(1);
    if (reading.lines >= BATCH) await this.registers.analyze();
    if (reading.bad.length > 0) await this.registers.addBadLines(accountId, id, reading.bad);
    return reading;
  }

  private async conclude(
    accountId: string,
    id: string,
    reading: Reading,
    wishes: ImportWishes,
  ): Promise<{ row: ImportedRegister; outcome?: Outcome }> {
    const digest = reading.file.digest();
    const period = periodOf(reading, wishes);
    const { separator, encoding } = reading.file;
    const { lines, badLines } = reading;
    return this.registers.transaction(async (tx) => {
      await this.registers.lock(tx, accountId);
      const before = await this.registers.findTaken(tx, accountId, digest);
      if (before) return { row: { ...before, ...NOTHING_NEW, bad: reading.bad.slice(0, BAD_SHOWN) } };
      const { from, to } = period;
      const file = { digest, encoding, separator, from, to, lines, badLines, adds: wishes.adds };
      const replaced = await this.registers.take(tx, accountId, id, file);
      reach('register.taken');
      const outcome = await this.reconciler.lay(tx, { accountId, source: 'register', id }, period);
      const { matched, breaks, settled } = outcome;
      const taken = await this.registers.findTaken(tx, accountId, digest);
      if (!taken) throw new Error(`register ${id} was not taken`);
      const bad = reading.bad.slice(0, BAD_SHOWN);
      return { row: { ...taken, repeated: false, replaced, matched, breaks, settled, bad }, outcome };
    });
  }
}

const NOTHING_NEW = { repeated: true, replaced: [], matched: 0, breaks: {}, settled: 0 } as const;

/** Holds no day. */
const NO_DAY: Period = { from: '0002-01-01', to: '0001-01-01', begins: new Date(8.64e15), ends: new Date(0) };

/** A file while it is read. */
class Reading {
  lines = 0;
  badLines = 0;
  first: string | undefined;
  last: string | undefined;
  readonly bad: BadLine[] = [];
  private waiting: ReadPart['lines'] = [];

  constructor(readonly file: RegisterFile) {}

  note({ lines, bad }: ReadPart): void {
    this.lines += lines.length;
    this.badLines += bad.length;
    this.bad.push(...bad.slice(0, BAD_KEPT - this.bad.length));
    for (const { processedAt } of lines) {
      const day = dayOf(processedAt);
      if (this.first === undefined || day < this.first) this.first = day;
      if (this.last === undefined || day > this.last) this.last = day;
    }
    this.waiting = [...this.waiting, ...lines];
  }

  /** @returns undefined while fewer than so many wait */
  batch(least: number): ReadPart['lines'] | undefined {
    if (this.waiting.length < least) return undefined;
    const batch = this.waiting.slice(0, BATCH);
    this.waiting = this.waiting.slice(BATCH);
    return batch;
  }
}

/** @throws ReconciliationError `REGISTER_UNREADABLE` */
function periodOf(reading: Reading, wishes: ImportWishes): Period {
  if (reading.lines === 0 && reading.badLines > 0) throw allBad(reading);
  const { first, last } = reading;
  const { from = first, to = wishes.from ?? last } = wishes;
  if (from === undefined || to === undefined) throw unreadable('it has no lines; name the days that it is about');
  if (from > to) throw unreadable('the last of the days that were named is before the first');
  if (!isWithin(reading, from, to))
    throw unreadable(`it has lines of ${first} to ${last}, which are not the days that were named`);
  return { from, to, begins: startOfDay(from), ends: startOfDay(dayAfter(to)) };
}

/** Days compare as text. */
const isWithin = ({ first, last }: Reading, from: string, to: string): boolean =>
  (first ?? from) >= from && (last ?? to) <= to;

function allBad({ bad, badLines }: Reading): ReconciliationError {
  const errors = bad.slice(0, BAD_SHOWN).map(({ line, problem }) => ({ path: `line ${line}`, message: problem }));
  return unreadable(`none of its ${badLines} lines can be read, the first because it ${bad[0]?.problem ?? ''}`, errors);
}
