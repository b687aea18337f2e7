/**
 * staged: made and sealed here · published: DCM holds the public half, and so does our JWK Set · signing: makes the
 * tokens · retiring: tokens of it may be under way · retired: its record at DCM is free, its private half is gone
 */
export const KEY_TRANSITIONS = {
  staged: ['published', 'retired'],
  published: ['signing', 'retired'],
  signing: ['retiring', 'retired'], // retired at once: it was compromised
  retiring: ['retired'],
  retired: [],
} as const satisfies Record<string, readonly string[]>;
export type KeyStatus = keyof typeof KEY_TRANSITIONS;

/** DCM holds two records of ours and deletes none. */
export type Slot = 'A' | 'B';

export interface KeyFacts {
  readonly slot: Slot;
  readonly status: KeyStatus;
}

/** Where the next key goes: the record that no living key is in. Undefined while there is none. */
export function freeSlot(keys: readonly KeyFacts[]): Slot | undefined {
  const taken = keys.filter(({ status }) => status !== 'retired').map(({ slot }) => slot);
  return (['A', 'B'] as const).find((slot) => !taken.includes(slot));
}

/** Seconds that a key is left at DCM after it stopped signing: 1200 of lifetime, 60 of skew, 600 of caches, rounded up. */
export const OVERLAP_SECONDS = 3_600;
