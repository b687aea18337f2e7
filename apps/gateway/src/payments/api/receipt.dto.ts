import { z } from 'zod';
import { INSTRUMENTS } from '../domain/receipt.js';

export const receiptView = z
  .object({
    cardMask: z
      .string()
      .nullable()
      .meta({ examples: ['411111******1111'] }),
    scheme: z
      .string()
      .nullable()
      .meta({ description: 'Of the card.', examples: ['VISA'] }),
    instrument: z.enum(INSTRUMENTS).nullable(),
    rrn: z
      .string()
      .nullable()
      .meta({ description: 'Retrieval reference number.', examples: ['629812000001'] }),
    approvalCode: z
      .string()
      .nullable()
      .meta({ examples: ['012345'] }),
    terminal: z
      .string()
      .nullable()
      .meta({ examples: ['AE010002'] }),
    bankOperationId: z
      .string()
      .nullable()
      .meta({ examples: ['1792843200000Ab3dE_f-GhI'] }),
    url: z.string().nullable().meta({ description: 'The receipt of the bank, for the customer.' }),
    paidAt: z.iso.datetime().nullable(),
    fee: z.int().nullable().meta({ description: 'Kopiyky that the bank keeps, where it tells.' }),
  })
  .nullable()
  .meta({ description: 'What the bank told of the operation that paid; members may come later. Null: nothing paid.' });
