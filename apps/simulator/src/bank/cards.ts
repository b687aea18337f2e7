import { type OperationType } from './operation-types.js';

export interface ResultCodes {
  readonly actionCode: string;
  readonly responseCode: string;
  readonly description: string;
}

export const APPROVED: ResultCodes = { actionCode: '0', responseCode: '00', description: 'approved' };
export const DO_NOT_HONOUR: ResultCodes = { actionCode: '1', responseCode: '00', description: 'do not honour' };
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
}

/** The only cards this bank knows: it refuses every other number, so that nobody types a real one. */
export const TEST_CARDS: readonly TestCard[] = [
  { name: 'success', pan: '4111111111111111', threeDs: false, result: APPROVED },
  { name: '3ds', pan: '5555555555554444', threeDs: true, result: APPROVED },
  { name: 'declined', pan: '4000000000000002', threeDs: false, result: DO_NOT_HONOUR },
  { name: 'insufficient', pan: '4000000000009995', threeDs: false, result: INSUFFICIENT_FUNDS },
  { name: 'stolen', pan: '4000000000009979', threeDs: false, result: STOLEN_CARD },
];

export const TEST_CVV = '123';

/** `MM/YY` two years from now. */
export const testExpiry = (now: number): string =>
  `12/${String((new Date(now).getUTCFullYear() + 2) % 100).padStart(2, '0')}`;

export const groupPan = (pan: string): string => pan.replace(/(\d{4})(?=\d)/g, '$1 ');

export const findCard = (pan: string): TestCard | undefined => TEST_CARDS.find((card) => card.pan === pan);

/** What is kept of a card: `411111••••••1111`. */
export const maskPan = (pan: string): string => `${pan.slice(0, 6)}••••••${pan.slice(-4)}`;

export const paymentSystemOf = (pan: string): string => (pan.startsWith('4') ? 'Visa' : 'MasterCard');

/** Section k: on test terminals the last two digits of the operation's own amount decide, before the card. */
const KOPECK_RESULTS: Readonly<Partial<Record<OperationType, Readonly<Record<number, ResultCodes>>>>> = {
  PURCHASE: { 4: APPROVED, 5: DO_NOT_HONOUR, 6: INSUFFICIENT_FUNDS },
  REFUND: { 16: APPROVED, 17: DO_NOT_HONOUR, 18: INSUFFICIENT_FUNDS },
};

export const kopeckResult = (type: OperationType, coinAmount: number): ResultCodes | undefined =>
  KOPECK_RESULTS[type]?.[coinAmount % 100];
