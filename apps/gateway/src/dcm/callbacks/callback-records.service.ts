import { Injectable } from '@nestjs/common';
import { DcmProblem } from '../dcm-problem.js';
import { DcmCallbackRepository, type ListedCallback } from '../store/callback.repository.js';
import { CallbackInbox } from '../store/callback-inbox.js';

export type { ListedCallback };

export interface CallbackView extends ListedCallback {
  /** As DCM claimed them. They name accounts: to look is a line in the audit. */
  readonly claims: unknown;
}

/** What an operator sees of DCM's callbacks. */
@Injectable()
export class CallbackRecordsService {
  constructor(
    private readonly rows: DcmCallbackRepository,
    private readonly inbox: CallbackInbox,
  ) {}

  list(limit: number): Promise<ListedCallback[]> {
    return this.rows.list(limit);
  }

  /** @throws DcmProblem `DCM_CALLBACK_NOT_FOUND` */
  async read(id: string): Promise<CallbackView> {
    const found = await this.rows.find(id);
    if (!found) throw new DcmProblem('DCM_CALLBACK_NOT_FOUND', `There is no callback ${id}.`);
    const claims = await this.inbox.open({ id, bodySealed: found.bodySealed });
    return { ...found.listed, claims };
  }
}
