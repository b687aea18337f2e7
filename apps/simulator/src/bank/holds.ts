import { BankError, validationError } from '../protocol/bank-error.js';
import { parseRequestDate } from '../protocol/bank-dates.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type CreateCompletion } from '../protocol/refund.fields.js';
import { type Personalities } from '../personalities/personalities.js';
import { type BankClock } from './bank-clock.js';
import { type KeyRing } from './bank-keys.js';
import { type Book } from './book.js';
import { type Ledger } from './ledger.js';
import { type Caller, type Merchants, ringOf } from './merchants.js';
import { openCompletion, type Operation, type PaidOperation } from './operation.js';
import { type HoldTerm } from './order.js';
import { type Processing } from './processing.js';
import { type RequestDates } from './request-dates.js';
import { type Settlement } from './settlement.js';
import { type Switches } from './switches.js';
import { type Views } from './views.js';

const HOUR_MS = 3_600_000;
const SHORTEST_HOLD_MS = 2 * HOUR_MS;
const LONGEST_HOLD_MS = 28 * 24 * HOUR_MS;
/** What published clients ask for when nobody told them (section e.2). */
const USUAL_HOLD_MS = 2.5 * HOUR_MS;

/**
 * How long a new hold lasts. The date may be right by the bank's clock or by real time.
 * @throws BankError with `validation.errors` unless it is 2 hours to 28 days ahead
 */
export function holdTermOf(preAuthExpDate: string | undefined, clock: BankClock): Omit<HoldTerm, 'lapsed'> {
  const now = clock.now();
  if (preAuthExpDate === undefined) return { toldExpiry: now + USUAL_HOLD_MS, expiresAt: now + USUAL_HOLD_MS };
  const told = parseRequestDate(preAuthExpDate) ?? 0;
  const reading = clock.readings().find((at) => told - at >= SHORTEST_HOLD_MS && told - at <= LONGEST_HOLD_MS);
  if (reading === undefined)
    throw validationError([{ field: 'preAuthExpDate', message: 'must be 2 hours to 28 days ahead' }]);
  return { toldExpiry: told, expiresAt: now + told - reading };
}

export type HoldState = 'held' | 'captured' | 'released' | 'lapsed';

/** One hold and what has become of its money, in kopiyky. */
export interface HoldBook {
  readonly state: HoldState;
  readonly left: number;
  readonly captured: number;
  /** By refunds of the hold. */
  readonly refunded: number;
  /** All that went back: by refunds, and what a completion or the expiry left. */
  readonly released: number;
  /** A completion is on its way. */
  readonly capturing: boolean;
  /** A refund is on its way. */
  readonly releasing: boolean;
}

const sumOf = (operations: readonly Operation[]): number =>
  operations.reduce((total, { coinAmount }) => total + coinAmount, 0);

/** @param operations all that may have followed it */
export function holdBookOf(hold: Operation, operations: readonly Operation[]): HoldBook {
  const after = operations.filter(({ original }) => original?.ecomOperationId === hold.ecomOperationId);
  const done = after.filter(({ status }) => status === 'SUCCESS');
  const completions = done.filter(({ type }) => type === 'COMPLETION');
  const captured = sumOf(completions);
  const refunded = sumOf(done.filter(({ type }) => type === 'REFUND'));
  const pending = after.filter(({ status }) => status === 'PENDING').map(({ type }) => type);
  const rest = Math.max(0, hold.coinAmount - refunded - captured);
  const ended = completions.length > 0 || hold.hold?.lapsed === true;
  const state = completions.length > 0 ? 'captured' : hold.hold?.lapsed ? 'lapsed' : rest === 0 ? 'released' : 'held';
  return {
    state,
    left: ended ? 0 : rest,
    captured,
    refunded,
    released: ended ? refunded + rest : refunded,
    capturing: pending.includes('COMPLETION'),
    releasing: pending.includes('REFUND'),
  };
}

const isHeld = (operation: Operation): operation is PaidOperation & { readonly hold: HoldTerm } =>
  operation.type === 'PREAUTH' && operation.status === 'SUCCESS' && operation.hold !== undefined;

