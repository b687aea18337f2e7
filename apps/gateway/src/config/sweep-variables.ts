import { z } from 'zod';
import { type Variable } from './variable.js';

/** When the bank is asked about the day before, and how fast. */
export const SWEEP_VARIABLES = {
  SWEEP_AT: {
    schema: z
      .union([z.literal('off'), z.coerce.number().pipe(z.int().min(0).max(23))], {
        error: 'must be an hour in Kyiv from 0 to 23, or off',
      })
      .default(4),
    meaning:
      'hour in Kyiv from which the bank is asked about the day before, so that [breaks](operate.md#without-a-register) show without a register; `off`: only when an operator asks for it',
    fallback: '`4`',
  },
  SWEEP_PER_SECOND: {
    schema: z.coerce.number().min(0.1).max(50).default(5),
    meaning: 'payments a second that a process asks the bank about meanwhile',
    fallback: '`5`',
  },
} as const satisfies Readonly<Record<string, Variable>>;
