import { z } from 'zod';

/** Source: platform guide, "Create order"; `jwt` with `custom=true` only. */
export const newOrderWire = z.looseObject({
  id: z.string().min(1),
  link_deeplinks: z.string(),
  link_qr: z.string(),
  jwt: z.string().optional(),
});

/** The merchant category code is an integer here and a string in the final recipient. Source: platform guide. */
export const orderDetailsWire = z.looseObject({
  id: z.string().min(1),
  exp: z.int(),
  amt: z.number(),
  cur: z.string(),
  ref: z.string(),
  prp: z.string(),
  uid: z.string(),
  recn: z.string(),
  recc: z.string(),
  acc: z.string(),
  mcc: z.int(),
  logo_url: z.string().optional(),
  bic: z.string(),
});

const blank = z.union([z.literal(''), z.literal('null'), z.null()]).transform(() => undefined);
const text = z.union([blank, z.string()]).optional();

/** Null, blank and absent are one. Source: platform guide, "Order status". */
export const orderStatusWire = z.looseObject({
  order_id: z.string().min(1),
  status: z.string().min(1), // Created, In Progress, Success, Canceled; others are not final
  reason: text,
  amount: z.number(),
  currency: z.string(),
  ref_number: text,
  purpose: text,
  payment_message_guid: text,
  payment_message_external_id: text,
  callback_guid: text,
  sender_account_iban: text,
  receiver_account_iban: text,
  amount_matched: z.boolean().nullish(),
  ref_found: z.boolean().nullish(),
  code: z.int().nullish(),
});

/** Pending, Success, Reject. Source: platform guide, "Payment message status"; the answer's form is inferred. */
export const paymentMessageStatusWire = z.looseObject({ status: z.string().min(1) });

/** Claims of a signed answer. What they are is not published: read what is there. Source: platform guide, "p2p". */
export const p2pMessageWire = z.looseObject({ guid: z.string().optional(), status: z.string().optional() });

/** As above. Source: platform guide, "Alias database". */
export const aliasWire = z.looseObject({ linked: z.boolean().optional() });
