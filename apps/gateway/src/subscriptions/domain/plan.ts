/** What one status of a plan means. `created`: the bank has not said yet that it has it. */
interface PlanStatusRow {
  readonly to: readonly string[];
  /** Nobody can subscribe to it any more. */
  readonly ended: boolean;
}

export const PLAN_STATUS = {
  created: { to: ['active', 'failed'], ended: false },
  active: { to: ['paused', 'archived'], ended: false },
  paused: { to: ['active', 'archived'], ended: false },
  failed: { to: ['active'], ended: true }, // given up, and the bank has it all the same
  archived: { to: [], ended: true },
} as const satisfies Record<string, PlanStatusRow>;

export type PlanStatus = keyof typeof PLAN_STATUS;
export const PLAN_STATUSES = Object.keys(PLAN_STATUS) as [PlanStatus, ...PlanStatus[]];

/** For the database's own table of legal moves. */
export const PLAN_TRANSITIONS: Readonly<Record<PlanStatus, readonly string[]>> = {
  created: PLAN_STATUS.created.to,
  active: PLAN_STATUS.active.to,
  paused: PLAN_STATUS.paused.to,
  failed: PLAN_STATUS.failed.to,
  archived: PLAN_STATUS.archived.to,
};

/** The card networks' category of the agreement; the bank's own words. */
export const PLAN_CATEGORIES = ['C103', 'M103'] as const;
export type PlanCategory = (typeof PLAN_CATEGORIES)[number];

/** How often the bank charges, and how much, for consecutive numbers of charges. */
export interface Rule {
  readonly fromNumber: number;
  readonly toNumber: number;
  /** Kopiyky. */
  readonly amount: number;
  readonly intervalCount: number;
  readonly intervalUnit: 'day' | 'week' | 'month';
}

/** A set of rules and when it applies. */
export interface Version {
  /** The bank's number of it, from 1. */
  readonly number: number;
  readonly rules: readonly Rule[];
  readonly appliesFrom: Date | null;
  readonly appliesTo: Date | null;
}

/** Of the plan's description at the bank. Characters. */
const BANK_DESCRIPTION_MAX = 255;

/** What the bank keeps beside the name: ours of the plan, by which it is found again after a lost answer. */
export function bankDescriptionOf(id: string, description: string | null): string {
  const mark = `[${id}]`;
  return description === null ? mark : `${description.slice(0, BANK_DESCRIPTION_MAX - mark.length - 1)} ${mark}`;
}

/** Characters that are left of a description beside our id of the plan. */
export const DESCRIPTION_MAX = 200;

/** @returns the same rules whatever the order of their members */
export const sameRules = (one: readonly Rule[], other: readonly Rule[]): boolean => textOf(one) === textOf(other);
const textOf = (rules: readonly Rule[]): string =>
  JSON.stringify(
    rules.map((rule) => [rule.fromNumber, rule.toNumber, rule.amount, rule.intervalCount, rule.intervalUnit]),
  );
