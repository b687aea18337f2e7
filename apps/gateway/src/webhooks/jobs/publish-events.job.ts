import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DueWorker } from '../../database/due-work.js';
import { errorSummary } from '../../database/error-summary.js';
import { reach } from '../../failpoints/failpoint.js';
import { Workers } from '../../database/workers.js';
import { Chronicle } from './chronicle.js';
import { EventFeedRepository } from '../store/event-feed.repository.js';
import { DeliverWebhooksJob } from './deliver-webhooks.job.js';

const TICK_MS = 250;

/** Gives committed events their place in the feed and puts their deliveries down. */
@Injectable()
export class PublishEventsJob {
  private readonly logger = new Logger(PublishEventsJob.name);
  private readonly worker = new DueWorker<never>({
    name: 'publish-events',
    claim: async () => {
      await this.publish();
      return [];
    },
    accountOf: () => '',
    handle: () => Promise.resolve(),
    onError: (error) => {
      this.logger.error(`events not published: ${errorSummary(error)}`);
    },
  });

  constructor(
    private readonly feed: EventFeedRepository,
    private readonly deliveries: DeliverWebhooksJob,
    private readonly chronicle: Chronicle,
    private readonly workers: Workers,
  ) {
    workers.add(this.worker);
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    await this.workers.poll(this.worker);
  }

  /** Goes on while there is anything, and starts what was put down at once. */
  private async publish(): Promise<void> {
    for (;;) {
      reach('webhook.publishing');
      const { happened, queued } = await this.feed.publish();
      if (happened.length > 0) reach('webhook.published');
      this.chronicle.tell(happened);
      if (queued > 0) void this.deliveries.kick();
      if (happened.length === 0) return;
    }
  }
}
