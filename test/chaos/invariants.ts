import { type LedgerEntry } from '../support/bank-control.js';
import { type Evidence, type OperationRow } from './evidence.js';

export interface Invariant {
  readonly name: string;
  /** As docs/correctness.md has it. */
  readonly says: string;
  /** @returns a line for each violation */
  readonly check: (evidence: Evidence) => readonly string[];
}

/** Operations that wait for something. */
const OPEN = ['sending', 'unknown', 'pending', 'action_required'];
/** Payments that are open, or given up while somebody may still pay. */
const PAYABLE = ['requires_confirmation', 'requires_action', 'canceled'];
/** What the bank did to somebody's money by a request of ours. */
const MONEY = [
  ...['money.charged', 'money.captured', 'money.paid_out'],
  'money.held',
  'money.released',
  'money.refunded',
];

const MOVED_ONCE = ['money.charged', 'money.held', 'money.paid_out'];

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function grouped<T>(items: readonly T[], keyOf: (item: T) => string | undefined): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** The rest that the bank releases by itself after a part was captured has no type. */
const moneyOf = ({ ledger }: Evidence): readonly LedgerEntry[] =>
  ledger.filter(({ kind, type }) => MONEY.includes(kind) && type !== undefined);

const byRequest = ({ operations }: Evidence): ReadonlyMap<string, OperationRow> =>
  new Map(operations.flatMap((row) => (row.requestId === null ? [] : [[row.requestId, row]])));

/** Minor units of one payment that the bank moved in these ways. */
function bankSum(evidence: Evidence, paymentId: string, kinds: readonly string[]): number {
  const requests = byRequest(evidence);
  const entries = moneyOf(evidence).filter(
    ({ kind, merchantRequestId = '' }) =>
      kinds.includes(kind) && requests.get(merchantRequestId)?.paymentId === paymentId,
  );
  return sum(entries.map(({ coinAmount = 0 }) => coinAmount));
}

