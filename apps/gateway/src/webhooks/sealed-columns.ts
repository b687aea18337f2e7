import { type SealPlace } from '#libs/keystore';
import { ofAccountRow, type SealedColumn } from '../keys/sealed-column.js';

/** Where the secret of an endpoint is sealed. */
export const webhookSecretPlace = (accountId: string, id: string): SealPlace => ({
  table: 'webhook_secret',
  column: 'secret',
  row: id,
  accountId,
  version: 1,
});

export const WEBHOOK_SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    ...ofAccountRow,
    table: 'webhook_secret',
    column: 'secret_sealed',
    place: ({ accountId, id }) => webhookSecretPlace(accountId, id),
  },
];
