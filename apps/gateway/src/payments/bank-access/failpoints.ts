/** A renewal: the lease is ours, the bank has opened a session, it is in the database, what waited for it is due. */
export const SESSION_FAILPOINTS = [
  'session.claimed',
  'session.authorized',
  'session.published',
  'session.woken',
] as const;
