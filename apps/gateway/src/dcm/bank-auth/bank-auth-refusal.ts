/** Every answer of the Bank Auth Service but 200. DCM declines the operation whichever it is. */
export const REFUSALS = {
  /** One text for whatever is wrong, an object that we do not have included. Source: bank guide, "Errors". */
  denied: { status: 401, error: 'Access credentials are invalid' },
  too_many: { status: 429, error: 'Too many requests' },
  /** No answer in time, or no database. */
  unavailable: { status: 503, error: 'Service unavailable' },
} as const;
export type RefusalKind = keyof typeof REFUSALS;

export class BankAuthRefusal extends Error {
  override readonly name = 'BankAuthRefusal';
  constructor(readonly kind: RefusalKind) {
    super(kind);
  }
}
