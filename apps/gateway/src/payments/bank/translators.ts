import {
  type AccountCallId,
  type AllianceClient,
  AllianceError,
  type AnswerOf,
  type BankOperation,
  type BodyOf,
  type CardJwe,
  type ProtocolOf,
} from '#libs/alliance';
import { type SecretText } from '../../accounts/secret-text.js';
import { type StepName } from '../domain/operation.js';
import { BANK_CURRENCIES, openedOrder, operationFacts } from './bank-words.js';
import { PAGE_INSTRUMENTS } from '../domain/page.js';
import { type ThreeDs } from '../domain/page.js';
import { type AnswerTo, type Browser, type Customer, type Page, type Secrets, type Sending } from './payment-bank.js';

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

/** A page that offers all of them. */
const ANY_BANK = 'ALL_BANKS';

type OrderBody = BodyOf<'hpp.create-order'>;

/** What every order says, whatever it is for. */
const orderBody = ({ page, ...sending }: Sending, { customer }: Secrets) => ({
  merchantRequestId: sending.merchantRequestId,
  coinAmount: sending.amount,
  hppTryMode: TRY_MODES[page.wishes.tries ?? 'one'],
  expirationTimeMinutes: page.expiresInMinutes,
  paymentMethods: (page.wishes.instruments ?? PAGE_INSTRUMENTS).map((instrument) => INSTRUMENTS[instrument]),
  language: page.language as NonNullable<OrderBody['language']>,
  notificationUrl: sending.callbackUrl,
  notificationEncryption: true,
  successUrl: page.returnUrl,
  failUrl: page.returnUrl,
  statusPageType: RESULT_PAGES[page.wishes.resultPage ?? 'timer'],
  purpose: page.description ?? undefined,
  hppPageAdditionalInfo: listOf(page.wishes.lineItems),
  customerData: payerOf(customer),
});

/** What is paid on the bank's page by card or wallet. */
const cardOrderBody = (sending: Sending, secrets: Secrets) => ({
  ...orderBody(sending, secrets),
  currencyCode: BANK_CURRENCIES[sending.currency],
  directType: 'REDIRECT' as const,
});

const INSTRUMENTS = { card: 'CARD', apple_pay: 'APPLE_PAY', google_pay: 'GOOGLE_PAY' } as const;
const TRY_MODES = { one: 'ONE_TRY', many: 'MULTI_PAYMENT' } as const;
const RESULT_PAGES = {
  timer: 'STATUS_TIMER_PAGE',
  stay: 'STATUS_PAGE',
  skip: 'STATUS_REDIRECT_MERCHANT_PAGE',
} as const;

function listOf(items: Page['wishes']['lineItems']) {
  if (!items) return undefined;
  const products = items.map(({ name, quantity, amount }) => ({ name, count: quantity, sum: amount }));
  return { productsSum: items.reduce((sum, { amount }) => sum + amount, 0), products };
}

