import { CALLBACK_FAILPOINTS } from '../callbacks/failpoints.js';
import { TRANSACTION_FAILPOINTS } from '../database/transaction.js';
import { SESSION_FAILPOINTS } from '../payments/bank-access/failpoints.js';
import { PAYMENT_FAILPOINTS } from '../payments/kinds/failpoints.js';
import { REGISTER_FAILPOINTS } from '../reconciliation/failpoints.js';
import { SUBSCRIPTION_FAILPOINTS } from '../subscriptions/failpoints.js';
import { WEBHOOK_FAILPOINTS } from '../webhooks/failpoints.js';

/** Workers whose items are claimed first. The process dies, and the lease of what it had in hand runs out. */
const JOBS = [
  'drain-inbox',
  'resolve-unknown',
  'sync-payments',
  'resolve-recurring',
  'look-at-subscriptions',
  'deliver-webhooks',
  'dcm-keys',
  'dcm-callbacks',
  'recheck-breaks',
];

/** Every moment in which a process can be told to stand still. The campaign of crashes kills it in each. */
export const FAILPOINTS: readonly string[] = [
  ...PAYMENT_FAILPOINTS,
  ...SESSION_FAILPOINTS,
  ...CALLBACK_FAILPOINTS,
  ...SUBSCRIPTION_FAILPOINTS,
  ...WEBHOOK_FAILPOINTS,
  ...REGISTER_FAILPOINTS,
  ...TRANSACTION_FAILPOINTS,
  ...JOBS.map((name) => `job.${name}.claimed`),
];
