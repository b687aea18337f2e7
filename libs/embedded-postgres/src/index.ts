export { EmbeddedPostgresError } from './embedded-postgres-error.js';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  portOfRunningServer,
  startEmbeddedPostgres,
} from './embedded-postgres.js';
