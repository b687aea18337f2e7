import { z } from 'zod';
import { nextCursor } from '../../http/members.js';
import { CARD_STATUSES } from '../domain/saved-card.js';
import { cursor, limit } from './list.dto.js';
import { encrypted, text } from './request-members.js';

export const customerIdText = text(255);

export const keepCard = z
  .strictObject({
    encryptedNumber: encrypted.meta({
      description: 'The card number, encrypted in the customer’s browser. Never kept.',
    }),
    encryptedExpiry: encrypted.meta({
      description: 'Year and month as `YYMM`, encrypted there, too. Never kept.',
    }),
  })
  .meta({ id: 'KeepCard' });
export type KeepCard = z.output<typeof keepCard>;

export const changeCard = z
  .strictObject({
    status: z
      .enum(['active', 'suspended'], { error: 'must be one of active, suspended' })
      .meta({ description: '`suspended`: nobody can pay with it until it is `active` again.' }),
  })
  .meta({ id: 'ChangeCard' });
export type ChangeCard = z.output<typeof changeCard>;

export const listCards = z.strictObject({
  limit,
  cursor,
  status: z.enum(CARD_STATUSES).optional().meta({ description: 'Without it, all that are not `deleted`.' }),
});
export type ListCards = z.output<typeof listCards>;

export const savedCardView = z
  .object({
    object: z.literal('card'),
    id: z.string().meta({ examples: ['card_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    customerId: z.string().meta({ description: 'Your own id of the customer.' }),
    status: z.enum(CARD_STATUSES).meta({
      description: '`expired`: the bank says that the card is over or was replaced. Only an `active` card can pay.',
    }),
    cardMask: z
      .string()
      .nullable()
      .meta({ examples: ['411111******1111'] }),
    scheme: z
      .string()
      .nullable()
      .meta({ examples: ['VISA'] }),
    origin: z
      .object({ type: z.string(), id: z.string().nullable() })
      .meta({ description: 'What it was saved by: `payment`, `verification`, or `api` for a request of yours.' }),
    livemode: z.boolean(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Card' });
export type SavedCardView = z.output<typeof savedCardView>;

export const savedCardPage = z
  .object({
    data: z.array(savedCardView),
    nextCursor,
  })
  .meta({ id: 'CardPage' });
export type SavedCardPage = z.output<typeof savedCardPage>;
