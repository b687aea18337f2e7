import { z } from 'zod';
import { cursor, nextCursor, pageSize } from '../../http/members.js';
import {
  browser,
  customer,
  encrypted,
  metadata,
  optional,
  returnUrl,
  text,
} from '../../payments/api/request-members.js';
import { NEXT_ACTIONS } from '../../payments/api/payment.dto.js';
import { THREE_DS } from '../../payments/domain/page.js';
import { DIFFERENCE_KINDS, SCHEDULED_STATUSES } from '../domain/scheduled.js';
import { START_METHODS, SUBSCRIPTION_STATUSES } from '../domain/subscription.js';
import { changeView } from './plan.dto.js';

const types = START_METHODS.join(', ');

export const createSubscription = z
  .strictObject({
    planId: text(100).meta({
      description: 'A plan that is `active`.',
      examples: ['plan_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'],
    }),
    customer,
    paymentMethod: z
      .strictObject(
        { type: z.enum(START_METHODS, { error: `must be one of ${types}` }) },
        { error: 'must be an object' },
      )
      .meta({
        description:
          'Of the first charge, which the customer confirms. `hosted_page`: on the page of the bank. `card`: in your own page, with `/confirm`.',
      }),
    returnUrl,
    reference: optional(text(255)).meta({ description: 'Your own number of it, and of every payment by it.' }),
    description: optional(text(255)),
    metadata,
  })
  .meta({ id: 'CreateSubscription' });
export type CreateSubscription = z.output<typeof createSubscription>;

export const confirmSubscription = z
  .strictObject({
    encryptedNumber: encrypted,
    encryptedData: encrypted.meta({ description: 'Expiry and CVV, encrypted in the customer’s browser. Never kept.' }),
    browser,
    threeDs: optional(z.enum(THREE_DS, { error: `must be one of ${THREE_DS.join(', ')}` }))
      .transform((wish) => wish ?? 'required')
      .meta({
        description: '`required` when absent: the customer agrees to what is charged later.',
        default: 'required',
      }),
  })
  .meta({ id: 'ConfirmSubscription' });
export type ConfirmSubscription = z.output<typeof confirmSubscription>;

export const changeSubscription = z.strictObject({}).meta({ id: 'ChangeSubscription' });

export const listSubscriptions = z.strictObject({
  limit: pageSize,
  cursor,
  status: z.enum(SUBSCRIPTION_STATUSES, { error: `must be one of ${SUBSCRIPTION_STATUSES.join(', ')}` }).optional(),
  planId: z.string().max(100).optional().meta({ description: 'Those of one plan.' }),
  customerId: z.string().max(255).optional().meta({ description: 'Those of one customer, by your own `customer.id`.' }),
});
export type ListSubscriptions = z.output<typeof listSubscriptions>;

const instant = z.iso.datetime();

export const subscriptionView = z
  .object({
    object: z.literal('subscription'),
    id: z.string().meta({ examples: ['sub_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    status: z.enum(SUBSCRIPTION_STATUSES).meta({
      description:
        '`active`: the first charge was made. `completed`: so was the last. A paused plan pauses its subscriptions: see the plan.',
    }),
    planId: z.string(),
    paymentMethod: z.object({ type: z.enum(START_METHODS) }),
    nextAction: z
      .object({ type: z.enum(NEXT_ACTIONS), url: z.string().optional() })
      .nullable()
      .meta({
        description:
          '`redirect`: send the customer to `url`. `confirm`: send the card to `/v1/subscriptions/{id}/confirm`. Null: nothing to do.',
      }),
    redirectUrl: z
      .string()
      .nullable()
      .meta({ description: 'The page of the bank, or of 3-D Secure, while it is needed.' }),
    failureCode: z
      .string()
      .nullable()
      .meta({ description: 'Why the last try to begin came to nothing; the bank’s code or ours.' }),
    change: changeView,
    livemode: z.boolean(),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    returnUrl: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Subscription' });
export type SubscriptionView = z.output<typeof subscriptionView>;

export const subscriptionPage = z
  .object({
    data: z.array(subscriptionView),
    nextCursor,
  })
  .meta({ id: 'SubscriptionPage' });
export type SubscriptionPage = z.output<typeof subscriptionPage>;

export const scheduledPaymentView = z
  .object({
    object: z.literal('scheduled_payment'),
    id: z.string().meta({ description: 'The bank’s.', examples: ['f9c67467-aade-4af6-9c11-25677dc654b1'] }),
    number: z.int().nullable().meta({ description: 'From 1, the charge that the customer made.' }),
    status: z.enum(SCHEDULED_STATUSES).meta({
      description:
        '`skipped` (it fell due while the plan was paused) and `failed` (given up after the last retry) can be charged with `/charge`.',
    }),
    bankStatus: z.string().meta({ description: 'The same in the bank’s word.', examples: ['WAITING'] }),
    amount: z.int(),
    currency: z.string(),
    executionAt: instant.nullable(),
    retryAt: instant.nullable(),
    retries: z.int(),
    paymentId: z
      .string()
      .nullable()
      .meta({ description: 'The payment that it became when the bank first tried to charge it.' }),
    proven: z.boolean().meta({
      description:
        'Whether the bank has shown the operation that took the money. Until then the payment is `processing`, and cannot be refunded, whatever this status says.',
    }),
  })
  .meta({ id: 'ScheduledPayment' });
export type ScheduledPaymentView = z.output<typeof scheduledPaymentView>;

export const scheduledPaymentList = z
  .object({ data: z.array(scheduledPaymentView) })
  .meta({ id: 'ScheduledPaymentList' });
export type ScheduledPaymentList = z.output<typeof scheduledPaymentList>;

export const settleDifference = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export const listDifferences = z.strictObject({ limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(100) });
export const differenceKind = z.enum(DIFFERENCE_KINDS);
