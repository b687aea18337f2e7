import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiKeyGuard, Caller, type KeyOwner } from '../../accounts/api-key.guard.js';
import { Scopes } from '../../accounts/scopes.js';
import { type EventView } from '../../outbox/event-view.js';
import { EventsService } from './events.service.js';
import { type EventPage, listEvents, type ListEvents } from './webhook.dto.js';

@Controller('v1/events')
@UseGuards(ApiKeyGuard)
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Get()
  @Scopes('payments', 'refunds', 'webhooks', 'read')
  list(@Caller() caller: KeyOwner, @Query({ schema: listEvents }) query: ListEvents): Promise<EventPage> {
    return this.events.list(caller, query);
  }

  @Get(':id')
  @Scopes('payments', 'refunds', 'webhooks', 'read')
  get(@Caller() caller: KeyOwner, @Param('id') id: string): Promise<EventView> {
    return this.events.get(caller, id);
  }
}
