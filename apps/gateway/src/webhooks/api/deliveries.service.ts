import { Injectable } from '@nestjs/common';
import { type AttemptLine } from '../store/delivery.repository.js';
import {
  type DeliveryLine,
  DeliveryLogRepository,
  type Owner,
  RECOVERED_AT_ONCE,
} from '../store/delivery-log.repository.js';
import { WebhookError } from '../webhook-error.js';
import { pageOf, writeCursor } from '../../http/paging.js';
import { readCursor } from './cursor.js';
import { EndpointsService } from './endpoints.service.js';
import {
  type DeliveryPage,
  type DeliveryView,
  type DeliveryWithLog,
  type ListDeliveries,
  type RecoverEvents,
  type Recovery,
} from './webhook.dto.js';

/** What became of deliveries to an endpoint, and sending them again. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly endpoints: EndpointsService,
    private readonly log: DeliveryLogRepository,
  ) {}

  /** Newest first. @throws WebhookError `WEBHOOK_ENDPOINT_NOT_FOUND`, PaymentError `CURSOR_INVALID` */
  async list(owner: Owner, { limit, cursor, status }: ListDeliveries): Promise<DeliveryPage> {
    await this.endpoints.find(owner.accountId, owner.endpointId);
    const before = cursor === undefined ? undefined : String(readCursor(cursor));
    const { rows, last } = pageOf(await this.log.list(owner, { limit: limit + 1, status, before }), limit);
    return { data: rows.map(viewDelivery), nextCursor: last ? writeCursor(last.number) : null };
  }

  /** @throws WebhookError `WEBHOOK_DELIVERY_NOT_FOUND` */
  async get(owner: Owner, id: string): Promise<DeliveryWithLog> {
    const row = await this.find(owner, id);
    const attempts = await this.log.attemptsOf(owner.accountId, id);
    return { ...viewDelivery(row), log: attempts.map(viewAttempt) };
  }

  /** Also one that has arrived. @throws WebhookError `WEBHOOK_DELIVERY_NOT_FOUND` */
  async resend(owner: Owner, id: string): Promise<DeliveryView> {
    await this.log.resend(owner, id);
    return viewDelivery(await this.find(owner, id));
  }

  /** @throws WebhookError `WEBHOOK_ENDPOINT_NOT_FOUND` */
  async recover(owner: Owner, { since, dryRun }: RecoverEvents): Promise<Recovery> {
    await this.endpoints.find(owner.accountId, owner.endpointId);
    const { found } = await (dryRun ? this.log.missed(owner, since) : this.log.recover(owner, since));
    return { dryRun, events: found, hasMore: found === RECOVERED_AT_ONCE };
  }

  private async find(owner: Owner, id: string): Promise<DeliveryLine> {
    const row = await this.log.find(owner, id);
    if (!row) throw new WebhookError('WEBHOOK_DELIVERY_NOT_FOUND', `this endpoint has no delivery ${id}`);
    return row;
  }
}

const viewDelivery = (row: DeliveryLine): DeliveryView => ({
  object: 'webhook_delivery',
  id: row.id,
  endpointId: row.endpointId,
  event: { id: row.eventId, type: row.eventType },
  status: row.status,
  attempts: row.attempts,
  nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
  lastAttempt: row.lastAttempt && viewAttempt(row.lastAttempt),
  createdAt: row.createdAt.toISOString(),
});

/** @param at text where the line came as JSON */
const viewAttempt = ({ at, durationMs, statusCode, error, answer }: AttemptLine): DeliveryWithLog['log'][number] => ({
  at: new Date(at).toISOString(),
  ...{ durationMs, statusCode, error, answer },
});
