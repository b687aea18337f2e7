/** What one status of a subscription means. */
interface SubscriptionStatusRow {
  readonly to: readonly string[];
  /** Its first charge has not been made. */
  readonly starting: boolean;
  /** Nothing is charged any more; what was under way is still followed. */
  readonly ended: boolean;
  /** The merchant can end it. */
  readonly cancelable: boolean;
}

const starting = { starting: true, ended: false, cancelable: true } as const;
const ended = { starting: false, ended: true, cancelable: false } as const;

/** Only the bank's own word moves one that has ended. */
export const SUBSCRIPTION_STATUS = {
  created: {
    ...starting,
    to: ['requires_action', 'requires_confirmation', 'failed'],
    cancelable: false, // the bank has not said yet that it has it
  },
  requires_confirmation: {
    ...starting,
    to: ['requires_action', 'processing', 'active', 'completed', 'failed', 'canceled'],
  },
  requires_action: {
    ...starting,
    to: ['requires_confirmation', 'processing', 'active', 'completed', 'failed', 'canceled'],
  },
  processing: {
    ...starting,
    to: ['requires_confirmation', 'requires_action', 'active', 'completed', 'failed', 'canceled'],
  },
  active: { starting: false, ended: false, cancelable: true, to: ['completed', 'canceled'] },
  failed: { ...ended, to: ['requires_action', 'requires_confirmation', 'active'] },
  completed: { ...ended, to: [] },
  canceled: { ...ended, to: [] },
} as const satisfies Record<string, SubscriptionStatusRow>;

export type SubscriptionStatus = keyof typeof SUBSCRIPTION_STATUS;
export const SUBSCRIPTION_STATUSES = Object.keys(SUBSCRIPTION_STATUS) as [SubscriptionStatus, ...SubscriptionStatus[]];
export const subscriptionStatus = (status: SubscriptionStatus): SubscriptionStatusRow => SUBSCRIPTION_STATUS[status];

/** For the database's own table of legal moves. */
export const SUBSCRIPTION_TRANSITIONS = Object.fromEntries(
  SUBSCRIPTION_STATUSES.map((status) => [status, subscriptionStatus(status).to]),
) as Readonly<Record<SubscriptionStatus, readonly string[]>>;

export const canMoveSubscription = (from: SubscriptionStatus, to: SubscriptionStatus): boolean =>
  subscriptionStatus(from).to.includes(to);

/** How the first charge is made. */
export const START_METHODS = ['hosted_page', 'card'] as const;
export type StartMethod = (typeof START_METHODS)[number];

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds after which something that is under way at the bank is looked at again, by the number of looks since it began. */
const UNDER_WAY = [2, 5, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR];
/** While the customer has a page to pay on. */
const STARTING = [MINUTE, 2 * MINUTE, 2 * MINUTE, 5 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
/** Looks at one that nobody begins with: hourly for two days, then it waits for a hint. */
const STARTING_LOOKS = 55;
/** After the end, when nothing is under way. */
const AFTER_END = [HOUR, DAY, 3 * DAY, 7 * DAY];

export interface Outlook {
  readonly status: SubscriptionStatus;
  /** Looks since anything changed or was told. */
  readonly looks: number;
  /** A charge is being made or not proven yet, or the last look brought no answer. */
  readonly isUnderWay: boolean;
  /** Until the next charge that the bank plans; null where there is none. */
  readonly untilNextSeconds: number | null;
}

/** Seconds until the bank is asked again: soon after each charge, and once a day whatever happens; null: not by itself. */
export function nextLookIn({ status, looks, isUnderWay, untilNextSeconds }: Outlook): number | null {
  const { starting: isStarting, ended: hasEnded } = subscriptionStatus(status);
  if (isUnderWay) return UNDER_WAY[looks] ?? HOUR;
  if (isStarting) return looks < STARTING_LOOKS ? (STARTING[looks] ?? HOUR) : null;
  if (hasEnded) return AFTER_END[looks] ?? null;
  return Math.min(DAY, Math.max(MINUTE, (untilNextSeconds ?? DAY) + MINUTE));
}
