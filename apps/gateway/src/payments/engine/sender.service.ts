import { Injectable } from '@nestjs/common';
import { type SecretText } from '../../accounts/secret-text.js';
import { type MerchantAccount } from '../../accounts/merchant-accounts.service.js';
import {
  type CardSecrets,
  type ChargeOutcome,
  type Customer,
  type OrderOutcome,
  PaymentBank,
  type Sending,
} from '../bank/payment-bank.js';
import { PaymentLinks } from '../bank/payment-links.js';
import { judgeCharge } from '../domain/charge-verdict.js';
import { isChargeStep, isOrderStep, stepOf } from '../kinds/steps.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { type PaymentEntity } from '../store/payment.entity.js';
import { OperationRepository } from '../store/operation.repository.js';
import { type Held } from '../store/payment-records.js';
import { CardVault } from './card-vault.js';
import { expectedCharge } from './charging.js';
import { CustomerVault } from './customer-vault.js';
import { type FollowUpAnswer, needsConfirmation } from './following.js';
import { type Turn } from './write-ahead.service.js';

/** What the bank said: to a request for an order, to a step of a charge, or to or about a follow-up. */
export type Said =
  { readonly opening: OrderOutcome } | { readonly charging: ChargeOutcome } | { readonly following: FollowUpAnswer };

/** One sending, and what the bank said to it. */
export interface Spoken {
  readonly account: MerchantAccount;
  readonly turn: Turn;
  readonly said: Said;
}

/** What only the request at hand knows, and no worker. */
export interface Known {
  /** Where the caller has just sealed it; otherwise it is opened from the payment. */
  readonly customer?: Customer | undefined;
  readonly card?: CardSecrets | undefined;
}

/** Sends what is on record, and asks. No transaction is open here. */
@Injectable()
export class Sender {
  constructor(
    private readonly bank: PaymentBank,
    private readonly operations: OperationRepository,
    private readonly customers: CustomerVault,
    private readonly links: PaymentLinks,
    private readonly cards: CardVault,
  ) {}

  async send(account: MerchantAccount, turn: Turn, { card, ...known }: Known = {}): Promise<Said> {
    const { payment, operation } = turn.held;
    const { step } = operation;
    const sending = this.sendingOf(account, turn);
    const customer = stepOf(step).customer ? (known.customer ?? (await this.customers.open(payment))) : null;
    if (isOrderStep(step)) return { opening: await this.bank.send({ ...sending, step }, { customer }) };
    if (isChargeStep(step)) {
      const charging = await this.bank.send({ ...sending, step }, { customer, card });
      await this.adoptCard(turn.held, charging);
      if (charging.kind === 'refused' && card?.token) await this.lookAtCard(payment, card.token);
      return { charging };
    }
    const outcome = await this.bank.send({ ...sending, step }, { customer });
    // Neither a refusal nor a FAIL is final by itself: it is asked for at once.
    const confirmation = needsConfirmation(outcome) ? await this.read(operation) : {};
    return { following: { sent: { send: turn.send, outcome }, ...confirmation } };
  }

  /** Before what is proven is written, so that whoever reads of it finds the card. */
  private async adoptCard({ payment, operation }: Held, outcome: ChargeOutcome): Promise<void> {
    if (outcome.kind !== 'answered') return;
    const verdict = judgeCharge(outcome.facts, expectedCharge(payment, operation));
    if (verdict.kind === 'succeeded') await this.cards.adopt(payment, operation, verdict.facts);
  }

  /** It may have expired, or have been suspended elsewhere. What is not found out now is with the next payment. */
  private async lookAtCard(payment: PaymentEntity, token: SecretText): Promise<void> {
    const reading = await this.bank.read(payment.merchantAccountId, { by: 'card_token', id: token.reveal() });
    if (reading.kind === 'found') await this.cards.ended(payment, reading.status);
  }

  private sendingOf(account: MerchantAccount, { held, window, parentBankId }: Turn): Sending {
    const { payment, operation } = held;
    const { step, protocol, bankMerchantId, merchantRequestId, amount, currency } = operation;
    const { description, expiresInMinutes, holdExpiresAt, page: wishes } = payment;
    return {
      ...{ step, protocol, bankMerchantId, merchantRequestId, amount, currency, window, parentBankId },
      accountId: account.id,
      ourIds: [payment.id, operation.id],
      callbackUrl: this.links.callbackUrl(account, payment.id),
      page: {
        ...{ description, expiresInMinutes, holdExpiresAt, wishes },
        reference: payment.reference ?? payment.id,
        language: payment.language ?? 'uk',
        returnUrl: this.links.returnUrl(account, payment.id),
      },
    };
  }

  async read({ merchantAccountId, merchantRequestId }: OperationEntity): Promise<FollowUpAnswer> {
    const askedAt = await this.operations.now();
    const question = { by: 'request_id', id: merchantRequestId } as const;
    return { askedAt, reading: await this.bank.read(merchantAccountId, question) };
  }
}
