import { z } from 'zod';
import { EVENT_TYPE_NAMES, EVENT_TYPES, type EventType } from './event-types.js';
import { type OutboxEventEntity } from './outbox-event.entity.js';

const meanings = Object.entries(EVENT_TYPES).map(([type, meaning]) => `- \`${type}\`: ${meaning}`);

export const eventType = z.enum(EVENT_TYPE_NAMES);

export const eventView = z
  .object({
    object: z.literal('event'),
    id: z.string().meta({ description: 'The same in the feed and at every delivery.', examples: ['evt_01934f2c…'] }),
    type: eventType.meta({ description: meanings.join('\n') }),
    subject: z
      .object({ type: z.string(), id: z.string() })
      .meta({ description: 'What it is about, such as a payment. Ask the API how that is now.' }),
    sequence: z
      .int()
      .meta({ description: 'Order of the events of one subject, from 1, without gaps. They may arrive in another.' }),
    data: z.record(z.string(), z.string()).meta({ description: 'Ids of what it is about, such as `refundId`.' }),
    livemode: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Event' });
export type EventView = z.output<typeof eventView>;

/** What of a row an event shows. */
export type ShownEvent = Pick<
  OutboxEventEntity,
  'id' | 'type' | 'subjectType' | 'subjectId' | 'sequence' | 'data' | 'createdAt'
>;

/** Thin on purpose: whoever wants to know more asks the API, which tells the truth of the moment. */
export const viewEvent = (row: ShownEvent, livemode: boolean): EventView => ({
  object: 'event',
  id: row.id,
  type: row.type as EventType,
  subject: { type: row.subjectType, id: row.subjectId },
  sequence: row.sequence,
  data: row.data,
  livemode,
  createdAt: row.createdAt.toISOString(),
});
