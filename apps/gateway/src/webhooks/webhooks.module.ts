import { type DynamicModule, Module } from '@nestjs/common';
import { DeliveriesService } from './api/deliveries.service.js';
import { EndpointsService } from './api/endpoints.service.js';
import { EventsController } from './api/events.controller.js';
import { EventsService } from './api/events.service.js';
import { WebhookEndpointsController } from './api/webhook-endpoints.controller.js';
import { AddressGuard } from './delivery/address-guard.js';
import { AddressResolver } from './delivery/address-resolver.js';
import { Deliverer } from './delivery/deliverer.service.js';
import { Reach } from './delivery/guarded-post.js';
import { DeliverWebhooksJob } from './jobs/deliver-webhooks.job.js';
import { Chronicle } from './jobs/chronicle.js';
import { PublishEventsJob } from './jobs/publish-events.job.js';
import { DeliveryLogRepository } from './store/delivery-log.repository.js';
import { DeliveryRepository } from './store/delivery.repository.js';
import { EndpointRepository } from './store/endpoint.repository.js';
import { EventFeedRepository } from './store/event-feed.repository.js';

export interface WebhooksOptions {
  /** Whether this process serves the REST API. */
  readonly api: boolean;
  /** Whether this process delivers. */
  readonly worker: boolean;
  /** Networks that are private or special and may be sent to all the same. */
  readonly allowedNetworks: readonly string[];
}

@Module({
  providers: [
    DeliveriesService,
    Deliverer,
    DeliveryLogRepository,
    DeliveryRepository,
    EndpointRepository,
    EndpointsService,
    EventFeedRepository,
    EventsService,
  ],
})
export class WebhooksModule {
  static forRoot({ api, worker, allowedNetworks }: WebhooksOptions): DynamicModule {
    const reach = new Reach(new AddressGuard(allowedNetworks), new AddressResolver());
    return {
      module: WebhooksModule,
      controllers: api ? [EventsController, WebhookEndpointsController] : [],
      providers: [
        { provide: Reach, useValue: reach },
        ...(worker ? [Chronicle, DeliverWebhooksJob, PublishEventsJob] : []),
      ],
    };
  }
}
