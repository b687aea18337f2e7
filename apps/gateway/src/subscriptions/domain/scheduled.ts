/** A payment of the bank's schedule, as the bank shows it. */
export interface Scheduled {
  /** The bank's id of it. */
  readonly id: string;
  /** From 1, the charge that the customer made. */
  readonly number: number | null;
  /** The bank's number of the plan's version that it follows. */
  readonly version: number | null;
  /** The bank's word. */
  readonly word: string;
  /** Kopiyky. */
  readonly amount: number;
  readonly executionAt: Date | null;
  readonly retryAt: Date | null;
  readonly retries: number;
}

interface WordRow {
  /** What the API calls it. */
  readonly shownAs: ScheduledStatus;
  /** What becomes of the payment; null: no charge was tried. */
  readonly charge: 'processing' | 'charged' | 'failed' | null;
  /** The merchant can have it charged now. Source: bank docs, "Forced payment". */
  readonly chargeable: boolean;
}

export const SCHEDULED_STATUSES = [
  'planned',
  'paused',
  'skipped',
  'charging',
  'charged',
  'retrying',
  'failed',
  'invalidated',
] as const;
export type ScheduledStatus = (typeof SCHEDULED_STATUSES)[number];

const trying = { charge: 'processing', chargeable: false } as const;
const idle = { charge: null, chargeable: false } as const;

/** The bank's words. Source: bank docs, "Scheduled payment status". */
const WORDS: Readonly<Record<string, WordRow>> = {
  WAITING: { ...idle, shownAs: 'planned' },
  PAUSED: { ...idle, shownAs: 'paused' },
  SKIPPED_PAUSED: { ...idle, shownAs: 'skipped', chargeable: true },
  PROCESSING: { ...trying, shownAs: 'charging' },
  SENT: { ...trying, shownAs: 'charging' },
  ALREADY_COMPLETED_ERROR: { ...trying, shownAs: 'charging' },
  ALREADY_IN_PROGRESS_ERROR: { ...trying, shownAs: 'charging' },
  SENDING_ERROR: { ...trying, shownAs: 'charging' },
  RETRY: { ...trying, shownAs: 'retrying' },
  READY_FOR_RETRY: { ...trying, shownAs: 'retrying' },
  SUCCESS: { shownAs: 'charged', charge: 'charged', chargeable: false },
  FAIL_WITHOUT_RETRY: { shownAs: 'failed', charge: 'failed', chargeable: true },
  INVALIDATED: { ...idle, shownAs: 'invalidated' },
};
/** A word that is not printed is not final. */
const UNKNOWN_WORD: WordRow = { ...trying, shownAs: 'charging' };

export function scheduledWord(word: string): WordRow {
  const known = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  return known ?? UNKNOWN_WORD;
}

/** Nothing is expected of it any more. */
export const isFinal = (word: string): boolean =>
  ['SKIPPED_PAUSED', 'SUCCESS', 'FAIL_WITHOUT_RETRY', 'INVALIDATED'].includes(word);

/** What the bank says of the movements of a subscription's order. */
export interface ChargeSeen {
  readonly scheduledId: string;
  readonly status: string;
}

export const DIFFERENCE_KINDS = ['missed_charge', 'extra_charge', 'other_amount', 'other_status'] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** Where the bank's schedule is not as ours. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly scheduledId: string;
  readonly detail: string;
}

export interface Schedules {
  /** As it was kept here. */
  readonly ours: readonly Pick<Scheduled, 'id' | 'word'>[];
  /** As the bank shows it now. */
  readonly theirs: readonly Scheduled[];
  /** Movements under the order; undefined where they could not be read. */
  readonly charges: readonly ChargeSeen[] | undefined;
  /** What a charge costs by the plan; undefined where no rule covers it. */
  readonly costOf: (version: number, number: number) => number | undefined;
  readonly isPaused: boolean;
  /** The bank was asked for payments due up to then: an older one must be there. */
  readonly now: Date;
}

/** How late a charge may be. Milliseconds. */
const LATE_MS = 6 * 3_600_000;

/** What a person must look at; nothing where both schedules say the same. Pure. */
export function compareSchedules(schedules: Schedules): Difference[] {
  return [...missed(schedules), ...extra(schedules), ...otherAmounts(schedules), ...otherStatuses(schedules)];
}

function missed({ ours, theirs, isPaused, now }: Schedules): Difference[] {
  const late = theirs.filter(
    ({ word, executionAt }) =>
      word === 'WAITING' && executionAt !== null && now.getTime() - executionAt.getTime() > LATE_MS,
  );
  const shown = new Set(theirs.map(({ id }) => id));
  const gone = ours.filter(({ id, word }) => !shown.has(id) && scheduledWord(word).charge === 'processing');
  return [
    ...(isPaused
      ? []
      : late.map(({ id, number }) => found('missed_charge', id, `charge ${String(number)} is overdue`))),
    ...gone.map(({ id, word }) => found('missed_charge', id, `was ${word}, and is not shown any more`)),
  ];
}

function extra({ ours, theirs, charges = [] }: Schedules): Difference[] {
  const numbers = Map.groupBy(
    theirs.filter(({ word, number }) => word === 'SUCCESS' && number !== null),
    ({ number }) => number,
  );
  const twice = [...numbers.values()].flatMap(([, ...again]) => again);
  const shown = new Set([...ours, ...theirs].map(({ id }) => id));
  const paid = charges.filter(({ status }) => status === 'SUCCESS').map(({ scheduledId }) => scheduledId);
  const more = new Set(paid.filter((id, at) => paid.indexOf(id) !== at));
  const unplanned = paid.filter((id) => id !== '' && !shown.has(id));
  return [
    ...twice.map(({ id, number }) => found('extra_charge', id, `charge ${String(number)} was made twice`)),
    ...[...more].map((id) => found('extra_charge', id, 'was charged more than once')),
    ...unplanned.map((id) => found('extra_charge', id, 'is in no schedule')),
  ];
}

function otherAmounts({ theirs, costOf }: Schedules): Difference[] {
  return theirs.flatMap(({ id, version, number, amount, word }) => {
    if (word === 'INVALIDATED' || version === null || number === null) return [];
    const cost = costOf(version, number);
    return cost === undefined || cost === amount ? [] : [found('other_amount', id, `${amount} instead of ${cost}`)];
  });
}

function otherStatuses({ ours, theirs, charges }: Schedules): Difference[] {
  const before = new Map(ours.map(({ id, word }) => [id, word]));
  const regressed = theirs.flatMap(({ id, word }) => {
    const was = before.get(id);
    return was === 'SUCCESS' && word !== 'SUCCESS' ? [found('other_status', id, `was ${was}, and is ${word}`)] : [];
  });
  if (!charges) return regressed;
  const contradicted = theirs.flatMap(({ id, word }) => {
    if (!isFinal(word)) return [];
    const own = charges.filter(({ scheduledId }) => scheduledId === id).map(({ status }) => status);
    const isPaid = own.includes('SUCCESS');
    if (word === 'SUCCESS' && own.length > 0 && !isPaid)
      return [found('other_status', id, `SUCCESS, but ${own.join(', ')}`)];
    return word !== 'SUCCESS' && isPaid ? [found('other_status', id, `${word}, but charged`)] : [];
  });
  return [...regressed, ...contradicted];
}

const found = (kind: DifferenceKind, scheduledId: string, detail: string): Difference => ({
  kind,
  scheduledId,
  detail,
});
