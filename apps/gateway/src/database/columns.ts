import { type ColumnOptions, type PrimaryColumnOptions } from 'typeorm';

/** Minor units. Node's driver returns int8 as text; amounts stay below 2^53 by the API's own limit. */
export const amountColumn: ColumnOptions = {
  type: 'bigint',
  transformer: {
    to: (value: unknown) => value,
    from: (value: string | null) => (value === null ? null : Number(value)),
  },
};

/** Ids compare byte by byte, so that UUIDv7 ids sort by time in every locale. */
export const idColumn: PrimaryColumnOptions = { type: 'text', collation: 'C' };
export const textColumn: ColumnOptions = { type: 'text' };
export const optionalText: ColumnOptions = { type: 'text', nullable: true };
export const timeColumn: ColumnOptions = { type: 'timestamptz' };
export const optionalTime: ColumnOptions = { type: 'timestamptz', nullable: true };
export const nowColumn: ColumnOptions = { type: 'timestamptz', default: () => 'now()' };
