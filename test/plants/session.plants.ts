import { type Plant } from './plant.js';

const ROWS = 'apps/gateway/src/payments/bank-access/session-rows.store.ts';
const STORE = ['test/integration/session-store.spec.ts'];
const CLOCKS = ['test/integration/skewed-clock.spec.ts'];
const SESSION = 'libs/alliance/src/session/alliance-session.ts';
const SESSION_SPECS = [
  'libs/alliance/src/session/alliance-session.spec.ts',
  'libs/alliance/src/client/alliance-client.spec.ts',
];

/** One session an account, over all processes. */
export const SESSION_PLANTS: readonly Plant[] = [
  {
    name: 'session/no-back-off-in-one-process',
    file: SESSION,
    text: 'this.#pace.assertDue(accountId);',
    replacement: '',
    noticedBy: SESSION_SPECS,
    why: 'A bank that is down is asked for a session by every call.',
  },
  {
    name: 'session/token-in-the-log',
    file: 'libs/alliance/src/session/bank-session.ts',
    text: 'return isQuiet(session) ? session :',
    replacement: 'return isQuiet(session) || true ? session :',
    noticedBy: SESSION_SPECS,
    why: 'Whoever logs a session logs its token.',
  },
  {
    name: 'session/late-loser-publishes',
    file: ROWS,
    text: 'AND renewal_epoch = $2 AND version < $3',
    replacement: 'AND renewal_epoch >= $2 AND version < $3 + 1',
    noticedBy: STORE,
    why: 'A renewer that was given up replaces the session of the winner.',
  },
  {
    name: 'session/lease-ignored',
    file: ROWS,
    text: 'AND NOT ${LEASED} AND NOT ${BACKING_OFF}',
    replacement: 'AND NOT ${BACKING_OFF}',
    noticedBy: STORE,
    why: 'Two processes authorize at once and end each other’s session.',
  },
  {
    name: 'session/back-off-ignored',
    file: ROWS,
    text: 'AND NOT ${LEASED} AND NOT ${BACKING_OFF}',
    replacement: 'AND NOT ${LEASED}',
    noticedBy: STORE,
    why: 'A bank that is down is asked without a pause.',
  },
  {
    name: 'session/clock-of-the-process',
    file: ROWS,
    text: 'AND NOT ${LEASED} AND NOT ${BACKING_OFF}',
    replacement: "AND s.lease_until < '${new Date().toISOString()}'::timestamptz AND NOT ${BACKING_OFF}",
    noticedBy: CLOCKS,
    why: 'A process with a wrong clock takes over leases that still run.',
  },
  {
    name: 'session/failure-forgotten',
    file: ROWS,
    text: 'failures = failures + 1',
    replacement: 'failures = 1',
    noticedBy: STORE,
    why: 'The pause between attempts never grows.',
  },
  {
    name: 'session/operator-block-lifted-by-the-bank',
    file: ROWS,
    text: "blocked_by = nullif(blocked_by, 'bank')",
    replacement: 'blocked_by = NULL',
    noticedBy: ['test/integration/session-blocks.spec.ts'],
    why: 'A renewal lifts what an operator blocked.',
  },
  {
    name: 'session/bank-overrules-the-operator',
    file: ROWS,
    text: "s.blocked_by IS DISTINCT FROM 'operator' OR $2 = 'operator'",
    replacement: "s.blocked_by IS DISTINCT FROM 'operator' OR $2 = 'bank'",
    noticedBy: ['test/integration/session-blocks.spec.ts'],
    why: 'What an operator blocked is probed and comes back by itself.',
  },
  {
    name: 'session/old-one-comes-back',
    file: SESSION,
    text: 'if (known && known.version >= session.version) return known;',
    replacement: 'if (known && known.version > session.version + 1_000) return known;',
    noticedBy: SESSION_SPECS,
    why: 'A slow reader brings an old session back, and every call is refused.',
  },
  {
    name: 'session/never-looked-at-again',
    file: SESSION,
    text: 'const RECHECK_MS = 2_000;',
    replacement: 'const RECHECK_MS = 2_000_000;',
    noticedBy: SESSION_SPECS,
    why: 'A block of an operator, or a renewal elsewhere, is not seen.',
  },
  {
    name: 'session/error-of-the-store-blocks',
    file: SESSION,
    text: "(error as AllianceError).code !== 'ALLIANCE_ACCOUNT_BLOCKED'",
    replacement: "(error as AllianceError).code === 'ALLIANCE_ACCOUNT_BLOCKED'",
    noticedBy: SESSION_SPECS,
    why: 'A database that is away stops payments; an operator’s block does not.',
  },
];
