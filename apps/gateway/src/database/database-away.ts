/**
 * Postgres is away for a moment, or refuses for a moment: SQLSTATE classes 08 connection, 53 resources, 57P shutdown
 * and recovery; 25006 read-only after a fail-over, 25P03 idle too long inside a transaction and
 * 25P04 too long a transaction, 26000 and 42P05 a prepared
 * statement that a pooler lost or had already, 40001 serialization, 40P01 deadlock, 55P03 lock not available, 57014
 * statement cancelled by its time limit. Source: Postgres, appendix A.
 */
const PASSING_STATE = /^(?:08...|53...|57P..|25006|25P0[34]|26000|42P05|40001|40P01|55P03|57014)$/u;
/** Of those, the ones after which the connection itself is of no more use. */
const SPENT_STATE = /^(?:08...|57P..|25006|25P0[34]|26000|42P05|57014)$/u;
/** A newer version has changed a table since this connection prepared the statement. Source: Postgres, plancache.c */
const STALE_PLAN = 'cached plan must not change result type';
/** Five characters of SQLSTATE; codes of the system, such as EPIPE, are not among them. */
const SQLSTATE = /^(?!E[A-Z]{4}$)[0-9A-Z]{5}$/u;
/** Sockets and TLS that break, name look-ups, and a process that is out of file descriptors or memory. */
const SYSTEM_AWAY =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ENOTFOUND|EAI_AGAIN|EPIPE|EMFILE|ENFILE|EADDRNOTAVAIL|ENOBUFS|ENOMEM|EPROTO|ENETRESET|ENOTCONN|ESHUTDOWN|ERR_STREAM_DESTROYED|ERR_STREAM_WRITE_AFTER_END|ERR_SOCKET_CLOSED)$/u;
/** What `pg` and `pg-pool` say without a code. Source: pg 8.23 lib/client.js, pg-pool 3.14 index.js. */
const DRIVER_SAYS =
  /^(?:Query read timeout|Connection terminated|Client has encountered a connection error|Client was closed|timeout e|Cannot use a pool after|Driver not Connected|The server does not support SSL|There was an error establishing an SSL)/u;

/** Worth trying again in some seconds: nothing is wrong with what was asked. */
export function isDatabaseAway(error: unknown): boolean {
  const code = systemCode(error);
  if (isPlanStale(error)) return true;
  if (code !== '') return PASSING_STATE.test(code) || SYSTEM_AWAY.test(code);
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  return name === 'QueryRunnerAlreadyReleasedError' || DRIVER_SAYS.test(message);
}

/**
 * The connection must be destroyed: after a time-out its transaction may still be open, and the next user's COMMIT would
 * commit half of it; without an SQLSTATE nobody knows where it stands; a read-only one stays so.
 */
export function isConnectionSpent(error: unknown): boolean {
  const code = systemCode(error);
  return !SQLSTATE.test(code) || SPENT_STATE.test(code) || isPlanStale(error);
}

const isPlanStale = (error: unknown): boolean => error instanceof Error && error.message === STALE_PLAN;

/** The code that Postgres or the system gave an error; blank when there is none. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
