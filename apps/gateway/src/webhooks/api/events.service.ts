import { Injectable } from '@nestjs/common';
import { type KeyOwner } from '../../accounts/api-key.guard.js';
import { type EventView, viewEvent } from '../../outbox/event-view.js';
import { EventFeedRepository } from '../store/event-feed.repository.js';
import { WebhookError } from '../webhook-error.js';
import { writeCursor } from '../../http/paging.js';
import { readCursor } from './cursor.js';
import { type EventPage, type ListEvents } from './webhook.dto.js';

/** The feed: what happened, oldest first, for whoever asks. */
@Injectable()
export class EventsService {
  constructor(private readonly feed: EventFeedRepository) {}

  /** @throws PaymentError `CURSOR_INVALID` */
  async list({ accountId, livemode }: KeyOwner, { cursor, limit, type, subject }: ListEvents): Promise<EventPage> {
    const after = cursor === 'latest' ? cursor : cursor === undefined ? 0 : readCursor(cursor);
    const page = await this.feed.read(accountId, { after, limit, type, subject });
    return {
      data: page.events.map((event) => viewEvent(event, livemode)),
      nextCursor: writeCursor(page.position),
      hasMore: page.hasMore,
    };
  }

  /** @throws WebhookError `EVENT_NOT_FOUND` */
  async get({ accountId, livemode }: KeyOwner, id: string): Promise<EventView> {
    const event = await this.feed.find(accountId, id);
    if (!event) throw new WebhookError('EVENT_NOT_FOUND', `there is no event ${id}`);
    return viewEvent(event, livemode);
  }
}
