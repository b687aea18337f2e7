import { z } from 'zod';

export const IBAN = /^UA\d{27}$/u;

const personal = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed(), { error: 'must be plain text' });

export const addReceiver = z.strictObject({
  account: z.string().regex(IBAN, { error: 'must be an IBAN of Ukraine: UA and 27 digits' }),
  name: personal(140),
  taxNumber: personal(20),
});
export type AddReceiver = z.output<typeof addReceiver>;
