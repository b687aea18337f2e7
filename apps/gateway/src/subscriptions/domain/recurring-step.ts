/** How one call of the bank about a plan or subscription behaves. */
interface StepRow {
  /** Whose it is. */
  readonly subject: 'plan' | 'subscription';
  /** A subject has one unfinished request of a lane at a time. */
  readonly lane: 'change' | 'charge';
  /** The wall. `harmless`: the same again charges nobody. `never`: only what is known to be unsent goes out. */
  readonly resend: 'harmless' | 'never';
}

export const RECURRING_STEPS = {
  plan_create: { subject: 'plan', lane: 'change', resend: 'harmless' },
  plan_version: { subject: 'plan', lane: 'change', resend: 'harmless' },
  plan_pause: { subject: 'plan', lane: 'change', resend: 'harmless' },
  plan_resume: { subject: 'plan', lane: 'change', resend: 'harmless' },
  plan_archive: { subject: 'plan', lane: 'change', resend: 'harmless' },
  subscription_create: { subject: 'subscription', lane: 'change', resend: 'harmless' }, // nobody has its link
  subscription_cancel: { subject: 'subscription', lane: 'change', resend: 'harmless' },
  first_charge: { subject: 'subscription', lane: 'charge', resend: 'never' },
  forced_charge: { subject: 'subscription', lane: 'charge', resend: 'never' },
} as const satisfies Record<string, StepRow>;

export type RecurringStep = keyof typeof RECURRING_STEPS;
export type SubscriptionStep = Exclude<RecurringStep, `plan_${string}`>;
export const recurringStep = (step: RecurringStep): StepRow => RECURRING_STEPS[step];

/** `sending` and `unknown` differ only in whether a process has it in hand. */
export const REQUEST_TRANSITIONS = {
  sending: ['unknown', 'done', 'refused', 'needs_review'],
  unknown: ['sending', 'done', 'refused', 'needs_review'],
  needs_review: ['sending', 'unknown', 'done', 'refused'],
  refused: ['done'], // given up, and the bank has done it all the same
  done: [],
} as const satisfies Record<string, readonly string[]>;
export type RequestStatus = keyof typeof REQUEST_TRANSITIONS;

/** Nobody knows yet what became of it. */
export const isOpen = (status: RequestStatus): boolean => status !== 'done' && status !== 'refused';
