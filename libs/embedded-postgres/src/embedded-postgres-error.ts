/** A sentence for the operator: what is wrong with the embedded PostgreSQL and what to change. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
