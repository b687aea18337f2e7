import { type ResultCodes, type ShownCard } from '../bank/cards.js';

export type Language = 'uk' | 'en';

const en = {
  languageName: 'English',
  language: 'Language',
  bankName: 'Simulated bank',
  footer: 'This is a simulator. No money moves here. Never type the number of a real card.',
  payTitle: 'Card payment',
  payTo: 'To',
  cardNumber: 'Card number',
  expiry: 'Valid until',
  expiryHint: 'Month and year, MM/YY',
  cvv: 'CVV',
  cvvHint: '3 digits on the back',
  pay: 'Pay',
  hold: 'Hold',
  holdText: 'The amount is held on the card now, and taken once the shop confirms it. It is given back by itself after',
  cancel: 'Cancel and return to the shop',
  walletHint: 'A test wallet of the simulator. Choose the card that it pays with.',
  walletClose: 'Close',
  walletRefused: 'The wallet did not pay this order. Try again or choose another way.',
  testCards: 'Test cards',
  testCardsHint: 'Choose one to fill in the form.',
  kopiyky:
    'On this test terminal the last two digits of the amount decide first: 05 is declined, 06 has insufficient funds.',
  checkForm: 'Please check the form.',
  wrongCard: 'This bank knows only the test cards listed below.',
  wrongExpiry: 'Type a month and year that are not over, like 12/29.',
  wrongCvv: 'Type 3 digits.',
  acsTitle: 'Confirm the payment',
  acsText: 'The bank of the card asks whether it is you.',
  acsHint: 'In this simulator the code is always 1234.',
  otp: 'Code from the message',
  wrongOtp: 'The code is wrong. After three wrong codes the payment fails.',
  confirm: 'Confirm',
  reject: 'It is not me, reject',
  card: 'Card',
  amount: 'Amount',
  order: 'Order',
  closedTitle: 'This order is closed',
  notFoundTitle: 'There is no such order',
  notFoundText: 'The address is wrong, or the simulator has been reset since.',
  expiredText: 'The time to pay has run out. Return to the shop and order again.',
  paidText: 'It has been paid already.',
  failedText: 'The payment did not succeed. Return to the shop and order again.',
  canceledText: 'The payment has been cancelled.',
  back: 'Return to the shop',
  success: 'Paid',
  successText: 'The payment has been accepted.',
  held: 'Held',
  heldText: 'The amount is held on the card. The shop takes it once it confirms the order.',
  fail: 'Payment failed',
  failText: 'The card was not charged.',
  canceled: 'Cancelled',
  processing: 'Processing',
  processingText: 'The bank is finishing the payment. This page looks again by itself.',
  timer: 'You will be taken back to the shop in one minute.',
  reason: 'Reason',
  transferTitle: 'Transfer from your account',
  transferAmount: 'Amount in kopiyky',
  doneTitle: 'Thank you',
  doneText: 'The bank has your answer. You may close this page.',
};

export type Texts = Readonly<Record<keyof typeof en, string>>;