export const INVARIANTS: readonly Invariant[] = [
  {
    name: 'one effect a request',
    says: 'the bank moves money at most once for each request id of ours',
    check: (evidence) =>
      [...grouped(moneyOf(evidence), ({ merchantRequestId }) => merchantRequestId)]
        .filter(([, entries]) => entries.length > 1)
        .map(([id, entries]) => `${id}: ${entries.map(({ kind }) => kind).join(', ')}`),
  },
  {
    name: 'one charge a payment',
    says: 'a payment is charged or held at most once, whatever was repeated',
    check: (evidence) => {
      const requests = byRequest(evidence);
      const charges = moneyOf(evidence).filter(({ kind }) => MOVED_ONCE.includes(kind));
      return [...grouped(charges, ({ merchantRequestId = '' }) => requests.get(merchantRequestId)?.paymentId)]
        .filter(([, entries]) => entries.length > 1)
        .map(([id, entries]) => `${id}: ${entries.length} charges`);
    },
  },
  {
    name: 'one payment a key',
    says: 'repeats of a request under one key name one resource',
    check: ({ asked }) =>
      asked.filter(({ ids }) => ids.size > 1).map(({ key, ids }) => `${key}: ${[...ids].join(', ')}`),
  },
  {
    name: 'written ahead',
    says: 'what the bank has of ours was on record before: every request id in its ledger is in the database',
    check: (evidence) => {
      const requests = byRequest(evidence);
      const known = new Set(moneyOf(evidence).map(({ merchantRequestId }) => merchantRequestId ?? ''));
      for (const { kind, merchantRequestId } of evidence.ledger)
        if (kind === 'order.created' && merchantRequestId !== undefined) known.add(merchantRequestId);
      return [...known].filter((id) => !requests.has(id)).map((id) => `${id} is not on record`);
    },
  },
  {
    name: 'what was answered is kept',
    says: 'what was answered 2xx is in the database after any crash',
    check: ({ asked, payments, operations, cards }) => {
      const kept = new Set([...payments, ...operations, ...cards].map(({ id }) => id));
      return asked
        .filter(({ path }) => !/^\/v1\/(plans|subscriptions)/u.test(path)) // no payment: its activity reads it again
        .flatMap(({ ids, path }) => [...ids].filter((id) => !kept.has(id)).map((id) => `${path}: ${id}`));
    },
  },
  {
    name: 'first answer, byte for byte',
    says: 'the first final answer to a key is the one that is kept for it',
    check: ({ asked, keys }) => {
      const kept = new Map(keys.map((row) => [row.key, row]));
      return asked
        .filter(({ key, final }) => final && kept.has(key) && kept.get(key)?.body !== final.text)
        .map(({ key, path }) => `${path} (${key}) was answered otherwise than it is kept`);
    },
  },
  {
    name: 'repeated later, answered the same',
    says: 'a request that is repeated after all is over is answered as it was, byte for byte, and moves nothing',
    check: ({ asked }) =>
      asked
        .filter(({ final, again }) => final && again && (again.status !== final.status || again.text !== final.text))
        .map(({ key, path, again }) => `${path} (${key}) is answered ${String(again?.status)} in other words`),
  },
  {
    name: 'money taken',
    says: 'what the bank charged and captured is what the payment says was captured',
    check: (evidence) =>
      evidence.payments
        .filter(({ kind }) => kind !== 'verification')
        .map(({ id, amountCaptured }) => ({
          ...{ id, amountCaptured },
          bank: bankSum(evidence, id, ['money.charged', 'money.captured', 'money.paid_out']),
        }))
        .filter(({ amountCaptured, bank }) => amountCaptured !== bank)
        .map(({ id, amountCaptured, bank }) => `${id}: ${amountCaptured} here, ${bank} at the bank`),
  },
  {
    name: 'money held',
    says: 'what the bank holds or held is what the payment says was authorized',
    check: (evidence) =>
      evidence.payments
        .filter(({ kind }) => kind === 'authorization')
        .map((row) => ({ ...row, bank: bankSum(evidence, row.id, ['money.held']) }))
        .filter(({ amountAuthorized, bank }) => amountAuthorized !== bank)
        .map(({ id, amountAuthorized, bank }) => `${id}: ${amountAuthorized} here, ${bank} at the bank`),
  },
  {
    name: 'money given back',
    says: 'what the bank gave back is what the payment says was refunded, and never more than was captured',
    check: (evidence) =>
      evidence.payments
        .map((row) => ({ ...row, bank: bankSum(evidence, row.id, ['money.refunded']) }))
        .filter(({ amountRefunded, amountCaptured, bank }) => amountRefunded !== bank || bank > amountCaptured)
        .map(({ id, amountRefunded, bank }) => `${id}: ${amountRefunded} here, ${bank} at the bank`),
  },
  {
    name: 'holds end once',
    says: 'a hold is captured or released, never both; a released one is canceled here',
    check: (evidence) =>
      evidence.payments
        .filter(({ kind }) => kind === 'authorization')
        .map(({ id, status }) => ({
          ...{ id, status },
          captured: bankSum(evidence, id, ['money.captured']),
          released: bankSum(evidence, id, ['money.released']),
        }))
        .filter(({ status, captured, released }) => released > 0 && (captured > 0 || status !== 'canceled'))
        .map(({ id, status }) => `${id} is ${status}, and its hold was released`),
  },
  {
    name: 'nothing is stuck',
    says: 'once the world is well every operation ends or is flagged, and nothing stays reserved for what has ended',
    check: ({ operations, payments }) => {
      const inReview = new Set(
        operations.filter(({ status }) => status === 'needs_review').map((row) => row.paymentId),
      );
      const stuck = operations.filter(({ status }) => OPEN.includes(status));
      // The bank has no call to close an order: it is looked at until nobody can pay it any more.
      const unpaid = new Set(payments.filter(({ status }) => PAYABLE.includes(status)).map(({ id }) => id));
      return [
        ...stuck
          .filter(({ status, paymentId }) => !(status === 'action_required' && unpaid.has(paymentId)))
          .map(({ id, kind, status }) => `${kind} ${id} is ${status}`),
        ...payments
          .filter(({ id, reserved }) => reserved > 0 && !inReview.has(id))
          .map(({ id, reserved }) => `${id} reserves ${reserved}`),
      ];
    },
  },
  {
    name: 'ends as the merchant meant it',
    says: 'a payment stands where what was asked for and acknowledged leads',
    check: ({ expected, payments }) => {
      const rows = new Map(payments.map((row) => [row.id, row]));
      return expected
        .filter(({ paymentId, ends }) => !ends.includes(rows.get(paymentId)?.status ?? 'gone'))
        .map((one) => `${one.activity} ${one.paymentId} is ${rows.get(one.paymentId)?.status ?? 'gone'}`);
    },
  },
  {
    name: 'every move is on record',
    says: 'history is a chain of legal moves that ends where the row stands',
    check: ({ moves, payments, operations }) => {
      const last = new Map<string, string>();
      const broken: string[] = [];
      for (const { of, from, to, isLegal } of moves) {
        // The first move comes out of what the row was born as.
        if (from !== (last.get(of) ?? from)) broken.push(`${of}: ${String(from)} after ${String(last.get(of))}`);
        if (!isLegal) broken.push(`${of}: ${String(from)} -> ${to}`);
        last.set(of, to);
      }
      const rows = [...payments, ...operations].filter(({ id, status }) => (last.get(id) ?? status) !== status);
      return [...broken, ...rows.map(({ id, status }) => `${id} is ${status}, its history says ${last.get(id)}`)];
    },
  },
  {
    name: 'events without gaps',
    says: 'the events of a subject are numbered from 1 without gaps, and each has its place in the feed',
    check: ({ events, payments }) => {
      const groups = grouped(events, ({ subjectId }) => subjectId);
      const gaps = payments.filter(({ id, eventSequence }) => {
        const numbers = (groups.get(id) ?? []).map(({ sequence }) => sequence).toSorted((a, b) => a - b);
        return numbers.length !== eventSequence || numbers.some((number, at) => number !== at + 1);
      });
      const lost = events.filter(({ position }) => position === null);
      return [...gaps.map(({ id }) => `${id} lacks events`), ...lost.map(({ id }) => `${id} is in no feed`)];
    },
  },
  {
    name: 'every event arrives',
    says: 'each committed event was received at least once, or sits in the dead letters',
    check: ({ events, deliveries, received }) => {
      const dead = new Set(deliveries.filter(({ status }) => status === 'dead').map(({ eventId }) => eventId));
      const waiting = deliveries.filter(({ status }) => status === 'pending').map(({ eventId }) => eventId);
      return [
        ...events.filter(({ id }) => !received.has(id) && !dead.has(id)).map(({ id }) => `${id} never came`),
        ...waiting.map((id) => `${id} still waits`),
      ];
    },
  },
  {
    name: 'nothing untrue is told',
    says: 'what the webhook received is a committed event',
    check: ({ received, events }) => {
      const committed = new Set(events.map(({ id }) => id));
      return [...received.keys()].filter((id) => !committed.has(id));
    },
  },
  {
    name: 'told again in the same words',
    says: 'an event that is sent again, whoever died over it, has the same id and the same body, byte for byte',
    check: ({ received }) =>
      [...received].filter(([, bodies]) => bodies.size > 1).map(([id, bodies]) => `${id}: ${bodies.size} bodies`),
  },
  {
    name: 'callbacks answered are kept',
    says: 'a callback is answered 200 only after its row is committed, and every kept one is worked off',
    check: ({ ledger, callbacks }) => {
      const answered = ledger.filter(({ kind, httpStatus }) => kind === 'callback.sent' && httpStatus === 200).length;
      const kept = sum(callbacks.map(({ deliveries }) => deliveries));
      return [
        ...(answered > kept ? [`${answered} were answered 200, ${kept} are kept`] : []),
        ...callbacks.filter(({ settled }) => !settled).map(({ paymentId }) => `one of ${paymentId} is not worked off`),
      ];
    },
  },
  {
    name: 'one authorize a renewal',
    says: 'the bank opens no more sessions than there were attempts, and each published one is a version',
    check: ({ ledger, session: { version, attempts, renewed } }) => {
      const opened = ledger.filter(({ kind, ok, rival }) => kind === 'authorize' && ok === true && !rival).length;
      return [
        ...(opened > attempts ? [`${opened} sessions at ${attempts} attempts`] : []),
        ...(renewed === version ? [] : [`version ${version} after ${renewed} renewals`]),
      ];
    },
  },
];

/** @returns violations by the name of the invariant; none for those that hold */
export function violationsOf(evidence: Evidence): readonly string[] {
  return INVARIANTS.flatMap(({ name, check }) => check(evidence).map((line) => `${name}: ${line}`));
}
