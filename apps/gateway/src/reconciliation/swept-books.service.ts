import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { newId } from '../database/id.js';
import { PaymentSyncService } from '../payments/engine/payment-sync.service.js';
import { type BankAnswer } from './bank-answers.service.js';
import { dayAfter, dayOf } from './domain/kyiv-time.js';
import { type AnswersOutcome, Reconciler } from './reconciler.service.js';
import { RegisterRepository } from './store/register.repository.js';
import { type Batch, type ClaimedSweep, SweepRepository, type SweepRow } from './store/sweep.repository.js';

interface Asked {
  readonly answers: readonly BankAnswer[];
  readonly asked: number;
  readonly lastNumber: string | undefined;
}

/** Where sweeps are written down, and what operators see of them. */
@Injectable()
export class SweptBooks {
  constructor(
    private readonly sweeps: SweepRepository,
    private readonly registers: RegisterRepository,
    private readonly reconciler: Reconciler,
    private readonly sync: PaymentSyncService,
    private readonly accounts: MerchantAccountsService,
  ) {}

  /** A worker does it, beginning within seconds. @param day in Kyiv; yesterday when absent */
  async begin(accountId: string, day = dayAfter(dayOf(new Date()), -1)): Promise<SweepRow> {
    await this.accounts.open(accountId);
    await this.sweeps.plan(accountId, day);
    const row = await this.sweeps.find(accountId, day);
    if (!row) throw new Error(`the sweep of ${day} was not begun`);
    return row;
  }

  async list(accountId: string, limit: number): Promise<SweepRow[]> {
    await this.accounts.open(accountId);
    return this.sweeps.list(accountId, limit);
  }

  /** Breaks and progress in one transaction: whoever dies before it has done nothing, and another one begins the batch anew. */
  async conclude(claimed: ClaimedSweep, lease: string, { answers, asked, lastNumber }: Asked): Promise<void> {
    const { accountId } = claimed;
    const outcome = await this.sweeps.transaction(async (tx) => {
      await this.registers.lock(tx, accountId);
      const laid = await this.reconciler.layAnswers(tx, { accountId, source: 'bank', id: lease }, answers);
      const breaks = Object.values(laid.breaks).reduce((sum, count) => sum + count, 0);
      const batch: Batch = { lastNumber, asked, unanswered: asked - laid.compared, breaks };
      if (!(await this.sweeps.advance(tx, claimed, lease, batch))) throw new Error('another process has this sweep');
      return laid;
    });
    await this.askAgain(accountId, outcome);
  }

  async compare(accountId: string, answers: readonly BankAnswer[]): Promise<void> {
    const outcome = await this.sweeps.transaction(async (tx) => {
      await this.registers.lock(tx, accountId);
      return this.reconciler.layAnswers(tx, { accountId, source: 'bank', id: newId('swp') }, answers);
    });
    await this.askAgain(accountId, outcome);
  }

  /** What the bank proves is adopted by whoever syncs payments; a sweep moves none. */
  private async askAgain(accountId: string, { toAsk }: AnswersOutcome): Promise<void> {
    for (const paymentId of toAsk) await this.sync.hint(accountId, paymentId);
  }
}
