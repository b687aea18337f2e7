import { FAILURE_CODES, type FailureCode, FAILURES } from './failures.js';

/** Words for whoever wanted to pay. */
export interface CustomerText {
  readonly en: string;
  readonly uk: string;
}

/** Also where the card is reported lost or stolen: whoever holds it should not learn that. */
const DECLINED: CustomerText = {
  en: 'The bank declined the payment. Try another card, or ask the bank that issued yours.',
  uk: 'Банк відхилив оплату. Спробуйте іншу картку або зверніться до банку, який її випустив.',
};
const NOT_NOW: CustomerText = {
  en: 'The payment did not go through. Try again later.',
  uk: 'Оплата не пройшла. Спробуйте пізніше.',
};

/** What may be shown to a customer for each failure; a new code needs its text. */
export const CUSTOMER_TEXTS: Readonly<Record<FailureCode, CustomerText>> = {
  expired_card: {
    en: 'This card has expired. Pay with another card.',
    uk: 'Термін дії картки минув. Оплатіть іншою карткою.',
  },
  suspected_fraud: DECLINED,
  invalid_card_number: {
    en: 'The card number is not right. Check it and try again.',
    uk: 'Номер картки неправильний. Перевірте його та спробуйте ще раз.',
  },
  invalid_card: {
    en: 'This card cannot be used. Pay with another card.',
    uk: 'Цією карткою не можна оплатити. Спробуйте іншу.',
  },
  invalid_cvv: {
    en: 'The security code (CVV) is not right. Check it and try again.',
    uk: 'Код безпеки (CVV) неправильний. Перевірте його та спробуйте ще раз.',
  },
  insufficient_funds: {
    en: 'There is not enough money on the card. Pay with another card.',
    uk: 'На картці недостатньо коштів. Оплатіть іншою карткою.',
  },
  limit_exceeded: {
    en: 'A limit of the card is exceeded. Pay with another card, or raise the limit at your bank.',
    uk: 'Перевищено ліміт картки. Оплатіть іншою карткою або збільште ліміт у своєму банку.',
  },
  not_permitted: {
    en: 'This card cannot be used for this payment. Pay with another card.',
    uk: 'Цією карткою не можна здійснити таку оплату. Спробуйте іншу.',
  },
  lost_card: DECLINED,
  stolen_card: DECLINED,
  authentication_failed: {
    en: 'Your bank could not confirm that it was you. Try again and confirm the payment in the application of your bank.',
    uk: 'Банк не зміг підтвердити, що це ви. Спробуйте ще раз і підтвердьте оплату в застосунку свого банку.',
  },
  card_declined: DECLINED,
  bank_error: NOT_NOW,
  canceled_by_customer: { en: 'You canceled the payment.', uk: 'Ви скасували оплату.' },
  expired: { en: 'The time to pay is over. Start again.', uk: 'Час на оплату минув. Почніть ще раз.' },
  order_not_opened: NOT_NOW,
  not_reached: {
    en: 'The payment did not go through. Nothing was taken. Please try again.',
    uk: 'Оплата не пройшла. Гроші не списано. Спробуйте ще раз.',
  },
  not_sendable: {
    en: 'The payment is not possible just now. Nothing was taken. Please contact the shop.',
    uk: 'Зараз оплата неможлива. Гроші не списано. Зверніться до магазину.',
  },
  three_ds_unavailable: {
    en: 'This card cannot be confirmed online. Please try another card.',
    uk: 'Цю картку не можна підтвердити онлайн. Спробуйте іншу картку.',
  },
  refused_by_bank: {
    en: 'The payment is not possible just now. Please contact the shop.',
    uk: 'Зараз оплата неможлива. Зверніться до магазину.',
  },
  closed_by_operator: {
    en: 'The payment was closed. Please contact the shop.',
    uk: 'Оплату закрито. Зверніться до магазину.',
  },
  refund_declined: {
    en: 'The money could not be returned to your card. Please contact the shop.',
    uk: 'Не вдалося повернути гроші на картку. Зверніться до магазину.',
  },
  needs_review: {
    en: 'We are checking your payment. Please do not pay again.',
    uk: 'Ми перевіряємо вашу оплату. Будь ласка, не сплачуйте ще раз.',
  },
};

/** Everything that is said of a failure, to the merchant and to the customer. */
export const ADVISED_FAILURES = Object.fromEntries(
  FAILURE_CODES.map((code) => [code, { ...FAILURES[code], customer: CUSTOMER_TEXTS[code] }]),
);
