import { evidenceOf } from '../domain/evidence.js';
import { type Failure, failureOf } from '../domain/failures.js';
import { SETTLEMENT_CURRENCY } from '../domain/money.js';
import { type Cause, moveOperation } from '../domain/operation.js';
import { isReleased } from '../domain/order-extras.js';
import { announceFlags, move, type Moved, type Payment, type PaymentFlags } from '../domain/payment.js';
import { receiptOf } from '../domain/receipt.js';
import { chargesBeside } from '../domain/several-orders.js';
import { operationStatus, type OperationStatus, paymentStatus } from '../domain/statuses.js';
import {
  decideSync,
  type NextLook,
  nextLook,
  type Sight,
  type SyncDecision,
  type SyncHistory,
} from '../domain/sync-decision.js';
import { intentOf } from '../kinds/kinds.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type OperationNotes, operationOf } from '../store/operation.repository.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { type Seen as Written } from '../store/payment-records.js';
import { type PaymentExtras, paymentOf } from '../store/payment.repository.js';
import { type Look } from './look.js';
import { type Beside, besideOf } from './order-extras-records.js';

/** What a look leads to, before what it shows beside the payment is adopted. */
export interface Outcome {
  readonly decision: SyncDecision;
  readonly moved: Moved;
  readonly beside: Beside;
  readonly paidBy: string | null;
  readonly intents: Written['intents'];
}

/** Pure, so that it can be known before it is written. */
export function outcomeOf(look: Look): Outcome {
  const { row, current, sight, ages, shown } = look;
  const { success } = intentOf(row.kind);
  // What a callback says that nobody could read yet may be an attempt to pay.
  const told = shown ?? (ages.hasUnreadCallback ? 'live' : null);
  const history = { ...ages, shown: told, success, hold: holdOf(look), unstarted: isUnstarted(look) };
  const decision = decideSync(paymentOf(row), sight, history);
  const moved = move(paymentOf(row), decision.to, { ...decision, paid: paidOf(row, sight) });
  const evidence = isWorthKeeping(row, sight, decision) ? evidenceOf('order_query', noted(look)) : undefined;
  const { bankOperationId, redirectUrl } = decision;
  const notes = { cause: causeOf(decision), evidence, bankOperationId, redirectUrl };
  const paidBy = decision.bankOperationId ?? current.bankOperationId;
  const beside = besideOf(moved.payment, { ...look, paidBy }, look.followUps);
  return { decision, moved, beside, paidBy, intents: intentsAfter(look, moved.payment, notes) };
}

/** @param settled the payment with what was adopted, and the events of that */
export function seenBy(look: Look, { decision, moved, beside, paidBy, intents }: Outcome, settled: Moved): Written {
  const { row, sight, reading, others, shown } = look;
  const flags = { ...withOthers(settled.payment.flags, look, paidBy), ...decision.flags };
  const { payment, events } = announceFlags({ ...settled.payment, flags }, row.flags);
  const extras: PaymentExtras = {
    cause: causeOf(decision),
    shown,
    receipt: sight.kind === 'succeeded' ? receiptOf(sight.facts) : undefined,
    awaitsSession: [reading, ...others.map((other) => other.reading)].some(
      (one) => one.kind === 'unknown' && one.noSession === true,
    ),
    ...clocksOf(look),
    ...nextOf(look, decision, beside.again || others.some((other) => other.sight.kind === 'unreadable')),
  };
  return { moved: { payment, events: [...moved.events, ...settled.events, ...events] }, extras, intents };
}

const causeOf = ({ byClock }: SyncDecision): Cause => (byClock ? 'clock' : 'bank');

/** How a hold that was proven goes on. */
function holdOf({ row, current, ages, reading, followUps }: Look): SyncHistory['hold'] {
  const { kind, status } = row;
  if (kind !== 'authorization' || current.status !== 'succeeded' || current.bankOperationId === null) return null;
  if (status === 'canceled') return 'released';
  if (reading.kind === 'found' && isReleased(reading.order, current.bankOperationId, followUps)) return 'released';
  return ages.pastHold && row.amountCapturing === 0 ? 'over' : 'lasts';
}

type IntentNotes = Pick<OperationNotes, 'cause' | 'evidence' | 'bankOperationId' | 'redirectUrl'>;

