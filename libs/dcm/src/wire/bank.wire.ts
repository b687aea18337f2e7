import { z } from 'zod';

/** `{}`, or nothing that is read. */
export const emptyWire = z.looseObject({});

/** `jwk-create`, `payment-message-create`. Source: bank guide, "Create JWK"; platform guide, "Payment message". */
export const guidWire = z.looseObject({ guid: z.string().min(1) });

/** Not a JWK Set: the key is one level down. Source: bank guide, "Get JWK list". */
export const jwkListWire = z.looseObject({
  keys: z.array(
    z.looseObject({
      guid: z.string().min(1),
      created_at: z.string().optional(),
      updated_at: z.string().optional(),
      data: z.looseObject({ kid: z.string().optional() }),
    }),
  ),
});

/** The use of the value is not published: its presence proves the answer is DCM's, and it is dropped. */
export const sessionTokenWire = z.looseObject({ session_token: z.string().min(1) });

/** Source: bank guide, "Create employee". */
export const employeeWire = z.looseObject({ employee_guid: z.string().min(1), verified: z.boolean() });

/** Source: bank guide, "Create customer". `guid` is the account's. */
export const customerWire = z.looseObject({
  customer_guid: z.string().min(1),
  guid: z.string().min(1),
  wallet_account_guid: z.string().min(1),
  iban: z.string().optional(),
  activated: z.boolean(),
  registered: z.boolean(),
  blocked: z.boolean(),
});

/** Inferred, see operations.ts; for "list before creating again" after a lost answer. */
export const customerListWire = z.looseObject({
  customers: z.array(z.looseObject({ login: z.string(), customer_guid: z.string().min(1) })),
});

/** Inferred, see operations.ts. */
export const employeeListWire = z.looseObject({
  employees: z.array(z.looseObject({ employee_guid: z.string().min(1), email: z.string() })),
});

/** Inferred, see operations.ts. `transaction_id` is the balance notifications' name for it. */
export const transferWire = z.looseObject({ transaction_id: z.string().min(1), status: z.string().min(1) });

/** Source: bank guide, "Create account"; only partly published. */
export const accountWire = z.looseObject({ guid: z.string().min(1) });

/** Ory Kratos, native flow. Source: bank guide, "Log in"; Kratos reference, "LoginFlow". */
export const loginFlowWire = z.object({
  id: z.string().min(1).max(200),
  ui: z
    .object({
      action: z.string().optional().catch(undefined),
      nodes: z
        .array(z.object({ attributes: z.object({ name: z.string().optional(), value: z.unknown().optional() }) }))
        .catch([]),
    })
    .catch({ action: undefined, nodes: [] }),
});

/** A header value: printable, or it could not be sent back. */
export const loginWire = z.object({ session_token: z.string().regex(/^[\x21-\x7e]{1,4096}$/) });
