export interface AllianceEndpoint {
  readonly path: string;
  /** Of the request body. Answers are read by their form. */
  readonly encoding: 'json' | 'jwe' | 'jws';
  /** True where the call starts something at the bank, so that a lost answer leaves the outcome unknown. */
  readonly effect: boolean;
  /** Body members that are filled in when the body is built, anew for a replay. */
  readonly fills: readonly ('merchantId' | 'date')[];
}
