import { Injectable } from '@nestjs/common';
import { SHARE } from '../../database/claim-due.js';
import { HttpProblem } from '../../http/http-problem.js';
import { BankBreakers } from './bank-breakers.js';

/** Requests at the bank at the same time that one account may have. */
const FREE_TO_ALL = 256;
/** Requests at the bank in all: beyond the number above each account still gets its share. */
const MOST = 320;

/** Bounds the requests of shops that wait for the bank, so that one hanging account leaves room for the others. */
@Injectable()
export class BankSlots {
  private readonly taken = new Map<string, number>();
  private total = 0;

  constructor(private readonly breakers: BankBreakers) {}

  /** To be called before anything is recorded. @throws HttpProblem `SERVICE_UNAVAILABLE` when there is no slot */
  async run<T>(accountId: string, work: () => Promise<T>): Promise<T> {
    const own = this.taken.get(accountId) ?? 0;
    const free = own < SHARE ? MOST : this.breakers.isTripped(accountId) ? 0 : FREE_TO_ALL;
    if (this.total >= free) {
      throw new HttpProblem('SERVICE_UNAVAILABLE', 'Too many requests wait for the bank; nothing was recorded.');
    }
    this.taken.set(accountId, own + 1);
    this.total += 1;
    try {
      return await work();
    } finally {
      this.total -= 1;
      const left = (this.taken.get(accountId) ?? 1) - 1;
      if (left > 0) this.taken.set(accountId, left);
      else this.taken.delete(accountId);
    }
  }
}
