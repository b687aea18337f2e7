import { CodedError, type ProblemTable } from '../problems/coded-error.js';

export type HostedFieldsErrorCode = 'SHOP_ORIGIN_UNKNOWN';

export const HOSTED_FIELDS_PROBLEMS: ProblemTable<HostedFieldsErrorCode> = {
  SHOP_ORIGIN_UNKNOWN: {
    status: 403,
    title: 'The page may not show the card fields',
    remedy: 'Have an operator add the origin of the page to `shopOrigins` of the merchant account.',
  },
};

/** The card fields are not shown to that page. */
export class HostedFieldsError extends CodedError<HostedFieldsErrorCode> {
  override readonly name = 'HostedFieldsError';
}
