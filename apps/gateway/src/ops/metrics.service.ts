import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from '@prometheus-io/client';
import { isDatabaseAway } from '../database/database-away.js';
import { BankBreakers } from '../payments/bank/bank-breakers.js';
import { BankClock } from '../payments/bank-access/bank-clock.js';
import { DIFFERENCE_KINDS } from '../subscriptions/domain/scheduled.js';
import { Workers } from '../database/workers.js';
import { FOLLOW_UP_KINDS } from '../payments/domain/operation.js';
import { PAYMENT_FLAGS } from '../payments/domain/payment.js';
import { type SessionForecast } from '../payments/bank-access/session-schedule.store.js';
import { BREAK_TYPES } from '../reconciliation/domain/break-types.js';
import { MANY_REFUSALS } from '../payments/bank-access/session-rows.store.js';
import { Measures } from '../measures/measures.js';
import { within } from '../timing/deadline.js';
import { type Backlog } from './backlog.repository.js';
import { type DueLag } from './due-lag.repository.js';
import { type Worklist } from './worklist.repository.js';
import { OpsReadingsService } from './ops-readings.service.js';

type SessionGauge = readonly [name: string, help: string, value: (session: SessionForecast) => number | null];

/** Ids only: a name may be personal, and labels are kept for long. */
const SESSION_GAUGES: readonly SessionGauge[] = [
  ['alliance_session_age_seconds', 'Age of the bank session.', (session) => session.ageSeconds],
  [
    'alliance_session_expires_at_seconds',
    'Unix time at which the bank session ends.',
    (session) => unixSeconds(session.expiresAt),
  ],
  [
    'alliance_session_next_renewal_at_seconds',
    'Unix time of the next renewal.',
    (session) => unixSeconds(session.nextRenewalAt),
  ],
  ['alliance_session_version', 'Number of sessions that the account has had.', (session) => session.version],
  ['alliance_session_blocked', '1 while the account is blocked.', (session) => Number(session.blockedBy !== null)],
  [
    'alliance_session_failures_in_a_row',
    'Renewals that failed since the last one that worked.',
    (session) => session.failuresInARow,
  ],
  [
    'alliance_session_renewals_last_hour',
    'Attempts to renew within the last hour.',
    (session) => session.renewalsLastHour,
  ],
  [
    'alliance_session_reactive_renewals_last_hour',
    'Of those, caused by a refusal.',
    (session) => session.reactiveRenewalsLastHour,
  ],
  [
    'alliance_session_many_refusals',
    '1 when the bank refused so many sessions within the last hour that somebody else may use the service code.',
    (session) => Number(session.reactiveRenewalsLastHour > MANY_REFUSALS),
  ],
  [
    'alliance_session_days_to_idle_limit',
    'Days until the bank closes an idle service code.',
    (session) => session.daysToIdleLimit,
  ],
];

interface DatabaseReadings {
  readonly sessions: readonly SessionForecast[];
  readonly backlog: Backlog;
  readonly worklist: Worklist;
  readonly lags: readonly DueLag[];
}

/** Milliseconds; a scrape that hangs shows nothing at all. */
const ANSWER_MS = 2_000;

