import { type SealedColumn } from '../../keys/sealed-column.js';
import { dcmCallbackPlace } from './callback-inbox.js';
import { objectPlace } from './object-secrets.js';
import { receiverPlace } from './receivers.repository.js';
import { signingKeyPlace } from './stored-signing-keys.js';

const ofCounterpartyRow = { account: 'counterparty_guid', id: 'id', version: '1' };

export const DCM_SEALED_COLUMNS: readonly SealedColumn[] = [
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
  {
    ...ofCounterpartyRow,
    table: 'dcm_callback',
    column: 'body_sealed',
    place: ({ accountId, id }) => dcmCallbackPlace(accountId, id),
  },
  {
    ...ofCounterpartyRow,
    table: 'dcm_receiver',
    column: 'data_sealed',
    place: ({ accountId, id }) => receiverPlace(accountId, id),
  },
];