/** The purchase or hold goes where its payment went: the one that brought the money, else the current one. */
function intentsAfter(look: Look, payment: Payment, notes: IntentNotes): Written['intents'] {
  const { current, intent } = look;
  const moves = notes.bankOperationId === undefined ? current : intent;
  const wanted = paymentStatus(payment.status).intent ?? moves.status;
  // What was proven stays proven, also where a person has to look at the payment.
  const to = moves.status === 'succeeded' && wanted === 'needs_review' ? moves.status : wanted;
  const isReplaced = moves !== current && operationStatus(current.status).inDoubt;
  return [
    ...intentAfter(moves, to, { failure: payment.failure, notes }),
    ...(isReplaced ? intentAfter(current, 'abandoned', { failure: null, notes: { cause: 'bank' } }) : []),
    ...overBeside(look, payment)
      .filter((other) => other !== moves)
      .flatMap((other) => intentAfter(other, 'failed', { failure: EXPIRED, notes: { cause: 'clock' } })),
  ];
}

/** @returns nothing where there is nothing to write */
function intentAfter(
  row: OperationEntity,
  to: OperationStatus,
  { failure, notes }: { readonly failure: Failure | null; readonly notes: IntentNotes },
): Written['intents'] {
  const before = operationOf(row);
  if (to !== before.status) {
    const operation = moveOperation(before, to, { failure });
    return [{ row, operation, notes: { ...notes, nextQueryInSeconds: null } }];
  }
  return notes.evidence || notes.bankOperationId || notes.redirectUrl ? [{ row, operation: before, notes }] : [];
}

/** Kopiyky that were paid or held, where they are not the amount that was asked for. */
function paidOf({ currency }: PaymentEntity, sight: Sight): number | undefined {
  if (sight.kind === 'review') return sight.came;
  return sight.kind === 'succeeded' && currency !== SETTLEMENT_CURRENCY ? sight.facts.hryvnia : undefined;
}

/** The answer a state rests on, and whatever speaks against a payment that is not settled. */
const isWorthKeeping = (row: PaymentEntity, sight: Sight, decision: SyncDecision): boolean =>
  row.status !== decision.to ||
  (!paymentStatus(row.status).ended && (sight.kind === 'incomplete' || sight.kind === 'review'));

const noted = ({ sight, reading, intent, current }: Look) =>
  reading.kind === 'found'
    ? {
        ...sight,
        orderStatus: reading.order.status,
        ...(intent === current ? {} : { order: reading.order.bankOrderId }),
      }
    : sight;

const EXPIRED = failureOf('expired');
const UNPAID: readonly Sight['kind'][] = ['failed', 'untouched', 'gone'];

/** Orders of a payment that has ended without them, once nobody can pay them any more. */
const overBeside = ({ others, ages }: Look, { status }: Payment): OperationEntity[] =>
  others
    .filter(({ intent, sight }) => !operationStatus(intent.status).ended && UNPAID.includes(sight.kind))
    .filter(() => paymentStatus(status).ended && ages.pastGrace)
    .map(({ intent }) => intent);

/** Charges under other orders of a payment that has been paid for. */
function withOthers(flags: PaymentFlags, { others }: Look, paidBy: string | null): PaymentFlags {
  const beside = chargesBeside(others.flatMap(({ reading }) => (reading.kind === 'found' ? [reading.order] : [])));
  if (paidBy === null || beside === undefined) return flags;
  const { second_charge: under } = flags;
  const isTold = under === undefined || under.endsWith(beside);
  return { ...flags, second_charge: isTold ? (under ?? beside) : `${under}; ${beside}` };
}

/** Seconds after the last moment at which a byte of the second call can have left, before its absence counts. */
const ARRIVES_WITHIN_SECONDS = 5;

/** The bank shows, long enough after the second call, that it never arrived. */
const isUnstarted = ({ sight, current, ages }: Look): boolean =>
  sight.kind === 'unstarted' && (ages.now.getTime() - current.sentAt.getTime()) / 1_000 > ARRIVES_WITHIN_SECONDS;

function clocksOf(look: Look): Pick<PaymentExtras, 'incomplete' | 'gone'> {
  const { sight, reading, ages } = look;
  if (isUnstarted(look)) return { gone: true };
  if (sight.kind === 'gone') return ages.pastGrace ? { gone: true } : {};
  return reading.kind === 'found' ? { incomplete: sight.kind === 'incomplete', gone: false } : {};
}

function nextOf(look: Look, decision: SyncDecision, again: boolean): NextLook {
  if (look.hintedMeanwhile) return { nextSyncInSeconds: 0, hintQueries: 1 };
  const { row, ages, sight } = look;
  const sinceEndedSeconds = row.status === decision.to ? (ages.sinceEndedSeconds ?? 0) : 0;
  const { hintQueries } = row;
  return nextLook(decision.to, sight, { ...ages, hintQueries, sinceEndedSeconds, again, random: Math.random() });
}