/** Metrics in the Prometheus text format, read from the database when they are asked for. */
@Injectable()
export class MetricsService {
  readonly registry = new Registry();
  private readonly sessionGauges = SESSION_GAUGES.map(([name, help, value]) => ({
    value,
    gauge: this.gauge(name, help, ['account']),
  }));
  private readonly databaseUp = this.gauge('gateway_database_up', '1 when the database answered this scrape.');
  private readonly claimAge = this.gauge(
    'gateway_worker_claim_age_seconds',
    'Since the last claim of a worker of this process that worked.',
    ['worker'],
  );
  private readonly notices = this.gauge(
    'gateway_database_notices',
    '1 while other processes can tell this one of work by NOTIFY; 0: it is found by polling alone.',
  );
  private readonly bankAway = this.gauge(
    'gateway_bank_away',
    '1 while the bank of the account does not answer this process.',
    ['account'],
  );
  private readonly clockDifference = this.gauge(
    'gateway_bank_clock_difference_seconds',
    'Seconds by which the clock of the bank is ahead of that of this process; negative: behind.',
    ['bank'],
  );
  private readonly payments = this.gauge(
    'gateway_open_payments',
    'Payments that are not final, by status; up to 10000.',
    ['status'],
  );
  private readonly doubts = this.gauge(
    'gateway_operations_in_doubt',
    'Operations whose outcome is being asked for; up to 10000.',
  );
  private readonly callbacks = this.gauge(
    'gateway_callbacks_waiting',
    'Kept callbacks that are not worked off; up to 10000.',
  );
  private readonly events = this.gauge(
    'gateway_events_unpublished',
    'Events that no feed shows and nobody is told of yet; up to 10000.',
  );
  private readonly overdue = this.gauge(
    'gateway_webhooks_overdue',
    'Deliveries that have been due for a minute, of endpoints that are switched on; up to 10000.',
  );
  private readonly dead = this.gauge('gateway_webhooks_dead', 'Deliveries that were given up; up to 10000.');

  private readonly reviews = this.gauge(
    'gateway_in_review',
    'Payments, refunds, captures and releases in needs_review, by kind; up to 10000.',
    ['kind'],
  );
  private readonly atRisk = this.gauge(
    'gateway_in_review_minor_units',
    'Money in what is in needs_review: minor units, which are kopiyky for UAH.',
    ['kind', 'currency'],
  );
  private readonly flags = this.gauge('gateway_flagged_payments', 'Payments with this flag; up to 10000 in all.', [
    'flag',
  ]);
  private readonly unread = this.gauge(
    'gateway_callbacks_unread',
    'Kept callbacks that are not tried any more: given_up, or unassigned when their payment is not there; up to 10000.',
    ['reason'],
  );
  private readonly breaks = this.gauge(
    'gateway_breaks_open',
    "Open breaks between the bank's books and ours, by type; up to 10000 in all.",
    ['type'],
  );
  private readonly breaksAtRisk = this.gauge(
    'gateway_breaks_at_risk_minor_units',
    'Money that is at risk in open breaks: kopiyky.',
    ['type'],
  );
  private readonly breaksOverdue = this.gauge(
    'gateway_breaks_overdue',
    'Open breaks past the day by which somebody should have looked; up to 10000.',
  );
  private readonly dueLag = this.gauge(
    'gateway_due_lag_seconds',
    'Since the oldest row of the queue became due, by account; absent: nothing is due.',
    ['queue', 'account'],
  );
  private readonly connections = this.gauge(
    'gateway_database_connections',
    'Connections of this process to the database: used, idle; and waiting, those who wait for one.',
    ['state'],
  );
  private readonly differences = this.gauge(
    'gateway_schedule_differences_open',
    "Open differences between the bank's schedules of subscriptions and ours, by kind; up to 10000 in all.",
    ['kind'],
  );
  private readonly oldestDoubt = this.gauge(
    'gateway_oldest_doubt_seconds',
    'Since the oldest operation began whose outcome nobody knows; 0: there is none.',
  );

  constructor(
    private readonly readings: OpsReadingsService,
    private readonly workers: Workers,
    private readonly breakers: BankBreakers,
    private readonly bankClock: BankClock,
    private readonly measures: Measures,
  ) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Without a database, what the process knows of itself is still told. */
  async text(): Promise<string> {
    for (const { name, sinceClaimMs } of this.workers.all) this.claimAge.set({ worker: name }, sinceClaimMs / 1_000);
    this.notices.set(Number(this.workers.areTold));
    this.bankAway.reset();
    const { shut, careful } = this.breakers.restraint();
    for (const account of [...shut, ...careful]) this.bankAway.set({ account }, 1);
    for (const [bank, differenceMs] of this.bankClock.differences()) {
      this.clockDifference.set({ bank }, differenceMs / 1_000);
    }
    this.showPool();
    const read = await this.readDatabase();
    this.databaseUp.set(read ? 1 : 0);
    if (read) {
      this.show(read.sessions, read.backlog); // otherwise the gauges keep what was last known
      this.showWorklist(read.worklist);
      this.dueLag.reset();
      for (const { queue, accountId, seconds } of read.lags) this.dueLag.set({ queue, account: accountId }, seconds);
    }
    return `${await this.registry.metrics()}${await this.measures.registry.metrics()}`;
  }

