import { type Plant } from './plant.js';

const CLAIMS = ['test/integration/claims.spec.ts'];
const ROLES = ['test/integration/roles-and-jobs.spec.ts'];
const ROTATION = ['test/integration/kek-rotation.spec.ts'];
const ATOMICITY = ['test/integration/atomicity.spec.ts'];
const DUE_WORK = 'apps/gateway/src/database/due-work.ts';
const DUE_WORK_SPEC = ['apps/gateway/src/database/due-work.spec.ts'];
const INBOX = 'apps/gateway/src/callbacks/callback.repository.ts';
const ROTATION_CODE = 'apps/gateway/src/keys/kek-rotation.service.ts';

/** What runs without anybody asking. */
export const JOB_PLANTS: readonly Plant[] = [
  {
    name: 'claim/waits-for-a-locked-row',
    file: 'apps/gateway/src/database/claim-due.ts',
    text: 'FOR UPDATE SKIP LOCKED',
    replacement: 'FOR UPDATE',
    noticedBy: CLAIMS,
    why: 'One hanging transaction stops every worker.',
  },
  {
    name: 'claim/no-lease',
    file: 'apps/gateway/src/database/claim-due.ts',
    text: 'now() + make_interval(secs => $1)',
    replacement: 'now() + make_interval(secs => $1 * 0)',
    noticedBy: CLAIMS,
    why: 'Two workers take the same row.',
  },
  {
    name: 'due-work/stops-at-once',
    file: DUE_WORK,
    text: 'await this.running;',
    replacement: 'await Promise.resolve(this.running === undefined);',
    noticedBy: DUE_WORK_SPEC,
    why: 'The database is closed under work in hand.',
    quick: true,
  },
  {
    name: 'renewal/stops-at-the-first-failure',
    file: 'apps/gateway/src/payments/bank-access/renew-sessions.job.ts',
    text: 'this.logger.warn(`session of ${accountId} not renewed: ${errorSummary(error)}`);',
    replacement: 'this.logger.warn(`session of ${accountId} not renewed: ${errorSummary(error)}`);\n        return;',
    noticedBy: ROLES,
    why: "One account in trouble ends everybody's sessions.",
  },
  {
    name: 'renewal/prunes-too-much',
    file: 'apps/gateway/src/payments/bank-access/session-schedule.store.ts',
    text: 'const KEEP_ATTEMPTS_DAYS = 30;',
    replacement: 'const KEEP_ATTEMPTS_DAYS = 3;',
    noticedBy: ROLES,
    why: 'What an operator needs to see is gone.',
  },
  {
    name: 'renewal/never-prunes',
    file: 'apps/gateway/src/payments/bank-access/renew-sessions.job.ts',
    text: 'return this.schedule.prune();',
    replacement: 'return Promise.resolve(this.schedule.constructor.name && undefined) as unknown as Promise<void>;',
    noticedBy: ROLES,
    why: 'The table of attempts grows for ever.',
  },
  {
    name: 'roles/api-works-too',
    file: 'apps/gateway/src/app/gateway.module.ts',
    text: "const worker = config.role !== 'api';",
    replacement: 'const worker = config.role.length > 0;',
    noticedBy: ROLES,
    why: 'Processes that only serve take work, and are killed with it in hand.',
  },
  {
    name: 'roles/worker-serves-too',
    file: 'apps/gateway/src/app/gateway.module.ts',
    text: "const api = config.role !== 'worker';",
    replacement: 'const api = config.role.length > 0;',
    noticedBy: ROLES,
    why: 'A worker opens the API to its network.',
  },
  {
    name: 'rotation/one-batch',
    file: ROTATION_CODE,
    text: 'while (batch.length === BATCH)',
    replacement: 'while (batch.length > BATCH)',
    noticedBy: ROTATION,
    why: 'Past five passes of 500 rows the old KEK is still needed.',
  },
  {
    name: 'rotation/skips-rows',
    file: ROTATION_CODE,
    text: 'batch.at(-1), BATCH)',
    replacement: 'batch.at(-1) ?? batch[0], BATCH + 1)',
    noticedBy: ROTATION,
    why: 'Edges of batches: a rotation that is never done.',
  },
  {
    name: 'rotation/half-of-a-batch',
    file: ROTATION_CODE,
    text: 'batch.slice(start, start + AT_ONCE)',
    replacement: 'batch.slice(start, start + AT_ONCE - 1)',
    noticedBy: ROTATION,
    why: 'One row in twenty is left behind.',
  },
  {
    name: 'rotation/overwrites-what-changed',
    file: 'apps/gateway/src/keys/sealed-values.repository.ts',
    text: 'AND t.${column} = v.sealed`',
    replacement: 'AND t.${column} IS NOT NULL`',
    noticedBy: ROTATION,
    why: 'A session that was renewed meanwhile is replaced by the old one.',
  },
  {
    name: 'rotation/by-row-id-alone',
    file: 'apps/gateway/src/keys/sealed-values.repository.ts',
    text: 'AND (${account}, ${id}) > ($2, $3)',
    replacement: 'AND ${id} > $3 AND ${account} >= $2',
    noticedBy: ROTATION,
    why: 'Rows at the border of two accounts are passed over.',
  },
  {
    name: 'rotation/retires-what-is-needed',
    file: ROTATION_CODE,
    text: 'if (rowsUnderOthers > 0) throw',
    replacement: 'if (rowsUnderOthers > 1_000) throw',
    noticedBy: ROTATION,
    why: 'What is sealed under the retired KEK is lost.',
  },
  {
    name: 'inbox/answers-before-it-is-kept',
    file: 'apps/gateway/src/callbacks/callbacks.controller.ts',
    text: 'if (!(await this.callbacks.receive({ accountId, paymentId, token }, bytes)))',
    replacement:
      'if (!(await Promise.race([this.callbacks.receive({ accountId, paymentId, token }, bytes).catch(() => true), Promise.resolve(true)])))',
    noticedBy: [...ATOMICITY, 'test/integration/callback-inbox.spec.ts'],
    why: 'A callback that was never kept is acknowledged.',
  },
  {
    name: 'inbox/same-body-of-two-payments',
    file: INBOX,
    text: 'DO UPDATE SET deliveries = c.deliveries + 1',
    replacement: 'DO UPDATE SET deliveries = c.deliveries',
    noticedBy: ['test/integration/callback-inbox.spec.ts'],
    why: 'How often the bank tried cannot be seen.',
  },
  {
    name: 'inbox/settled-comes-again',
    file: INBOX,
    text: 'settled_at = now(), next_attempt_at = NULL',
    replacement: 'settled_at = now()',
    noticedBy: ['test/integration/callback-inbox.spec.ts'],
    why: 'Every callback is worked off for ever.',
  },
  {
    name: 'outbox/event-outside-the-transaction',
    file: 'apps/gateway/src/payments/store/payment-records.ts',
    text: 'await this.outbox.append(tx, events.map(eventRow));',
    replacement: 'void this.outbox.append(tx, events.map(eventRow)).catch(() => undefined);',
    noticedBy: [...ATOMICITY, 'test/integration/payment-store.spec.ts'],
    why: 'A payment changes without its event.',
  },
  {
    name: 'dcm-keys/overlap-cut',
    file: 'apps/gateway/src/dcm/domain/key-lifecycle.ts',
    text: 'OVERLAP_SECONDS = 3_600',
    replacement: 'OVERLAP_SECONDS = 36',
    noticedBy: ['test/integration/dcm-keys.spec.ts', 'apps/gateway/src/dcm/domain/access.spec.ts'],
    why: 'Tokens that are under way no longer verify.',
  },
  {
    name: 'dcm-keys/private-half-stays',
    file: 'apps/gateway/src/dcm/store/signing-key.repository.ts',
    text: "const gone = to === 'retired' ? { privateSealed: null } : {};",
    replacement: "const gone = to === 'staged' ? { privateSealed: null } : {};",
    noticedBy: ['test/integration/dcm-keys.spec.ts'],
    why: 'The private half of a replaced key is kept.',
  },
  {
    name: 'dcm-keys/promoted-untried',
    file: 'apps/gateway/src/dcm/signing/key-rotation.service.ts',
    text: 'if (!(await this.registry.accepts(await this.keys.open(row))))\n      throw',
    replacement: "if (!(await this.registry.accepts(await this.keys.open(row))) && row.id === '')\n      throw",
    noticedBy: ['test/integration/dcm-keys.spec.ts'],
    why: 'We sign with a key that DCM does not take.',
  },
];
