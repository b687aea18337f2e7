export type OrderCurrency = '980' | '840' | '978';

/** Hryvnias per unit, in ten-thousandths. */
const RATES: Readonly<Record<Exclude<OrderCurrency, '980'>, number>> = { 840: 443_500, 978: 512_500 };

export interface Conversion {
  readonly coinAmount: number;
  readonly sourceAmount?: number;
  readonly sourceCurrencyCode?: string;
  readonly conversionRate?: string;
}

/** An operation is always in kopiyky: round half up of amount × rate (section e.2). */
export function toKopiyky(amount: number, currency: OrderCurrency): Conversion {
  if (currency === '980') return { coinAmount: amount };
  const rate = RATES[currency];
  return {
    coinAmount: Math.floor((amount * rate + 5_000) / 10_000),
    sourceAmount: amount,
    sourceCurrencyCode: currency,
    conversionRate: (rate / 10_000).toFixed(4),
  };
}
