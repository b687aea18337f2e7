import { Injectable, Logger } from '@nestjs/common';
import { errorSummary } from '../../database/error-summary.js';
import { Measures, secondsSince } from '../../measures/measures.js';
import { OutageWaiters } from '../bank-access/outage-waiters.store.js';
import { type StepName } from '../domain/operation.js';
import { AlliancePaymentBank } from './alliance-payment-bank.js';
import { BankBreakers } from './bank-breakers.js';
import {
  type Errand,
  type ErrandOutcome,
  type Errands,
  type OutcomeOf,
  PaymentBank,
  type Question,
  type Readings,
  type Secrets,
  type Sending,
} from './payment-bank.js';

/** Reasons that mean that no answer came, as libs/alliance names them; an answer that cannot be used is one. */
const NO_ANSWER = /\b(?:timeout|not_connected|connection_reset|transport|tls\w*|certificate_\w+|http_5\d\d)$/u;

/** The bank, with an eye on whether it answers at all. When it does again, what it failed becomes due. */
@Injectable()
export class WatchedPaymentBank extends PaymentBank {
  private readonly logger = new Logger(WatchedPaymentBank.name);

  constructor(
    private readonly bank: AlliancePaymentBank,
    private readonly breakers: BankBreakers,
    private readonly waiters: OutageWaiters,
    private readonly measures: Measures,
  ) {
    super();
  }

  override async send<Step extends StepName>(sending: Sending<Step>, secrets: Secrets): Promise<OutcomeOf<Step>> {
    return this.note(sending.accountId, await this.timed(sending.step, this.bank.send(sending, secrets)));
  }

  override async read<By extends keyof Readings>(accountId: string, question: Question<By>): Promise<Readings[By]> {
    return this.note(accountId, await this.timed(question.by, this.bank.read(accountId, question)));
  }

  private async timed<T extends { readonly kind: string }>(operation: string, call: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const outcome = await call;
    this.measures.bankCalls.observe({ operation, outcome: outcome.kind }, secondsSince(startedAt));
    return outcome;
  }

  override async run<Name extends keyof Errands>(
    accountId: string,
    errand: Errand<Name>,
  ): Promise<ErrandOutcome<Name>> {
    return this.note(accountId, await this.bank.run(accountId, errand));
  }

  private note<T extends { readonly kind: string; readonly reason?: string }>(accountId: string, outcome: T): T {
    if (outcome.kind === 'unsendable') return outcome; // the bank has said nothing
    if (outcome.kind !== 'unknown') this.answered(accountId);
    else if (NO_ANSWER.test(outcome.reason ?? '')) this.breakers.failed(accountId);
    return outcome;
  }

  private answered(accountId: string): void {
    const outage = this.breakers.answered(accountId);
    if (!outage) return;
    this.logger.log({ msg: 'the bank answers again', accountId, afterMs: Math.round(outage.lastedMs) });
    this.waiters.wake(accountId, outage.lastedMs / 1_000).catch((error: unknown) => {
      this.logger.error(`what waited for the bank of ${accountId} was not woken: ${errorSummary(error)}`);
    });
  }
}
