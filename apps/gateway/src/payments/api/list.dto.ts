import { z } from 'zod';
import { cursor as anyCursor, pageSize } from '../../http/members.js';
import { PAYMENT_STATUSES, REFUND_STATUSES } from '../domain/statuses.js';

export const limit = pageSize.meta({
  description: 'How many a page holds.',
  type: 'integer',
  minimum: 1,
  maximum: 100,
});
export const cursor = anyCursor.meta({ description: '`nextCursor` of the page before.' });

const moment = z.iso
  .datetime({ offset: true, error: 'must be a time with offset, such as 2026-01-31T00:00:00+02:00' })
  .transform((text) => new Date(text));
const createdBetween = {
  createdFrom: moment.optional().meta({ description: 'Only what was created then or later.' }),
  createdBefore: moment.optional().meta({ description: 'Only what was created earlier.' }),
};

const customerId = z
  .string()
  .max(255)
  .optional()
  .meta({ description: 'Those of one customer, by your own `customer.id`.' });

const changedSince = moment.optional().meta({
  description:
    'Only what changed visibly then or later, the oldest change first, from the first answer of the bank on; goes with `limit` and `cursor` alone. Ask from a minute before you last asked: what was being written then shows up late.',
});

const WITH_CHANGES: readonly string[] = ['changedSince', 'limit', 'cursor'];
/** It has an order of its own. */
const changesAlone = (query: Readonly<Record<string, unknown>>): boolean =>
  query['changedSince'] === undefined ||
  Object.entries(query).every(([name, value]) => value === undefined || WITH_CHANGES.includes(name));
const ALONE = { path: ['changedSince'], error: 'goes with limit and cursor alone' };

export const listRefunds = z
  .strictObject({
    limit,
    cursor,
    status: z.enum(REFUND_STATUSES).optional(),
    paymentId: z.string().max(100).optional().meta({ description: 'Those of one payment.' }),
    customerId,
    ...createdBetween,
    changedSince,
  })
  .refine(changesAlone, ALONE);
export type ListRefunds = z.output<typeof listRefunds>;

const metadataEntry = z
  .record(z.string().max(40), z.string().max(500), { error: 'must be given as metadata[key]=value' })
  .refine((entries) => Object.keys(entries).length === 1, { error: 'must have one entry' })
  .optional()
  .meta({
    description: 'Those with this entry in their `metadata`, as `metadata[key]=value`.',
    examples: [{ order: '1001' }],
  });

export const listPayments = z
  .strictObject({
    limit,
    cursor,
    status: z.enum(PAYMENT_STATUSES).optional(),
    reference: z.string().max(255).optional(),
    customerId,
    metadata: metadataEntry,
    ...createdBetween,
    paymentLinkId: z.string().max(100).optional().meta({ description: 'Those that were made by a payment link.' }),
    subscriptionId: z.string().max(100).optional().meta({ description: 'The charges of one subscription.' }),
    changedSince,
  })
  .refine(changesAlone, ALONE);
export type ListPayments = z.output<typeof listPayments>;
