/** A table whose rows wait for a moment. */
export interface DueTable {
  readonly table: string;
  /** When a row is due; null for never. */
  readonly column: string;
  readonly returning: string;
  /** Further assignments of a claim. */
  readonly also?: string;
}

/**
 * Puts due rows aside for a while, so that other workers pass them over and a crash loses nothing: the row simply comes
 * due again. Parameters: how many at the most, seconds of the lease.
 */
export const claimDueSql = ({ table, column, returning, also }: DueTable): string =>
  `UPDATE ${table} SET ${column} = now() + make_interval(secs => $2)${also === undefined ? '' : `, ${also}`}
   WHERE (merchant_account_id, id) IN (
     SELECT merchant_account_id, id FROM ${table} WHERE ${column} <= now()
     ORDER BY ${column} LIMIT $1 FOR UPDATE SKIP LOCKED)
   RETURNING ${returning}`;
