import { randomUUID } from 'node:crypto';
import { COMMANDS } from '../../apps/gateway/src/app/commands.js';
import { type OperatorCommand } from '../../apps/gateway/src/audit/command.js';
import { CommandRunner } from '../../apps/gateway/src/audit/command-runner.js';
import { usageOf } from '../../apps/gateway/src/cli/command-input.js';
import { namesOf } from '../../apps/gateway/src/cli/run-cli.js';
import { nearest } from '../../apps/gateway/src/cli/nearest.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

const byId = new Map(COMMANDS.map((command) => [command.id, command]));
const routed = COMMANDS.flatMap(({ id, route }) => ('path' in route ? [{ id, ...route }] : []));
const cliNames = COMMANDS.flatMap(({ cli }) => cli.map(({ name }) => name));

describe('the table of commands', () => {
  it('names each thing once', () => {
    for (const names of [
      COMMANDS.map(({ id }) => id),
      cliNames,
      routed.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/gu, ':id')}`),
    ]) {
      expect(names.length).toBeGreaterThan(20);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it.each(COMMANDS.map((command) => [command.id, command] as const))(
    '%s has a name at the command line, a route or a reason, and an audit entry if it changes something',
    (_id, command) => {
      expect(command.cli.length).toBeGreaterThan(0);
      expect(command.summary).toMatch(/^[A-Z].*\.$/u);
      for (const { help } of command.cli) expect(help).toMatch(/^[A-Z].*\.$/u);
      if ('none' in command.route) expect(command.route.none).toMatch(/\.$/u);
      expect(command.isAudited || command.accessOf({}) === 'reads').toBe(true);
      if ('method' in command.route && command.route.method !== 'GET') expect(command.isAudited).toBe(true);
    },
  );

  it.each<[name: string, usage: string]>([
    ['accounts show', '<account>'],
    ['keys rotate', '[--dry-run] [--rewrap-only]'],
    ['keys import', '<account> [--file FILE]'],
    [
      'registers import',
      '<account> [--file FILE] [--name TEXT] [--from TEXT] [--to TEXT] [--amounts-in TEXT] [--adds]',
    ],
    ['sessions block', '<account> --reason TEXT'],
    ['dcm-keys replace', '[<key>]'],
    ['dcm-receivers add', '<account> --file FILE'],
    ['dcm-rules add', '<sub> <flow> <object>'],
  ])('"%s" is used as %s', (name, usage) => {
    expect(usageOf(namesOf(COMMANDS).get(name)!)).toBe(usage);
  });

  it.each<[typed: string, meant: string]>([
    ['session list', 'sessions list'],
    ['account shwo', 'accounts show'],
    ['keys retire-all', 'keys retire-old'],
    ['dcm-subject add', 'dcm-subjects add'],
  ])('takes "%s" for "%s"', (typed, meant) => {
    expect(nearest(typed, cliNames)).toBe(meant);
  });
});

describe('a command', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  let made: Readonly<Record<string, string>>;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    const env = { DCM_BASE_URL: 'http://127.0.0.1:1/dcm', DCM_COUNTERPARTY_GUID: randomUUID() };
    gateway = await startGateway(database, { env });
    account = await addAccount(gateway);
    made = { account: account.id, data: 'webhooks' };
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  it.each(routed.map((route) => [`${route.method} /ops/${route.path}`, route] as const))(
    '%s is served to operators only',
    async (_name, { method, path }) => {
      const url = `/ops/${path.replaceAll(/:\w+/gu, 'nothing')}`;
      expect(await gateway.call(method, url)).toMatchObject({ status: 401, body: { code: 'API_KEY_MISSING' } });
      const key = account.apiKey;
      expect(await gateway.call(method, url, { key })).toMatchObject({
        status: 401,
        body: { code: 'API_KEY_INVALID' },
      });
    },
  );

  /** What is asked of each, in an order in which each finds what it needs; a name after ":" was answered before. */
  const ASKED: readonly (readonly [id: string, body: object, keeps?: string])[] = [
    [
      'account.create',
      { name: 'n', environment: 'test', baseUrl: 'https://b.example', bankMerchantId: 'm', serviceCode: 's' },
    ],
    ['account.change', { name: 'Other' }],
    ['api_key.create', {}],
    ['api_key.revoke', {}],
    ['client_key.add', {}, 'key'],
    ['client_key.activate', {}],
    ['client_key.add', {}, 'key'],
    ['client_key.retire', {}],
    ['session.block', { reason: 'a holiday' }],
    ['session.unblock', {}],
    ['payment.ask_all', {}],
    ['break.recheck', {}],
    ['sweep.run', {}],
    ['proof_key.rotate', {}],
    ['retention.run', {}],
    ['retention.set', { days: 30 }],
    ['dcm_subject.add', { sub: 'anna' }, 'subject'],
    ['dcm_subject.change', { disabled: true }],
    ['dcm_object.add', { login: 'olena' }, 'object'],
    ['dcm_object.change', { disabled: false }],
    ['dcm_rule.add', { sub: '*', flow: 'sign-in', object: '*' }, 'rule'],
    ['dcm_rule.remove', {}],
    ['dcm_receiver.add', { account: `UA${'1'.repeat(27)}`, name: 'Olena', taxNumber: '1234567890' }, 'receiver'],
    ['dcm_receiver.change', { disabled: true }],
    ['dcm_key.rotate', {}],
    ['dcm.call', { operation: 'jwk-list', scheme: 'dcm' }],
  ];
  /** Run by other specs on what these need: a file, a break, a payment, a bank that answers, DCM that called, a key file. */
  const ELSEWHERE = [
    ...['payment.sync', 'payment.name_order', 'payment.decide', 'operation.give_up', 'payment.clear_flag'],
    ...['callback.retry', 'callback.open', 'restore.mark'],
    ...['register.import', 'break.resolve', 'customer.erase'],
    'session.renew',
    'signing_key.use',
    'schedule_difference.settle',
    'dcm_callback.read',
    'dcm_key.replace',
    'kek.rotate',
    'kek.retire',
  ];

  it('is among those that are run below, if it changes something', () => {
    const audited = COMMANDS.filter(({ isAudited }) => isAudited).map(({ id }) => id);
    expect([...new Set([...ASKED.map(([id]) => id), ...ELSEWHERE])].toSorted()).toEqual(audited.toSorted());
  });

  it('leaves a line in the audit, over HTTP and at the command line', async () => {
    for (const [id, body, keeps] of ASKED) {
      const command = byId.get(id)!;
      if (id === 'api_key.revoke') {
        const keys = await gateway.call('GET', `/ops/merchant-accounts/${account.id}/api-keys`, { key: OPS_KEY });
        made = { ...made, key: (keys.body['data'] as { id: string }[]).at(-1)!.id };
      }
      const before = await entries();
      const answer = await ask(command, body);
      expect([id, (await entries()) - before]).toEqual([id, id === 'account.create' ? 2 : 1]);
      if (keeps) made = { ...made, [keeps]: answer['id'] as string };
    }
    const runner = gateway.app.get(CommandRunner, { strict: false });
    const input = { account: account.id, reason: 'another holiday' };
    await runner.run(byId.get('session.block')!, input, { actor: 'cli', tell: () => undefined });
    const [last] = await database.query(`SELECT actor, action, merchant_account_id AS account, detail FROM audit_entry
      ORDER BY at DESC LIMIT 1`);
    const detail = { reason: 'another holiday' };
    expect(last).toEqual({ actor: 'cli', action: 'session.block', account: account.id, detail });
  });

  it('takes a file as it arrives, of any media type, and says in a problem why it is none', async () => {
    const url = `/ops/merchant-accounts/${account.id}/registers?from=2027-01-31&name=empty.csv`;
    const post = async (payload: string | Buffer, type: string, key = OPS_KEY) =>
      gateway.app.inject({
        method: 'POST',
        url,
        payload,
        headers: { authorization: `Bearer ${key}`, 'content-type': type },
      });
    const heading = 'processingDateTime,coinAmount,status,operationId';
    for (const type of ['text/csv; charset=windows-1251', 'application/json', 'application/vnd.ms-excel']) {
      const taken = await post(`${heading}\n`, type);
      expect(taken.statusCode).toBe(201);
      expect(JSON.parse(taken.body)).toMatchObject({ name: 'empty.csv', lines: 0, from: '2027-01-31' });
    }
    const refused = await post(Buffer.from('PK\u0003\u0004 and so on'), 'text/csv');
    expect([refused.statusCode, JSON.parse(refused.body)]).toMatchObject([400, { code: 'REGISTER_UNREADABLE' }]);
    expect((await post(heading, 'text/csv', account.apiKey)).statusCode).toBe(401);
    const none = await gateway.call('POST', url, { key: OPS_KEY });
    expect(none).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    const typed = await gateway.app.inject({
      method: 'POST',
      url: '/v1/payments',
      payload: 'a,b',
      headers: { authorization: `Bearer ${account.apiKey}`, 'content-type': 'application/x-file' },
    });
    expect(typed.statusCode).toBe(415);
  });

  it('takes no member that it does not know, and no member of its path in the body', async () => {
    for (const body of [{ reason: 'r', sort: 1 }, { reason: 'r', account: account.id }, {}, [], { reason: 7 }]) {
      const answer = await gateway.call('POST', `/ops/sessions/${account.id}/block`, { key: OPS_KEY, body });
      expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    }
  });

  async function entries(): Promise<number> {
    const [row] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM audit_entry');
    return row!.count;
  }

  async function ask({ route }: OperatorCommand, body: object): Promise<Readonly<Record<string, unknown>>> {
    if ('none' in route) throw new Error(route.none);
    const url = `/ops/${route.path.replaceAll(/:(\w+)/gu, (_all, name: string) => made[name] ?? 'missing')}`;
    const answer = await gateway.call(route.method, url, { key: OPS_KEY, ...(route.method !== 'DELETE' && { body }) });
    return answer.body;
  }
});