/** Of a transfer. The bank demands 14 characters, and is known to take these. Source: bank docs, "merchantComment". */
const COMMENT_LEAST = 14;
const COMMENT_MOST = 255;
const transferComment = ({ page, ourIds: [payment] }: Sending): string => {
  const ids = `, ${readable(payment)}`;
  const text = `Payment of order ${readable(page.reference)}`.slice(0, COMMENT_MOST - ids.length);
  return (text + ids).padEnd(COMMENT_LEAST, '.');
};
const readable = (text: string): string => text.replaceAll('_', '-').replaceAll(/[^a-zA-Z0-9 ,.;:@#$%'=+-]/gu, '');

/** Of what is no order: the registers repeat it. */
const idsComment = ({ ourIds }: Pick<Sending, 'ourIds'>): string => ourIds.map(readable).join(', ');

const order = (body: (sending: Sending, secrets: Secrets) => OrderBody) =>
  translator({ call: 'hpp.create-order', body, answer: openedOrder });

type BankBrowser = NonNullable<BodyOf<'h2h.purchase.execute'>['browserInfo']>;

/** What every payment says whose card is in the merchant's page. */
const chargeBody = ({ page, ...sending }: Sending, { customer }: Secrets) => ({
  merchantRequestId: sending.merchantRequestId,
  merchantComment: idsComment(sending),
  coinAmount: sending.amount,
  desiredThreeDSMode: THREE_DS_MODES[page.wishes.threeDs ?? 'if_available'],
  resultRedirectUrl: page.returnUrl,
  purpose: page.description ?? undefined,
  notificationUrl: sending.callbackUrl,
  notificationEncryption: true,
  customerData: payerOf(customer),
});

/** What is wished of a card in the merchant's page. */
const cardWishes = ({ page: { wishes } }: Sending) => ({
  ...(wishes.withoutCvv === true && { txnType: 'NONCVV' as const }),
  ...(wishes.saveCard === true && { typeToken: 'TOKEN_PER_CUSTOMER' as const }),
});

/** A card that the bank keeps: with the CVV, or expressly without. */
const savedCard = ({ card }: Secrets) => {
  const token = present(card?.token ?? null, 'saved card').reveal();
  return card?.cvv ? { token, cvv: card.cvv.reveal() as CardJwe } : { token, txnType: 'NONCVV' as const };
};

export const THREE_DS_MODES = { required: 'MUST', if_available: 'SHOULD', none: 'MUST_NOT' } as const satisfies Record<
  ThreeDs,
  string
>;

/** The second step of a card: expiry and CVV, and the browser where there is one. */
const cardData = ({ parentBankId }: Sending, { card }: Secrets) => ({
  operationId: present(parentBankId, 'first step'),
  encryptedCardData: secretOf(card?.data, 'expiry and CVV'),
  browserInfo: card?.browser && browserOf(card.browser),
});

export const browserOf = (browser: Browser): BankBrowser => ({
  browserAcceptHeader: browser.acceptHeader,
  browserUserAgent: browser.userAgent,
  browserLanguage: browser.language,
  browserColorDepth: String(browser.colorDepth),
  browserScreenHeight: String(browser.screenHeight),
  browserScreenWidth: String(browser.screenWidth),
  browserTZ: String(browser.timeZoneOffset),
});

/** The second step of what was paid in the first, but for 3-D Secure. */
const threeDsData = ({ parentBankId }: Sending, { card }: Secrets) => ({
  operationId: present(parentBankId, 'first step'),
  browserInfo: browserOf(present(card?.browser ?? null, 'browser')),
});

/** As the bank takes it; that it is encrypted was checked when it came. */
const secretOf = (secret: SecretText | undefined, what: string): CardJwe =>
  present(secret ?? null, what).reveal() as CardJwe;

const answered = (operation: BankOperation): AnswerTo<'give_back'> => ({
  kind: 'answered',
  facts: operationFacts(operation),
});

/** The bank's words for every step. A step without its row here does not compile. */
export const TRANSLATORS: { readonly [Step in StepName]: Translator<Step> } = {
  order_purchase: order((sending, secrets) => ({ hppPayType: 'PURCHASE', ...cardOrderBody(sending, secrets) })),
  order_hold: order((sending, secrets) => ({
    hppPayType: 'PREAUTH',
    preAuthExpDate: present(sending.page.holdExpiresAt, 'end of the hold'),
    ...cardOrderBody(sending, secrets),
  })),
  order_verification: order((sending, secrets) => ({
    ...cardOrderBody(sending, secrets),
    hppPayType: 'VERIFICATION',
    coinAmount: 0,
  })),
  order_a2a: order((sending, secrets) => ({
    ...orderBody(sending, secrets),
    hppPayType: 'A2A',
    currencyCode: '980',
    directType: 'BANK_LINK',
    merchantComment: transferComment(sending),
    priorityBankCode: sending.page.wishes.bank ?? ANY_BANK,
    generateQrNbu: true,
    editableAmount: false,
  })),
  card_create: translator({
    call: 'h2h.purchase.create',
    body: (sending, secrets) => ({
      ...chargeBody(sending, secrets),
      ...cardWishes(sending),
      encryptedCardNumber: secretOf(secrets.card?.number, 'card number'),
    }),
    answer: answered,
  }),
  card_execute: translator({ call: 'h2h.purchase.execute', body: cardData, answer: answered }),
  hold_create: translator({
    call: 'h2h.preauth.create',
    body: (sending, secrets) => ({
      ...chargeBody(sending, secrets),
      ...cardWishes(sending),
      paymentMethodType: 'CARD',
      preAuthExpDate: present(sending.page.holdExpiresAt, 'end of the hold'),
      encryptedCardNumber: secretOf(secrets.card?.number, 'card number'),
    }),
    answer: answered,
  }),
  hold_execute: translator({ call: 'h2h.preauth.execute', body: cardData, answer: answered }),
  saved_purchase: translator({
    call: 'h2h.token.purchase',
    body: (sending, secrets) => ({ ...chargeBody(sending, secrets), ...savedCard(secrets) }),
    answer: answered,
  }),
  saved_authenticate: translator({ call: 'h2h.token.purchase-3ds', body: threeDsData, answer: answered }),
  saved_hold: translator({
    call: 'h2h.preauth.create',
    body: (sending, secrets) => ({
      ...chargeBody(sending, secrets),
      ...savedCard(secrets),
      paymentMethodType: 'TOKEN',
      preAuthExpDate: present(sending.page.holdExpiresAt, 'end of the hold'),
    }),
    answer: answered,
  }),
  saved_hold_authenticate: translator({ call: 'h2h.preauth.execute', body: threeDsData, answer: answered }),
  pay_out: translator({
    call: 'h2h.a2c',
    body: ({ page, ...sending }, { customer, card }) => ({
      merchantRequestId: sending.merchantRequestId,
      coinAmount: sending.amount,
      encryptedCardNumber: secretOf(card?.number, 'card number'),
      purpose: page.description ?? undefined,
      notificationUrl: sending.callbackUrl,
      notificationEncryption: true,
      customerData: payeeOf(customer),
    }),
    answer: answered,
  }),
  complete: translator({
    call: 'h2h.preauth.completion',
    body: (sending) => ({
      merchantRequestId: sending.merchantRequestId,
      originalOperationId: present(sending.parentBankId, 'hold'),
      coinAmount: sending.amount,
      merchantComment: idsComment(sending),
      notificationUrl: sending.callbackUrl,
    }),
    answer: answered,
  }),
  give_back: translator({
    call: 'h2h.refund',
    body: (sending) => ({
      merchantRequestId: sending.merchantRequestId,
      operationId: present(sending.parentBankId, 'operation to refund'),
      coinAmount: sending.amount,
      merchantComment: idsComment(sending),
      notificationUrl: sending.callbackUrl,
    }),
    answer: answered,
  }),
};

/** Told by tax id or passport, one of which was asked for. */
function payeeOf(customer: Customer | null): BodyOf<'h2h.a2c'>['customerData'] {
  const given = present(customer, 'recipient');
  const person = {
    recipientCustomerId: given.id,
    recipientFirstName: given.firstName,
    recipientLastName: given.lastName,
    recipientMiddleName: given.middleName,
    recipientEmail: given.email,
    recipientPhone: given.phone,
    recipientIp: given.ip,
    recipientCountry: given.country,
    recipientRegion: given.region,
    recipientCity: given.city,
    recipientStreet: given.street,
    recipientZipCode: given.zipCode,
  };
  return given.taxId === undefined
    ? { ...person, recipientPassport: present(given.passport ?? null, 'tax id or passport') }
    : { ...person, recipientItn: given.taxId };
}

export function payerOf(customer: Customer | null): OrderBody['customerData'] {
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

/** What is on record for a step has what the step needs; where it has not, the mistake is ours, as where the client finds one. */
function present<T>(value: T | null, what: string): T {
  if (value !== null) return value;
  const details = { reason: 'invalid_body', member: what, noEffect: true };
  throw new AllianceError('ALLIANCE_INVALID_REQUEST', `A step was to be sent without its ${what}`, details);
}
