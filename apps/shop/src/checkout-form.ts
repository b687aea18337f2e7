import { z } from 'zod';
import { type EncryptedCard, type FieldProblem } from './gateway-client.js';
import { type Dictionary } from './i18n.js';
import { type Customer } from './orders.js';

/** As typed. Missing or doubled fields read as empty. */
export const checkoutForm = z.object({
  name: z.string().catch(''),
  email: z.string().catch(''),
  way: z.enum(['page', 'card']).catch('page'),
});
export type CheckoutForm = z.output<typeof checkoutForm>;

/** What to say beside each field, or above the form. */
export type FormProblems = Partial<Record<keyof CheckoutForm | 'card' | 'form', string>>;

const fullName = z.string().trim().min(1).max(60);
const emailAddress = z.string().trim().max(254).pipe(z.email());

const browserDetails = z.record(z.string(), z.union([z.string(), z.number()]));
const cardForm = z.object({
  encryptedNumber: z.string().min(1),
  encryptedData: z.string().min(1),
  browser: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(browserDetails),
});

/** A card as the fields encrypted it, and the browser that it was typed into. */
export interface EnteredCard {
  readonly card: EncryptedCard;
  readonly browser: Readonly<Record<string, string | number>>;
}

/**
 * @param accept the header of the request: 3-D Secure asks for it
 * @returns undefined where the page's script has not encrypted a card
 */
export function enteredCard(body: unknown, accept = '*/*'): EnteredCard | undefined {
  try {
    const { encryptedNumber, encryptedData, browser } = cardForm.parse(body);
    return { card: { encryptedNumber, encryptedData }, browser: { ...browser, acceptHeader: accept } };
  } catch {
    return undefined; // nothing of it is quoted
  }
}

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
