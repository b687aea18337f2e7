import { z } from 'zod';
import { browser, encrypted, optional } from './request-members.js';

/** Whoever is there wants to come back. What is given and wrong is named by its own schema. */
export function mayReturn({
  returnUrl: back,
  offSession,
}: {
  readonly returnUrl?: unknown;
  readonly offSession?: unknown;
}) {
  return offSession === true || (back !== undefined && back !== null);
}

/** The merchant knows what is paid with, and needs no page of the bank. */
const isInOwnPage = (type: string): boolean => type === 'card' || type === 'saved_card';

/** What depends on whether the customer is there. */
export function checkPresence(
  {
    offSession = false,
    browser: seen,
    paymentMethod: { type },
  }: {
    readonly offSession?: boolean | undefined;
    readonly browser?: object | undefined;
    readonly paymentMethod: { readonly type: string };
  },
  context: z.RefinementCtx,
): void {
  if (context.issues.length > 0 || isInOwnPage(type)) return;
  const objection = (path: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  if (offSession) objection('offSession', `must be false with ${type}: a customer has to pay`);
  if (seen !== undefined) objection('browser', `is not known with ${type}`);
}

export const confirmPayment = z
  .strictObject({
    encryptedData: optional(encrypted).meta({
      description: 'Expiry and CVV, encrypted in the customer’s browser. Never kept. Needed with `card`.',
    }),
    browser: optional(browser).meta({
      description: 'Needed where the customer is present, for 3-D Secure; with `saved_card` it is all that is needed.',
    }),
  })
  .meta({ id: 'ConfirmPayment' });
export type ConfirmPayment = z.output<typeof confirmPayment>;
