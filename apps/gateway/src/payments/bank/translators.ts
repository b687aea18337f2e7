import { type AccountCallId, type AllianceClient, type AnswerOf, type BodyOf, type ProtocolOf } from '#libs/alliance';
import { type StepName } from '../domain/operation.js';
import { BANK_CURRENCIES, openedOrder, operationFacts } from './bank-words.js';
import { type AnswerTo, type Customer, type Secrets, type Sending } from './payment-bank.js';

/** Makes the call of a step, and says in our words what the bank did. @throws AllianceError */
export type Translator<Step extends StepName> = (
  client: AllianceClient,
  sending: Sending<Step>,
  secrets: Secrets,
) => Promise<AnswerTo<Step>>;

/** Which call of the bank a step is, what it says, and what the answer means. */
interface Translation<Id extends AccountCallId, Answer> {
  readonly call: Id;
  readonly body: (sending: Sending, secrets: Secrets) => BodyOf<Id>;
  readonly answer: (answer: AnswerOf<Id>) => Answer;
}

const translator =
  <Id extends AccountCallId, Answer>({ call, body, answer }: Translation<Id, Answer>) =>
  async (client: AllianceClient, sending: Sending, secrets: Secrets): Promise<Answer> => {
    const { accountId, bankMerchantId: merchantId, window } = sending;
    const protocol = sending.protocol as ProtocolOf<Id>; // by the row of the step
    return answer(await client.call(accountId, call, body(sending, secrets), { protocol, merchantId, window }));
  };

type OrderBody = BodyOf<'hpp.create-order'>;

/** What every order of the hosted page says, whatever it is for. */
const orderBody = ({ page, ...sending }: Sending, { customer }: Secrets) => ({
  merchantRequestId: sending.merchantRequestId,
  coinAmount: sending.amount,
  currencyCode: BANK_CURRENCIES[sending.currency],
  directType: 'REDIRECT' as const,
  hppTryMode: 'ONE_TRY' as const,
  expirationTimeMinutes: page.expiresInMinutes,
  paymentMethods: ['CARD' as const, 'APPLE_PAY' as const, 'GOOGLE_PAY' as const],
  language: page.language as NonNullable<OrderBody['language']>,
  notificationUrl: sending.callbackUrl,
  notificationEncryption: true,
  successUrl: page.returnUrl,
  failUrl: page.returnUrl,
  statusPageType: 'STATUS_TIMER_PAGE' as const,
  purpose: page.description ?? undefined,
  customerData: payerOf(customer),
});

const order = (body: (sending: Sending, secrets: Secrets) => OrderBody) =>
  translator({ call: 'hpp.create-order', body, answer: openedOrder });

/** The bank's words for every step. A step without its row here does not compile. */
export const TRANSLATORS: { readonly [Step in StepName]: Translator<Step> } = {
  order_purchase: order((sending, secrets) => ({ hppPayType: 'PURCHASE', ...orderBody(sending, secrets) })),
  order_hold: order((sending, secrets) => ({
    hppPayType: 'PREAUTH',
    preAuthExpDate: present(sending.page.holdExpiresAt, 'end of the hold'),
    ...orderBody(sending, secrets),
  })),
  complete: translator({
    call: 'h2h.preauth.completion',
    body: (sending) => ({
      merchantRequestId: sending.merchantRequestId,
      originalOperationId: present(sending.parentBankId, 'hold'),
      coinAmount: sending.amount,
      notificationUrl: sending.callbackUrl,
    }),
    answer: (operation) => ({ kind: 'answered', facts: operationFacts(operation) }),
  }),
  give_back: translator({
    call: 'h2h.refund',
    body: (sending) => ({
      merchantRequestId: sending.merchantRequestId,
      operationId: present(sending.parentBankId, 'operation to refund'),
      coinAmount: sending.amount,
      notificationUrl: sending.callbackUrl,
    }),
    answer: (operation) => ({ kind: 'answered', facts: operationFacts(operation) }),
  }),
};

function payerOf(customer: Customer | null): OrderBody['customerData'] {
  const given = present(customer, 'customer');
  return {
    senderCustomerId: given.id,
    senderFirstName: given.firstName,
    senderLastName: given.lastName,
    senderMiddleName: given.middleName,
    senderEmail: given.email,
    senderPhone: given.phone,
    senderIp: given.ip,
    senderCountry: given.country,
    senderRegion: given.region,
    senderCity: given.city,
    senderStreet: given.street,
    senderZipCode: given.zipCode,
  };
}

/** What is on record for a step has what the step needs; where it has not, the mistake is ours. */
function present<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`a step was to be sent without its ${what}`);
  return value;
}
