/** Days for which books must be kept: Tax Code of Ukraine, article 44.3, counted from when the return was filed. */
export const LEGAL_MINIMUM_DAYS = 1_095;

interface KeptData {
  readonly what: string;
  /** Days; null: for good. */
  readonly keepDays: number | null;
  /** Belongs to the books, so that the law says how long it is kept at least. */
  readonly isBooks: boolean;
}

/** What can be kept for longer or shorter, and how long it is kept where nobody said anything. */
export const KEPT_DATA = {
  callbacks: { what: 'What the bank posted, sealed.', keepDays: 400, isBooks: false },
  webhooks: { what: 'Deliveries of webhooks and each attempt at them.', keepDays: 90, isBooks: false },
  events: { what: 'The feed of events.', keepDays: 400, isBooks: false },
  history: { what: 'Each move of payments and of what was done to them.', keepDays: null, isBooks: true },
  payments: {
    what: 'Payments, verifications and payouts, with everything that was done to them, and the idempotency keys of it.',
    keepDays: null,
    isBooks: true,
  },
  registers: { what: "The bank's registers, line by line, and where they differed.", keepDays: null, isBooks: true },
  audit: { what: 'What operators did.', keepDays: null, isBooks: false },
} as const satisfies Readonly<Record<string, KeptData>>;

export type DataName = keyof typeof KEPT_DATA;
export const DATA_NAMES = Object.keys(KEPT_DATA) as [DataName, ...DataName[]];

/** Whose data a rule is about where it is about everybody's. */
export const EVERYBODY = '-';

export interface RetentionRule {
  /** An account, or {@link EVERYBODY}. */
  readonly accountId: string;
  readonly data: DataName;
  readonly keepDays: number | null;
  /** Why less than the law says. */
  readonly belowMinimum: string | null;
}

/** Days for which an account's data is kept: by its own rule, by everybody's, or by default. Null: for good. */
export function keepDaysOf(data: DataName, accountId: string, rules: readonly RetentionRule[]): number | null {
  const ofData = rules.filter((rule) => rule.data === data);
  const rule = ofData.find((one) => one.accountId === accountId) ?? ofData.find((one) => one.accountId === EVERYBODY);
  return rule === undefined ? KEPT_DATA[data].keepDays : rule.keepDays;
}

/** Whether so many days are fewer than the law wants for it. */
export const isTooShort = (data: DataName, keepDays: number | null): boolean =>
  KEPT_DATA[data].isBooks && keepDays !== null && keepDays < LEGAL_MINIMUM_DAYS;
