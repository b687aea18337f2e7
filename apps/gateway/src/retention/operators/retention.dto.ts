import { z } from 'zod';

/** At the command line a switch is text. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]).default(false);
const FOREVER = 'forever';
/** A century. */
const MOST_DAYS = 36_525;

export const runRetention = z.strictObject({ dryRun: flag, json: flag });

/** As it came once; no more of it is checked. */
const name = z.string().trim().min(1).max(256).optional();

export const eraseCustomer = z
  .strictObject({ customer: name, email: name, reference: name, dryRun: flag })
  .refine(({ customer, email, reference }) => [customer, email, reference].filter(Boolean).length === 1, {
    error: 'must have one of customer, email and reference',
  });

export const setRetention = z.strictObject({
  days: z
    .union([z.literal(FOREVER), z.coerce.number().int().min(1).max(MOST_DAYS)], {
      error: 'must be a whole number of days, or forever',
    })
    .transform((days) => (days === FOREVER ? null : days)),
  account: z
    .string()
    .regex(/^acc_[0-9a-f]{32}$/u, { error: 'must be the id of a merchant account' })
    .optional(),
  belowMinimum: z
    .string()
    .trim()
    .min(3, { error: 'must say in a few words where the books are kept' })
    .max(500)
    .optional(),
});
