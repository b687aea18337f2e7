import { ACCOUNT_PROBLEMS } from '../accounts/account-error.js';
import { DCM_PROBLEMS } from '../dcm/dcm-problem.js';
import { HOSTED_FIELDS_PROBLEMS } from '../hosted-fields/hosted-fields-error.js';
import { HTTP_PROBLEMS } from '../http/http-problem.js';
import { PAYMENT_PROBLEMS } from '../payments/domain/payment-error.js';
import { RECONCILIATION_PROBLEMS } from '../reconciliation/reconciliation-error.js';
import { RETENTION_PROBLEMS } from '../retention/retention-error.js';
import { SUBSCRIPTION_PROBLEMS } from '../subscriptions/subscription-error.js';
import { WEBHOOK_PROBLEMS } from '../webhooks/webhook-error.js';

/** Every error that the API can answer with: the rooms' tables, joined. */
export const PROBLEMS = {
  ...HTTP_PROBLEMS,
  ...PAYMENT_PROBLEMS,
  ...ACCOUNT_PROBLEMS,
  ...HOSTED_FIELDS_PROBLEMS,
  ...SUBSCRIPTION_PROBLEMS,
  ...WEBHOOK_PROBLEMS,
  ...RECONCILIATION_PROBLEMS,
  ...RETENTION_PROBLEMS,
  ...DCM_PROBLEMS,
};
export type ProblemCode = keyof typeof PROBLEMS;
