import { addInKyiv } from '../protocol/bank-dates.js';
import { type RecurringTrace } from './operation.js';
import { type Plan, type Rule, ruleOf, versionAt } from './plans.js';
import { type ScheduledPayment } from './scheduled-payment.js';

const stepOf = ({ intervalUnit, intervalValue }: Rule) =>
  intervalUnit === 'MONTH' ? { months: intervalValue } : { days: intervalValue * (intervalUnit === 'WEEK' ? 7 : 1) };

/** What payment number n costs in the version that applies then; before the first version begins, that one. */
export const termsOf = (plan: Plan, at: number, number: number) => {
  const version = versionAt(plan, at) ?? (number === 1 ? plan.versions[0] : undefined);
  const rule = version && ruleOf(version, number);
  return rule && { versionId: version.versionId, coinAmount: rule.coinAmount, currency: rule.currency };
};

/** The gap before number n is the interval of the rule that covers n. */
export const nextOf = (plan: Plan, at: number, number: number) => {
  const version = versionAt(plan, at) ?? plan.versions[0];
  const rule = version && ruleOf(version, number);
  if (!rule) return undefined;
  const next = addInKyiv(at, stepOf(rule));
  const terms = termsOf(plan, next, number);
  return terms && { at: next, terms };
};

export const traceOf = (
  payment: ScheduledPayment,
  plan: Plan,
  recurringTransactionType: 'O' | 'M',
  paymentMethodType: string,
): RecurringTrace => ({
  scheduledPaymentId: payment.id,
  paymentMethodType,
  categorySubcategoryIndicator: plan.categorySubcategoryIndicator,
  recurringTransactionType,
  isInitial: recurringTransactionType === 'O',
});
