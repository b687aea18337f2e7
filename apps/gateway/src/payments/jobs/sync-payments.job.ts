import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { errorSummary } from '../../database/error-summary.js';
import { BankBreakers } from '../bank/bank-breakers.js';
import { PaymentSyncService } from '../engine/payment-sync.service.js';
import { type DuePayment, PaymentRepository } from '../store/payment.repository.js';
import { DueWorker } from '../../database/due-work.js';
import { Workers } from '../../database/workers.js';

const TICK_MS = 500;
/** Longer than the slowest query with a renewal in between. Seconds. */
const LEASE_SECONDS = 120;

/** Asks the bank about open payments when their time has come, or a callback or a returning customer hinted. */
@Injectable()
export class SyncPaymentsJob {
  private readonly logger = new Logger(SyncPaymentsJob.name);
  private readonly worker = new DueWorker<DuePayment>({
    name: 'sync-payments',
    claim: (room) => this.payments.claimDue(room, LEASE_SECONDS),
    accountOf: ({ accountId }) => accountId,
    handle: ({ accountId, id }) => this.sync.syncWithBank(accountId, id),
    restraint: () => this.breakers.restraint(),
    onError: (error, payment) => {
      this.logger.error(`sync of ${payment?.id ?? 'due payments'} failed: ${errorSummary(error)}`);
    },
  });

  constructor(
    private readonly payments: PaymentRepository,
    private readonly sync: PaymentSyncService,
    private readonly breakers: BankBreakers,
    private readonly workers: Workers,
  ) {
    workers.add(this.worker);
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    await this.workers.poll(this.worker);
  }
}
