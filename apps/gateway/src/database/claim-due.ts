/** What a worker has room for, see {@link claimDueSql}. */
export interface Room {
  /** Rows in all. */
  readonly most: number;
  /** Rows of an account beyond its share, as long as no other account waits. */
  readonly spare: number;
  /** Rows in hand by account. */
  readonly inHand: ReadonlyMap<string, number>;
  /** Accounts whose bank does not answer: their rows stay due. */
  readonly shut: readonly string[];
  /** Accounts whose bank is being tried: never more than a share. */
  readonly careful: readonly string[];
}

/** Rows that an account may have in hand while others wait, in each worker of a process. */
export const SHARE = 4;

/** A table whose rows wait for a moment. */
export interface DueTable {
  readonly table: string;
  /** When a row is due; null for never. */
  readonly column: string;
  readonly returning: string;
  /** Further assignments of a claim. */
  readonly also?: string;
  /** Condition of rows that go before others. */
  readonly urgent?: string;
  /** Who takes turns; accounts when absent. */
  readonly turns?: Turns;
}

/** Those of whom nobody's second row goes before another's first. What {@link Room} calls an account is one of them. */
export interface Turns {
  /** Their table, `a` in the conditions; the due rows are `t`. */
  readonly table: string;
  /** Which rows are whose. */
  readonly owns: string;
  /** Who has a turn at all. */
  readonly where?: string;
}

const ACCOUNTS: Turns = { table: 'merchant_account', owns: 't.merchant_account_id = a.id' };

/**
 * Puts due rows aside for a while, so that other workers pass them over and a crash loses nothing: the row simply comes
 * due again. Accounts take turns: nobody's second row goes before another's first. Parameters: {@link roomParameters}.
 */
export const claimDueSql = ({ table, column, returning, also, urgent, turns = ACCOUNTS }: DueTable): string => {
  // Locked where it is found, so that another process looks further instead of for the same rows.
  const due = (condition: string, isUrgent: boolean): string =>
    `SELECT * FROM (SELECT t.merchant_account_id, t.id, ${isUrgent} AS urgent, t.${column} AS due FROM ${table} t
       WHERE ${turns.owns} AND t.${column} <= now() ${condition}
       ORDER BY t.${column} LIMIT least($2::int, greatest($3::int, ${SHARE})) FOR UPDATE SKIP LOCKED) AS found`;
  const rows = urgent ? `${due(`AND ${urgent}`, true)} UNION ALL ${due(`AND NOT (${urgent})`, false)}` : due('', false);
  return `WITH waiting AS (
     SELECT a.id AS account, w.merchant_account_id, w.id, w.urgent, w.due, coalesce(b.slots, 0) AS slots,
            row_number() OVER (PARTITION BY a.id ORDER BY w.urgent DESC, w.due) AS place
     FROM ${turns.table} a LEFT JOIN unnest($4::text[], $5::int[]) AS b (account, slots) ON b.account = a.id
     CROSS JOIN LATERAL (${rows}) w
     WHERE a.id <> ALL ($6::text[])${turns.where === undefined ? '' : ` AND ${turns.where}`}),
   chosen AS (
     SELECT merchant_account_id, id FROM waiting
     WHERE slots + place <= ${SHARE}
        OR (place <= $3::int AND account <> ALL ($7::text[]) AND (SELECT count(DISTINCT account) FROM waiting) = 1)
     ORDER BY urgent DESC, slots + place, due LIMIT $2::int)
   UPDATE ${table} SET ${column} = now() + make_interval(secs => $1)${also === undefined ? '' : `, ${also}`}
   WHERE (merchant_account_id, id) IN (SELECT merchant_account_id, id FROM chosen)
   RETURNING ${returning}`;
};

/** @param room a number: so many, by nobody who has anything in hand */
export function roomParameters(room: Room | number, leaseSeconds: number): unknown[] {
  const { most, spare, inHand, shut, careful } = typeof room === 'number' ? emptyRoom(room) : room;
  return [leaseSeconds, most, spare, [...inHand.keys()], [...inHand.values()], shut, careful];
}

const emptyRoom = (most: number): Room => ({ most, spare: most, inHand: new Map(), shut: [], careful: [] });
