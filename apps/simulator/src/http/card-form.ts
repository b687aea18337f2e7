import { findCard } from '../bank/cards.js';
import { type PayField } from '../pages/pay-page.js';

export interface CardForm {
  readonly pan: string;
  readonly wrong: readonly PayField[];
}

const EXPIRY = /^(0[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d\d)$/;

/** A card is good through the last day of its month. */
export function isFutureExpiry(text: string, now: number): boolean {
  const [, month, year] = EXPIRY.exec(text.trim()) ?? [];
  if (month === undefined || year === undefined) return false;
  return Date.UTC(2000 + Number(year), Number(month), 1) > now;
}

/** What the payer typed. Only test cards are taken; nothing of it is kept. */
export function readCardForm(form: URLSearchParams, now: number): CardForm {
  const pan = (form.get('card-number') ?? '').replace(/[\s-]/g, '');
  const checks: readonly (readonly [PayField, boolean])[] = [
    ['card-number', findCard(pan) !== undefined],
    ['expiry', isFutureExpiry(form.get('expiry') ?? '', now)],
    ['cvv', /^\d{3}$/.test((form.get('cvv') ?? '').trim())],
  ];
  return { pan, wrong: checks.filter(([, ok]) => !ok).map(([field]) => field) };
}
