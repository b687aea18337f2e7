/** What the customer reads in the frame. Keys of `errors` are the codes of `libs/card-encryption`. */
export interface FrameTexts {
  readonly title: string;
  readonly number: string;
  readonly expiry: string;
  readonly expiryHint: string;
  readonly cvv: string;
  readonly test: string;
  readonly noScript: string;
  readonly errors: Readonly<Record<string, string>>;
}

export const FRAME_TEXTS: Readonly<Record<'uk' | 'en', FrameTexts>> = {
  uk: {
    title: 'Дані картки',
    number: 'Номер картки',
    expiry: 'Дійсна до',
    expiryHint: 'ММ / РР',
    cvv: 'CVV',
    test: 'Тестовий режим: гроші не списуються.',
    noScript: 'Щоб ввести картку тут, увімкніть JavaScript.',
    errors: {
      CARD_NUMBER_INCOMPLETE: 'Введіть номер картки повністю.',
      CARD_NUMBER_INVALID: 'Перевірте номер картки: у ньому є помилка.',
      CARD_SCHEME_UNSUPPORTED: 'Картки цієї системи не приймаються.',
      CARD_EXPIRY_INCOMPLETE: 'Введіть місяць і рік.',
      CARD_EXPIRY_INVALID: 'Перевірте місяць і рік.',
      CARD_EXPIRED: 'Термін дії картки минув.',
      CARD_CVV_INCOMPLETE: 'Введіть три цифри зі зворотного боку картки.',
      CARD_CVV_INVALID: 'Перевірте CVV.',
    },
  },
  en: {
    title: 'Card details',
    number: 'Card number',
    expiry: 'Expiry date',
    expiryHint: 'MM / YY',
    cvv: 'CVV',
    test: 'Test mode: no money moves.',
    noScript: 'To enter a card here, switch on JavaScript.',
    errors: {
      CARD_NUMBER_INCOMPLETE: 'Enter the whole card number.',
      CARD_NUMBER_INVALID: 'Check the card number: there is a mistake in it.',
      CARD_SCHEME_UNSUPPORTED: 'Cards of this scheme are not taken.',
      CARD_EXPIRY_INCOMPLETE: 'Enter month and year.',
      CARD_EXPIRY_INVALID: 'Check month and year.',
      CARD_EXPIRED: 'The card has expired.',
      CARD_CVV_INCOMPLETE: 'Enter the three digits on the back of the card.',
      CARD_CVV_INVALID: 'Check the CVV.',
    },
  },
};
