import { type Resource } from './operation.js';

/** What a card that the bank keeps may be. `expired`: the bank says that it is over or was replaced. */
export const CARD_STATUSES = ['active', 'suspended', 'expired', 'deleted'] as const;
export type CardStatus = (typeof CARD_STATUSES)[number];

/** What a merchant may change it to. Source: bank docs, "Token". */
const CHANGES: Readonly<Record<CardStatus, readonly CardStatus[]>> = {
  active: ['suspended', 'deleted'],
  suspended: ['active', 'deleted'],
  expired: ['deleted'],
  deleted: [],
};

export const mayChange = (from: CardStatus, to: CardStatus): boolean => CHANGES[from].includes(to);

/** What a card was saved by: a request of its own, or what paid with it. */
export type CardOrigin = Resource | 'api';
