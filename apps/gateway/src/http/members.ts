import { z } from 'zod';

/** Rows of a page. */
export const pageSize = z.coerce.number().pipe(z.int().min(1).max(100)).default(20);
/** Where a page begins, as it was handed out. */
export const cursor = z.string().max(200).optional();
/** Of an answer. */
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Pass it as `cursor` for the next page; null on the last.' });

/** With its offset from UTC. */
export const moment = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' })
  .transform((written) => new Date(written));
