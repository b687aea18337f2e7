import { ofAccountRow, type SealedColumn } from '../keys/sealed-column.js';
import { proofKeyPlace } from './store/proof-key.repository.js';

export const PROOF_SEALED_COLUMNS: readonly SealedColumn[] = [
  { ...ofAccountRow, table: 'proof_key', column: 'private_sealed', place: ({ id }) => proofKeyPlace(id) },
];