export interface HoldsOptions {
  readonly book: Book;
  readonly clock: BankClock;
  readonly ledger: Ledger;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly processing: Processing;
  readonly personalities: Personalities;
  readonly switches: Switches;
  readonly views: Views;
  readonly dates: RequestDates;
}

/** Held money: captured once, given back by a refund, or by the bank itself when its time is over. */
export class Holds {
  constructor(private readonly options: HoldsOptions) {}

  /** The call `completion`. */
  complete(completion: CreateCompletion, caller: Caller): JsonObject {
    const { book, merchants, dates, views } = this.options;
    merchants.requireAllowed(completion.merchantId, caller, 'COMPLETION');
    book.requireFresh(completion.merchantId, completion.merchantRequestId);
    const hold = book.operationById(completion.originalOperationId);
    if (hold?.operationId === undefined || hold.merchantId !== completion.merchantId)
      throw new BankError('b_operation_not_found');
    dates.requireFresh(completion.date, completion.merchantId);
    return views.answer(this.capture(hold, completion, ringOf(caller)));
  }

  /** @throws BankError, the rules of section h.3 */
  capture(hold: Operation, completion: CreateCompletion, signedBy?: KeyRing): Operation {
    const { book, clock, settlement, processing, personalities, switches } = this.options;
    if (!isHeld(hold)) throw new BankError('b_cannot_process_logic_transaction');
    const { state, left, capturing, releasing } = holdBookOf(hold, book.following(hold));
    if (state !== 'held' || capturing || releasing) throw new BankError('b_cannot_process_logic_transaction');
    const toleranceKopiyky = (left * switches.get('completionTolerancePercent')) / 100;
    if (Math.abs(completion.coinAmount - left) > toleranceKopiyky) throw new BankError('b_invalid_request');
    const operation = openCompletion(hold, completion, { now: clock.now(), signedBy });
    settlement.open(operation);
    return processing.finishLater(operation, personalities.pendingMs(operation));
  }

  /** Follows the end of every operation: a new hold is watched, and one whose capture or release ended may be over. */
  follow(operation: Operation): void {
    if (isHeld(operation)) this.watch(operation);
    const hold = operation.original && this.options.book.operation(operation.original.ecomOperationId);
    if (!hold || !isHeld(hold)) return;
    if (operation.type === 'COMPLETION' && operation.status === 'SUCCESS') this.releaseRest(hold);
    if (this.options.clock.now() >= hold.hold.expiresAt) this.lapse(hold.ecomOperationId);
  }

  /** Also called after a restart. */
  watch({ hold, ecomOperationId }: Operation): void {
    if (!hold || hold.lapsed) return;
    this.options.clock.at(hold.expiresAt, () => {
      this.lapse(ecomOperationId);
    });
  }

  /** Gives back what is still held. @returns false when nothing is, or something is on its way. */
  lapse(ecomOperationId: string): boolean {
    const { book, settlement, switches } = this.options;
    const hold = book.operation(ecomOperationId);
    if (!hold || !isHeld(hold)) return false;
    const { state, left, capturing, releasing } = holdBookOf(hold, book.following(hold));
    if (state !== 'held' || capturing || releasing) return false;
    const term = { ...hold.hold, lapsed: true, shownStatus: switches.get('lapsedHoldStatus') };
    const lapsed = { ...hold, hold: term };
    book.saveOperation(lapsed);
    this.enter(hold, left, 'expiry');
    if (switches.get('callbackOfLapsedHold')) settlement.tell(lapsed);
    return true;
  }

  list(): readonly (HoldBook & { readonly hold: Operation })[] {
    const { book } = this.options;
    return book
      .allOperations()
      .filter(isHeld)
      .map((hold) => ({ hold, ...holdBookOf(hold, book.following(hold)) }));
  }

  private releaseRest(hold: Operation): void {
    const { released, refunded } = holdBookOf(hold, this.options.book.following(hold));
    if (released > refunded) this.enter(hold, released - refunded, 'completion');
  }

  private enter(hold: Operation, coinAmount: number, by: 'expiry' | 'completion'): void {
    const { operationId, hppOrderId, merchantId, merchantRequestId } = hold;
    const facts = { coinAmount, operationId, hppOrderId, merchantId, merchantRequestId, by };
    this.options.ledger.append('money.released', facts);
  }
}
