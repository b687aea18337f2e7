import { z } from 'zod';
import { BREAK_TYPES } from '../domain/break-types.js';
import { REPORT_FORMATS } from '../reports.service.js';
import { AMOUNT_UNITS } from '../domain/register-money.js';

const day = z.iso.date({ error: 'must be a day such as 2027-01-31' });
const limit = z.coerce.number().int().min(1).max(1_000).default(100);
/** In a query and at the command line a switch is text. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]).default(false);

const isStream = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

export const importRegister = z.strictObject({
  file: z.custom<AsyncIterable<Uint8Array>>(isStream, { error: 'must be the file, as the body of the request' }),
  name: z.string().trim().min(1).max(200).optional(),
  from: day.optional(),
  to: day.optional(),
  amountsIn: z.enum(AMOUNT_UNITS).default('kopiyky'),
  adds: flag,
});

export const dailyReport = z.strictObject({
  day: day.optional(),
  format: z.enum(REPORT_FORMATS).default('json'),
});

export const runSweep = z.strictObject({ day: day.optional() });

export const listRegisters = z.strictObject({ limit });

export const listBreaks = z.strictObject({
  status: z.enum(['open', 'resolved', 'settled']).optional(),
  type: z.enum(BREAK_TYPES).optional(),
  limit,
});

export const resolveBreak = z.strictObject({
  note: z.string().trim().min(3, { error: 'must say in a few words how it was resolved' }).max(2_000),
});
