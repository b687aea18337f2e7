import { ConfigError } from '../config/gateway-config.js';
import { systemCode } from './database-away.js';

/** What was being done when Postgres or the way to it said no. */
export type Doing = 'connecting' | 'migrating';

interface Failure extends Error {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly path?: string;
}

type Sentence = (error: Failure) => string;

const AT_POSTGRES = 'start Postgres or correct the address';
const unreachable: Sentence = ({ address, hostname, port, message }) =>
  `DATABASE_URL points to a server that does not answer (${[address ?? hostname ?? message, port].filter(Boolean).join(', port ')}): ${AT_POSTGRES}.`;
const refused: Sentence = ({ message }) =>
  `DATABASE_URL is refused by the server: ${message}. Correct user, password or database name.`;
const untrusted: Sentence = ({ message }) =>
  `DATABASE_URL leads to a server whose certificate is not trusted (${message}): name the CA that signed it with "?sslmode=verify-full&sslrootcert=/path/ca.pem" in DATABASE_URL, or in NODE_EXTRA_CA_CERTS.`;
const readOnly: Sentence = () =>
  'DATABASE_URL leads to a read-only server, such as a standby: give the address of the primary.';

/** By code of the system, of TLS or of Postgres (SQLSTATE, Postgres documentation, appendix A). */
const BY_CODE: Readonly<Record<string, Sentence>> = {
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  ENOENT: ({ path }) =>
    `DATABASE_URL names a file that does not exist (${path ?? 'unknown'}): correct sslrootcert, sslcert or sslkey.`,
  EACCES: ({ path }) => `DATABASE_URL names a file that cannot be read (${path ?? 'unknown'}): check its permissions.`,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: untrusted,
  CERT_NOT_YET_VALID: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ message }) =>
    `DATABASE_URL names the server by another name than its certificate (${message}): use a name that stands in it.`,
  '28P01': refused,
  '28000': ({ message }) =>
    message.includes('pg_hba.conf') || message.includes('encryption')
      ? `DATABASE_URL is refused by the server: ${message}. If it wants TLS, add "?sslmode=verify-full" to DATABASE_URL; otherwise see its pg_hba.conf.`
      : refused({ message } as Failure),
  '3D000': refused,
  '25006': readOnly,
  '53300': ({ message }) =>
    `DATABASE_URL leads to a server without a free connection (${message}): raise its max_connections or lower DATABASE_POOL_SIZE.`,
  '57P03': ({ message }) =>
    `DATABASE_URL leads to a server that is not ready yet (${message}): start again when it is.`,
};

/** What `pg` says without a code. Source: pg 8.23 lib/client.js, lib/connection.js, crypto/sasl.js. */
const BY_MESSAGE: readonly (readonly [says: RegExp, sentence: Sentence])[] = [
  [
    /client password must be a/u,
    () =>
      'DATABASE_URL has no password, and the server asks for one: write postgres://user:password@host:5432/database.',
  ],
  [
    /does not support SSL/u,
    () =>
      'DATABASE_URL asks for TLS, which the server does not speak: switch it on there, or take sslmode out of DATABASE_URL.',
  ],
  [
    /terminated unexpectedly|invalid response|establishing an SSL|wrong version number/u,
    () => `DATABASE_URL points to something that is no Postgres: correct host and port.`,
  ],
  [
    /timeout/u,
    () => `DATABASE_URL points to a server that does not answer as a Postgres does, within 5 s: ${AT_POSTGRES}.`,
  ],
];

/** While tables are made, the same codes mean other things. */
const WHILE_MIGRATING: Readonly<Record<string, Sentence>> = {
  '42501': ({ message }) =>
    `The role of DATABASE_URL may not make tables (${message}): let its owner run GRANT CREATE ON SCHEMA public TO that role, or give the gateway a database that the role owns.`,
  '3F000': ({ message }) =>
    `The role of DATABASE_URL has no schema to make tables in (${message}): create one, and set the role's search_path to it.`,
  '42P07': ({ message }) =>
    `DATABASE_URL is a database that another program uses (${message}): give the gateway one of its own.`,
  '25006': readOnly,
  '55P03': ({ message }) =>
    `The schema could not be brought up to date (${message}): end what holds the table, then start again.`,
  '57014': ({ message }) =>
    `The schema could not be brought up to date in time (${message}): start again when the database is less busy.`,
};

/** One sentence for the operator; undefined for what they cannot mend. */
function sentenceFor(error: unknown, doing: Doing): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const failure = firstOf(error);
  const code = systemCode(failure);
  const sentence = (doing === 'migrating' ? WHILE_MIGRATING[code] : undefined) ?? BY_CODE[code];
  if (sentence) return sentence(failure);
  return code === '' ? BY_MESSAGE.find(([says]) => says.test(failure.message))?.[1](failure) : undefined;
}

/** A name with several addresses fails once for each. */
function firstOf(error: Error): Failure {
  const [first] = error instanceof AggregateError ? (error.errors as Failure[]) : [];
  return first ?? error;
}

/** Does `work`; what an operator can mend becomes a sentence. @throws ConfigError */
export async function explained<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const sentence = sentenceFor(error, doing);
    throw sentence === undefined ? error : new ConfigError(sentence, { cause: error });
  }
}
