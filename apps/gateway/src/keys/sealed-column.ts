import { type SealPlace } from '#libs/keystore';

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

/** Of a table whose sealed values are never replaced, one merchant account's rows beside another's. */
export const ofAccountRow = { account: 'merchant_account_id', id: 'id', version: '1' };

/** Every column of the process that holds sealed values, as the rooms hand them in. */
export class SealedColumns {
  constructor(readonly all: readonly SealedColumn[]) {}
}
