import { type DataSourceOptions } from 'typeorm';
import { type LegalMoves } from './legal-moves.js';
import { type ClientWishes, CONNECT_TIMEOUT_MS, gatewayDriver, poolOptions, WORK_LIMITS } from './pool.js';
import { SnakeCaseNaming } from './snake-case-naming.js';

export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }> & {
  /** What the database's triggers let through, from the tables that the code itself goes by. */
  readonly legalMoves: LegalMoves;
};

/** The tables, as code, and the steps that lead to them. */
export type Schema = Required<Pick<PostgresOptions, 'entities' | 'migrations' | 'legalMoves'>>;

/** The pool of a process. */
export interface PoolWishes extends ClientWishes {
  /** Connections. */
  readonly size?: number | undefined;
}

/** How every process opens the database. */
export const postgresOptions = (
  schema: Schema,
  url: string,
  { size = 10, ...client }: PoolWishes,
): PostgresOptions => ({
  type: 'postgres',
  driver: gatewayDriver,
  extra: poolOptions(WORK_LIMITS, client),
  url,
  poolSize: size,
  connectTimeoutMS: CONNECT_TIMEOUT_MS,
  applicationName: 'alliance-gateway',
  namingStrategy: new SnakeCaseNaming(),
  ...schema,
  migrationsTransactionMode: 'each',
  logging: false,
});
