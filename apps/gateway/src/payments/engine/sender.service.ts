import { Injectable } from '@nestjs/common';
import { type MerchantAccount } from '../../accounts/merchant-accounts.service.js';
import { type Customer, type OrderOutcome, PaymentBank } from '../bank/payment-bank.js';
import { PaymentLinks } from '../bank/payment-links.js';
import { type FollowUpStep, type OrderStep } from '../domain/operation.js';
import { isFollowUp } from '../kinds/kinds.js';
import { type OperationEntity } from '../store/operation.entity.js';
import { OperationRepository } from '../store/operation.repository.js';
import { CustomerVault } from './customer-vault.js';
import { type FollowUpAnswer, needsConfirmation } from './following.js';
import { type Turn } from './write-ahead.service.js';

/** What the bank said: to a request for an order, or to or about a follow-up. */
export type Said = { readonly opening: OrderOutcome } | { readonly following: FollowUpAnswer };

/** Sends what is on record, and asks. No transaction is open here. */
@Injectable()
export class Sender {
  constructor(
    private readonly bank: PaymentBank,
    private readonly operations: OperationRepository,
    private readonly customers: CustomerVault,
    private readonly links: PaymentLinks,
  ) {}

  /** @param known the customer, where the caller has just sealed it; otherwise it is opened from the payment */
  async send(account: MerchantAccount, turn: Turn, known?: Customer): Promise<Said> {
    if (isFollowUp(turn.held.operation.kind)) return this.sendFollowUp(account, turn);
    return this.openOrder(account, turn, known ?? (await this.customers.open(turn.held.payment)));
  }

  private openOrder(account: MerchantAccount, { held, window }: Turn, customer: Customer): Promise<Said> {
    const { payment, operation } = held;
    const request = {
      step: operation.step as OrderStep,
      accountId: account.id,
      bankMerchantId: operation.bankMerchantId,
      merchantRequestId: operation.merchantRequestId,
      amount: payment.amount,
      currency: payment.currency,
      description: payment.description,
      language: payment.language ?? 'uk',
      expiresInMinutes: payment.expiresInMinutes,
      ...(payment.holdExpiresAt ? { holdExpiresAt: payment.holdExpiresAt } : {}),
      customer,
      callbackUrl: this.links.callbackUrl(account, payment.id),
      returnUrl: this.links.returnUrl(account, payment.id),
      window,
    };
    return this.bank.openOrder(request).then((opening) => ({ opening }));
  }

  /** A refusal or a FAIL is asked about at once, for neither is final by itself. */
  private async sendFollowUp(account: MerchantAccount, { held, window, send, parentBankId }: Turn): Promise<Said> {
    const { operation } = held;
    const outcome = await this.bank.followUp({
      step: operation.step as FollowUpStep,
      accountId: account.id,
      bankMerchantId: operation.bankMerchantId,
      merchantRequestId: operation.merchantRequestId,
      bankOperationId: parentBankId ?? '',
      amount: operation.amount,
      callbackUrl: this.links.callbackUrl(account, operation.subjectId),
      window,
    });
    const confirmation = needsConfirmation(outcome) ? await this.read(operation) : {};
    return { following: { sent: { send, outcome }, ...confirmation } };
  }

  async read({ merchantAccountId, merchantRequestId }: OperationEntity): Promise<FollowUpAnswer> {
    const askedAt = await this.operations.now();
    return { askedAt, reading: await this.bank.readOperation(merchantAccountId, merchantRequestId) };
  }
}
