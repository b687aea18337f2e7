import { z } from 'zod';
import { PAYMENT_DECISIONS } from '../payments/domain/operator-decision.js';
import { PAYMENT_FLAGS } from '../payments/domain/payment.js';

/** Characters of a note; long enough for a case number and two sentences. */
const NOTE_MAX = 500;
/** Shown at once; who has more has another problem. */
const LIST_MAX = 500;

const note = z
  .string()
  .trim()
  .min(1, { error: 'must not be blank' })
  .max(NOTE_MAX, { error: `must have at most ${NOTE_MAX} characters` })
  .refine((text) => !text.includes('\0') && text.isWellFormed(), { error: 'must be plain text' });
const grounds = {
  reason: note.meta({ description: 'Shown to the merchant as the message of the failure.' }),
  evidence: note.meta({ description: 'What was seen, and where: for the audit and the history only.' }),
};

export const listReviews = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(LIST_MAX)).default(50),
});

export const decidePayment = z.strictObject({
  to: z.enum(PAYMENT_DECISIONS, {
    error: `must be one of ${PAYMENT_DECISIONS.join(', ')}: that a payment succeeded is the bank's word alone`,
  }),
  ...grounds,
});

export const giveUpOperation = z.strictObject(grounds);

export const clearFlag = z.strictObject({
  flag: z.enum(PAYMENT_FLAGS, { error: `must be one of ${PAYMENT_FLAGS.join(', ')}` }),
  note,
});

export const nameOrder = z.strictObject({ order: z.string().trim().min(1).max(100) });

export const openCallback = z.strictObject({ account: z.string(), callback: z.string() });

export const markRestored = z.strictObject({
  backupAt: z.iso.datetime({
    offset: true,
    error: 'must be the time of the backup with offset, such as 2027-01-31T00:00:00Z',
  }),
});
