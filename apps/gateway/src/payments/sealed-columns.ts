import { ofAccountRow, type SealedColumn } from '../keys/sealed-column.js';
import { clientKeyPlace } from './bank-access/client-key.repository.js';
import { sessionPlace } from './bank-access/pg-session.store.js';
import { cardPlace } from './engine/card-vault.js';
import { signingKeyPlace } from './bank-access/signing-key.repository.js';
import { customerPlace } from './engine/customer-vault.js';

export const PAYMENT_SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    ...ofAccountRow,
    table: 'client_key',
    column: 'key_sealed',
    place: ({ accountId, id }) => clientKeyPlace(accountId, id),
  },
  {
    ...ofAccountRow,
    table: 'signing_key',
    column: 'key_sealed',
    place: ({ accountId, id }) => signingKeyPlace(accountId, id),
  },
  {
    table: 'bank_session',
    column: 'session_sealed',
    account: 'merchant_account_id',
    id: 'merchant_account_id',
    version: 'version',
    place: ({ accountId, version }) => sessionPlace(accountId, version),
  },
  {
    ...ofAccountRow,
    table: 'payment',
    column: 'customer_sealed',
    place: ({ accountId, id }) => customerPlace(accountId, id),
  },
  {
    ...ofAccountRow,
    table: 'saved_card',
    column: 'token_sealed',
    place: ({ accountId, id }) => cardPlace(accountId, id),
  },
];
