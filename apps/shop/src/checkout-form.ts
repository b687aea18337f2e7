import { z } from 'zod';
import { type FieldProblem } from './gateway-client.js';
import { type Dictionary } from './i18n.js';
import { type Customer } from './orders.js';

/** As typed. Missing or doubled fields read as empty. */
export const checkoutForm = z.object({
  name: z.string().catch(''),
  email: z.string().catch(''),
});
export type CheckoutForm = z.output<typeof checkoutForm>;

/** What to say beside each field, or above the form. */
export type FormProblems = Partial<Record<keyof CheckoutForm | 'form', string>>;

const fullName = z.string().trim().min(1).max(60);
const emailAddress = z.string().trim().max(254).pipe(z.email());

export function formProblems(form: CheckoutForm, t: Dictionary): FormProblems | undefined {
  const problems: FormProblems = {
    ...(!fullName.safeParse(form.name).success && { name: t.nameProblem }),
    ...(!emailAddress.safeParse(form.email).success && { email: t.emailProblem }),
  };
  return Object.keys(problems).length > 0 ? problems : undefined;
}

/** The gateway's `errors` in the customer's words, beside the field they are about. */
export function gatewayProblems(errors: readonly FieldProblem[], t: Dictionary): FormProblems {
  const names = (pattern: RegExp) => errors.some(({ path }) => pattern.test(path));
  const problems: FormProblems = {
    ...(names(/(first|last)Name/) && { name: t.nameRefused }),
    ...(names(/email/) && { email: t.emailRefused }),
  };
  return Object.keys(problems).length > 0 ? problems : { form: t.formRefused };
}

/** The first word is the first name, the rest is the last name. */
export function customerOf(form: CheckoutForm, id: string): Customer {
  const [firstName = '', ...rest] = form.name.trim().split(/\s+/);
  const lastName = rest.join(' ');
  return { id, firstName, email: form.email.trim(), ...(lastName && { lastName }) };
}
