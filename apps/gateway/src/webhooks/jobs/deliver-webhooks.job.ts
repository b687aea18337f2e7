import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DueWorker } from '../../database/due-work.js';
import { errorSummary } from '../../database/error-summary.js';
import { Workers } from '../../database/workers.js';
import { Breakers } from '../../timing/breakers.js';
import { Deliverer } from '../delivery/deliverer.service.js';
import { DeliveryRepository, type DueDelivery } from '../store/delivery.repository.js';

const TICK_MS = 250;
/** An attempt takes 15 s at most; the rest is for keys and the database. */
const LEASE_SECONDS = 60;

/** Tells endpoints of events. One that does not answer is left alone for a while, and is tried by a few. */
@Injectable()
export class DeliverWebhooksJob {
  private readonly logger = new Logger(DeliverWebhooksJob.name);
  private readonly breakers = new Breakers();
  private readonly worker = new DueWorker<DueDelivery>({
    name: 'deliver-webhooks',
    claim: (room) => this.deliveries.claimDue(room, LEASE_SECONDS),
    accountOf: ({ endpointId }) => endpointId,
    handle: (delivery) => this.deliver(delivery),
    onError: (error, delivery) => {
      this.logger.error(`delivery ${delivery?.id ?? 'of webhooks'} not attempted: ${errorSummary(error)}`);
    },
    restraint: () => this.breakers.restraint(),
  });

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly deliverer: Deliverer,
    private readonly workers: Workers,
  ) {
    workers.add(this.worker);
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    await this.workers.poll(this.worker);
  }

  /** Something was put down. */
  kick(): Promise<void> {
    return this.worker.kick();
  }

  private async deliver(delivery: DueDelivery): Promise<void> {
    const arrived = await this.deliverer.attempt(delivery);
    if (arrived === true) this.breakers.answered(delivery.endpointId);
    if (arrived === false) this.breakers.failed(delivery.endpointId);
  }
}
