import { type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { hydrate } from '../../database/hydrate.js';
import { sql, type Sql } from '../../database/sql.js';
import { placeIn, writeCursor } from '../../http/paging.js';
import { PaymentError } from '../domain/payment-error.js';

/** What of the rows of an account that changed since then; oldest change first. */
export interface ChangedSince {
  readonly changedSince: Date;
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface Changes<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
  /** On the database's clock. */
  readonly now: Date;
}

interface RawChange {
  readonly row: object;
  /** Microseconds of the epoch, and the number of the row. */
  readonly place: string;
  readonly now: Date;
}

/**
 * One page of what changed visibly since a moment. Whoever changes while it is paged through comes once more at the end,
 * so that nothing is missed.
 * @param rows `FROM … WHERE …` of the rows, called `t`, with an index on account, `changed_at` and `number`
 * @throws PaymentError `CURSOR_INVALID`
 */
export async function changedSince<Row extends ObjectLiteral>(
  manager: EntityManager,
  { entity, rows }: { readonly entity: EntityTarget<Row>; readonly rows: Sql },
  { changedSince: since, limit, cursor }: ChangedSince,
): Promise<Changes<Row>> {
  const [micros, number] = cursor === undefined ? [] : readPlace(cursor);
  const found = await manager.query<RawChange[]>(
    ...sql`
      SELECT to_jsonb(t) AS row, now() AS now,
             (extract(epoch FROM t.changed_at) * 1000000)::bigint || '.' || t.number AS place
      ${rows} AND t.changed_at >= ${since}
        AND (t.changed_at, t.number) > (coalesce('epoch'::timestamptz + ${micros}::bigint * interval '1 microsecond',
                                                 '-infinity'), coalesce(${number}::bigint, 0))
      ORDER BY t.changed_at, t.number LIMIT ${limit + 1}::int`.render(),
  );
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    rows: page.map(({ row }) => hydrate(manager, entity, row)),
    nextCursor: last ? writeCursor(last.place) : null,
    now: found[0]?.now ?? new Date(),
  };
}

/** @throws PaymentError `CURSOR_INVALID` */
function readPlace(cursor: string): readonly string[] {
  const place = placeIn(cursor, /^\d{1,16}\.\d{1,18}$/u);
  if (place === undefined) throw new PaymentError('CURSOR_INVALID', 'the cursor is not one that we gave out');
  return place.split('.');
}
