import { Injectable } from '@nestjs/common';
import { PaymentBank } from '../payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../payments/domain/bank-facts.js';
import { followed, readFollowed } from '../payments/engine/look.js';
import { type OperationEntity } from '../payments/store/operation.entity.js';
import { PaymentRecords } from '../payments/store/payment-records.js';
import { type Standing } from '../payments/store/standing.js';
import { linesOf } from './domain/bank-lines.js';
import { type BankLine } from './domain/match.js';

/** What the bank said of one payment and all that acts on it. */
export interface BankAnswer {
  readonly paymentId: string;
  /** Of the payment's row, as it was before the bank was asked. */
  readonly version: string;
  readonly lines: readonly BankLine[];
  /** Our operations that it was asked about: if one of them is done, the bank must list it. */
  readonly askedFor: readonly string[];
}

/** Asks the bank about everything that a register would list of a payment. It reads, and changes nothing. */
@Injectable()
export class BankAnswers {
  constructor(
    private readonly bank: PaymentBank,
    private readonly records: PaymentRecords,
  ) {}

  /** @returns undefined where the bank said nothing to one of the questions, so that nothing is known of the whole */
  async of(accountId: string, paymentId: string): Promise<BankAnswer | undefined> {
    const standing = await this.records.standing(accountId, paymentId);
    if (!standing) return undefined;
    const { version, intents, followUps } = standing;
    const said: BankOperationFacts[] = [];
    const askedFor: string[] = [];
    for (const intent of intents) {
      const facts = await this.ofIntent(accountId, intent);
      if (facts === undefined) return undefined;
      if (facts !== 'nothing to ask') askedFor.push(intent.id);
      if (facts !== 'nothing to ask') said.push(...facts);
    }
    for (const followUp of followUps.filter(({ kind }) => kind === 'refund' || kind === 'capture')) {
      const facts = await this.ofFollowUp(accountId, followUp, said);
      if (facts === undefined) return undefined;
      askedFor.push(followUp.id);
      said.push(...facts);
    }
    return { paymentId, version, askedFor, lines: linesOf(said, idsIn(standing)) };
  }

  private async ofIntent(
    accountId: string,
    intent: OperationEntity,
  ): Promise<readonly BankOperationFacts[] | 'nothing to ask' | undefined> {
    const [first] = followed([intent]);
    if (first) {
      const reading = await readFollowed(this.bank, accountId, first.question);
      if (reading.kind === 'found') return reading.order.operations;
      if (reading.kind === 'unknown') return undefined;
      if (first.question.by === 'operation_id') return [];
    }
    // The bank forgets orders sooner than operations.
    if (intent.bankOperationId === null) return first ? [] : 'nothing to ask';
    return this.ask(accountId, 'operation_id', intent.bankOperationId);
  }

  /** What an order lists of its own refunds and captures needs no question. */
  private async ofFollowUp(
    accountId: string,
    { merchantRequestId, bankOperationId, evidence }: OperationEntity,
    said: readonly BankOperationFacts[],
  ): Promise<readonly BankOperationFacts[] | undefined> {
    const ids = [bankOperationId, evidence?.['ecomOperationId']].filter((id) => typeof id === 'string');
    const isSaid = said.some(
      (one) =>
        one.merchantRequestId === merchantRequestId ||
        ids.some((id) => id === one.ecomOperationId || id === one.operationId),
    );
    return isSaid ? [] : this.ask(accountId, 'request_id', merchantRequestId);
  }

  private async ask(
    accountId: string,
    by: 'operation_id' | 'request_id',
    id: string,
  ): Promise<readonly BankOperationFacts[] | undefined> {
    const reading = await this.bank.read(accountId, { by, id });
    if (reading.kind === 'unknown') return undefined;
    return reading.kind === 'found' ? [reading.facts] : [];
  }
}

/** As the comment of a register's line has them: the payment, and the operation where its request was ours. */
function idsIn({
  payment,
  intents,
  followUps,
}: Standing): (merchantRequestId: string | undefined) => readonly string[] {
  const byRequest = new Map([...intents, ...followUps].map((one) => [one.merchantRequestId, one.id]));
  return (merchantRequestId) => {
    const operation = merchantRequestId === undefined ? undefined : byRequest.get(merchantRequestId);
    return operation === undefined ? [payment.id] : [payment.id, operation];
  };
}
