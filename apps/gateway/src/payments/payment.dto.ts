import { z } from 'zod';
import { NAME_MAX, nameObjection, normalizeName } from './domain/customer-name.js';
import { PAYMENT_FLAGS, PAYMENT_STATUSES } from './domain/payment.js';

/** Minor units. The bank's field takes more; a payment of over ten million hryvnias is taken for a mistake. */
const AMOUNT_MAX = 1_000_000_000;
const LANGUAGES = ['uk', 'en', 'es', 'de', 'pl', 'fr', 'tr', 'it', 'nl', 'pt'] as const;

/** Said of a member that is not there; anything else keeps its own words. */
const required = { error: ({ input }: { input?: unknown }) => (input === undefined ? 'is required' : undefined) };

const amount = z
  .int({ error: 'must be a whole number of minor units (kopiyky), for example 12550 for 125.50 UAH' })
  .min(1, { error: 'must be at least 1 kopiyka' })
  .max(AMOUNT_MAX, { error: `must be at most ${AMOUNT_MAX} kopiyky` })
  .meta({ description: 'Minor units: kopiyky for UAH.', examples: [12550] });

/** Normalised before it is checked against the bank's own rule, so that a typographic apostrophe is no error. */
const customerName = z
  .string()
  .max(4 * NAME_MAX)
  .transform(normalizeName)
  .check((context) => {
    const objection = nameObjection(context.value);
    if (objection) context.issues.push({ code: 'custom', message: objection, input: context.value });
  });

const text = (max: number) =>
  z
    .string(required)
    .trim()
    .min(1, { error: 'must not be blank: leave it out instead' })
    .max(max, { error: `must have at most ${max} characters` });

const customer = z
  .strictObject(
    {
      id: text(255).meta({ description: "Your own id of the customer; the bank's antifraud rules need it." }),
      firstName: customerName.optional(),
      lastName: customerName.optional(),
      middleName: customerName.optional(),
      email: z.email({ error: 'must be an e-mail address' }).max(256).optional(),
      phone: z
        .string()
        .regex(/^\d{7,20}$/u, { error: 'must be digits without "+", for example 380931234567' })
        .optional(),
      ip: z.union([z.ipv4(), z.ipv6()], { error: 'must be an IPv4 or IPv6 address' }).optional(),
      country: z
        .string()
        .regex(/^\d{3}$/u, { error: 'must be an ISO 3166 numeric code, for example 804' })
        .optional(),
      region: text(255).optional(),
      city: text(25).optional(),
      street: text(35).optional(),
      zipCode: text(50).optional(),
    },
    required,
  )
  .meta({ description: 'Sent to the bank, sealed at rest, never returned.' });

export const createPayment = z
  .strictObject({
    amount,
    currency: z.literal('UAH', { error: 'must be UAH: the bank settles hosted-page payments in hryvnias' }),
    returnUrl: z
      .url({ protocol: /^https?$/u, error: 'must be an absolute https URL' })
      .max(1000)
      .meta({ description: 'Where the customer returns to, whatever the result. Ask the API what the result is.' }),
    customer,
    reference: text(255).optional().meta({ description: 'Your order number; you can list by it.' }),
    description: text(255).optional().meta({ description: 'Purpose of the payment, shown to the customer.' }),
    language: z
      .enum(LANGUAGES, { error: `must be one of ${LANGUAGES.join(', ')}` })
      .default('uk')
      .meta({ description: "Language of the bank's page." }),
    expiresInMinutes: z.int().min(1).max(1440).default(60),
    metadata: z
      .record(z.string().min(1).max(40), z.string().max(500))
      .refine((entries) => Object.keys(entries).length <= 20, { error: 'must have at most 20 entries' })
      .default({})
      .meta({ description: 'Your own notes; no personal data.' }),
  })
  .meta({ id: 'CreatePayment' });
export type CreatePayment = z.output<typeof createPayment>;

export const createRefund = z
  .strictObject({
    amount: amount.optional().meta({ description: 'Minor units; all that is left when absent.' }),
    reason: text(255).optional().meta({ description: 'For your own records.' }),
  })
  .meta({ id: 'CreateRefund' });
export type CreateRefund = z.output<typeof createRefund>;

export const listPayments = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(20),
  cursor: z.string().max(200).optional(),
  status: z.enum(PAYMENT_STATUSES).optional(),
  reference: z.string().max(255).optional(),
});
export type ListPayments = z.output<typeof listPayments>;

const failure = z
  .object({ code: z.string(), message: z.string() })
  .nullable()
  .meta({ description: 'Why the money did not move.' });
const instant = z.iso.datetime();

export const paymentView = z
  .object({
    object: z.literal('payment'),
    id: z.string().meta({ examples: ['pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    status: z.enum(PAYMENT_STATUSES),
    amount: z.int(),
    currency: z.string(),
    amountAuthorized: z.int(),
    amountCaptured: z.int(),
    amountRefunded: z.int(),
    livemode: z.boolean().meta({ description: 'False on test terminals: no real money moves.' }),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    redirectUrl: z.string().nullable().meta({ description: "The bank's payment page, while the payment can be paid." }),
    returnUrl: z.string(),
    failure,
    flags: z.array(z.enum(PAYMENT_FLAGS)).meta({
      description: 'What a person must look at although the status stays, such as a second charge at the bank.',
    }),
    metadata: z.record(z.string(), z.string()),
    expiresAt: instant.nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Payment' });
export type PaymentView = z.output<typeof paymentView>;

export const REFUND_STATUSES = ['pending', 'succeeded', 'failed', 'unknown', 'needs_review'] as const;
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
    updatedAt: instant,
  })
  .meta({ id: 'Refund' });
export type RefundView = z.output<typeof refundView>;

export const paymentPage = z
  .object({
    data: z.array(paymentView),
    nextCursor: z.string().nullable().meta({ description: 'Pass it as `cursor` for the next page; null on the last.' }),
  })
  .meta({ id: 'PaymentPage' });
export const refundList = z.object({ data: z.array(refundView) }).meta({ id: 'RefundList' });
