import { FAILURE_CODES } from './failure-codes.js';
import { type OperationType } from './operation-types.js';

export interface ResultCodes {
  readonly actionCode: string;
  readonly responseCode: string;
  readonly description: string;
}

export const APPROVED: ResultCodes = { actionCode: '0', responseCode: '00', description: 'approved' };
export const DO_NOT_HONOUR: ResultCodes = { actionCode: '1', responseCode: '00', description: 'do not honour' };
export const AMOUNT_LIMIT: ResultCodes = { actionCode: '1', responseCode: '21', description: 'amount limit exceeded' };
export const COUNT_LIMIT: ResultCodes = { actionCode: '1', responseCode: '23', description: 'count limit exceeded' };
export const INSUFFICIENT_FUNDS: ResultCodes = {
  actionCode: '1',
  responseCode: '16',
  description: 'insufficient funds',
};
const STOLEN_CARD: ResultCodes = { actionCode: '2', responseCode: '09', description: 'stolen card' };
export const THREE_DS_FAILED: ResultCodes = {
  actionCode: '33',
  responseCode: '01',
  description: 'card authentication failed',
};
export const THREE_DS_TIMED_OUT: ResultCodes = {
  actionCode: '33',
  responseCode: '14',
  description: 'timed out at the ACS',
};

/** Cards that the pages offer. */
export type ShownCard = 'success' | '3ds' | 'declined' | 'insufficient' | 'stolen';

export interface TestCard {
  readonly name: string;
  readonly pan: string;
  readonly threeDs: boolean;
  readonly result: ResultCodes;
  /** Tax id of its holder (section h.6). */
  readonly taxId: string;
  /** Bank time for which its payments stay PENDING. */
  readonly delayMs?: number;
  /** Kopiyky that are charged beyond what was asked for. */
  readonly extra?: number;
}

/** What the pages offer. The bank refuses every number that it does not know, so that nobody types a real one. */
export const TEST_CARDS: readonly (TestCard & { readonly name: ShownCard })[] = [
  { name: 'success', pan: '4111111111111111', threeDs: false, result: APPROVED, taxId: '3126509874' },
  { name: '3ds', pan: '5555555555554444', threeDs: true, result: APPROVED, taxId: '2456789013' },
  { name: 'declined', pan: '4000000000000002', threeDs: false, result: DO_NOT_HONOUR, taxId: '2345678902' },
  { name: 'insufficient', pan: '4000000000009995', threeDs: false, result: INSUFFICIENT_FUNDS, taxId: '2234567891' },
  { name: 'stolen', pan: '4000000000009979', threeDs: false, result: STOLEN_CARD, taxId: '2134567890' },
];

/** A network that this bank does not take: no page offers it. */
export const UNSUPPORTED_PAN = '371449635398431';

export const TEST_CVV = '123';

/** `MM/YY` two years from now. */
export const testExpiry = (now: number): string =>
  `12/${String((new Date(now).getUTCFullYear() + 2) % 100).padStart(2, '0')}`;

export const groupPan = (pan: string): string => pan.replace(/(\d{4})(?=\d)/g, '$1 ');

/** Fifteen digits and the sixteenth that Luhn's sum asks for. */
const withCheckDigit = (digits: string): string => {
  const sum = Array.from(digits, Number).reduce((total, digit, index) => {
    const value = digit * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
};

const MINUTE_MS = 60_000;
const cardOf = (name: string, digits: string, over: Partial<TestCard>): TestCard => ({
  ...{ name, pan: withCheckDigit(digits), threeDs: false, result: APPROVED, taxId: '2034567891' },
  ...over,
});

/** For tests of what seldom happens: known by number, not offered on the pages. */
export const RARE_CARDS: readonly TestCard[] = [
  cardOf('3ds-declined', '400000000000101', { threeDs: true, result: DO_NOT_HONOUR }),
  cardOf('slow', '400000000000102', { delayMs: 10_000 }),
  cardOf('late', '400000000000103', { delayMs: 30 * MINUTE_MS }),
  cardOf('late-declined', '400000000000104', { delayMs: 30 * MINUTE_MS, result: DO_NOT_HONOUR }),
  cardOf('overcharged', '400000000000105', { extra: 1 }),
];

/** One card for each way to fail: 4999, three digits of the action code, three of the response code, zeros. */
export const FAILING_CARDS: readonly TestCard[] = FAILURE_CODES.map(([actionCode, responseCode, description]) =>
  cardOf(
    `fails-${actionCode}-${responseCode}`,
    `4999${actionCode.padStart(3, '0')}${responseCode.padStart(3, '0')}00000`,
    {
      result: { actionCode, responseCode, description },
    },
  ),
);

const ALL_CARDS: readonly TestCard[] = [...TEST_CARDS, ...RARE_CARDS, ...FAILING_CARDS];
const BY_PAN = new Map(ALL_CARDS.map((card) => [card.pan, card]));
const BY_NAME = new Map(ALL_CARDS.map((card) => [card.name, card]));

export const findCard = (pan: string): TestCard | undefined => BY_PAN.get(pan);

/** @throws Error when no test card has that name */
export const findCardByName = (name: string | undefined): TestCard => {
  const card = BY_NAME.get(name ?? '');
  if (!card) throw new Error('the bank knows no such card');
  return card;
};

/** What is kept of a card: `411111••••••1111`. */
export const maskPan = (pan: string): string => `${pan.slice(0, 6)}••••••${pan.slice(-4)}`;

export const paymentSystemOf = (pan: string): string => (pan.startsWith('4') ? 'Visa' : 'MasterCard');

/** Section k: on test terminals the last two digits of the operation's own amount decide, before the card. */
const KOPIYKY_RESULTS: Readonly<Partial<Record<OperationType, Readonly<Record<number, ResultCodes>>>>> = {
  PURCHASE: { 4: APPROVED, 5: DO_NOT_HONOUR, 6: INSUFFICIENT_FUNDS },
  CARD_2_ACCOUNT: { 10: APPROVED, 11: DO_NOT_HONOUR, 12: INSUFFICIENT_FUNDS },
  ACCOUNT_2_CARD: { 13: APPROVED, 14: DO_NOT_HONOUR, 15: INSUFFICIENT_FUNDS },
  REFUND: { 16: APPROVED, 17: DO_NOT_HONOUR, 18: INSUFFICIENT_FUNDS },
};

export const kopiykyResult = (type: OperationType, coinAmount: number): ResultCodes | undefined =>
  KOPIYKY_RESULTS[type]?.[coinAmount % 100];