  private showPool(): void {
    const { used, idle, waiting } = this.readings.pool();
    this.connections.set({ state: 'used' }, used);
    this.connections.set({ state: 'idle' }, idle);
    this.connections.set({ state: 'waiting' }, waiting);
  }

  private async readDatabase(): Promise<DatabaseReadings | undefined> {
    const read = this.ask();
    try {
      return await within(ANSWER_MS, read, () => undefined);
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      return undefined;
    }
  }

  private async ask(): Promise<DatabaseReadings> {
    const { readings } = this;
    const [sessions, backlog, worklist, lags] = await Promise.all([
      readings.sessions(),
      readings.backlog(),
      readings.worklist(),
      readings.lags(),
    ]);
    return { sessions, backlog, worklist, lags };
  }

  private show(sessions: readonly SessionForecast[], backlog: Backlog): void {
    for (const { gauge, value } of this.sessionGauges) setAll(gauge, sessions, value);
    this.payments.reset();
    for (const { status, count } of backlog.paymentsByStatus) this.payments.set({ status }, count);
    this.doubts.set(backlog.operationsInDoubt);
    this.callbacks.set(backlog.callbacksWaiting);
    this.events.set(backlog.eventsUnpublished);
    this.overdue.set(backlog.webhooksOverdue);
    this.dead.set(backlog.webhooksDead);
  }

  /** What is none is told as 0, so that an alarm can end. */
  private showWorklist(worklist: Worklist): void {
    const { reviews, flags, callbacks, oldestDoubtSeconds } = worklist;
    this.atRisk.reset();
    for (const kind of ['payment', ...FOLLOW_UP_KINDS]) {
      const ofKind = reviews.filter((review) => review.kind === kind);
      this.reviews.set(
        { kind },
        ofKind.reduce((sum, { count }) => sum + count, 0),
      );
      if (ofKind.length === 0) this.atRisk.set({ kind, currency: 'UAH' }, 0);
      for (const { currency, amount } of ofKind) this.atRisk.set({ kind, currency }, amount);
    }
    for (const flag of PAYMENT_FLAGS) this.flags.set({ flag }, flags.find((one) => one.flag === flag)?.count ?? 0);
    for (const reason of ['given_up', 'unassigned'])
      this.unread.set({ reason }, callbacks.find((one) => one.reason === reason)?.count ?? 0);
    this.oldestDoubt.set(oldestDoubtSeconds);
    this.showBreaks(worklist);
  }

  private showBreaks({ breaks, breaksOverdue, differences }: Worklist): void {
    for (const type of BREAK_TYPES) {
      const open = breaks.find((one) => one.type === type);
      this.breaks.set({ type }, open?.count ?? 0);
      this.breaksAtRisk.set({ type }, open?.atRisk ?? 0);
    }
    this.breaksOverdue.set(breaksOverdue);
    for (const kind of DIFFERENCE_KINDS)
      this.differences.set({ kind }, differences.find((one) => one.kind === kind)?.count ?? 0);
  }

  private gauge(name: string, help: string, labelNames: string[] = []): Gauge<string> {
    return new Gauge<string>({ name, help, labelNames, registers: [this.registry] });
  }
}

function setAll(gauge: Gauge<string>, sessions: readonly SessionForecast[], value: SessionGauge[2]): void {
  gauge.reset();
  for (const session of sessions) {
    const reading = value(session);
    if (reading !== null) gauge.set({ account: session.accountId }, reading);
  }
}

const unixSeconds = (date: Date | null): number | null => (date === null ? null : date.getTime() / 1000);
