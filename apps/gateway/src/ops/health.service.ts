import { Injectable, Logger } from '@nestjs/common';
import { systemCode } from '../database/database-away.js';
import { BankClock } from '../payments/bank-access/bank-clock.js';
import { Workers } from '../database/workers.js';
import { within } from '../timing/deadline.js';
import { HealthRepository } from './health.repository.js';

export interface Readiness {
  readonly status: 'ok' | 'unavailable';
  readonly reason?: string;
  /** Merchant accounts; a blocked one does not make the service unready, since the others run on. */
  readonly accounts?: { readonly total: number; readonly blocked: number };
  /** Set while the clock of a bank is more than a minute from ours: what we date is refused there. Not unready. */
  readonly clockDiffersSeconds?: number;
}

/** Longer, and a load balancer has given up on us anyway. */
const ANSWER_MS = 2_000;

/**
 * Ready means: a write is possible, and every worker of this process gets through to its work. A bank that hangs does
 * not count: payments are accepted and settled later.
 */
@Injectable()
export class HealthService {
  private readonly logger = new Logger(HealthService.name);
  private stopping = false;
  /** By the last probe. */
  private wasReady = true;
  /** Probes that come together share one. */
  private asking: Promise<Readiness> | undefined;

  constructor(
    private readonly database: HealthRepository,
    private readonly workers: Workers,
    private readonly bankClock: BankClock,
  ) {}

  /** From now on nobody should send requests here. */
  beginStop(): void {
    this.stopping = true;
  }

  async check(): Promise<Readiness> {
    if (this.stopping) return unavailable('the process is stopping');
    const readiness = await this.look();
    this.tellChange(readiness);
    return readiness;
  }

  private async look(): Promise<Readiness> {
    this.asking ??= this.askDatabase().finally(() => (this.asking = undefined));
    const readiness = await within(ANSWER_MS, this.asking, () => unavailable('the database does not answer'));
    const stalled = this.workers.stalled();
    if (readiness.status !== 'ok') return readiness;
    if (stalled.length === 0) return { ...readiness, ...this.clockDetail() };
    return unavailable(`no claim has worked for too long: ${stalled.join(', ')}`);
  }

  /** One line for each change, not for each reason: during one outage probes find several. */
  private tellChange({ status, reason }: Readiness): void {
    const isReady = status === 'ok';
    if (isReady === this.wasReady) return;
    this.wasReady = isReady;
    if (isReady) this.logger.log('ready again');
    else this.logger.warn(`not ready: ${reason ?? 'unknown'}`);
  }

  private clockDetail(): Pick<Readiness, 'clockDiffersSeconds'> {
    const differsByMs = this.bankClock.differsByMs();
    return differsByMs === undefined ? {} : { clockDiffersSeconds: Math.round(differsByMs / 1_000) };
  }

  private async askDatabase(): Promise<Readiness> {
    try {
      if (await this.database.hasPendingMigrations()) return unavailable('migrations are pending');
      await this.database.write();
      return { status: 'ok', accounts: await this.database.countAccounts() };
    } catch (error) {
      return unavailable(REASONS[systemCode(error)] ?? 'the database cannot be reached');
    }
  }
}

/** By SQLSTATE. */
const REASONS: Readonly<Record<string, string>> = {
  '25006': 'the database only reads',
  '53100': 'the disk of the database is full',
};

const unavailable = (reason: string): Readiness => ({ status: 'unavailable', reason });
