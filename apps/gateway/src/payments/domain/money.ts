/** What a payment may be asked for in. Source: bank docs, "HPP: create order". */
export const CURRENCIES = ['UAH', 'USD', 'EUR'] as const;
export type Currency = (typeof CURRENCIES)[number];

/** What the bank moves, counts and gives back, whatever the order was in. */
export const SETTLEMENT_CURRENCY = 'UAH' satisfies Currency;
