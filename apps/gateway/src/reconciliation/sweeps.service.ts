import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { newId } from '../database/id.js';
import { BankBreakers } from '../payments/bank/bank-breakers.js';
import { type BankAnswer, BankAnswers } from './bank-answers.service.js';
import { dayAfter, dayOf, hourOf, startOfDay } from './domain/kyiv-time.js';
import { SweepRepository } from './store/sweep.repository.js';
import { SweptBooks } from './swept-books.service.js';

/** When sweeps begin by themselves, and how fast they go. */
export abstract class SweepPace {
  /** In Kyiv; undefined: never. */
  abstract readonly atHour: number | undefined;
  /** Payments that the bank is asked about, one after the other. */
  abstract readonly perSecond: number;
}

/** Payments that are asked about between two moments at which a sweep is on record. */
const BATCH = 10;
/** Payments of open breaks that are asked about once more in one round. */
const MOVED_AT_ONCE = 20;

/** Asks the bank about a day of an account, and writes down where its answers and our books differ, as a register would show it. */
@Injectable()
export class SweepsService {
  constructor(
    private readonly sweeps: SweepRepository,
    private readonly answers: BankAnswers,
    private readonly books: SweptBooks,
    private readonly breakers: BankBreakers,
    private readonly pace: SweepPace,
  ) {}

  /** Yesterday of every account, once its hour has come. */
  async planDue(now = new Date()): Promise<void> {
    const { atHour } = this.pace;
    if (atHour !== undefined && hourOf(now) >= atHour) await this.sweeps.planAll(dayAfter(dayOf(now), -1));
  }

  /**
   * The next few payments of the sweep that has waited longest.
   * @param signal stops between two payments; nothing is lost, the batch is begun anew
   * @returns whether there was one
   */
  async step(signal: AbortSignal): Promise<boolean> {
    const lease = newId('swp');
    const claimed = await this.sweeps.claim(lease, this.breakers.restraint().shut);
    if (!claimed) return false;
    const { accountId, day } = claimed;
    const window = {
      begins: startOfDay(day),
      ends: startOfDay(dayAfter(day)),
      after: claimed.afterNumber,
      limit: BATCH,
    };
    const due = await this.sweeps.worthAsking(accountId, window);
    const answers = await this.ask(
      accountId,
      due.map(({ id }) => id),
      signal,
    );
    if (signal.aborted) await this.sweeps.release(claimed, lease);
    else await this.books.conclude(claimed, lease, { answers, asked: due.length, lastNumber: due.at(-1)?.number });
    return true;
  }

  /** Asks once more about payments of open breaks that have moved since; what the bank and we agree on by now ends. */
  async recheck(signal: AbortSignal): Promise<void> {
    const moved = Map.groupBy(await this.sweeps.movedSince(MOVED_AT_ONCE), ({ accountId }) => accountId);
    for (const [accountId, payments] of moved) {
      const answers = await this.ask(
        accountId,
        payments.map(({ paymentId }) => paymentId),
        signal,
      );
      await this.books.compare(accountId, answers);
    }
  }

  private async ask(accountId: string, paymentIds: readonly string[], signal: AbortSignal): Promise<BankAnswer[]> {
    const answers: BankAnswer[] = [];
    for (const id of paymentIds) {
      if (signal.aborted) break;
      const answer = await this.answers.of(accountId, id);
      if (answer) answers.push(answer);
      await sleep(1_000 / this.pace.perSecond, undefined, { signal }).catch(() => undefined);
    }
    return answers;
  }
}
