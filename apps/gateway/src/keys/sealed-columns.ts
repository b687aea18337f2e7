import { type SealPlace } from '#libs/keystore';
import { accountPlace } from '../accounts/merchant-accounts.service.js';
import { clientKeyPlace } from '../accounts/client-key.repository.js';
import { callbackPlace } from '../callbacks/callbacks.service.js';
import { objectPlace } from '../dcm/store/object-secrets.js';
import { signingKeyPlace } from '../dcm/store/stored-signing-keys.js';
import { customerPlace } from '../payments/engine/order-opener.service.js';
import { sessionPlace } from '../payments/bank-access/pg-session.store.js';

/** What identifies a sealed value's row. */
export interface SealedRow {
  /** The counterparty in tables of DCM. */
  readonly accountId: string;
  readonly id: string;
  /** 1 in tables whose sealed values are never replaced. */
  readonly version: number;
}

export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** SQL of the members of {@link SealedRow}. */
  readonly account: string;
  readonly id: string;
  readonly version: string;
  readonly place: (row: SealedRow) => SealPlace;
}

const ofAccount = { table: 'merchant_account', account: 'id', id: 'id', version: 'version' };
const ofAccountRow = { account: 'merchant_account_id', id: 'id', version: '1' };
const ofCounterpartyRow = { account: 'counterparty_guid', id: 'id', version: '1' };

/** Every column that holds sealed values. A test compares the list with the schema, so that none is forgotten in a rotation. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { ...ofAccount, column: 'service_code_sealed', place: ({ id, version }) => accountPlace(id, version, 'serviceCode') },
  {
    ...ofAccount,
    column: 'account_secret_sealed',
    place: ({ id, version }) => accountPlace(id, version, 'accountSecret'),
  },
  {
    ...ofAccountRow,
    table: 'client_key',
    column: 'key_sealed',
    place: ({ accountId, id }) => clientKeyPlace(accountId, id),
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
    table: 'callback_inbox',
    column: 'body_sealed',
    place: ({ accountId, id }) => callbackPlace(accountId, id),
  },
  {
    ...ofCounterpartyRow,
    table: 'dcm_object',
    column: 'key_sealed',
    place: ({ accountId, id }) => objectPlace(accountId, id, 'key'),
  },
  {
    ...ofCounterpartyRow,
    table: 'dcm_object',
    column: 'profile_sealed',
    place: ({ accountId, id }) => objectPlace(accountId, id, 'profile'),
  },
  {
    ...ofCounterpartyRow,
    table: 'dcm_signing_key',
    column: 'private_sealed',
    place: ({ accountId, id }) => signingKeyPlace(accountId, id),
  },
];
