import { Logger } from '@nestjs/common';
import { type AuthorizationClaims, type Flow } from '#libs/dcm';
import { type AuthCall } from '../../apps/gateway/src/dcm/store/access.repository.js';
import { objectPlace } from '../../apps/gateway/src/dcm/store/object-secrets.js';
import { aDcmConfig, type DcmParts, FakeKeyRegistry, startDcmParts } from './dcm-parts.js';
import { aKeystore, createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { type Actor } from '../../apps/gateway/src/audit/command.js';
import { CommandRunner } from '../../apps/gateway/src/audit/command-runner.js';
import { AuditRepository } from '../../apps/gateway/src/audit/audit.repository.js';
import { AuditService } from '../../apps/gateway/src/audit/audit.service.js';
import { DCM_COMMANDS } from '../../apps/gateway/src/dcm/operators/dcm-commands.js';

const keystore = aKeystore();
const OPERATOR = 'operator@bank.example';
const LIMIT_MS = 500;
const CALLS: readonly AuthCall[] = ['user_auth', 'key', 'external_id'];

describe('the Bank Auth Service', () => {
  const config = aDcmConfig();
  let database: MigratedDatabase;
  let parts: DcmParts;
  let olena: string;

  const start = (over = {}): Promise<DcmParts> =>
    startDcmParts({ database, keystore, registry: new FakeKeyRegistry(), config: { ...config, ...over } });
  const claims = (over: Partial<AuthorizationClaims> = {}): AuthorizationClaims => ({
    ...{ flow: 'sign-in', obj: 'ext-olena', sub: OPERATOR, iat: 0, exp: 300 },
    ...over,
  });
  const outcome = (call: AuthCall, over: Partial<AuthorizationClaims> = {}, by: DcmParts = parts): Promise<unknown> =>
    by.service.grant(call, claims(over), LIMIT_MS).then(
      (body) => body,
      (error: unknown) => (error as { kind?: string }).kind ?? (error as Error).name,
    );
  const permit = (sub: string, flow: Flow, object: string) => parts.access.addRule({ sub, flow, object });

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createMigratedDatabase();
    parts = await start();
    await parts.access.addSubject({ sub: OPERATOR, kind: 'employee' });
    await parts.access.addSubject({ sub: 'robot', kind: 'technical' });
    const olenas = { login: 'olena', externalId: 'ext-olena', firstName: 'Олена', email: 'olena@customer.example' };
    olena = (await parts.access.addObject(olenas)).id;
    await parts.access.addObject({ login: 'petro' });
    await permit(OPERATOR, 'sign-in', olena);
  });
  afterAll(() => database.drop());

  it('answers each call with its members, by the name that the call carries', async () => {
    const all = await outcome('user_auth', { obj: 'olena' });
    expect(all).toEqual({
      ...{ external_id: 'ext-olena', first_name: 'Олена', email: 'olena@customer.example' },
      key: expect.stringMatching(/^[\w-]{43}$/),
    });
    const { key } = all as { key: string };
    expect(await outcome('key')).toEqual({ key });
    expect(await outcome('external_id')).toEqual({ external_id: 'ext-olena' });
    expect(await outcome('user_auth')).toBe('denied'); // an external id is no login
    expect(await outcome('key', { obj: 'olena' })).toBe('denied');
  });

  it.each<[string, Partial<AuthorizationClaims>]>([
    ['a subject that is not known', { sub: 'stranger' }],
    ['the subject "*"', { sub: '*' }],
    ['a subject in other letters', { sub: OPERATOR.toUpperCase() }],
    ['a subject with U+0000', { sub: `${OPERATOR}\0` }],
    ['a known subject without a rule', { sub: 'robot' }],
    ['another flow', { flow: 'sign-up' }],
    ['another object', { obj: 'petro' }],
    ['an object that is not known', { obj: 'nobody' }],
    ['the object "*"', { obj: '*' }],
    ['an object with U+0000', { obj: 'ext-olena\0' }],
    ['an object with a broken character', { obj: 'ext-olena\ud800' }],
    ['an object that is SQL', { obj: "' OR true --" }],
  ])('denies %s', async (_what, over) => {
    for (const call of CALLS) expect(await outcome(call, over)).toBe('denied');
  });

  it('takes "*" for every known subject and object, and for no unknown one', async () => {
    const { id: everyObject } = await permit('robot', 'sign-up', '*');
    const { id: everySubject } = await permit('*', 'sign-up-processing', olena);
    expect(await outcome('external_id', { sub: 'robot', flow: 'sign-up', obj: 'petro' })).toEqual({
      external_id: 'petro',
    });
    expect(await outcome('external_id', { sub: 'robot', flow: 'sign-up', obj: 'nobody' })).toBe('denied');
    expect(await outcome('external_id', { sub: OPERATOR, flow: 'sign-up', obj: 'petro' })).toBe('denied');
    expect(await outcome('external_id', { flow: 'sign-up-processing' })).toEqual({ external_id: 'ext-olena' });
    expect(await outcome('external_id', { flow: 'sign-up-processing', sub: 'stranger' })).toBe('denied');
    for (const id of [everyObject, everySubject]) await parts.access.removeRule(id);
    expect(await outcome('external_id', { sub: 'robot', flow: 'sign-up', obj: 'petro' })).toBe('denied');
  });

  it('takes what an operator changes at once, in every process', async () => {
    const replica = await start();
    await parts.access.setDisabled('dcm_subject', OPERATOR, true);
    expect(await outcome('key', {}, replica)).toBe('denied');
    await parts.access.setDisabled('dcm_subject', OPERATOR, false);
    await parts.access.setDisabled('dcm_object', olena, true);
    expect(await outcome('key', {}, replica)).toBe('denied');
    await parts.access.setDisabled('dcm_object', olena, false);
    expect(await outcome('key', {}, replica)).toMatchObject({ key: expect.any(String) });
  });

  it('knows nothing of another counterparty', async () => {
    const other = await start({ counterpartyGuid: aDcmConfig().counterpartyGuid });
    expect(await outcome('key', {}, other)).toBe('denied');
    expect([await other.access.subjects(), await other.access.objects(), await other.access.rules()]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it.each([
    ['one of the same name and any object', OPERATOR],
    ['anybody and any object', '*'],
  ])('takes no rule of another counterparty, for %s', async (_what, sub) => {
    const other = await start({ counterpartyGuid: aDcmConfig().counterpartyGuid });
    await other.access.addSubject({ sub: OPERATOR, kind: 'employee' });
    const namesake = await other.access.addObject({ login: 'olena', externalId: 'ext-olena' });
    const { id } = await permit(sub, 'sign-in', '*');
    for (const call of CALLS)
      expect(await outcome(call, call === 'user_auth' ? { obj: 'olena' } : {}, other)).toBe('denied');
    await parts.access.removeRule(id);
    await other.access.addRule({ sub: OPERATOR, flow: 'sign-in', object: namesake.id });
    expect(await outcome('external_id', {}, other)).toEqual({ external_id: 'ext-olena' });
  });

  it('hands out the same secret for life, sealed for its own row', async () => {
    const [first, again] = [await outcome('key'), await outcome('key')];
    expect(again).toEqual(first);
    const rows = await database.query<{ id: string; key: string; profile: string | null }>(
      `SELECT id, key_sealed AS key, profile_sealed AS profile FROM dcm_object WHERE counterparty_guid = $1 ORDER BY login`,
      [config.counterpartyGuid],
    );
    const [own, others] = rows as [(typeof rows)[0], (typeof rows)[0]];
    const guid = config.counterpartyGuid;
    expect(Buffer.from(await keystore.open(own.key, objectPlace(guid, own.id, 'key'))).toString()).toBe(
      (first as { key: string }).key,
    );
    expect(others.profile).toBeNull();
    for (const place of [
      objectPlace(guid, others.id, 'key'),
      objectPlace(guid, own.id, 'profile'),
      objectPlace('another', own.id, 'key'),
    ]) {
      await expect(keystore.open(own.key, place)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
    }
  });

  it('answers nothing when a sealed value was moved to another row', async () => {
    const { id } = await parts.access.addObject({ login: 'moved' });
    await permit(OPERATOR, 'sign-in', id);
    await database.query(
      'UPDATE dcm_object SET key_sealed = (SELECT key_sealed FROM dcm_object WHERE id = $2) WHERE id = $1',
      [id, olena],
    );
    expect(await outcome('key', { obj: 'moved' })).toBe('KeystoreError');
    expect(await outcome('key')).toMatchObject({ key: expect.any(String) });
  });

  it('limits how often one subject may ask, and not the others', async () => {
    const limited = await start({ authSubjectRate: 2 });
    const asked = [];
    for (let times = 0; times < 4; times++) asked.push(await outcome('external_id', {}, limited));
    expect(asked.filter((answer) => answer === 'too_many')).toHaveLength(2);
    expect(await outcome('external_id', { sub: 'robot' }, limited)).toBe('denied');
  });

  it('says it has no answer when the database is too slow, at the limit it was given and no later', async () => {
    const locked = await database.lockTable('dcm_rule');
    const ended: number[] = [];
    const within = async (limitMs: number): Promise<void> => {
      const error = await parts.service.grant('key', claims(), limitMs).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ kind: 'unavailable' });
      ended.push(limitMs);
    };
    await Promise.all([within(3 * LIMIT_MS), within(LIMIT_MS), within(2 * LIMIT_MS)]); // the lock is still held
    expect(ended).toEqual([LIMIT_MS, 2 * LIMIT_MS, 3 * LIMIT_MS]);
    await locked.release();
    expect(await outcome('key')).toMatchObject({ key: expect.any(String) });
  });

  it('writes one line for each decision, in batches, with nothing secret', async () => {
    await parts.log.flush();
    await database.query('DELETE FROM dcm_decision');
    const { key } = (await outcome('key')) as { key: string };
    await outcome('user_auth', { obj: 'nobody@customer.example' });
    await outcome('external_id', { sub: 'robot' });
    parts.log.hear({ event: 'token.refused', code: 'DCM_EXPIRED', thumbprint: 'abc' });
    parts.log.recordTurnedAway();
    parts.log.recordTurnedAway();
    const lines = await parts.log.list(10);
    const seen = lines.map(({ call, subject, flow, object, allowed, reason, token, times }) => ({
      ...{ call, subject, flow, object, allowed, reason, token, times },
    }));
    const blank = { call: null, subject: null, flow: null, object: null, token: null, times: 1, allowed: false };
    const known = { subject: OPERATOR, flow: 'sign-in', token: null, times: 1, allowed: false };
    const nobody = expect.stringMatching(/^sha256:[\w-]{22}$/);
    expect(seen).toEqual(
      expect.arrayContaining([
        { ...known, call: 'key', object: olena, allowed: true, reason: null },
        { ...known, call: 'user_auth', object: nobody, reason: 'OBJECT_UNKNOWN' },
        { ...known, call: 'external_id', subject: 'robot', object: olena, reason: 'NO_RULE' },
        { ...blank, reason: 'DCM_EXPIRED', token: 'abc' },
        { ...blank, reason: 'RATE_LIMITED', times: 2 },
      ]),
    );
    expect(seen).toHaveLength(5);
    expect(JSON.stringify(lines)).not.toContain(key);
    expect(JSON.stringify(lines)).not.toContain('nobody@');
  });

  it('keeps its lines while the database is away', async () => {
    await database.query('ALTER TABLE dcm_decision RENAME TO dcm_decision_away');
    await outcome('external_id');
    await parts.log.flush();
    await database.query('ALTER TABLE dcm_decision_away RENAME TO dcm_decision');
    const before = await database.query('SELECT 1 FROM dcm_decision');
    await parts.log.flush();
    expect(await database.query('SELECT 1 FROM dcm_decision')).toHaveLength(before.length + 1);
  });

  it('remembers for every process what was issued a moment ago, as hashes', async () => {
    const replica = await start();
    const issue = { sub: OPERATOR, obj: 'ext-olena', flow: 'sign-in' } as const;
    expect(await replica.issued.has(issue)).toBe(false);
    await parts.issued.record(issue, new Date(Date.now() + 60_000));
    await parts.issued.record(issue, new Date(Date.now() - 60_000)); // an earlier token never shortens a later one
    expect(await replica.issued.has(issue)).toBe(true);
    expect(await replica.issued.has({ ...issue, flow: 'sign-up' })).toBe(false);
    await database.query(`UPDATE dcm_issued_token SET until = now() - interval '1 second'`);
    expect(await replica.issued.has(issue)).toBe(false);
    await replica.issued.prune();
    expect(await database.query('SELECT 1 FROM dcm_issued_token')).toEqual([]);
  });
});

describe('the lists of an operator', () => {
  let database: MigratedDatabase;
  let parts: DcmParts;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createMigratedDatabase();
    parts = await startDcmParts({ database, keystore, registry: new FakeKeyRegistry(), config: aDcmConfig() });
  });
  afterAll(() => database.drop());

  it('hold each entry once, and refuse rules about what is not there', async () => {
    const { access } = parts;
    await access.addSubject({ sub: 's', kind: 'employee' });
    const { id } = await access.addObject({ login: 'l', externalId: 'e' });
    const rule = { sub: 's', flow: 'sign-in', object: id } as const;
    await access.addRule(rule);
    for (const again of [
      () => access.addSubject({ sub: 's', kind: 'technical' }),
      () => access.addObject({ login: 'l', externalId: 'x' }),
      () => access.addObject({ login: 'x', externalId: 'e' }),
      () => access.addRule(rule),
    ]) {
      await expect(again()).rejects.toMatchObject({ code: 'DCM_ENTRY_EXISTS' });
    }
    for (const lost of [
      () => access.addRule({ ...rule, sub: 'nobody' }),
      () => access.addRule({ ...rule, object: 'l' }),
      () => access.removeRule('rul_0'),
      () => access.setDisabled('dcm_subject', 'nobody', true),
    ]) {
      await expect(lost()).rejects.toMatchObject({ code: 'DCM_ENTRY_NOT_FOUND' });
    }
  });

  it('leave a line in the audit for each change, and show no secret', async () => {
    const { access } = parts;
    const secret = { firstName: 'Таємна', email: 'canary@customer.example', phone: '+380991234567' };
    const audit = new AuditService(new AuditRepository(parts.source));
    const runner = new CommandRunner({ get: () => access } as never, audit);
    const run = (name: string, input: object, actor: Actor): Promise<unknown> =>
      runner.run(
        DCM_COMMANDS.find(({ id }) => id === name)!,
        input,
        { actor, tell: () => undefined },
      );
    const { id } = (await run('dcm_object.add', { login: 'audited', ...secret }, 'cli')) as { id: string };
    await run('dcm_object.change', { object: id, disabled: true }, 'ops-api');
    const entries = await database.query<{ actor: string; action: string; detail: object }>(
      `SELECT actor, action, detail FROM audit_entry WHERE detail ->> 'object' = $1 ORDER BY id`,
      [id],
    );
    expect(entries).toEqual([
      { actor: 'cli', action: 'dcm_object.add', detail: { object: id } },
      { actor: 'ops-api', action: 'dcm_object.disable', detail: { object: id } },
    ]);
    const [row] = await access.objects('audited');
    expect(Object.keys(row!).toSorted()).toEqual(['createdAt', 'disabledAt', 'externalId', 'id', 'login']);
    const stored = JSON.stringify(await database.query('SELECT * FROM dcm_object'));
    for (const value of Object.values(secret)) expect(stored).not.toContain(value);
  });
});
