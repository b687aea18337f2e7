import { Measures } from '../measures/measures.js';
import { Workers } from '../database/workers.js';
import { BankBreakers } from '../payments/bank/bank-breakers.js';
import { type BankClock } from '../payments/bank-access/bank-clock.js';
import { type Backlog } from './backlog.repository.js';
import { MetricsService } from './metrics.service.js';
import { type OpsReadingsService } from './ops-readings.service.js';
import { type Worklist } from './worklist.repository.js';

const NOTHING: Worklist = {
  reviews: [],
  flags: [],
  callbacks: [],
  breaks: [],
  breaksOverdue: 0,
  differences: [],
  oldestDoubtSeconds: 0,
};

describe('metrics of what waits for a person', () => {
  let worklist = NOTHING;
  const backlog: Backlog = {
    ...{ paymentsByStatus: [], operationsInDoubt: 0, callbacksWaiting: 0 },
    ...{ eventsUnpublished: 0, webhooksOverdue: 0, webhooksDead: 0 },
  };
  const readings = {
    sessions: () => Promise.resolve([]),
    backlog: () => Promise.resolve(backlog),
    worklist: () => Promise.resolve(worklist),
    lags: () => Promise.resolve([]),
    pool: () => ({ used: 1, idle: 2, waiting: 0 }),
  } as unknown as OpsReadingsService;
  const clock = { differences: () => [] } as unknown as BankClock;
  const metrics = new MetricsService(readings, new Workers(), new BankBreakers(), clock, new Measures());
  const lines = async (): Promise<string[]> =>
    (await metrics.text())
      .split('\n')
      .filter((line) => /^gateway_(in_review|flagged|callbacks_unread|oldest)/u.test(line));

  it('say 0 where there is nothing, so that an alarm can end', async () => {
    const told = await lines();
    expect(told).toEqual(
      expect.arrayContaining([
        'gateway_in_review{kind="payment"} 0',
        'gateway_in_review{kind="refund"} 0',
        'gateway_in_review_minor_units{kind="payment",currency="UAH"} 0',
        'gateway_flagged_payments{flag="second_charge"} 0',
        'gateway_callbacks_unread{reason="given_up"} 0',
        'gateway_callbacks_unread{reason="unassigned"} 0',
        'gateway_oldest_doubt_seconds 0',
      ]),
    );
    expect(told.every((line) => line.endsWith(' 0'))).toBe(true);
  });

  it('count by kind, and money by currency; and go back when it is done', async () => {
    worklist = {
      reviews: [
        { kind: 'payment', currency: 'UAH', count: 2, amount: 3_000 },
        { kind: 'payment', currency: 'USD', count: 1, amount: 500 },
        { kind: 'refund', currency: 'UAH', count: 1, amount: 70 },
      ],
      flags: [{ flag: 'contradicted', count: 4 }],
      callbacks: [{ reason: 'unassigned', count: 5 }],
      breaks: [{ type: 'amount', count: 2, atRisk: 1_250 }],
      breaksOverdue: 1,
      differences: [],
      oldestDoubtSeconds: 901,
    };
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'gateway_in_review{kind="payment"} 3',
        'gateway_in_review_minor_units{kind="payment",currency="UAH"} 3000',
        'gateway_in_review_minor_units{kind="payment",currency="USD"} 500',
        'gateway_in_review_minor_units{kind="refund",currency="UAH"} 70',
        'gateway_flagged_payments{flag="contradicted"} 4',
        'gateway_flagged_payments{flag="second_charge"} 0',
        'gateway_callbacks_unread{reason="unassigned"} 5',
        'gateway_oldest_doubt_seconds 901',
      ]),
    );
    worklist = NOTHING;
    const told = await lines();
    expect(told.every((line) => line.endsWith(' 0'))).toBe(true);
    expect(told.filter((line) => line.includes('USD'))).toEqual([]);
  });
});
