import { type z } from 'zod';

/** Authorization 1.0: device session, JSON or JWE bodies. Authorization 2.0: every body a compact JWS. */
export type Protocol = '1.0' | '2.0';

/** One call of the bank, whatever the authorization it goes under. */
export interface CallRow {
  /** Under a device session. The documents choose JSON or JWE per call; answers are read by their form. */
  readonly v1?: { readonly path: string; readonly encoding: 'json' | 'jwe' };
  /** Signed; both directions are compact JWS. */
  readonly v2?: { readonly path: string };
  /** POST of plain JSON without credentials. */
  readonly open?: { readonly path: string };
  /** GET by the customer's browser; `{member}` stands for a member of the body. */
  readonly page?: { readonly path: string };
  /** Members that the client fills in when it builds the body, anew for every attempt. */
  readonly fills: readonly ('merchantId' | 'date')[];
  /**
   * What the bank can have done when the answer is lost. `opens`: something exists, yet it cannot charge by itself;
   * `state`: a change that may be repeated; `money`: funds or a hold may have moved.
   */
  readonly effect: 'none' | 'opens' | 'state' | 'money';
  /** Members that may live in memory only: never stored, logged, hashed or sent again by a worker. */
  readonly secret: readonly string[];
  /** Checks and completes what goes to the bank: input is what the caller gives, output is the wire's JSON. */
  readonly body: z.ZodType;
  /** Reads an answer: strict about what decides, lenient about what is only shown. */
  readonly answer: z.ZodType;
  /** Page of the bank's documents. */
  readonly source: string;
}

export const NOTHING = [] as const;
export const MERCHANT = ['merchantId'] as const;
export const DATE = ['date'] as const;
export const MERCHANT_AND_DATE = ['merchantId', 'date'] as const;

const V1 = '/ecom/execute_request';
const V2 = '/ecom/jws';

type V1Call<Encoding> = { readonly path: string; readonly encoding: Encoding };

/** Path under Authorization 1.0, body in plain JSON. */
export const json = (path: string): V1Call<'json'> => ({ path: `${V1}${path}`, encoding: 'json' });
/** Path under Authorization 1.0, body as compact JWE to the session's server key. */
export const jwe = (path: string): V1Call<'jwe'> => ({ path: `${V1}${path}`, encoding: 'jwe' });
/** Path under Authorization 2.0. */
export const jws = (path: string): { readonly path: string } => ({ path: `${V2}${path}` });
