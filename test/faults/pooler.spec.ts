import { type Statement } from '../support/postgres-frames.js';
import { PaymentLoad } from '../support/payment-load.js';
import { pgBouncerVersion, type Pooler, startPgBouncer } from '../support/pgbouncer.js';
import { Replicas, shopOf } from '../support/replicas.js';
import { CLAIM, PUBLISH } from './renewal-statements.js';

/** What lasts longer than a transaction is lost, or found by somebody else, behind a pooler in transaction mode. */
const SESSION_FEATURES = [
  /\bpg_(try_)?advisory_(un)?lock/iu, // the _xact_ ones end with their transaction
  /\b(UN)?LISTEN\b/u,
  /^\s*SET\s+(?!LOCAL\b|TRANSACTION\b)/iu,
  /\bset_config\s*\([^)]*false\s*\)/iu,
  /^\s*(PREPARE|DEALLOCATE|DISCARD|LOAD)\b/iu,
  /\bCREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP(ORARY)?\b/iu,
  /\bWITH\s+HOLD\b/iu,
];

/**
 * What every connection is set to when it is made. PgBouncer keeps the date style, the time zone and the encoding by
 * itself; time limits are kept on our side, too.
 */
const SETTINGS = /^SELECT\s+set_config\('TimeZone', 'UTC', false\)/u;

/** What an operator is told to set. */
const BEHIND_A_POOLER = { DATABASE_PREPARED_STATEMENTS: 'off', DATABASE_NOTICES: 'off' };

const needsSession = ({ name, sql }: Pick<Statement, 'name' | 'sql'>): boolean =>
  !SETTINGS.test(sql) && ((name !== null && name !== '') || SESSION_FEATURES.some((feature) => feature.test(sql)));

describe('behind a connection pooler', () => {
  let replicas: Replicas;
  const version = pgBouncerVersion();
  if (version === undefined) {
    process.stdout.write('PgBouncer is not on this machine (apt-get install pgbouncer): its test is skipped.\n');
  }

  beforeAll(async () => {
    replicas = await Replicas.start(1);
  }, 60_000);
  afterAll(() => replicas.stop());

  it.each([
    { name: null, sql: 'SELECT pg_advisory_lock(1)' },
    { name: null, sql: 'SELECT pg_try_advisory_lock(1)' },
    { name: null, sql: 'LISTEN renewed' },
    { name: null, sql: "SET statement_timeout = '1s'" },
    { name: 'renew', sql: 'SELECT 1' },
  ])('the check below finds $sql ($name)', (statement) => {
    expect(needsSession(statement)).toBe(true);
  });

  it('no statement of a gateway needs its connection to be its own', async () => {
    const { bank } = replicas.stack;
    const { replica, proxy } = await replicas.addProxied(BEHIND_A_POOLER);
    const account = await replicas.addAccount();
    const shop = shopOf(replica, account);
    expect((await shop.createPayment()).status).toBe(201);
    expect((await replica.ops.renew(account.id)).status).toBe(200);
    await bank.expireSessions(account.bank.merchantId);
    expect((await shop.createPayment()).status).toBe(201);
    await bank.addFault({ kind: 'http_error', path: 'authorize_virtual_device' });
    expect((await replica.ops.renew(account.id)).status).toBe(503);
    expect((await replica.ops.call('POST', `sessions/${account.id}/block`, { reason: 'test' })).status).toBe(204);
    expect((await replica.ops.call('POST', `sessions/${account.id}/unblock`)).status).toBe(204);
    expect((await replica.ops.session(account.id)).version).toBe(3);

    const seen = proxy.statements.map(({ sql }) => sql);
    for (const step of [CLAIM, PUBLISH, 'WITH noted AS', 'pg_advisory_xact_lock']) {
      expect(seen.some((sql) => sql.includes(step))).toBe(true);
    }
    expect(proxy.statements.filter(needsSession)).toEqual([]);
    await replica.process.stop();
  }, 40_000);

  (version === undefined ? it.skip : it)(
    `sessions are renewed as without one (${version ?? 'no PgBouncer'})`,
    async () => {
      const pooler: Pooler = await startPgBouncer(replicas.stack.database.url, version ?? '');
      try {
        const url = pooler.urlOf(replicas.stack.database.url);
        const pooled = await Promise.all(
          [1, 2].map(() => replicas.addReplica({ DATABASE_URL: url, ...BEHIND_A_POOLER })),
        );
        const account = await replicas.addAccount();
        const load = new PaymentLoad(pooled.map((replica) => shopOf(replica, account)));
        for (let renewal = 0; renewal < 20; renewal++) {
          await load.turnOver();
          const answers = await Promise.all(pooled.map(({ ops }) => ops.renew(account.id)));
          expect(answers.map(({ status }) => status)).toEqual([200, 200]);
        }
        const { others, lost } = await load.stop();
        expect(lost).toBe(0);
        expect(others.filter((other) => !other.startsWith('202'))).toEqual([]);
        const { version: last, authorizes, renewed } = await replicas.evidence(account);
        expect(last).toBeGreaterThan(20);
        expect({ authorizes, renewed }).toEqual({ authorizes: last, renewed: last });
        for (const { process } of pooled) await process.stop();
      } finally {
        await pooler.stop();
      }
    },
    60_000,
  );
});
