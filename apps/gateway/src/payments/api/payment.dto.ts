import { z } from 'zod';
import { FAILURE_CODES } from '../domain/failures.js';
import { PAYMENT_FLAGS } from '../domain/payment.js';
import { PAYMENT_STATUSES, REFUND_STATUSES } from '../domain/statuses.js';

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

/** The bank counts in UTF-16 units, zod alone counts a letter beyond the Basic Multilingual Plane once. */
const text = (max: number) =>
  z
    .string(required)
    .trim()
    .min(1, { error: 'must not be blank: leave it out instead' })
    .max(max, { error: `must have at most ${max} characters`, abort: true })
    .refine((value) => value.length <= max, { error: `must have at most ${max} characters` });

const absentWhenBlank = (value: unknown): unknown =>
  value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
/** Null and blank are absent. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(absentWhenBlank, schema.optional()).optional();

/** What the bank's rules make of it, see `customerForBank`; nothing here is a reason to refuse the sale. */
const customerText = (example: string) =>
  z
    .preprocess(
      (value) => absentWhenBlank(typeof value === 'number' ? String(value) : value),
      z
        .string()
        .optional()
        .meta({ examples: [example] }),
    )
    .optional();

const customer = z
  .strictObject(
    {
      id: text(255).meta({ description: "Your own id of the customer; the bank's antifraud rules need it." }),
      firstName: customerText('Олена'),
      lastName: customerText('Нечуй-Левицька'),
      middleName: customerText('Іванівна'),
      email: customerText('olena@example.com'),
      phone: customerText('380931234567'),
      ip: customerText('203.0.113.7'),
      country: customerText('804'),
      region: customerText('Київська область'),
      city: customerText('Київ'),
      street: customerText('вул. Хрещатик, 1'),
      zipCode: customerText('01001'),
    },
    required,
  )
  .meta({
    description:
      'Sent to the bank, sealed at rest, never returned. Whatever optional member the bank would not take is written otherwise, cut or left out.',
  });

/** Characters of an address as a header carries it. Proxies refuse longer headers. */
const RETURN_URL_MAX = 2048;

/** In ASCII, as every way out needs it: a header, a link, the bank's page. */
const returnUrl = z
  .url({ protocol: /^https?$/u, error: 'must be an absolute https URL (http on a test account)' })
  .transform((url) => new URL(url).href)
  .pipe(
    z.string().max(RETURN_URL_MAX, { error: `must have at most ${RETURN_URL_MAX} characters when percent-encoded` }),
  )
  .meta({ description: 'Where the customer returns to, whatever the result. Ask the API what the result is.' });

/** Notes without a value, and no notes at all. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, note]) => note !== null));
}

const DEFAULT_LANGUAGE = 'uk';
/** Minutes. */
const DEFAULT_EXPIRY = 60;

export const CAPTURE_METHODS = ['automatic', 'manual'] as const;
/** Hours. The bank takes 2 h to 28 d from when the order is made; the customer may pay at its very end, after 24 h. */
const SHORTEST_HOLD = 26;
const LONGEST_HOLD = 28 * 24 - 1;

export const createPayment = z
  .strictObject({
    amount,
    currency: z.literal('UAH', { error: 'must be UAH: the bank settles hosted-page payments in hryvnias' }),
    returnUrl,
    customer,
    reference: optional(text(255)).meta({ description: 'Your order number; you can list by it.' }),
    description: optional(text(255)).meta({ description: 'Purpose of the payment, shown to the customer.' }),
    language: optional(
      z.enum(LANGUAGES, { error: `must be one of ${LANGUAGES.join(', ')}` }).meta({ default: DEFAULT_LANGUAGE }),
    )
      .transform((language) => language ?? DEFAULT_LANGUAGE)
      .meta({ description: "Language of the bank's page." }),
    captureMethod: optional(z.enum(CAPTURE_METHODS).meta({ default: 'automatic' }))
      .transform((method) => method ?? 'automatic')
      .meta({
        description:
          '`manual`: the money is only held. Capture it with `POST /v1/payments/{id}/capture`, or release it with `/cancel`.',
      }),
    holdHours: optional(z.int().min(SHORTEST_HOLD).max(LONGEST_HOLD))
      .transform((hours) => hours ?? null)
      .meta({
        description: 'With `captureMethod: manual`: after how long the bank lets go of the money. 168 when absent.',
      }),
    expiresInMinutes: optional(z.int().min(1).max(1440).meta({ default: DEFAULT_EXPIRY })).transform(
      (minutes) => minutes ?? DEFAULT_EXPIRY,
    ),
    metadata: z
      .preprocess(
        withoutNulls,
        z
          .record(z.string().min(1).max(40), z.string().max(500))
          .refine((entries) => Object.keys(entries).length <= 20, { error: 'must have at most 20 entries' })
          .optional(),
      )
      .optional()
      .transform((entries) => entries ?? {})
      .meta({ description: 'Your own notes; no personal data.', default: {} }),
  })
  .meta({ id: 'CreatePayment' });
export type CreatePayment = z.output<typeof createPayment>;

export const createRefund = z
  .strictObject({
    amount: amount.optional().meta({ description: 'Minor units; all that is left when absent.' }),
    reason: optional(text(255)).meta({ description: 'For your own records.' }),
  })
  .meta({ id: 'CreateRefund' });
export type CreateRefund = z.output<typeof createRefund>;

export const capturePayment = z
  .strictObject({
    amount: amount
      .optional()
      .meta({ description: 'Minor units, from 80 to 120 percent of what is held; all of it when absent.' }),
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

export const listPayments = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(20),
  cursor: z.string().max(200).optional(),
  status: z.enum(PAYMENT_STATUSES).optional(),
  reference: z.string().max(255).optional(),
});
export type ListPayments = z.output<typeof listPayments>;

const failure = z
  .object({
    code: z.enum(FAILURE_CODES).meta({ description: 'Stable; what to do about each is at /docs/problems#failures.' }),
    message: z.string(),
  })
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
    captureMethod: z.enum(CAPTURE_METHODS),
    amountAuthorized: z.int(),
    amountCaptured: z.int(),
    amountRefunded: z.int(),
    livemode: z.boolean().meta({ description: 'False on test terminals: no real money moves.' }),
    reference: z.string().nullable(),
    description: z.string().nullable(),
    redirectUrl: z.string().nullable().meta({ description: "The bank's payment page, while the payment can be paid." }),
    returnUrl: z.string(),
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
    updatedAt: instant,
  })
  .meta({ id: 'Payment' });
export type PaymentView = z.output<typeof paymentView>;

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
