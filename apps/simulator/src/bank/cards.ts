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

export type CardName = 'success' | '3ds' | 'declined' | 'insufficient' | 'stolen';

export interface TestCard {
  readonly name: CardName;
  readonly pan: string;
  readonly threeDs: boolean;
  readonly result: ResultCodes;
  /** Tax id of its holder (section h.6). */
  readonly taxId: string;
}

/** The only cards this bank knows: it refuses every other number, so that nobody types a real one. */
export const TEST_CARDS: readonly TestCard[] = [
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

export const findCard = (pan: string): TestCard | undefined => TEST_CARDS.find((card) => card.pan === pan);

/** @throws Error when no test card has that name */
export const findCardByName = (name: string | undefined): TestCard => {
  const card = TEST_CARDS.find((one) => one.name === name);
  if (!card) throw new Error('the bank knows no such card');
  return card;
};

/** What is kept of a card: `411111••••••1111`. */
export const maskPan = (pan: string): string => `${pan.slice(0, 6)}••••••${pan.slice(-4)}`;

export const paymentSystemOf = (pan: string): string => (pan.startsWith('4') ? 'Visa' : 'MasterCard');

/** Section k: on test terminals the last two digits of the operation's own amount decide, before the card. */
const KOPECK_RESULTS: Readonly<Partial<Record<OperationType, Readonly<Record<number, ResultCodes>>>>> = {
  PURCHASE: { 4: APPROVED, 5: DO_NOT_HONOUR, 6: INSUFFICIENT_FUNDS },
  CARD_2_ACCOUNT: { 10: APPROVED, 11: DO_NOT_HONOUR, 12: INSUFFICIENT_FUNDS },
  ACCOUNT_2_CARD: { 13: APPROVED, 14: DO_NOT_HONOUR, 15: INSUFFICIENT_FUNDS },
  REFUND: { 16: APPROVED, 17: DO_NOT_HONOUR, 18: INSUFFICIENT_FUNDS },
};

export const kopeckResult = (type: OperationType, coinAmount: number): ResultCodes | undefined =>
  KOPECK_RESULTS[type]?.[coinAmount % 100];
