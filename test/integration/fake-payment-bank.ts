import { SecretText } from '../../apps/gateway/src/accounts/secret-text.js';
import {
  type ChargeOutcome,
  type Errand,
  type ErrandOutcome,
  type Errands,
  type FollowUpOutcome,
  type OperationReading,
  type OrderOutcome,
  type OrderReading,
  type OutcomeOf,
  PaymentBank,
  type Question,
  type Readings,
  type Secrets,
  type Sending,
} from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type StepName } from '../../apps/gateway/src/payments/domain/operation.js';
import { isChargeStep, isOrderStep } from '../../apps/gateway/src/payments/kinds/steps.js';
import { transactionGuard } from '../../apps/gateway/src/database/transaction-guard.js';
import { type OrderAnswer } from '../../apps/gateway/src/payments/domain/order-answer.js';
import { type BankOperationFacts, type BankOrderFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';

export const BANK_MERCHANT_ID = 'merchant-1';

type Answer<T> = T | Promise<T>;
export type Sent = Sending & Secrets;

/** A bank that opens every order and otherwise says what it is told to say; it remembers what it was asked. */
export class FakePaymentBank extends PaymentBank {
  readonly orders: Sent[] = [];
  readonly refunds: Sent[] = [];
  readonly charges: Sent[] = [];
  readonly errands: Errand[] = [];
  readonly reads: string[] = [];

  onOrder: (request: Sent) => Answer<OrderOutcome> = (request) => anOpenOrder(request);
  /** Of a card that needs no 3-D Secure: the first step waits for the second, which is paid. */
  onCharge: (request: Sent) => Answer<ChargeOutcome> = (request) => aCharge(request);
  onReadCharge: (bankOperationId: string) => Answer<OperationReading> = () => ({ kind: 'not_found' });
  onBalance: () => Answer<Readings['balance']> = () => ({ kind: 'not_found' });
  onReadOrder: (bankOrderId: string) => Answer<OrderReading> = (bankOrderId) => found(bankOrderId);
  /** It keeps every card, and changes it as it is told. */
  onErrand: (errand: Errand) => Answer<ErrandOutcome<keyof Errands>> = (errand) =>
    errand.name === 'keep_card'
      ? {
          kind: 'done',
          card: {
            token: SecretText.of(`token-${errand.merchantRequestId}`),
            mask: '411111******1111',
            scheme: undefined,
          },
        }
      : { kind: 'done', changed: true };
  onReadCard: (token: string) => Answer<Readings['card_token']> = () => ({ kind: 'not_found' });
  onRefund: (request: Sent) => Answer<FollowUpOutcome> = () => ({ kind: 'unknown', reason: 'timeout' });
  onReadOperation: (merchantRequestId: string) => Answer<OperationReading> = () => ({ kind: 'not_found' });

  override async send<Step extends StepName>(sending: Sending<Step>, secrets: Secrets): Promise<OutcomeOf<Step>> {
    transactionGuard.forbid('a call of the bank');
    const sent = { ...sending, ...secrets };
    const { step } = sending;
    if (isChargeStep(step)) {
      this.charges.push(sent);
      return (await this.onCharge(sent)) as OutcomeOf<Step>;
    }
    const [asked, answer] = isOrderStep(step) ? [this.orders, this.onOrder] : [this.refunds, this.onRefund];
    asked.push(sent);
    return (await answer(sent)) as OutcomeOf<Step>;
  }

  override async run<Name extends keyof Errands>(
    _accountId: string,
    errand: Errand<Name>,
  ): Promise<ErrandOutcome<Name>> {
    transactionGuard.forbid('a call of the bank');
    this.errands.push(errand as Errand);
    return await this.onErrand(errand as Errand);
  }

  override async read<By extends keyof Readings>(_accountId: string, { by, id }: Question<By>): Promise<Readings[By]> {
    transactionGuard.forbid('a call of the bank');
    this.reads.push(id);
    if (by === 'card_token') return (await this.onReadCard(id)) as Readings[By];
    if (by === 'balance') return (await this.onBalance()) as Readings[By];
    if (by === 'operation_id') return (await this.onReadCharge(id)) as Readings[By];
    return (await (by === 'order' ? this.onReadOrder(id) : this.onReadOperation(id))) as Readings[By];
  }
}

/** The operation of a charge; by default it waits for the second step, which pays it; a saved card pays at once. */
export const aCharge = (request: Sent, over: Partial<BankOperationFacts> = {}): ChargeOutcome => ({
  kind: 'answered',
  facts: aBankOperation({
    ...{ type: request.step.includes('hold') ? 'PREAUTH' : 'PURCHASE', amount: request.amount },
    status: request.parentBankId === null && request.card?.token === undefined ? 'PENDING' : 'SUCCESS',
    operationId: request.parentBankId ?? `charge-${request.merchantRequestId}`,
    merchantRequestId: request.merchantRequestId,
    ...over,
  }),
});

export const bankOrderIdOf = (merchantRequestId: string): string => `order-${merchantRequestId}`;

/** The answer to a create-order, by default as asked. */
export const anOpenOrder = (request: Sent, over: Partial<OrderAnswer> = {}): OrderOutcome => ({
  kind: 'opened',
  bankOrderId: bankOrderIdOf(request.merchantRequestId),
  merchantRequestId: request.merchantRequestId,
  merchantId: request.bankMerchantId,
  amount: request.amount,
  redirectUrl: `https://bank.example/pay?order=${request.merchantRequestId}`,
  createdAt: null,
  expiresAt: null,
  ...over,
});

/** An operation of a test terminal; by default a successful purchase of 1000. */
export const aBankOperation = (over: Partial<BankOperationFacts> = {}): BankOperationFacts => ({
  type: 'PURCHASE',
  status: 'SUCCESS',
  amount: 1_000,
  currency: 'UAH',
  merchantId: BANK_MERCHANT_ID,
  merchantRequestId: undefined,
  operationId: 'bank-operation-1',
  ecomOperationId: undefined,
  originalOperationId: undefined,
  hppOrderId: undefined,
  rrn: '-1',
  approvalCode: undefined,
  actionCode: '0',
  responseCode: '00',
  errorDetails: undefined,
  ...over,
});

/** What a query of an order shows: by default nothing happened yet. */
export function found(bankOrderId: string, over: Partial<BankOrderFacts> = {}): OrderReading {
  const { operations = [], ...order } = over;
  return {
    kind: 'found',
    order: {
      bankOrderId,
      merchantRequestId: undefined,
      merchantId: undefined,
      amount: undefined,
      status: 'PENDING',
      operations: operations.map((operation) => ({ ...operation, hppOrderId: operation.hppOrderId ?? bankOrderId })),
      ...order,
    },
  };
}

export const paid =
  (over: Partial<BankOperationFacts> = {}) =>
  (bankOrderId: string) =>
    found(bankOrderId, { status: 'SUCCESS', operations: [aBankOperation(over)] });

/** What the bank says of a refund, asked or in its answer. */
export const aBankRefund = (merchantRequestId: string, over: Partial<BankOperationFacts> = {}): BankOperationFacts =>
  aBankOperation({ type: 'REFUND', merchantRequestId, operationId: 'bank-operation-1', ...over });
