import { type SealedColumn } from '../keys/sealed-column.js';
import { accountPlace } from './merchant-accounts.service.js';

const ofAccount = { table: 'merchant_account', account: 'id', id: 'id', version: 'version' };

export const ACCOUNT_SEALED_COLUMNS: readonly SealedColumn[] = [
  { ...ofAccount, column: 'service_code_sealed', place: ({ id, version }) => accountPlace(id, version, 'serviceCode') },
  {
    ...ofAccount,
    column: 'account_secret_sealed',
    place: ({ id, version }) => accountPlace(id, version, 'accountSecret'),
  },
];
