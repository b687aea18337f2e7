import { Injectable, Logger } from '@nestjs/common';
import { AllianceClient } from '#libs/alliance';
import { type StepName } from '../domain/operation.js';
import { bankCode, failureOf, isOurDefect, unknown } from './call-failure.js';
import { ERRANDS } from './errands.js';
import {
  type Errand,
  type ErrandOutcome,
  type Errands,
  type Failed,
  type OutcomeOf,
  PaymentBank,
  type Question,
  type Readings,
  type Secrets,
  type Sending,
  type Unknown,
} from './payment-bank.js';
import { READERS } from './readers.js';
import { TRANSLATORS } from './translators.js';

/** Speaks to the bank. Its words are those of the translators and readers. */
@Injectable()
export class AlliancePaymentBank extends PaymentBank {
  private readonly logger = new Logger(AlliancePaymentBank.name);

  constructor(private readonly client: AllianceClient) {
    super();
  }

  /** At the end of the process: cuts what is under way. */
  close(): Promise<void> {
    return this.client.close();
  }

  override async send<Step extends StepName>(sending: Sending<Step>, secrets: Secrets): Promise<OutcomeOf<Step>> {
    try {
      return await TRANSLATORS[sending.step](this.client, sending, secrets);
    } catch (error) {
      return this.note(sending.accountId, failureOf(error), error);
    }
  }

  override async read<By extends keyof Readings>(accountId: string, { by, id }: Question<By>): Promise<Readings[By]> {
    const { ask, absent } = READERS[by];
    try {
      return await ask(this.client, accountId, id);
    } catch (error) {
      return absent[bankCode(error) ?? ''] ?? this.note(accountId, unknown(error), error);
    }
  }

  override async run<Name extends keyof Errands>(
    accountId: string,
    errand: Errand<Name>,
  ): Promise<ErrandOutcome<Name>> {
    try {
      return { kind: 'done', ...(await ERRANDS[errand.name](this.client, accountId, errand)) };
    } catch (error) {
      return this.note(accountId, failureOf(error), error);
    }
  }

  /** A bank that does not answer must be seen in the log, not only in payments that stay open. */
  private note<T extends Failed | Unknown>(accountId: string, outcome: T, error: unknown): T {
    if (isOurDefect(error)) {
      this.logger.error({
        msg: 'a defect of the gateway: it made a request that cannot be sent',
        accountId,
        reason: error.message,
      });
    } else if (outcome.kind === 'unknown') {
      this.logger.warn({ msg: 'no usable answer of the bank', accountId, reason: outcome.reason });
    }
    return outcome;
  }
}
