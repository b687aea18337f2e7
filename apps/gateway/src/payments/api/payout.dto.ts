import { z } from 'zod';
import { cursor, pageSize } from '../../http/members.js';
import { SETTLEMENT_CURRENCY } from '../domain/money.js';
import { PAYMENT_FLAGS } from '../domain/payment.js';
import { PAYMENT_STATUSES } from '../domain/statuses.js';
import { paymentView } from './payment.dto.js';
import { customer, encrypted, metadata, optional, text } from './request-members.js';

/** Kopiyky of one payout: 29,999.00 UAH. Source: bank docs, "A2C". */
export const PAYOUT_MAX = 2_999_900;

const recipient = z
  .strictObject({
    ...customer.shape,
    taxId: optional(z.string().regex(/^\d{10}$/u, { error: 'must be ten digits' })).meta({ examples: ['1234567890'] }),
    passport: optional(text(20)).meta({ description: 'Series and number, where there is no tax id.' }),
  })
  .refine(({ taxId, passport }) => (taxId === undefined) !== (passport === undefined), {
    error: 'must have a taxId or a passport, and not both',
  })
  .meta({ description: 'Who gets the money. Sent to the bank, sealed at rest, never returned.' });

export const createPayout = z
  .strictObject({
    amount: z
      .int({ error: 'must be a whole number of minor units (kopiyky), for example 12550 for 125.50 UAH' })
      .min(1, { error: 'must be at least 1 kopiyka' })
      .max(PAYOUT_MAX, { error: `must be at most ${PAYOUT_MAX} kopiyky, which the bank sends at a time` })
      .meta({ description: 'Kopiyky.', examples: [50000] }),
    currency: z.literal(SETTLEMENT_CURRENCY, { error: `must be ${SETTLEMENT_CURRENCY}` }),
    destination: z
      .strictObject({ type: z.literal('card', { error: 'must be card' }), encryptedNumber: encrypted })
      .meta({ description: 'The card that gets the money, encrypted for the bank.' }),
    recipient,
    reference: optional(text(255)).meta({ description: 'Your own number of it; you can list by it.' }),
    description: optional(text(255)).meta({ description: 'Purpose of the payout.' }),
    metadata,
  })
  .meta({ id: 'CreatePayout' });
export type CreatePayout = z.output<typeof createPayout>;

export const listPayouts = z.strictObject({
  limit: pageSize,
  cursor,
  status: z.enum(PAYMENT_STATUSES).optional(),
  reference: z.string().max(255).optional(),
});
export type ListPayouts = z.output<typeof listPayouts>;

const { livemode, failure, receipt } = paymentView.shape;

export const payoutView = z
  .object({
    object: z.literal('payout'),
    id: z.string().meta({ examples: ['po_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    status: z.enum(PAYMENT_STATUSES).meta({
      description:
        '`created`: nobody knows yet whether the bank has it; do not send it again. `processing`: the bank is at work. `succeeded`: proven by a query.',
    }),
    amount: z.int().meta({ examples: [50000] }),
    currency: z.string(),
    livemode,
    reference: z.string().nullable(),
    description: z.string().nullable(),
    failure,
    receipt,
    flags: z.array(z.enum(PAYMENT_FLAGS)),
    metadata: z.record(z.string(), z.string()),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Payout' });
export type PayoutView = z.output<typeof payoutView>;

export const payoutPage = z
  .object({ data: z.array(payoutView), nextCursor: z.string().nullable() })
  .meta({ id: 'PayoutPage' });
export type PayoutPage = z.output<typeof payoutPage>;

export const balanceView = z
  .object({
    object: z.literal('balance'),
    available: z.int().meta({ description: 'Kopiyky on the account.', examples: [1500000] }),
    overdraft: z.int().meta({ description: 'Kopiyky that the bank lends on top.', examples: [0] }),
    total: z.int().meta({ description: 'Both together.', examples: [1500000] }),
    currency: z.string(),
    livemode,
  })
  .meta({ id: 'Balance' });
export type BalanceView = z.output<typeof balanceView>;
