import { requireFreshDate } from '../protocol/refund.fields.js';
import { type Personalities } from '../personalities/personalities.js';
import { type BankClock } from './bank-clock.js';
import { type Switches } from './switches.js';

export interface RequestDatesOptions {
  readonly clock: BankClock;
  readonly personalities: Personalities;
  readonly switches: Switches;
}

/** The `date` of a request against the bank's clock (U11). */
export class RequestDates {
  constructor(private readonly options: RequestDatesOptions) {}

  /** @throws BankError `b_security_time_in_request_not_correct` */
  requireFresh(date: string, merchantId: string): void {
    const { clock, personalities, switches } = this.options;
    if (!switches.get('checkRequestDates')) return;
    const skewMs = personalities.clockSkewMs(merchantId);
    requireFreshDate(
      date,
      clock.readings().map((reading) => reading + skewMs),
    );
  }
}
