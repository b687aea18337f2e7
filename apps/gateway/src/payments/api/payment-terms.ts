import { z } from 'zod';
import { CURRENCIES, type Currency } from '../domain/money.js';
import { type LineItem, PAGE_INSTRUMENTS, RESULT_PAGES, THREE_DS, TRIES } from '../domain/page.js';
import { findWay, type Method } from '../kinds/methods.js';
import {
  amount,
  AMOUNT_MAX,
  CAPTURE_METHODS,
  encrypted,
  expiresInMinutes,
  language,
  LONGEST_HOLD,
  metadata,
  optional,
  SHORTEST_HOLD,
  text,
} from './request-members.js';

/** Of one payment; what fits on the bank's page and into 64 KB. */
const LINE_ITEMS_MAX = 100;

export const lineItem = z.strictObject({
  name: text(255).meta({ examples: ['Coffee, 1 kg'] }),
  quantity: z.int().min(1).max(1_000_000),
  amount: z
    .int()
    .min(0)
    .max(AMOUNT_MAX)
    .meta({
      description: 'Of the whole line, minor units of `currency`; discounts already taken off.',
      examples: [12550],
    }),
});

const hostedPage = z
  .strictObject({
    type: z.literal('hosted_page'),
    instruments: optional(z.array(z.enum(PAGE_INSTRUMENTS)).min(1).max(PAGE_INSTRUMENTS.length)).meta({
      description: 'What the page takes; all of them when absent.',
    }),
    tries: optional(z.enum(TRIES)).meta({
      description:
        '`one` (when absent): a declined card ends the payment. `many`: the customer may try again until the link expires.',
    }),
    resultPage: optional(z.enum(RESULT_PAGES)).meta({
      description:
        'What the bank shows before the customer comes back to `returnUrl`: `timer` (when absent) its result for a minute, `stay` its result until the customer leaves, `skip` nothing.',
    }),
  })
  .meta({ title: 'hosted_page', description: 'A card or a wallet on the page of the bank.' });

const bankTransfer = z
  .strictObject({
    type: z.literal('bank_transfer'),
    bank: optional(
      z.string().regex(/^[A-Z0-9_]{2,50}$/u, { error: 'must be a code of the bank, such as MONO_BANK' }),
    ).meta({
      description:
        'Opens the application of one bank, by its code at Bank Alliance; a page with all of them when absent.',
      examples: ['PRIVAT_BANK'],
    }),
  })
  .meta({
    title: 'bank_transfer',
    description:
      'From the customer’s account, in the application of any bank or by the QR code of the National Bank. The account needs a terminal for it.',
  });

const card = z
  .strictObject({
    type: z.literal('card'),
    encryptedNumber: encrypted.meta({
      description: 'The card number, encrypted in the customer’s browser. Never kept.',
    }),
    encryptedData: optional(encrypted).meta({
      description:
        'Expiry and CVV, encrypted there, too. With it the payment is confirmed at once; otherwise confirm it with `POST /v1/payments/{id}/confirm`.',
    }),
    threeDs: optional(z.enum(THREE_DS)).meta({
      description:
        'Whether the customer confirms at the issuer: `required`, `if_available` (when absent), or `none`. `offSession` means `none`.',
    }),
    saveCard: optional(z.boolean()).meta({
      description: 'Has the bank keep the card for the customer once it has paid: see `savedCardId`.',
    }),
    withoutCvv: optional(z.boolean()).meta({
      description: 'The encrypted data is the expiry alone. The contract with the bank has to allow it.',
    }),
  })
  .meta({
    title: 'card',
    description:
      'A card in your own page, encrypted by the library for browsers: neither your page nor your server sees its number.',
  });

