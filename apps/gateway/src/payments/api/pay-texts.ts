import { type LinkStatus } from '../domain/payment-link.js';
import { type PaymentStatus } from '../domain/statuses.js';

export type PageLanguage = 'uk' | 'en';

export interface PayTexts {
  readonly title: string;
  readonly to: string;
  readonly pay: string;
  readonly goOn: string;
  readonly again: string;
  readonly test: string;
  readonly closed: Readonly<Record<Exclude<LinkStatus, 'active'>, string>>;
  readonly unknown: string;
  readonly busy: string;
  readonly payment: Readonly<Record<PaymentStatus, string>>;
}

export const PAY_TEXTS: Readonly<Record<PageLanguage, PayTexts>> = {
  uk: {
    title: 'Оплата',
    to: 'Отримувач',
    pay: 'Оплатити',
    goOn: 'Перейти до оплати',
    again: 'Спробувати ще раз',
    test: 'Тестове посилання: справжні гроші не списуються.',
    closed: {
      inactive: 'Продавець вимкнув це посилання. Якщо ви ще не заплатили, зверніться до продавця.',
      expired: 'Термін дії посилання минув. Попросіть у продавця нове.',
      used: 'За цим посиланням уже заплачено. Дякуємо!',
    },
    unknown: 'Такого посилання немає. Перевірте адресу або зверніться до продавця.',
    busy: 'Зараз не вдалося почати оплату. Гроші не списано. Спробуйте за хвилину.',
    payment: {
      created: 'Готуємо сторінку оплати. Зачекайте, будь ласка.',
      requires_confirmation: 'Готуємо сторінку оплати. Зачекайте, будь ласка.',
      requires_action: 'Оплату ще не підтверджено. Якщо ви щойно заплатили, зачекайте: сторінка оновиться сама.',
      processing: 'Банк обробляє оплату. Зачекайте, будь ласка: сторінка оновиться сама.',
      authorized: 'Оплату підтверджено. Дякуємо!',
      succeeded: 'Оплату підтверджено. Дякуємо!',
      failed: 'Оплата не пройшла. Гроші не списано.',
      expired: 'Час на оплату минув. Гроші не списано.',
      canceled: 'Продавець скасував цю оплату.',
      needs_review: 'Результат оплати перевіряється. Не платіть ще раз; продавець вам повідомить.',
    },
  },
  en: {
    title: 'Payment',
    to: 'To',
    pay: 'Pay',
    goOn: 'Go on to pay',
    again: 'Try again',
    test: 'A test link: no real money is taken.',
    closed: {
      inactive: 'The seller has switched this link off. If you have not paid yet, please ask the seller.',
      expired: 'This link has expired. Please ask the seller for a new one.',
      used: 'This link has been paid. Thank you!',
    },
    unknown: 'There is no such link. Please check the address, or ask the seller.',
    busy: 'The payment could not be started just now. Nothing was taken. Please try again in a minute.',
    payment: {
      created: 'The payment page is being prepared. Please wait.',
      requires_confirmation: 'The payment page is being prepared. Please wait.',
      requires_action:
        'The payment is not confirmed yet. If you have just paid, please wait: this page updates itself.',
      processing: 'The bank is at work on the payment. Please wait: this page updates itself.',
      authorized: 'The payment is confirmed. Thank you!',
      succeeded: 'The payment is confirmed. Thank you!',
      failed: 'The payment did not go through. Nothing was taken.',
      expired: 'The time to pay is over. Nothing was taken.',
      canceled: 'The seller canceled this payment.',
      needs_review: 'The result is being checked. Please do not pay again; the seller will tell you.',
    },
  },
};

/** Ukrainian, unless the browser puts English before it; a link in another language than these is shown in English. */
export function languageOf(accepted: string | undefined, ofLink: string | undefined): PageLanguage {
  const wanted = accepted?.toLowerCase().match(/\b(?:uk|en)\b/u)?.[0];
  if (wanted === 'uk' || wanted === 'en') return wanted;
  return ofLink === undefined || ofLink === 'uk' ? 'uk' : 'en';
}
