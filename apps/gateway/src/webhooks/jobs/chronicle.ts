import { Injectable, Logger } from '@nestjs/common';
import { Measures } from '../../measures/measures.js';
import { type Happening } from '../store/event-feed.repository.js';

const NO_FAILURE = '';
/** Of refunds. Before that they are sent, pending or unknown. */
const ENDED = new Set(['succeeded', 'failed', 'needs_review']);
/** What events tell besides a status. */
const NO_STATUS = new Set(['flagged', 'flag_settled']);

/**
 * What happened, as operators follow it: a line in the log and a count for each event. An event is published once, by one
 * process, after its transaction: so nothing is told that was rolled back, and nothing twice.
 */
@Injectable()
export class Chronicle {
  private readonly logger = new Logger('Events');

  constructor(private readonly measures: Measures) {}

  tell(happened: readonly Happening[]): void {
    for (const one of happened) {
      this.count(one);
      this.log(one);
    }
  }

  private log({ type, accountId, subjectId, data, status, failure }: Happening): void {
    const ended = { ...(status !== null && { status }), ...(failure !== null && { failure }) };
    this.logger.log({ accountId, subjectId, ...data, ...ended, msg: type });
  }

  private count(one: Happening): void {
    this.measures.events.inc({ type: one.type });
    const [subject, what = ''] = one.type.split('.');
    if (subject === 'refund') this.countRefund(one);
    if (subject === 'payment' && !NO_STATUS.has(what)) this.countPayment(one, what);
  }

  private countRefund({ status, failure }: Happening): void {
    if (status !== null && ENDED.has(status)) this.measures.refunds.inc({ status, failure: failure ?? NO_FAILURE });
  }

  private countPayment({ method, failure }: Happening, what: string): void {
    const why = what === 'failed' ? failure : null;
    this.measures.payments.inc({
      status: what.replace(/_late$/u, ''),
      method: method ?? '',
      failure: why ?? NO_FAILURE,
    });
  }
}
