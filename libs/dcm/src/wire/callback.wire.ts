import { z } from 'zod';

const agent = <Role extends 'debtor' | 'creditor'>(role: Role) =>
  z.looseObject({ [`${role}_agent_bic`]: z.string().min(1) } as Record<`${Role}_agent_bic`, z.ZodString>);

/** Amounts pass through as they came: their unit is not published. */
const paymentMessage = z.looseObject({
  payment_message_external_id: z.string().min(1),
  amount: z.number(),
  currency: z.string().min(1),
  debtor_agent: agent('debtor'),
  creditor_agent: agent('creditor'),
  order_id: z.string().min(1),
});

const status = z.enum(['success', 'reject']);

/** Pay-in to the recipient's bank, and credit, which has the same members. Source: platform guide, "Callbacks". */
export const bankCallbackWire = z.looseObject({
  payment_message: paymentMessage,
  payment_message_guid: z.string().min(1),
  status,
});

/** Source: platform guide, "Pay-out callback". */
export const payOutWire = bankCallbackWire.extend({ reason: z.string() });

/** `amount_matched` may be false beside `success`: compare with your own order. Source: platform guide, "Pay-in". */
export const merchantPayInWire = z.looseObject({
  payment_message_external_id: z.string().min(1),
  payment_message_guid: z.string().min(1),
  callback_guid: z.string().min(1),
  amount: z.number(),
  currency: z.string().min(1),
  sender_account_iban: z.string(),
  receiver_account_iban: z.string(),
  order_id: z.string().min(1),
  ref_found: z.boolean(),
  ref_number: z.string(),
  amount_matched: z.boolean(),
  purpose: z.string(),
  status,
  reason: z.string().optional(),
});

/** Absent values are the text "null". Source: platform guide, "Order expiration". */
export const orderExpirationWire = z.looseObject({
  amount: z.number(),
  code: z.int(),
  currency: z.string().min(1),
  order_id: z.string().min(1),
});

/** Amounts are texts here. Further statuses are possible: only one that is known may be acted on. */
export const grossSettlementWire = z.looseObject({
  id: z.string().min(1),
  status: z.string().min(1), // Sent, Sent (no PM), Sent (Interbank), Processing, Paid
  total_amount: z.string(),
  total_amount_to_pay: z.string(),
  total_fee_amount: z.string(),
  currency: z.string().min(1),
  period_start: z.string(),
  period_end: z.string(),
  debtor_bic: z.string().optional(),
  creditor_bic: z.string().optional(),
  purpose: z.string(),
  payments: z.array(z.looseObject({})),
});

/** Source: bank guide, "Balance notifications". */
export const balanceNoticeWire = z.looseObject({ transaction_id: z.uuid() });
