import { z } from 'zod';
import { nextCursor } from '../../http/members.js';
import { FAILURE_CODES } from '../domain/failures.js';
import { PAGE_INSTRUMENTS, RESULT_PAGES, THREE_DS, TRIES } from '../domain/page.js';
import { PAYMENT_FLAGS } from '../domain/payment.js';
import { PAYMENT_STATUSES, REFUND_STATUSES } from '../domain/statuses.js';
import { METHOD_NAMES } from '../kinds/methods.js';
import { checkPresence, mayReturn } from './card.dto.js';
import { receiptView } from './receipt.dto.js';
import { anyPaymentMethod, checkTerms, lineItem, paymentTerms } from './payment-terms.js';
import {
  amount,
  browser,
  CAPTURE_METHODS,
  customer,
  expiresInMinutes,
  language,
  metadata,
  optional,
  returnUrl,
  text,
} from './request-members.js';

export const createPayment = z
  .strictObject({
    ...paymentTerms,
    paymentMethod: anyPaymentMethod,
    returnUrl: optional(returnUrl).meta({
      description:
        'Where the customer returns to, whatever the result. Ask the API what the result is. Needed unless `offSession`.',
      examples: ['https://shop.example/orders/7'],
    }),
    customer,
    reference: optional(text(255)).meta({ description: 'Your order number; you can list by it.' }),
    browser: optional(browser),
    offSession: optional(z.boolean()).meta({
      description:
        'The customer is absent: you charge the card by yourself, and nobody can confirm anything. Only with a card.',
    }),
  })
  .superRefine(checkTerms)
  .superRefine(checkPresence)
  .refine(mayReturn, {
    ...{ path: ['returnUrl'], error: 'must be an absolute https URL (http on a test account)' },
    when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value), // whatever else is wrong
  })
  .meta({ id: 'CreatePayment' });
export type CreatePayment = z.output<typeof createPayment>;

export const createVerification = z
  .strictObject({
    returnUrl,
    customer,
    reference: optional(text(255)).meta({ description: 'Your own number of it.' }),
    description: paymentTerms.description,
    language,
    expiresInMinutes,
    metadata,
  })
  .meta({ id: 'CreateVerification' });
export type CreateVerification = z.output<typeof createVerification>;

export const QR_FORMATS = ['svg', 'png'] as const;
export const qrQuery = z.strictObject({
  format: z
    .enum(QR_FORMATS)
    .default('svg')
    .meta({ description: 'A drawing of any size, or an image of about 400 pixels.' }),
});
export type QrQuery = z.output<typeof qrQuery>;

export const createRefund = z
  .strictObject({
    amount: amount
      .optional()
      .meta({ description: 'Kopiyky, also where the payment was in another currency; all that is left when absent.' }),
    reason: optional(text(255)).meta({ description: 'For your own records.' }),
  })
  .meta({ id: 'CreateRefund' });
export type CreateRefund = z.output<typeof createRefund>;

export const capturePayment = z
  .strictObject({
    amount: amount
      .optional()
      .meta({ description: 'Kopiyky, from 80 to 120 percent of what is held; all of it when absent.' }),
  })
  .meta({ id: 'CapturePayment' });
export type CapturePayment = z.output<typeof capturePayment>;

export const cancelPayment = z
  .strictObject({
    refundLateMoney: optional(z.boolean())
      .transform((wanted) => wanted ?? false)
      .meta({
        description:
          'The link cannot be taken back from the customer: when money comes all the same, it is given back at once. Otherwise the payment is told as `payment.succeeded_late`.',
      }),
  })
  .meta({ id: 'CancelPayment' });
export type CancelPayment = z.output<typeof cancelPayment>;

/** What a payment waits for. */
export const NEXT_ACTIONS = ['redirect', 'confirm'] as const;

const failure = z
  .object({
    code: z.enum(FAILURE_CODES).meta({ description: 'Stable; what to do about each is at /docs/problems#failures.' }),
    message: z.string(),
  })
  .nullable()
  .meta({ description: 'Why the money did not move.' });
const instant = z.iso.datetime();
const changed = instant.meta({ description: 'When something that is shown here last changed.' });

const acceptsPayment = z.boolean().meta({
  description:
    'Whether the customer can still be sent to the bank. False from `expiresAt` on: if the customer wants to try again, create a new one at once. `status` changes when the bank says how this one ended.',
});

