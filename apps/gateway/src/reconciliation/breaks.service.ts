import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../accounts/merchant-accounts.service.js';
import { BREAK_ROWS } from './domain/break-types.js';
import { ReconciliationError } from './reconciliation-error.js';
import { type BreakFilter, type BreakRecord, BreakRepository } from './store/break.repository.js';

/** A break with what it means and what to do about it. */
export interface ShownBreak extends BreakRecord {
  readonly meaning: string;
  readonly action: string;
}

/** Where the bank's books and ours differ, as operators work through it. */
@Injectable()
export class BreaksService {
  constructor(
    private readonly breaks: BreakRepository,
    private readonly accounts: MerchantAccountsService,
  ) {}

  /** Newest first. */
  async list(accountId: string, filter: BreakFilter): Promise<ShownBreak[]> {
    await this.accounts.open(accountId);
    return (await this.breaks.list(accountId, filter)).map(shown);
  }

  /** A person has looked. The same break is not opened again. @throws ReconciliationError `BREAK_NOT_FOUND` | `BREAK_NOT_OPEN` */
  async resolve(accountId: string, id: string, note: string): Promise<ShownBreak> {
    const isResolved = await this.breaks.resolve(accountId, id, note);
    const row = await this.breaks.find(accountId, id);
    if (!row) throw new ReconciliationError('BREAK_NOT_FOUND', `there is no break ${id} of ${accountId}`);
    if (!isResolved) throw new ReconciliationError('BREAK_NOT_OPEN', `break ${id} is ${row.status} already`);
    return shown(row);
  }
}

const shown = (row: BreakRecord): ShownBreak => {
  const { meaning, action } = BREAK_ROWS[row.type];
  return { ...row, meaning, action };
};
