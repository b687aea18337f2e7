import { z } from 'zod';

/** At the command line a switch is text. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]).default(false);
const FOREVER = 'forever';
/** A century. */
const MOST_DAYS = 36_525;

export const runRetention = z.strictObject({ dryRun: flag, json: flag });

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
