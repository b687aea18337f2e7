import { z } from 'zod';
import { cursor, moment, nextCursor, pageSize } from '../../http/members.js';
import { LINK_STATUSES, LINK_USAGES } from '../domain/payment-link.js';
import { checkTerms, paymentTerms } from './payment-terms.js';
import { paymentView } from './payment.dto.js';
import { notes, optional, returnUrl, text } from './request-members.js';

export const createPaymentLink = z
  .strictObject({
    ...paymentTerms,
    usage: optional(z.enum(LINK_USAGES, { error: `must be one of ${LINK_USAGES.join(', ')}` }))
      .transform((usage) => usage ?? 'reusable')
      .meta({
        description:
          '`reusable` (when absent): every click makes a payment of its own. `single`: one payment at a time, and none after one that was paid.',
        default: 'reusable',
      }),
    returnUrl: optional(returnUrl).meta({
      description: 'Where the customer returns to; without it, a page of the gateway that shows the result.',
    }),
    reference: optional(text(255)).meta({ description: 'Your own number of it, and of every payment by it.' }),
    expiresAt: optional(moment).meta({
      description: 'From then on it makes no payment; one that was begun before has its own `expiresInMinutes`.',
    }),
  })
  .superRefine(checkTerms)
  .meta({ id: 'CreatePaymentLink' });
export type CreatePaymentLink = z.output<typeof createPaymentLink>;

export const changePaymentLink = z
  .strictObject({
    active: z
      .boolean()
      .optional()
      .meta({ description: '`false`: it makes no payment any more. The page of one that was begun stays open.' }),
    expiresAt: moment.nullable().optional().meta({ description: 'Null: it has no end.' }),
    metadata: notes.meta({ description: 'All of your notes anew.' }),
  })
  .meta({ id: 'ChangePaymentLink' });
export type ChangePaymentLink = z.output<typeof changePaymentLink>;

export const listPaymentLinks = z.strictObject({
  limit: pageSize,
  cursor,
});
export type ListPaymentLinks = z.output<typeof listPaymentLinks>;

const { amount, currency, captureMethod, paymentMethod, lineItems, livemode } = paymentView.shape;

export const paymentLinkView = z
  .object({
    object: z.literal('payment_link'),
    id: z.string().meta({ examples: ['link_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    url: z.string().meta({
      description: 'Hand it out. As a QR code at `/v1/payment-links/{id}/qr`.',
      examples: ['https://pay.shop.example/pay/link_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'],
    }),
    status: z.enum(LINK_STATUSES).meta({ description: '`used`: a `single` link that was paid.' }),
    active: z.boolean(),
    usage: z.enum(LINK_USAGES),
    amount,
    currency,
    captureMethod,
    holdHours: z.int().nullable(),
    paymentMethod,
    lineItems,
    livemode,
    reference: z.string().nullable(),
    description: z.string().nullable(),
    returnUrl: z.string().nullable(),
    language: z.string(),
    metadata: z.record(z.string(), z.string()),
    expiresInMinutes: z.int().meta({ description: 'Of each payment by it.' }),
    expiresAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'PaymentLink' });
export type PaymentLinkView = z.output<typeof paymentLinkView>;

export const paymentLinkPage = z
  .object({
    data: z.array(paymentLinkView),
    nextCursor,
  })
  .meta({ id: 'PaymentLinkPage' });
export type PaymentLinkPage = z.output<typeof paymentLinkPage>;
