/**
 * A request about a plan or subscription: `due`: nothing is on record, `begun`: nothing is sent, `answered`: nothing is
 * written, `asked`: the bank was asked what became of it.
 * A look at a subscription: the bank was asked, and what it said is written.
 */
export const SUBSCRIPTION_FAILPOINTS = [
  'recurring.due',
  'recurring.begun',
  'recurring.answered',
  'recurring.concluded',
  'recurring.asked',
  'subscription.read',
  'subscription.recorded',
] as const;
