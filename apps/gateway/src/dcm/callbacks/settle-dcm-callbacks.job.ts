import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type CallbackName, readCallback } from '#libs/dcm';
import { AuditService } from '../../audit/audit.service.js';
import { errorSummary } from '../../database/error-summary.js';
import { RoundWorker } from '../../database/round-worker.js';
import { Workers } from '../../database/workers.js';
import { DcmCallbackRepository, type DueDcmCallback } from '../store/callback.repository.js';
import { CallbackInbox } from '../store/callback-inbox.js';
import { TruthService, type Verdict } from './truth.service.js';

const TICK_MS = 1_000;
const PRUNE_MS = 3_600_000;
/** After each try that proved nothing: six more over ten hours. */
const RETRY_SECONDS: readonly number[] = [5, 30, 120, 600, 3_600, 32_400];

/** Asks DCM about callbacks that are to be believed only then. */
@Injectable()
export class SettleDcmCallbacksJob {
  private readonly logger = new Logger(SettleDcmCallbacksJob.name);
  private readonly worker = new RoundWorker<readonly DueDcmCallback[]>({
    name: 'dcm-callbacks',
    claim: () => this.rows.claimDue(),
    handle: async (claimed) => {
      for (const due of claimed) if (!this.worker.isStopped) await this.settle(due).catch(this.tell);
    },
    onError: (error) => {
      this.tell(error);
    },
  });

  constructor(
    private readonly rows: DcmCallbackRepository,
    private readonly truth: TruthService,
    private readonly inbox: CallbackInbox,
    private readonly audit: AuditService,
    workers: Workers,
  ) {
    workers.add(this.worker);
  }

  @Interval(TICK_MS)
  tick(): Promise<void> {
    return this.worker.tick();
  }

  @Interval(PRUNE_MS)
  async prune(): Promise<void> {
    await this.rows.prune();
  }

  private async settle(due: DueDcmCallback): Promise<void> {
    const { id, kind, subject, attempts } = due;
    // One that cannot be worked off is tried as often as one that proves nothing, and stops no other.
    const { is, why } = await this.ask(due).catch((error: unknown): Verdict => ({
      is: 'open',
      why: errorSummary(error),
    }));
    const outcome = why === undefined ? is : `${is} ${why}`;
    if (is === 'open') {
      const retryInSeconds = RETRY_SECONDS[attempts - 1] ?? null;
      await this.rows.putOff(id, retryInSeconds === null ? `given up ${why ?? ''}` : outcome, retryInSeconds);
      return;
    }
    await this.rows.settle(id, outcome);
    await this.audit.record({
      actor: 'gateway',
      action: 'dcm_callback.settle',
      detail: { callback: id, kind, subject, outcome },
    });
  }

  private readonly tell = (error: unknown): void => {
    this.logger.error(`callbacks of DCM not worked off: ${errorSummary(error)}`);
  };

  private async ask(due: DueDcmCallback): Promise<Verdict> {
    const claims = await this.inbox.open(due);
    switch (due.kind as CallbackName) {
      case 'pay-in-merchant': {
        const said = readCallback('pay-in-merchant', claims);
        return this.truth.ofOrder(said, said.status === 'success');
      }
      case 'order-expiration':
        return this.truth.ofOrder(readCallback('order-expiration', claims), false);
      default:
        return this.truth.ofTransfer(readCallback('notify-transfer', claims));
    }
  }
}