const savedCard = z
  .strictObject({
    type: z.literal('saved_card'),
    card: text(100).meta({
      description: 'Id of a card of `customer.id`.',
      examples: ['card_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'],
    }),
    encryptedCvv: optional(encrypted).meta({
      description:
        'The CVV, encrypted in the customer’s browser. Never kept. Without it the contract with the bank has to allow payments without one.',
    }),
    threeDs: optional(z.enum(THREE_DS)).meta({
      description: 'As of a card. `offSession` means `none`.',
    }),
  })
  .meta({
    title: 'saved_card',
    description: 'A card that the bank keeps for the customer: see the routes below `/v1/customers`.',
  });

/** A type that is none of these; what is wrong within one is said by its own schema. */
const typeIsOneOf = (...types: readonly Method[]) => ({
  error: ({ code }: { readonly code: string }) =>
    code === 'invalid_union' ? `must be one of ${types.join(', ')}` : undefined,
});

const HOW = 'How the customer pays; on the hosted page when absent.';
const paymentMethod = optional(
  z.discriminatedUnion('type', [hostedPage, bankTransfer], typeIsOneOf('hosted_page', 'bank_transfer')),
)
  .transform((method) => method ?? { type: 'hosted_page' as const })
  .meta({ description: HOW });

/** Where the customer is in the merchant's own page. */
export const anyPaymentMethod = optional(
  z.discriminatedUnion(
    'type',
    [hostedPage, bankTransfer, card, savedCard],
    typeIsOneOf('hosted_page', 'bank_transfer', 'card', 'saved_card'),
  ),
)
  .transform((method) => method ?? { type: 'hosted_page' as const })
  .meta({ description: HOW });

/** What a payment says whoever pays it. */
export const paymentTerms = {
  amount,
  currency: z
    .enum(CURRENCIES, { error: `must be one of ${CURRENCIES.join(', ')}` })
    .meta({ description: 'The bank takes hryvnias at its own rate for it, see `exchange`.' }),
  description: optional(text(255)).meta({ description: 'Purpose of the payment, shown to the customer.' }),
  language,
  paymentMethod,
  lineItems: optional(z.array(lineItem).min(1).max(LINE_ITEMS_MAX)).meta({
    description: 'Shown on the bank’s page. They add up to `amount`: enter delivery as a line.',
  }),
  captureMethod: optional(z.enum(CAPTURE_METHODS).meta({ default: 'automatic' }))
    .transform((method) => method ?? 'automatic')
    .meta({
      description:
        '`manual`: the money is only held. Capture it with `POST /v1/payments/{id}/capture`, or release it with `/cancel`.',
    }),
  holdHours: optional(z.int().min(SHORTEST_HOLD).max(LONGEST_HOLD))
    .transform((hours) => hours ?? null)
    .meta({
      description: 'With `captureMethod: manual`: after how long the bank lets go of the money. 168 when absent.',
    }),
  expiresInMinutes,
  metadata,
};

interface Terms {
  readonly amount: number;
  readonly currency: Currency;
  readonly captureMethod: (typeof CAPTURE_METHODS)[number];
  readonly expiresInMinutes: number;
  readonly paymentMethod: { readonly type: Method };
  readonly lineItems?: readonly LineItem[] | undefined;
}

/** What must hold between the members, where each of them is right. */
export function checkTerms(terms: Terms, context: z.RefinementCtx): void {
  if (context.issues.length > 0) return;
  const { amount: asked, currency, captureMethod, paymentMethod: method, lineItems } = terms;
  const objection = (path: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  const way = findWay(method.type, captureMethod === 'manual' ? 'authorization' : 'purchase');
  if (!way) {
    objection('captureMethod', `must be automatic with ${method.type}: it cannot be held`);
    return;
  }
  if (!way.currencies.includes(currency))
    objection('currency', `must be ${way.currencies.join(' or ')} with ${method.type}`);
  if (terms.expiresInMinutes < way.leastMinutes)
    objection('expiresInMinutes', `must be at least ${way.leastMinutes} with ${method.type}`);
  const sum = lineItems?.reduce((total, line) => total + line.amount, 0) ?? asked;
  if (sum !== asked) objection('lineItems', `must add up to the amount: they are ${sum}, and it is ${asked}`);
}
