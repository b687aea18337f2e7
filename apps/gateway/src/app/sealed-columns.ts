import { ACCOUNT_SEALED_COLUMNS } from '../accounts/sealed-columns.js';
import { callbackPlace } from '../callbacks/callbacks.service.js';
import { DCM_SEALED_COLUMNS } from '../dcm/store/sealed-columns.js';
import { ofAccountRow, SealedColumns } from '../keys/sealed-column.js';
import { PAYMENT_SEALED_COLUMNS } from '../payments/sealed-columns.js';
import { PROOF_SEALED_COLUMNS } from '../proof/sealed-columns.js';
import { subscriberPlace } from '../subscriptions/engine/subscription-vault.js';
import { WEBHOOK_SEALED_COLUMNS } from '../webhooks/sealed-columns.js';

/** What the rooms seal. A test compares the list with the schema, so that none is forgotten in a rotation. */
export const SEALED_COLUMNS = new SealedColumns([
  ...ACCOUNT_SEALED_COLUMNS,
  ...PAYMENT_SEALED_COLUMNS,
  {
    ...ofAccountRow,
    table: 'callback_inbox',
    column: 'body_sealed',
    place: ({ accountId, id }) => callbackPlace(accountId, id),
  },
  {
    ...ofAccountRow,
    table: 'subscription',
    column: 'customer_sealed',
    place: ({ accountId, id }) => subscriberPlace(accountId, id),
  },
  ...WEBHOOK_SEALED_COLUMNS,
  ...PROOF_SEALED_COLUMNS,
  ...DCM_SEALED_COLUMNS,
]);
