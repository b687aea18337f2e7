import { type BankOperationFacts } from './bank-facts.js';
import { isSafeLink } from './order-answer.js';

/** What a receipt shows of the operation that paid. What the bank has not told is absent, and may come later. */
export interface Receipt {
  /** First 6 or 8 and last 4 digits: `411111******1111`. */
  readonly cardMask?: string;
  readonly scheme?: string;
  readonly instrument?: Instrument;
  readonly rrn?: string;
  readonly approvalCode?: string;
  readonly terminal?: string;
  readonly bankOperationId?: string;
  /** The bank's own receipt. */
  readonly receiptUrl?: string;
  /** ISO 8601. */
  readonly paidAt?: string;
  /** Kopiyky that the bank keeps. */
  readonly fee?: number;
  /** Kopiyky that were moved. */
  readonly hryvnia?: number;
  /** Hryvnias for one unit of the payment's currency; only where that is another one. */
  readonly rate?: string;
}

export const INSTRUMENTS = ['card', 'apple_pay', 'google_pay', 'account', 'saved_card'] as const;
export type Instrument = (typeof INSTRUMENTS)[number];

const INSTRUMENT_OF: Readonly<Record<string, Instrument>> = {
  CARD: 'card',
  APPLE_PAY: 'apple_pay',
  GOOGLE_PAY: 'google_pay',
  ACCOUNT: 'account',
  TOKEN: 'saved_card',
};

/** RRN that test terminals answer with. */
const TEST_RRN = '-1';

export function receiptOf(facts: BankOperationFacts): Receipt {
  const { shown = {}, rrn, approvalCode, operationId, hryvnia } = facts;
  const receipt: { readonly [Member in keyof Receipt]-?: Receipt[Member] | undefined } = {
    cardMask: shown.cardMask && maskedCard(shown.cardMask),
    scheme: short(shown.scheme),
    instrument: instrumentOf(shown.service),
    rrn: rrn === TEST_RRN ? undefined : short(rrn),
    approvalCode: short(approvalCode),
    terminal: short(shown.terminal),
    bankOperationId: operationId,
    receiptUrl: shown.receiptUrl && safeLink(shown.receiptUrl),
    paidAt: shown.processedAt?.toISOString(),
    fee: shown.fee,
    hryvnia,
    rate: shown.rate && /^\d{1,9}(?:\.\d{1,9})?$/u.test(shown.rate) ? shown.rate : undefined,
  };
  return Object.fromEntries(Object.entries(receipt).filter(([, value]) => value !== undefined));
}

const instrumentOf = (service = ''): Instrument | undefined =>
  Object.hasOwn(INSTRUMENT_OF, service) ? INSTRUMENT_OF[service] : undefined;
const safeLink = (link: string): string | undefined => (isSafeLink(link, false) ? link : undefined);

/** Characters. Longer, and it is no code or name of what it is called. */
const SHORT = 40;
/** A code or a name as it may be kept: nothing that could hold a card number, whatever member the bank puts it into. */
export const short = (text: string | undefined): string | undefined =>
  text !== undefined && text.length <= SHORT && !/\d(?:[ -]?\d){12}/u.test(text) ? text : undefined;

/** At most 8 digits, something that hides the others, and at most 4: anything else may be a whole number, and is not kept. */
export function maskedCard(text: string): string | undefined {
  const [, first, last] = /^(\d{4,8})[^\d]{2,}(\d{4})$/u.exec(text.replaceAll(/[\s-]/gu, '')) ?? [];
  return first !== undefined && last !== undefined ? `${first}******${last}` : undefined;
}