export const paymentView = z
  .object({
    object: z.literal('payment'),
    id: z.string().meta({ examples: ['pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    status: z.enum(PAYMENT_STATUSES),
    amount: z.int().meta({ description: 'Minor units of `currency`.', examples: [12550] }),
    currency: z.string().meta({ examples: ['UAH'] }),
    paymentMethod: z
      .object({
        type: z.enum(METHOD_NAMES),
        instruments: z.array(z.enum(PAGE_INSTRUMENTS)).optional(),
        tries: z.enum(TRIES).optional(),
        resultPage: z.enum(RESULT_PAGES).optional(),
        bank: z.string().optional(),
        threeDs: z.enum(THREE_DS).optional(),
        withoutCvv: z.boolean().optional(),
        saveCard: z.boolean().optional(),
      })
      .meta({ description: 'As it was asked for; nothing that is secret.' }),
    offSession: z
      .boolean()
      .meta({ description: 'True: the merchant began it, the customer was absent. False: the customer did.' }),
    nextAction: z
      .object({
        type: z.enum(NEXT_ACTIONS),
        url: z.string().optional(),
      })
      .nullable()
      .meta({
        description:
          '`redirect`: send the customer to `url`, the page of the bank or of 3-D Secure. `confirm`: send the card data to `/v1/payments/{id}/confirm`. Null: nothing to do.',
      }),
    captureMethod: z.enum(CAPTURE_METHODS),
    settlementCurrency: z.string().meta({
      description:
        'Of the three amounts below, of captures and of refunds: the bank moves hryvnias, whatever `currency` is.',
      examples: ['UAH'],
    }),
    amountAuthorized: z.int().meta({ description: 'Minor units of `settlementCurrency`, like the next two.' }),
    amountCaptured: z.int(),
    amountRefunded: z.int(),
    exchange: z
      .object({
        amount: z.int(),
        currency: z.string(),
        rate: z
          .string()
          .nullable()
          .meta({ examples: ['44.3500'] }),
      })
      .nullable()
      .meta({
        description:
          'What the bank took for a payment that is not in hryvnias, and hryvnias for one unit of `currency`.',
      }),
    lineItems: z.array(lineItem).nullable(),
    receipt: receiptView,
    paymentLinkId: z.string().nullable().meta({ description: 'The payment link that it was made by.' }),
    savedCardId: z.string().nullable().meta({
      description: 'The card that the bank keeps for the customer: it paid, or was saved by this payment.',
    }),
    subscriptionId: z.string().nullable().meta({ description: 'The subscription that it is a charge of.' }),
    livemode: z.boolean().meta({ description: 'False on test terminals: no real money moves.' }),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    acceptsPayment,
    redirectUrl: z.string().nullable().meta({
      description: "The bank's payment page, or that of 3-D Secure, until `expiresAt`.",
    }),
    qrLink: z.string().nullable().meta({
      description:
        'What the QR code of a `bank_transfer` holds, while it can be paid; as an image at `/v1/payments/{id}/qr`.',
    }),
    returnUrl: z.string().nullable().meta({ description: 'Null where the customer was absent.' }),
    failure,
    hold: z
      .object({
        expiresAt: instant.nullable().meta({ description: 'When the bank lets go of the money by itself.' }),
        action: z
          .object({
            kind: z.enum(['capture', 'cancel']),
            amount: z.int(),
            status: z.enum(REFUND_STATUSES),
            failure,
          })
          .nullable()
          .meta({ description: 'The latest capture or release of it. While it is not final, no other can be begun.' }),
      })
      .nullable()
      .meta({ description: 'Of a payment with `captureMethod: manual`.' }),
    flags: z.array(z.enum(PAYMENT_FLAGS)).meta({
      description: 'What a person must look at although the status stays, such as a second charge at the bank.',
    }),
    metadata: z.record(z.string(), z.string()),
    expiresAt: instant.nullable(),
    createdAt: instant,
    updatedAt: changed,
  })
  .meta({ id: 'Payment' });
export type PaymentView = z.output<typeof paymentView>;

export const verificationView = z
  .object({
    object: z.literal('verification'),
    id: z.string().meta({ examples: ['ver_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    status: z.enum(PAYMENT_STATUSES).meta({ description: '`succeeded`: the card is good. Nothing is taken or held.' }),
    livemode: z.boolean(),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    acceptsPayment,
    redirectUrl: z.string().nullable().meta({ description: "The bank's page, until `expiresAt`." }),
    returnUrl: z.string(),
    failure,
    receipt: receiptView,
    savedCardId: z.string().nullable().meta({ description: 'The card that the bank keeps for the customer now.' }),
    flags: z.array(z.enum(PAYMENT_FLAGS)),
    metadata: z.record(z.string(), z.string()),
    expiresAt: instant.nullable(),
    createdAt: instant,
    updatedAt: changed,
  })
  .meta({ id: 'Verification' });
export type VerificationView = z.output<typeof verificationView>;

export const refundView = z
  .object({
    object: z.literal('refund'),
    id: z.string().meta({ examples: ['ref_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    paymentId: z.string(),
    amount: z.int(),
    currency: z.string(),
    status: z.enum(REFUND_STATUSES).meta({
      description: '`unknown`: the bank did not answer; it is being asked. Do not refund again.',
    }),
    reason: z.string().nullable(),
    failure,
    createdAt: instant,
    updatedAt: changed,
  })
  .meta({ id: 'Refund' });
export type RefundView = z.output<typeof refundView>;

export const paymentPage = z
  .object({
    data: z.array(paymentView),
    nextCursor,
  })
  .meta({ id: 'PaymentPage' });
export const refundPage = z
  .object({
    data: z.array(refundView),
    nextCursor,
  })
  .meta({ id: 'RefundPage' });
export type RefundPage = z.output<typeof refundPage>;
export const refundList = z.object({ data: z.array(refundView) }).meta({ id: 'RefundList' });
