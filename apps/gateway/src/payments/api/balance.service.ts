import { Injectable } from '@nestjs/common';
import { MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { HttpProblem } from '../../http/http-problem.js';
import { PaymentBank } from '../bank/payment-bank.js';
import { SETTLEMENT_CURRENCY } from '../domain/money.js';
import { PaymentError } from '../domain/payment-error.js';
import { type BalanceView } from './payout.dto.js';

/** What the bank says is on the merchant's account. */
@Injectable()
export class BalanceService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly bank: PaymentBank,
  ) {}

  /** Asked anew each time. @throws PaymentError `BALANCE_UNAVAILABLE`, HttpProblem `SERVICE_UNAVAILABLE` */
  async read(accountId: string, livemode: boolean): Promise<BalanceView> {
    const { bankMerchantId } = await this.accounts.open(accountId);
    const reading = await this.bank.read(accountId, { by: 'balance', id: bankMerchantId });
    if (reading.kind === 'not_found')
      throw new PaymentError('BALANCE_UNAVAILABLE', 'the bank keeps no balance for the account');
    if (reading.kind === 'unknown')
      throw new HttpProblem('SERVICE_UNAVAILABLE', 'The bank did not say what the balance is.');
    const { available, overdraft, total } = reading;
    return { object: 'balance', available, overdraft, total, currency: SETTLEMENT_CURRENCY, livemode };
  }
}
