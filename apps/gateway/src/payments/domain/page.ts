/** What the bank's page takes. */
export const PAGE_INSTRUMENTS = ['card', 'apple_pay', 'google_pay'] as const;
export type PageInstrument = (typeof PAGE_INSTRUMENTS)[number];

/** How often a customer may try on the page of one order. */
export const TRIES = ['one', 'many'] as const;
export type Tries = (typeof TRIES)[number];

/** What the page does when it has a result: shows it for a minute, shows it until the customer leaves, or leaves at once. */
export const RESULT_PAGES = ['timer', 'stay', 'skip'] as const;
export type ResultPage = (typeof RESULT_PAGES)[number];

/** A line of what is paid for. */
export interface LineItem {
  readonly name: string;
  readonly quantity: number;
  /** Of the whole line, minor units of the payment's currency. */
  readonly amount: number;
}

/** Whether 3-D Secure must be, may be, or may not be asked of the customer. */
export const THREE_DS = ['required', 'if_available', 'none'] as const;
export type ThreeDs = (typeof THREE_DS)[number];

/** How a customer is asked to pay; what is absent is as the bank has it. */
export interface PageWishes {
  readonly instruments?: readonly PageInstrument[] | undefined;
  readonly tries?: Tries | undefined;
  readonly resultPage?: ResultPage | undefined;
  readonly lineItems?: readonly LineItem[] | undefined;
  /** Of a transfer: the bank whose application is opened. */
  readonly bank?: string | undefined;
  /** Of a card in the merchant's page, like the next ones. */
  readonly threeDs?: ThreeDs | undefined;
  readonly withoutCvv?: boolean | undefined;
  /** The bank is to keep it for the customer. */
  readonly saveCard?: boolean | undefined;
  /** The customer is absent: nobody can be sent anywhere. */
  readonly offSession?: boolean | undefined;
}
