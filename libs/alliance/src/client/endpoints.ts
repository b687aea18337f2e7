export interface AllianceEndpoint {
  readonly path: string;
  /** Of the request body. Answers are read by their form. */
  readonly encoding: 'json' | 'jwe' | 'jws';
  /** True where the call starts something at the bank, so that a lost answer leaves the outcome unknown. */
  readonly effect: boolean;
  /** Body members that are filled in when the body is built, anew for a replay. */
  readonly fills: readonly ('merchantId' | 'date')[];
  /** The body holds what others encrypted: "cannot decrypt" may then speak of that, and no new session helps. */
  readonly foreignCiphertext?: boolean;
}
