import { type Currency, CURRENCIES, SETTLEMENT_CURRENCY } from '../domain/money.js';
import { type ChargeStep, type IntentKind, type OrderStep } from '../domain/operation.js';
import { intentOf } from './kinds.js';

/** How one kind of payment is made by one method. */
export interface Way {
  /** The step it begins with. */
  readonly step: OrderStep | ChargeStep;
  /** The step that takes the money, where the first does not, or for 3-D Secure alone: its row says whether it needs card data. */
  readonly second?: ChargeStep;
  /** Which of the account's terminals takes it. */
  readonly terminal: 'card' | 'a2a';
  /** The bank's type of the operation that brings the money, where it is not that of the kind. */
  readonly bankType?: string;
  readonly currencies: readonly Currency[];
  /** Minutes that the bank's order lives at least. */
  readonly leastMinutes: number;
  /** `many`: nothing keeps a customer from paying twice; each further success is a payment of its own. */
  readonly times: 'one' | 'many';
  readonly refundable: boolean;
}

const page = {
  terminal: 'card',
  currencies: CURRENCIES,
  leastMinutes: 1,
  times: 'one',
  refundable: true,
} as const satisfies Partial<Way>;

/** Of the card's own data, in hryvnias alone. Source: bank docs, "H2H: purchase". */
const card = { ...page, currencies: [SETTLEMENT_CURRENCY] } as const satisfies Partial<Way>;

/** How a customer pays, and what each kind of payment is that way. */
export const METHODS = {
  hosted_page: {
    purchase: { ...page, step: 'order_purchase' },
    authorization: { ...page, step: 'order_hold' },
    verification: { ...page, step: 'order_verification', currencies: [SETTLEMENT_CURRENCY], refundable: false },
  },
  card: {
    purchase: { ...card, step: 'card_create', second: 'card_execute' },
    authorization: { ...card, step: 'hold_create', second: 'hold_execute' },
    payout: { ...card, step: 'pay_out', refundable: false },
  },
  saved_card: {
    purchase: { ...card, step: 'saved_purchase', second: 'saved_authenticate' },
    authorization: { ...card, step: 'saved_hold', second: 'saved_hold_authenticate' },
  },
  // The bank documents no refund of a transfer, and takes no other currency. Source: bank docs, "HPP: create order".
  bank_transfer: {
    purchase: {
      step: 'order_a2a',
      terminal: 'a2a',
      bankType: 'ACCOUNT_2_ACCOUNT',
      currencies: [SETTLEMENT_CURRENCY],
      leastMinutes: 60,
      times: 'many',
      refundable: false,
    },
  },
} as const satisfies Record<string, Partial<Record<IntentKind, Way>>>;

export type Method = keyof typeof METHODS;
export const METHOD_NAMES = Object.keys(METHODS) as [Method, ...Method[]];

type Ways = Readonly<Partial<Record<IntentKind, Way>>>;

/** @returns undefined where the bank has no such way */
export const findWay = (method: Method, kind: IntentKind): Way | undefined => (METHODS[method] as Ways)[kind];

/** Of a payment that there is, so that it was made by a way that there is. */
export function wayOf({ method, kind }: { readonly method: Method; readonly kind: IntentKind }): Way {
  const way = findWay(method, kind);
  if (!way) throw new Error(`there is no ${kind} by ${method}`);
  return way;
}

/** The bank's type of the operation that pays. */
export const bankTypeOf = (paid: { readonly method: Method; readonly kind: IntentKind }): string =>
  wayOf(paid).bankType ?? intentOf(paid.kind).bankType;
