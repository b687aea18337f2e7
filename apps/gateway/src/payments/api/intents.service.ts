import { Injectable } from '@nestjs/common';
import { type MerchantAccount, MerchantAccountsService } from '../../accounts/merchant-accounts.service.js';
import { newId } from '../../database/id.js';
import { customerForBank } from '../bank/customer.js';
import { type CardSecrets, type Customer } from '../bank/payment-bank.js';
import { type IntentKind, newOperation } from '../domain/operation.js';
import { PaymentError } from '../domain/payment-error.js';
import { CustomerVault } from '../engine/customer-vault.js';
import { type ApiRequest, Engine } from '../engine/engine.service.js';
import { type Answer, fingerprintOf } from '../engine/idempotency.service.js';
import { customerDigestOf } from './customer-digest.js';
import { merchantRequestIdOf } from '../engine/merchant-request-id.js';
import { type Method, type Way, wayOf } from '../kinds/methods.js';
import { type NewPayment } from '../store/payment.repository.js';

/** What is made: a row of `payment`, but for what every one of them gets by itself. */
export interface NewIntent extends Omit<
  NewPayment,
  'merchantAccountId' | 'livemode' | 'customerSealed' | 'customerDigest'
> {
  readonly kind: IntentKind;
  readonly method: Method;
  readonly customer: Customer;
  /** What is paid with, where it came with the request. */
  readonly card?: CardSecrets | undefined;
  /** Where the card belongs to one terminal; otherwise it is that of the way. */
  readonly bankMerchantId?: string | undefined;
  readonly render: ApiRequest['render'];
}

/** Whose request it is, and what makes a repeat of it the same. */
export interface IntentRequest {
  readonly accountId: string;
  readonly key: string;
  readonly route: string;
  /** Without what is secret. */
  readonly body: object;
}

/** Records what is to be paid or verified, and opens its order at the bank. */
@Injectable()
export class IntentsService {
  constructor(
    private readonly accounts: MerchantAccountsService,
    private readonly engine: Engine,
    private readonly customers: CustomerVault,
  ) {}

  /** @throws PaymentError `PAYMENT_METHOD_UNAVAILABLE` | `PAYMENT_LINK_CLOSED` | `IDEMPOTENCY_MISMATCH` | `IDEMPOTENCY_IN_FLIGHT` */
  async open({ accountId, key, route, body }: IntentRequest, intent: NewIntent): Promise<Answer> {
    const account = await this.accounts.open(accountId);
    const { customer: given, card, render, bankMerchantId, ...facts } = intent;
    const { id, kind, method, amount, currency } = facts;
    const way = wayOf({ kind, method });
    const operationId = newId('op');
    const customer = customerForBank(given);
    const payment: NewPayment = {
      ...{ ...facts, merchantAccountId: accountId, livemode: account.environment === 'live' },
      customerSealed: await this.customers.seal(accountId, id, customer),
      customerDigest: customerDigestOf(account.secret, given.id),
    };
    const operation = newOperation({
      ...{ accountId, id: operationId, paymentId: id, parentId: null, kind, step: way.step, amount, currency },
      bankMerchantId: bankMerchantId ?? terminalOf(account, way),
      merchantRequestId: merchantRequestIdOf(account.secret, kind, key),
    });
    const fingerprint = fingerprintOf(account.secret, route, body);
    const request = { accountId, key, fingerprint, operationId, step: way.step, render };
    return this.engine.create(request, { payment, operation, known: { customer, card } });
  }
}

function terminalOf({ bankMerchantId, a2aMerchantId }: MerchantAccount, { terminal }: Way): string {
  const id = terminal === 'a2a' ? a2aMerchantId : bankMerchantId;
  if (id === null) throw new PaymentError('PAYMENT_METHOD_UNAVAILABLE', 'the account has no terminal for transfers');
  return id;
}
