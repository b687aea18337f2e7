import { z } from 'zod';
import { amount, optionalTime, present, shownText as shown, text } from '../wire/wire-member.js';

// What is only shown may be unreadable, which means absent. Members that decide (ids, status, amount) are `text` or
// stricter, and make an answer unreadable when wrong.
const shownTime = optionalTime.catch(undefined);
const shownList = z.array(z.string()).catch([]);
const shownNumber = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);

/** Boolean, or its word in a string. */
const shownFlag = z
  .union([z.boolean(), z.literal('true').transform(() => true), z.literal('false').transform(() => false)])
  .optional()
  .catch(undefined);

/** Neither type, amount nor request id: never a verdict, only "known, ask". Source: bank docs, "Recurring payment". */
export const startedWire = z
  .object({ operationId: text, ecomOperationId: shown, status: text, redirect3dsUrl: shown })
  .transform((started) => present(started));

/** Source: bank docs, "Apple Pay: merchant data". */
export const appleMerchantWire = z.object({
  merchantCapabilities: shownList,
  supportedNetworks: shownList,
  /** A string in the table, a list in the example. */
  countryCode: z.preprocess((value) => (typeof value === 'string' ? [value] : value), shownList),
  currencyCode: shown,
});

/** `applePaySessionData` goes to the browser unchanged. Source: bank docs, "Apple Pay: session". */
export const appleSessionWire = z.object({
  applePaySessionData: z.looseObject({}),
  applePaySessionId: shown,
  merchantRequestId: shown,
});

/** Source: bank docs, "Google Pay: merchant data". */
export const googleMerchantWire = z.object({
  id: shown,
  gPayMerchantName: shown,
  gatewayIds: shownList,
  countryCode: shown,
  allowedAuthMethods: shownList,
  allowedCardNetworks: shownList,
  enabled: shownFlag,
});

const tokenMembers = { token: text, status: text, customerId: shown, maskedPan: shown, merchantId: shown };
/** ACTIVE, SUSPENDED, OBSOLETE, DELETED. Source: bank docs, "Token". */
export const tokenWire = z.object(tokenMembers);
/** `{"result":[…]}` on the wire, flat members in the tables: both are read. */
export const tokenListWire = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null) return value;
  return 'result' in value ? value.result : 'token' in value ? [value] : [];
}, z.array(tokenWire));
export const tokenUpdatedWire = z.object({ tokenUpdated: z.boolean(), customerId: shown, token: shown });

/** Kopiyky are assumed: the documents state no unit. Source: bank docs, "Balance". */
export const balanceWire = z.object({
  merchantId: shown,
  balanceAmount: shownNumber,
  /** Overdraft. */
  balanceLimit: shownNumber,
  totalAmount: shownNumber,
});

/** Decide by `result` alone, never by the text. Source: bank docs, "Card belongs to tax id". */
export const taxIdCheckWire = z.object({ result: z.boolean(), msgText: shown });

/** The schema is published nowhere: PEM, bare SPKI or JWK under any of three names, read by bank-keys.ts. */
export const publicKeyWire = z.unknown();

const ruleWire = z.object({
  paymentNumberFrom: amount,
  paymentNumberTo: amount,
  intervalValue: amount,
  intervalUnit: text,
  coinAmount: amount,
  currency: shown,
});

/** A list, or a map keyed "1", "2": both become a list in the order of the numbers. Source: bank docs, "Plan data". */
function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => {
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value ?? [];
    return Object.entries(value)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, entry]): unknown => entry);
  }, z.array(item));
}

/** A number, or digits in a string. */
const versionId = amount;
const versionMembers = {
  versionId,
  rules: listOf(ruleWire),
  appliesDateTimeFrom: shownTime,
  /** Absent: no end. */
  appliesDateTimeTo: shownTime,
};
/** `CANCELLED` in one list of the documents, `CANCELED` in the others. */
const planStatus = text.transform((status) => (status === 'CANCELLED' ? 'CANCELED' : status));

const planMembers = {
  planId: text,
  name: shown,
  description: shown,
  categorySubcategoryIndicator: shown,
  createdAt: shownTime,
  updatedAt: shownTime,
};
export const planCreatedWire = z.object({
  ...planMembers,
  ...versionMembers,
  merchantId: shown,
  status: planStatus,
});
export const planUpdatedWire = z.object({
  ...planMembers,
  ...versionMembers,
  versionId: versionId.optional(),
  merchantId: shown,
});
export const planStatusWire = z.object({ planId: text, merchantId: shown, status: planStatus });
export const versionUpdatedWire = z.object({ ...versionMembers, planId: text });
export const versionDeletedWire = z.object({ planId: text, versionId, versionStatus: shown });
const listedPlan = z.object({ ...planMembers, status: planStatus, deletedAt: shownTime });
export const planWire = z.object({
  merchantId: shown,
  plan: listedPlan,
  versions: listOf(z.object(versionMembers)),
});
export const plansWire = z.object({ currentPage: shownNumber, plans: z.array(listedPlan) });

/** Status words: reference, "Scheduled payment status". */
export const scheduledPaymentsWire = z.object({
  currentPage: shownNumber,
  payments: z.array(
    z.object({
      id: text,
      orderId: text,
      planId: shown,
      planName: shown,
      versionId: shownNumber,
      versionStatus: shown,
      paymentNumber: shownNumber,
      status: text,
      coinAmount: amount,
      currency: shown,
      executionAt: shownTime,
      retryExecutionAt: shownTime,
      retryNumber: shownNumber,
      /** O original, M merchant-initiated, C customer-initiated. */
      recurringTransactionType: shown,
      categorySubcategoryIndicator: shown,
    }),
  ),
});

export const subscriptionWire = z.object({
  hppOrderId: text,
  merchantRequestId: shown,
  orderStatus: text,
  merchantId: shown,
  /** Where the customer pays the first time; absent where none was asked for. */
  redirectUrl: shown,
  createdAt: shownTime,
});
export const subscriptionCanceledWire = z.object({ hppOrderId: text, orderStatus: text });

/** The session's envelope is read by alliance-session.ts. */
export const sessionAnswerWire = z.unknown();
/** Text or bytes, given to whoever asked as they are. */
export const verbatimWire = z.unknown();
