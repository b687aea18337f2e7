import { z } from 'zod';
import { parseBankTime } from './bank-time.js';

/** Null, absent and blank are one and the same. Source: bank docs; samples until 2024 print nulls, newer ones omit. */
export const blankToAbsent = (value: unknown): unknown =>
  value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;

const scalar = z.union([z.string(), z.number().transform(String)]);
/** Text, also where the bank sends a number ("actionCode": 0). */
export const text = z.preprocess(blankToAbsent, scalar);
export const optionalText = z.preprocess(blankToAbsent, scalar.optional());

/** Text that is only shown: in any other form it is absent. */
export const shownText = optionalText.catch(undefined);

/** An unreadable date is an absent one. */
export const optionalTime = z.preprocess(
  blankToAbsent,
  z
    .unknown()
    .transform((value) => (typeof value === 'string' ? parseBankTime(value) : undefined))
    .optional(),
);

/** Minor units. Some samples send digits in a string; a fraction or an exponent is refused. */
const integer = z.union([
  z.int(),
  z
    .string()
    .regex(/^(?:0|[1-9]\d{0,14})$/)
    .transform(Number),
]);
export const amount = z.preprocess(blankToAbsent, integer);
export const optionalAmount = z.preprocess(blankToAbsent, integer.optional());

/** An amount that is only shown: in any other form it is absent. */
export const shownAmount = optionalAmount.catch(undefined);

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out members that are undefined, so that absent has one spelling. */
export function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