const uk: Texts = {
  languageName: 'Українська',
  language: 'Мова',
  bankName: 'Симулятор банку',
  footer: 'Це симулятор. Жодні гроші не рухаються. Ніколи не вводьте номер справжньої картки.',
  payTitle: 'Оплата карткою',
  payTo: 'Отримувач',
  cardNumber: 'Номер картки',
  expiry: 'Діє до',
  expiryHint: 'Місяць і рік, ММ/РР',
  cvv: 'CVV',
  cvvHint: '3 цифри на звороті',
  pay: 'Сплатити',
  hold: 'Заблокувати',
  holdText: 'Суму буде заблоковано на картці, а списано, коли магазин підтвердить. Інакше її буде повернуто після:',
  cancel: 'Скасувати й повернутися до магазину',
  walletHint: 'Тестовий гаманець симулятора. Оберіть картку, якою він заплатить.',
  walletClose: 'Закрити',
  walletRefused: 'Гаманець не оплатив це замовлення. Спробуйте ще раз або оберіть інший спосіб.',
  testCards: 'Тестові картки',
  testCardsHint: 'Оберіть картку, щоб заповнити форму.',
  kopiyky:
    'На цьому тестовому терміналі спершу вирішують дві останні цифри суми: 05 — відмова, 06 — недостатньо коштів.',
  checkForm: 'Перевірте, будь ласка, форму.',
  wrongCard: 'Цей банк знає лише тестові картки з переліку нижче.',
  wrongExpiry: 'Введіть місяць і рік, що ще не минули, наприклад 12/29.',
  wrongCvv: 'Введіть 3 цифри.',
  acsTitle: 'Підтвердьте платіж',
  acsText: 'Банк, що випустив картку, питає, чи це ви.',
  acsHint: 'У цьому симуляторі код завжди 1234.',
  otp: 'Код із повідомлення',
  wrongOtp: 'Код неправильний. Після трьох неправильних кодів платіж не пройде.',
  confirm: 'Підтвердити',
  reject: 'Це не я, відхилити',
  card: 'Картка',
  amount: 'Сума',
  order: 'Замовлення',
  closedTitle: 'Це замовлення закрите',
  notFoundTitle: 'Такого замовлення немає',
  notFoundText: 'Адреса неправильна, або симулятор відтоді скинули.',
  expiredText: 'Час на оплату вийшов. Поверніться до магазину й замовте знову.',
  paidText: 'Його вже оплачено.',
  failedText: 'Платіж не пройшов. Поверніться до магазину й замовте знову.',
  canceledText: 'Платіж скасовано.',
  back: 'Повернутися до магазину',
  success: 'Сплачено',
  successText: 'Платіж прийнято.',
  held: 'Заблоковано',
  heldText: 'Суму заблоковано на картці. Магазин спише її, коли підтвердить замовлення.',
  fail: 'Платіж не пройшов',
  failText: 'З картки нічого не списано.',
  canceled: 'Скасовано',
  processing: 'Обробляється',
  processingText: 'Банк завершує платіж. Сторінка оновиться сама.',
  timer: 'За хвилину ви повернетеся до магазину.',
  reason: 'Причина',
  transferTitle: 'Переказ із вашого рахунку',
  transferAmount: 'Сума в копійках',
  doneTitle: 'Дякуємо',
  doneText: 'Банк отримав вашу відповідь. Цю сторінку можна закрити.',
};

export const TEXTS: Readonly<Record<Language, Texts>> = { uk, en };

export const CARD_NAMES: Readonly<Record<Language, Readonly<Record<ShownCard, string>>>> = {
  en: {
    success: 'Succeeds',
    '3ds': 'Asks for 3-D Secure',
    declined: 'Declined',
    insufficient: 'Insufficient funds',
    stolen: 'Stolen card',
  },
  uk: {
    success: 'Успіх',
    '3ds': 'Питає 3-D Secure',
    declined: 'Відмова',
    insufficient: 'Недостатньо коштів',
    stolen: 'Викрадена картка',
  },
};

/** The payer's choice, else the order's language: Ukrainian, or English for all others. */
export const languageOf = (wanted: string | null | undefined, order?: { readonly language: string }): Language => {
  if (wanted === 'uk' || wanted === 'en') return wanted;
  return order === undefined || order.language === 'uk' ? 'uk' : 'en';
};

const CURRENCY_NAMES: Readonly<Record<string, string>> = { 980: 'UAH', 840: 'USD', 978: 'EUR' };
const formats = new Map<string, Intl.NumberFormat>();

/** Minor units to words of a person. */
export function formatMoney(coinAmount: number, currencyCode: string, language: Language): string {
  const currency = CURRENCY_NAMES[currencyCode] ?? 'UAH';
  const key = `${language} ${currency}`;
  const style = { style: 'currency', currency, currencyDisplay: 'code' } as const;
  const format = formats.get(key) ?? new Intl.NumberFormat(language === 'uk' ? 'uk-UA' : 'en-GB', style);
  formats.set(key, format);
  return format.format(coinAmount / 100);
}

/** In Kyiv, where the bank is. */
export const formatTime = (at: number, language: Language): string =>
  new Intl.DateTimeFormat(language === 'uk' ? 'uk-UA' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Europe/Kyiv',
  }).format(at);

const REASONS: Readonly<Record<string, string>> = {
  '1/00': 'банк картки відмовив',
  '1/16': 'недостатньо коштів',
  '2/09': 'картку викрадено',
  '33/01': 'власника картки не підтверджено',
  '33/14': 'час на підтвердження вийшов',
};

/** The bank's own words are English; known codes are told in the payer's language. */
export const reasonOf = (result: ResultCodes | undefined, language: Language): string | undefined => {
  if (!result || language === 'en') return result?.description;
  return REASONS[`${result.actionCode}/${result.responseCode}`] ?? result.description;
};
