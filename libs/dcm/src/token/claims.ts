/** What an authorization token permits. Source: bank guide, "JWT by DCM"; aid guide, "JWT by Bank". */
export const FLOWS = ['sign-in', 'sign-up', 'sign-up-processing', 'sign-up-emission'] as const;
/** One of {@link FLOWS}. */
export type Flow = (typeof FLOWS)[number];

/**
 * Whether a text names a flow.
 * @example
 * isFlow('sign-in'); // => true
 * isFlow('sign-out'); // => false
 */
export const isFlow = (text: unknown): text is Flow => (FLOWS as readonly unknown[]).includes(text);

/** Profile A. Times are Unix seconds. */
export interface AuthorizationClaims {
  readonly flow: Flow;
  /** The object: a customer's login or external id, or a key keeper. */
  readonly obj: string;
  /** The subject: an employee or a technical user. */
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
}

/** Profile B. */
export interface RequestClaims {
  readonly iat: number;
  readonly jti: string;
}

/** Profiles C and E: a business body; its members are the caller's to check. */
export type PayloadClaims = Readonly<Record<string, unknown>>;

/** The final recipient of an order. */
export interface FinalRecipient {
  readonly frn?: string;
  /** Tax number. */
  readonly frc?: string;
  /** IBAN. */
  readonly fra?: string;
  /** Bank code. */
  readonly frb?: string;
  /** Merchant category code. A string here, an integer in the order's details. */
  readonly frm?: string;
}

/** Profile D. Source: platform guide, "Order". */
export interface OrderClaims {
  /** The merchant's uid. */
  readonly sub: string;
  readonly iat: number;
  /** The order's deadline, not a lifetime of the token. */
  readonly exp: number;
  /** The unit is not published: passed through unchanged. */
  readonly amt: number;
  readonly cur: string;
  /** The merchant's order number, unique. */
  readonly ref: string;
  readonly prp: string;
  /** Where the payer returns to. */
  readonly url: string;
  readonly fri?: FinalRecipient;
}

/** Seconds. Sources: bank guide (1200), decisions on clock skew and age in README.md. */
export const LIMITS = {
  skewSeconds: 60,
  defaultLifetimeSeconds: 300,
  maxLifetimeSeconds: 1200,
  requestMaxAgeSeconds: 600,
  orderMaxLifetimeSeconds: 180 * 86_400,
  /** Bytes of a token that travels in a header or a query. */
  headerTokenBytes: 8 * 1024,
  /** Bytes of a token that travels in a body. */
  payloadTokenBytes: 64 * 1024,
  /** Characters of `obj` and `sub`. */
  nameLength: 500,
  /** Characters of `kid` and `jti`. */
  idLength: 128,
} as const;
