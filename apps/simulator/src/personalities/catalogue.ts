import { ANSWER_PERSONALITIES } from './answer-personalities.js';
import { OPERATION_PERSONALITIES } from './operation-personalities.js';
import { ORDER_PERSONALITIES } from './order-personalities.js';
import { type Personality } from './personality.js';
import { SESSION_PERSONALITIES } from './session-personalities.js';

/** Every way in which this bank can differ from the usual one. */
export const PERSONALITIES = {
  ...ORDER_PERSONALITIES,
  ...OPERATION_PERSONALITIES,
  ...SESSION_PERSONALITIES,
  ...ANSWER_PERSONALITIES,
} as const satisfies Record<string, Personality>;

export type PersonalityName = keyof typeof PERSONALITIES;

export const isPersonality = (name: unknown): name is PersonalityName =>
  typeof name === 'string' && Object.hasOwn(PERSONALITIES, name);
