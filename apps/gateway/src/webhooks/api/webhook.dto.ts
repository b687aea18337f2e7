import { z } from 'zod';
import { cursor, moment, pageSize } from '../../http/members.js';
import { eventType, eventView } from '../../outbox/event-view.js';
import { DELIVERY_STATUSES } from '../store/webhook-delivery.entity.js';

/** Characters. Receivers and proxies refuse longer request lines. */
const URL_MAX = 2_048;
/** Hours for which the secret before goes on signing. */
const USUAL_OVERLAP = 24;
const LONGEST_OVERLAP = 7 * 24;

const url = z
  .url({ protocol: /^https?$/u, error: 'must be an absolute https URL (http on a test account)' })
  .refine((text) => hasNeither(text), { error: 'must have no user, password or fragment' })
  .transform((text) => new URL(text).href)
  .pipe(z.string().max(URL_MAX, { error: `must have at most ${URL_MAX} characters when percent-encoded` }))
  .meta({
    description:
      'Where events are posted to; https, and http on a test account. Private and special addresses are refused, whatever the name says.',
    examples: ['https://shop.example/webhooks'],
  });

const eventTypes = z
  .array(eventType)
  .max(100)
  .transform((types) => [...new Set(types)].toSorted())
  .meta({ description: 'Types that it gets; all of them, also those of later versions, when empty.' });

const description = z.string().trim().max(255);
const blankIsNone = (text: string | null | undefined): string | null =>
  text === undefined || text === '' ? null : text;

export const createEndpoint = z
  .strictObject({
    url,
    eventTypes: eventTypes.default([]),
    description: description.nullish().transform((text) => blankIsNone(text)),
  })
  .meta({ id: 'CreateWebhookEndpoint' });
export type CreateEndpoint = z.output<typeof createEndpoint>;

export const changeEndpoint = z
  .strictObject({
    url: url.optional(),
    eventTypes: eventTypes.optional(),
    description: description
      .nullable()
      .transform((text) => blankIsNone(text))
      .optional(),
    enabled: z
      .boolean()
      .optional()
      .meta({ description: 'False: nothing is sent, and events of that time are not put down for it; recover them.' }),
  })
  .meta({ id: 'ChangeWebhookEndpoint' });
export type ChangeEndpoint = z.output<typeof changeEndpoint>;

export const rotateSecret = z
  .strictObject({
    overlapHours: z
      .int()
      .min(0)
      .max(LONGEST_OVERLAP)
      .default(USUAL_OVERLAP)
      .meta({ description: 'For how long each delivery carries a signature of the secret before, too.' }),
  })
  .meta({ id: 'RotateWebhookSecret' });
export type RotateSecret = z.output<typeof rotateSecret>;

export const recoverEvents = z
  .strictObject({
    since: moment.meta({ description: 'Events created from then on.' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only count.' }),
  })
  .meta({ id: 'RecoverEvents' });
export type RecoverEvents = z.output<typeof recoverEvents>;

export const listEvents = z.strictObject({
  limit: pageSize,
  cursor: cursor.meta({ description: '`nextCursor` of the page before, or `latest` to begin at the end.' }),
  type: eventType.optional(),
  subject: z.string().max(100).optional().meta({ description: 'Id of what it is about, such as a payment.' }),
});
export type ListEvents = z.output<typeof listEvents>;

export const listDeliveries = z.strictObject({ limit: pageSize, cursor, status: z.enum(DELIVERY_STATUSES).optional() });
export type ListDeliveries = z.output<typeof listDeliveries>;

const instant = z.iso.datetime();

export const eventPage = z
  .object({
    data: z.array(eventView),
    nextCursor: z.string().meta({ description: 'Where to go on, also from an empty page: ask again later with it.' }),
    hasMore: z.boolean().meta({ description: 'Ask again at once: a page may be empty and not the last.' }),
  })
  .meta({ id: 'EventPage' });
export type EventPage = z.output<typeof eventPage>;

export const endpointView = z
  .object({
    object: z.literal('webhook_endpoint'),
    id: z.string().meta({ examples: ['we_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    url: z.string(),
    eventTypes: z.array(eventType),
    description: z.string().nullable(),
    enabled: z.boolean(),
    disabledReason: z
      .enum(['merchant', 'gone'])
      .nullable()
      .meta({ description: '`gone`: it answered 410. Switch it on again with `enabled`.' }),
    failingSince: instant.nullable().meta({ description: 'Since when nothing has arrived there.' }),
    livemode: z.boolean(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'WebhookEndpoint' });
export type EndpointView = z.output<typeof endpointView>;

export const endpointWithSecret = endpointView
  .extend({ secret: z.string().meta({ description: 'Shown now and never again. Keep it where your secrets are.' }) })
  .meta({ id: 'WebhookEndpointWithSecret' });
export type EndpointWithSecret = z.output<typeof endpointWithSecret>;

export const endpointList = z.object({ data: z.array(endpointView) }).meta({ id: 'WebhookEndpointList' });

const attemptView = z.object({
  at: instant,
  durationMs: z.int(),
  statusCode: z.int().nullable(),
  error: z
    .string()
    .nullable()
    .meta({ description: '`address_refused`, `name_unknown`, `timeout` or `connection`, where there was no answer.' }),
  answer: z.string().nullable().meta({ description: 'The beginning of what it answered.' }),
});

export const deliveryView = z
  .object({
    object: z.literal('webhook_delivery'),
    id: z.string().meta({ examples: ['wd_01934f2c7b7a4c3e9d1f2a3b4c5d6e7f'] }),
    endpointId: z.string(),
    event: z.object({ id: z.string(), type: z.string() }),
    status: z.enum(DELIVERY_STATUSES).meta({ description: '`dead`: given up until it is sent again.' }),
    attempts: z.int().meta({ description: 'Of the schedule it is on.' }),
    nextAttemptAt: instant.nullable(),
    lastAttempt: attemptView.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'WebhookDelivery' });
export type DeliveryView = z.output<typeof deliveryView>;

export const deliveryWithLog = deliveryView
  .extend({ log: z.array(attemptView).meta({ description: 'Newest first, the last 50.' }) })
  .meta({ id: 'WebhookDeliveryWithLog' });
export type DeliveryWithLog = z.output<typeof deliveryWithLog>;

export const deliveryPage = z
  .object({ data: z.array(deliveryView), nextCursor: z.string().nullable() })
  .meta({ id: 'WebhookDeliveryPage' });
export type DeliveryPage = z.output<typeof deliveryPage>;

export const recovery = z
  .object({
    dryRun: z.boolean(),
    events: z.int().meta({ description: 'Missed events that are, or would be, sent: dead or never put down for it.' }),
    hasMore: z.boolean().meta({ description: 'There may be more of them: ask again.' }),
  })
  .meta({ id: 'Recovery' });
export type Recovery = z.output<typeof recovery>;

function hasNeither(text: string): boolean {
  const url = URL.parse(text);
  return url === null || (url.username === '' && url.password === '' && url.hash === '');
}
