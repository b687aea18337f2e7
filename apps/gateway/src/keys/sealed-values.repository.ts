import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type KekProvider, type Sealed } from '#libs/keystore';
import { sweep } from '../database/sweep.js';
import { rememberCurrentKek } from './kek-registry.store.js';
import { type SealedColumn, SealedColumns, type SealedRow } from './sealed-column.js';

export interface SealedValue extends SealedRow {
  readonly sealed: Sealed;
}

export interface Rewrapped extends SealedValue {
  readonly rewrapped: Sealed;
}

/** Rows of one column under one KEK. */
export interface KekUse {
  readonly table: string;
  readonly column: string;
  readonly kekId: string;
  readonly rows: number;
}

/** The second member of a sealed value names its KEK. */
const kekOf = (column: string): string => `split_part(${column}, '.', 2)`;

/** Sealed values wherever they are, without opening any. */
@Injectable()
export class SealedValuesRepository {
  constructor(
    private readonly database: DataSource,
    private readonly columns: SealedColumns,
  ) {}

  /** What the next start compares its KEKs with. */
  async rememberCurrentKek(keks: KekProvider): Promise<void> {
    await rememberCurrentKek(this.database, keks);
  }

  /** They stay known, so that a process with an older key file does not make them needed again. */
  async retireKeks(ids: readonly string[]): Promise<void> {
    await this.database.query('UPDATE kek SET retired_at = now() WHERE id = ANY($1)', [ids]);
  }

  async usesOfKeks(): Promise<KekUse[]> {
    const uses = this.columns.all.map(
      ({ table, column }) =>
        `SELECT '${table}' AS "table", '${column}' AS "column", ${kekOf(column)} AS "kekId", count(*)::int AS rows
         FROM ${table} WHERE ${column} IS NOT NULL GROUP BY 3`,
    );
    return sweep<KekUse[]>(this.database, `${uses.join(' UNION ALL ')} ORDER BY 1, 2, 3`);
  }

  /** Values that are not under `kekId`, in key order after the row `after`. */
  notUnder(kekId: string, source: SealedColumn, after: SealedRow | undefined, limit: number): Promise<SealedValue[]> {
    const { table, column, account, id, version } = source;
    return sweep<SealedValue[]>(
      this.database,
      `SELECT ${account} AS "accountId", ${id} AS id, ${version}::int AS version, ${column} AS sealed FROM ${table}
       WHERE ${column} IS NOT NULL AND ${kekOf(column)} <> $1 AND (${account}, ${id}) > ($2, $3)
       ORDER BY ${account}, ${id} LIMIT $4`,
      [kekId, after?.accountId ?? '', after?.id ?? '', limit],
    );
  }

  /** Stores re-wrapped values where nobody has stored another value meanwhile. @returns how many */
  async replace({ table, column, account, id }: SealedColumn, values: readonly Rewrapped[]): Promise<number> {
    const members = (read: (value: Rewrapped) => string): string[] => values.map(read);
    const [, replaced] = await this.database.query<[unknown, number]>(
      `UPDATE ${table} AS t SET ${column} = v.rewrapped
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS v (account_id, row_id, sealed, rewrapped)
       WHERE t.${account} = v.account_id AND t.${id} = v.row_id AND t.${column} = v.sealed`,
      [members((v) => v.accountId), members((v) => v.id), members((v) => v.sealed), members((v) => v.rewrapped)],
    );
    return replaced;
  }
}
