import { execFile } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { EnvelopeKeystore, type Keystore, LocalKekProvider, parseLocalKeys } from '#libs/keystore';
import { SEALED_COLUMNS } from '../../apps/gateway/src/app/sealed-columns.js';
import { APP_ENVIRONMENT } from '../support/app-environment.js';
import { DcmControl, TokenTap } from '../support/dcm-control.js';
import { isFullSize } from '../support/full-size.js';
import { type OpsAnswer, OpsClient } from '../support/ops-client.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

interface Keys {
  readonly keys: readonly { id: string; slot: string; status: string; publicJwk: object }[];
  readonly rotating: boolean;
}
interface Decision {
  readonly call: string | null;
  readonly subject: string | null;
  readonly allowed: boolean;
  readonly reason: string | null;
}
type Call = Readonly<Record<string, unknown>>;

/** In the middle of which both sides change their keys. */
const OPERATIONS = isFullSize ? 1_000 : 200;
/** Tokens of kids that nobody knows, in 50 streams. */
const UNKNOWN_KIDS = isFullSize ? 10_000 : 1_000;
const STRANGER = 'stranger@bank.example';
const BUSY = { DCM_AUTH_RATE: '100000', DCM_AUTH_SUBJECT_RATE: '100000', LOG_LEVEL: 'trace' };

/** A customer at DCM, whose account sends and receives. */
interface Customer {
  readonly login: string;
  readonly objectId: string;
  /** DCM's own id: another one when DCM has lost its records. */
  account: string;
}

describe('a bank at DCM', () => {
  let stack: Stack;
  let ops: OpsClient;
  let dcm: DcmControl;
  let operator: string;
  let olena: Customer;
  let petro: Customer;
  /** Everything that the gateway answered, but to DCM. */
  const answers: string[] = [];

  const call = async <T = unknown>(method: string, route: string, body?: object): Promise<OpsAnswer<T>> => {
    const answer = await ops.call<T>(method, `dcm/${route}`, body);
    answers.push(JSON.stringify(answer.body ?? ''));
    return answer;
  };
  const operate = (operation: Call) => call<{ code?: string; answer?: Call }>('POST', 'operations', operation);
  const keys = async (): Promise<Keys> => (await call<Keys>('GET', 'keys')).body;
  const signing = async (): Promise<string | undefined> =>
    (await keys()).keys.find(({ status }) => status === 'signing')?.id;
  const decisions = async (limit = 1): Promise<Decision[]> =>
    (await call<{ data: Decision[] }>('GET', `decisions?limit=${limit}`)).body.data;
  /** Decisions for reasons that are our own trouble. */
  const unanswered = () =>
    stack.database.query(`SELECT * FROM dcm_decision WHERE reason IN ('TIME_LIMIT', 'INTERNAL', 'RATE_LIMITED')`);
  const permit = (sub: string, flow: string, object: string) => call('POST', 'rules', { sub, flow, object });
  const ask = async (name: string, token?: string) => {
    const headers = token === undefined ? {} : { 'x-session-id': token };
    const answer = await fetch(`${stack.gatewayUrl}/dcm/auth/${name}`, { headers });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const createCustomer = (login: string, scheme: 'bank' | 'dcm', sub = operator) => {
    const claims = scheme === 'bank' ? { flow: 'sign-up', obj: login, sub } : {};
    const body = { login, asset_code: 'UAH', asset_issuer: 'issuer' };
    return operate({ operation: 'customer-create', scheme, ...claims, body });
  };
  const transfer = (from: Customer, to: Customer, credential: Call = { scheme: 'dcm' }) => {
    const body = { sender_id: from.account, receiver_id: to.account, amount: 1 };
    return operate({ operation: 'transfer-create', ...credential, body });
  };
  const byBank = (from: Customer, sub = operator): Call => ({ scheme: 'bank', flow: 'sign-in', obj: from.login, sub });

  /** Two hours later: a key that another has replaced is given up. */
  async function endLastRotation(): Promise<void> {
    await stack.database.query(`UPDATE dcm_signing_key SET retiring_at = now() - interval '2 hours'`);
    await until('the last rotation is over', async () => {
      const { keys: all, rotating } = await keys();
      return !rotating && !all.some(({ status }) => status === 'retiring');
    });
  }

  async function aCustomer(login: string, scheme: 'bank' | 'dcm'): Promise<Customer> {
    const { body } = await call<{ id: string }>('POST', 'objects', {
      login,
      firstName: 'Канарейка',
      phone: '+380991237391',
    });
    await permit(operator, 'sign-up', body.id);
    await permit(operator, 'sign-in', body.id);
    const created = await createCustomer(login, scheme);
    expect([login, created.status]).toEqual([login, 200]);
    return { login, objectId: body.id, account: String(created.body.answer?.['guid']) };
  }

  beforeAll(async () => {
    stack = await startStack({ withShop: false, withDcm: true, gateway: BUSY });
    ops = new OpsClient(stack.gatewayUrl, OPS_KEY);
    dcm = new DcmControl(stack.simulatorUrl, stack.dcm);
    operator = stack.dcm.employee.login;
    await until('a key signs', async () => (await signing()) !== undefined);
    for (const sub of [operator, stack.dcm.clerk.login])
      expect((await call('POST', 'subjects', { sub })).status).toBe(201);
    olena = await aCustomer('olena', 'bank');
    petro = await aCustomer('petro', 'dcm');
  }, 60_000);
  afterAll(() => stack.stop());

  it('runs operations in both schemes, each after DCM has asked', async () => {
    const before = (await dcm.callbacks()).length;
    expect((await transfer(olena, petro)).status).toBe(200);
    expect((await transfer(petro, olena, byBank(petro))).status).toBe(200);
    const asked = (await dcm.callbacks()).slice(before);
    expect(asked.map(({ call: name, httpStatus }) => [name, httpStatus])).toEqual([
      ...[
        ['external_id', 200],
        ['key', 200],
      ],
      ...[
        ['external_id', 200],
        ['key', 200],
      ],
    ]);
  });

  it('publishes the public halves of its keys, for a while in every cache', async () => {
    const answer = await fetch(`${stack.gatewayUrl}/.well-known/jwks.json`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    const { keys: published } = (await answer.json()) as { keys: Record<string, string>[] };
    expect(published.map(({ kid }) => kid)).toContain(await signing());
    expect(published.length).toBeLessThanOrEqual(2); // the one that signs, and one before or after it
    expect(Object.keys(published[0]!).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it.each<[string, () => Promise<{ status: number }>, string]>([
    ['a stranger', () => transfer(olena, petro, byBank(olena, STRANGER)), 'SUBJECT_UNKNOWN'],
    ['a subject without a rule', () => transfer(olena, petro, byBank(olena, stack.dcm.clerk.login)), 'NO_RULE'],
    ['an unknown object', () => createCustomer('nobody', 'bank'), 'OBJECT_UNKNOWN'],
    ['an unknown object in scheme DCM', () => createCustomer('nobody', 'dcm'), 'OBJECT_UNKNOWN'],
  ])('denies %s, and says why to the audit alone', async (_what, attempt, reason) => {
    expect(await attempt()).toMatchObject({ status: 422, body: { code: 'DCM_REFUSED' } });
    expect(await decisions()).toMatchObject([{ allowed: false, reason }]);
  });

  it('denies an employee of DCM what our rules do not permit', async () => {
    const session = await dcm.logIn(stack.dcm.clerk);
    const body = { sender_id: olena.account, receiver_id: petro.account, amount: 1 };
    expect(await dcm.operate(session, 'transfers', body)).toBe(400);
    expect(await decisions()).toMatchObject([{ subject: stack.dcm.clerk.login, allowed: false, reason: 'NO_RULE' }]);
  });

  it('denies at once what an operator has just disabled', async () => {
    await call('PATCH', `subjects/${encodeURIComponent(operator)}`, { disabled: true });
    expect((await transfer(olena, petro)).status).toBe(422);
    await call('PATCH', `subjects/${encodeURIComponent(operator)}`, { disabled: false });
    await call('PATCH', `objects/${olena.objectId}`, { disabled: true });
    expect((await transfer(olena, petro, byBank(olena))).status).toBe(422);
    await call('PATCH', `objects/${olena.objectId}`, { disabled: false });
    expect((await transfer(olena, petro)).status).toBe(200);
  });

  it('answers every denial alike, whatever is wrong with the token or known of the object', async () => {
    const tap = await TokenTap.open(`${stack.gatewayUrl}/dcm/auth`);
    await dcm.askAt(tap.url);
    await transfer(olena, petro, byBank(olena, STRANGER));
    await createCustomer('nobody', 'bank');
    await transfer(olena, petro);
    await dcm.askAt(stack.dcm.counterparty.authServiceUrl);
    await tap.close();
    const [stranger, nobody, good] = [tap.tokens[0]!, tap.tokens[1]!, tap.tokens.at(-1)!];
    const [head = '', payload = '', signature = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none","kid":"k"}').toString('base64url');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = sign('sha256', Buffer.from(`${head}.${payload}`), privateKey).toString('base64url');
    const raised = Buffer.from(payload, 'base64url').toString().replace('olena', 'petro');
    const bad = [
      undefined,
      '',
      'x',
      `Bearer ${good}`,
      `${none}.${payload}.`,
      `${head}.${payload}.${forged}`,
      `${head}.${Buffer.from(raised).toString('base64url')}.${signature}`,
      `${good}=`,
      stranger,
      nobody,
    ];
    for (const token of bad) {
      for (const name of ['user_auth', 'key', 'external_id']) {
        const { status, text, headers } = await ask(name, token);
        expect([token?.slice(0, 8), status, text]).toEqual([
          ...[token?.slice(0, 8), 401, '{"error":"Access credentials are invalid"}'],
        ]);
        expect(headers.get('cache-control')).toBe('no-store');
      }
    }
    const granted = await ask('key', good);
    expect([granted.status, granted.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(JSON.parse(granted.text)).toEqual({ key: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it('answers rightly while either side changes its keys under load', async () => {
    await dcm.configure({ callback_timeout: 5_000 });
    const session = await dcm.logIn(stack.dcm.clerk);
    const body = { sender_id: olena.account, receiver_id: petro.account, amount: 1 };
    const kinds: readonly (() => Promise<unknown>)[] = [
      () => transfer(olena, petro),
      async () => ({ status: await dcm.operate(session, 'transfers', body) }),
      () => transfer(olena, petro, byBank(olena)),
      () => transfer(olena, petro, byBank(olena, STRANGER)),
    ];
    const wrong: string[] = [];
    let started = 0;
    const work = async (limit: number): Promise<undefined> => {
      while (started < limit) {
        const number = started++;
        const isRight = number % 2 === 0;
        const answer = (await kinds[number % 4]!()) as { status: number };
        if ((answer.status === 200) !== isRight) wrong.push(`operation ${number}: ${JSON.stringify(answer)}`);
      }
    };
    const upTo = (limit: number): Promise<unknown> => Promise.all(Array.from({ length: 10 }, () => work(limit)));
    const half = OPERATIONS / 2;
    const isUnderWay = (count: number) => until(`operation ${count}`, () => Promise.resolve(started >= count), 60_000);
    await endLastRotation();
    const first = await signing();
    const firstHalf = upTo(half);
    await isUnderWay(0.3 * half);
    expect((await call('POST', 'keys/rotate')).status).toBe(200); // ours, under load
    await dcm.rotate(true);
    await firstHalf;
    await dcm.letKeysAge(601_000); // DCM signs with its new key from here
    const [before] = (await dcm.callbacks()).slice(-1);
    const secondHalf = upTo(OPERATIONS);
    await isUnderWay(1.3 * half);
    expect((await call('POST', 'keys/replace', { key: first })).status).toBe(200); // the one before, which nobody uses
    await secondHalf;
    expect([wrong, await unanswered()]).toEqual([[], []]);
    const [last] = (await dcm.callbacks()).slice(-1);
    expect(last!.kid).not.toBe(before!.kid);
    expect(await signing()).not.toBe(first);
    await dcm.configure({ callback_timeout: 1_000 });
  }, 120_000);

  it('fetches the keys of DCM once in a cool-down, whatever comes', async () => {
    const { jwksFetches } = await dcm.counters();
    const startedAt = Date.now();
    const payload = Buffer.from('{"flow":"sign-in","obj":"o","sub":"s","iat":1,"exp":2}').toString('base64url');
    const storm = async (): Promise<void> => {
      for (let times = 0; times < UNKNOWN_KIDS / 50; times++) {
        const kid = randomBytes(12).toString('hex');
        const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid, typ: 'JWT' })).toString('base64url');
        expect((await ask('user_auth', `${head}.${payload}.${'A'.repeat(342)}`)).status).toBe(401);
      }
    };
    await Promise.all(Array.from({ length: 50 }, storm));
    await decisions(); // writes what waits
    const coolDowns = 1 + Math.floor((Date.now() - startedAt) / 30_000);
    expect((await dcm.counters()).jwksFetches - jwksFetches).toBeLessThanOrEqual(coolDowns);
    const [row] = await stack.database.query<{ lines: number }>(
      `SELECT sum(times)::int AS lines FROM dcm_decision WHERE reason = 'DCM_KID_UNKNOWN'`,
    );
    expect(row!.lines).toBeGreaterThanOrEqual(UNKNOWN_KIDS);
    expect((await transfer(olena, petro)).status).toBe(200);
    await stack.restartGateway(); // ends the cool-down
  }, 120_000);

  it('goes on with a rotation in which it was killed', async () => {
    await endLastRotation();
    const before = await signing();
    process.kill(stack.simulator.pid, 'SIGSTOP');
    const rotation = fetch(`${stack.gatewayUrl}/ops/dcm/keys/rotate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${OPS_KEY}` },
    }).catch(() => undefined);
    await until('the new key is kept', async () => (await keys()).rotating);
    await stack.gateway.kill();
    await rotation;
    process.kill(stack.simulator.pid, 'SIGCONT');
    await stack.database.query(`UPDATE dcm_counterparty SET lease_until = '-infinity'`); // or 40 s later
    await stack.restartGateway();
    await until('the new key signs', async () => (await signing()) !== before, 20_000);
    expect((await keys()).keys.filter(({ status }) => status !== 'retired')).toHaveLength(2);
    expect((await transfer(olena, petro, byBank(olena))).status).toBe(200);
  }, 90_000);

  it('works at the command line as well', async () => {
    const cli = async (...args: string[]): Promise<unknown> => {
      const { stdout } = await promisify(execFile)(process.execPath, ['dist/apps/gateway/src/cli.js', ...args], {
        env: {
          ...{ ...APP_ENVIRONMENT, DATABASE_URL: stack.database.url, DATA_DIR: stack.dataDir },
          DCM_BASE_URL: stack.dcm.baseUrl,
          DCM_COUNTERPARTY_GUID: stack.dcm.counterparty.guid,
          DCM_EMPLOYEE_LOGIN: operator,
          DCM_EMPLOYEE_PASSWORD_FILE: path.join(stack.dataDir, 'dcm-password'),
        },
      });
      answers.push(stdout);
      return JSON.parse(stdout) as unknown;
    };
    const { id } = (await cli('dcm-objects', 'add', 'kateryna', '--external-id', 'ext-7')) as { id: string };
    await cli('dcm-subjects', 'add', 'robot', '--kind', 'technical');
    await cli('dcm-rules', 'add', 'robot', 'sign-up', id);
    expect(await cli('dcm-keys', 'status')).toMatchObject({ rotating: false });
    const listed = await cli('dcm', 'call', 'jwk-list', '--scheme', 'dcm');
    expect(listed).toMatchObject({
      operation: 'jwk-list',
      answer: { keys: expect.arrayContaining([expect.anything()]) },
    });
    expect(await cli('dcm', 'decisions')).toContainEqual(expect.objectContaining({ allowed: true, subject: operator }));
    expect((await createCustomer('kateryna', 'bank', 'robot')).status).toBe(200);
    expect(await cli('keys', 'rotate')).toMatchObject({ rowsUnderOthers: 0 }); // a new key-encrypting key
    expect((await transfer(olena, petro, byBank(olena))).status).toBe(200);
    await cli('dcm-subjects', 'disable', 'robot');
    await expect(cli('dcm-rules', 'add', 'robot', 'sign-out', id)).rejects.toThrow('must be one of sign-in');
  }, 60_000);

  it('takes forwarded tokens, and asks for issued ones, only where it is told to', async () => {
    await dcm.configure({ signer: 'forward' });
    expect((await transfer(olena, petro, byBank(olena))).status).toBe(422);
    expect(await decisions()).toMatchObject([{ allowed: false, reason: 'DCM_KID_UNKNOWN' }]);
    await stack.restartGateway({ env: { DCM_ACCEPT_FORWARDED: '1', DCM_MATCH_ISSUED: '1' } });
    const tap = await TokenTap.open(`${stack.gatewayUrl}/dcm/auth`);
    await dcm.askAt(tap.url);
    expect((await transfer(olena, petro, byBank(olena))).status).toBe(200);
    canaryTokens.push(...tap.tokens);
    await dcm.configure({ signer: 'dcm' });
    expect((await transfer(olena, petro, byBank(olena))).status).toBe(200);
    expect((await transfer(petro, olena)).status).toBe(422); // DCM signed it alone
    expect(await decisions()).toMatchObject([{ allowed: false, reason: 'DCM_NOT_ISSUED' }]);
    canaryTokens.push(...tap.tokens);
    await dcm.askAt(stack.dcm.counterparty.authServiceUrl);
    await tap.close();
    await stack.restartGateway({ env: { DCM_ACCEPT_FORWARDED: '0', DCM_MATCH_ISSUED: '0' } });
  }, 60_000);

  it('comes back after DCM has lost its key records', async () => {
    await stack.bank.reset();
    expect((await createCustomer('olena', 'bank')).body.code).toBe('DCM_UNAUTHORIZED');
    expect((await call('POST', 'keys/replace', {})).status).toBe(200);
    for (const [customer, scheme] of [[olena, 'bank'] as const, [petro, 'dcm'] as const]) {
      const { status, body } = await createCustomer(customer.login, scheme);
      expect(status).toBe(200);
      customer.account = String(body.answer?.['guid']);
    }
  });

  const canaryTokens: string[] = [];

  const openKeystore = async (): Promise<Keystore> =>
    new EnvelopeKeystore(
      LocalKekProvider.from(parseLocalKeys(await readFile(path.join(stack.dataDir, 'keystore.json'), 'utf8'))),
    );

  /** What is sealed in a column of DCM, opened. */
  async function sealedIn(table: string, column: string): Promise<Buffer[]> {
    const source = SEALED_COLUMNS.all.find((known) => known.table === table && known.column === column)!;
    const rows = await stack.database.query<{ accountId: string; id: string; sealed: string }>(
      `SELECT counterparty_guid AS "accountId", id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`,
    );
    const keystore = await openKeystore();
    return Promise.all(
      rows.map(async (row) => Buffer.from(await keystore.open(row.sealed, source.place({ ...row, version: 1 })))),
    );
  }

  async function canaries(): Promise<string[]> {
    const secrets = (await sealedIn('dcm_object', 'key_sealed')).map(String);
    const profiles = (await sealedIn('dcm_object', 'profile_sealed')).flatMap((profile) =>
      Object.values(JSON.parse(String(profile)) as Record<string, string>),
    );
    const privateKeys = (await sealedIn('dcm_signing_key', 'private_sealed')).flatMap((pkcs8) => {
      const { d, p, q, dp, dq, qi } = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({
        format: 'jwk',
      });
      const members = [d, p, q, dp, dq, qi].map(String);
      return [
        ...members,
        ...members.map((member) => Buffer.from(member, 'base64url').toString('base64')),
        pkcs8.toString('hex'),
      ];
    });
    const tokens = canaryTokens.flatMap((token) => [token, token.split('.').at(-1)!]);
    const { employee, clerk } = stack.dcm;
    return [...secrets, ...profiles, ...privateKeys, ...tokens, employee.password, clerk.password];
  }

  it('lets no secret, token, password or private key be seen', async () => {
    const secrets = await canaries();
    expect(secrets.length).toBeGreaterThan(30);
    const places: Record<string, string> = { log: stack.gateway.logs(), answers: answers.join('\n') };
    const tables = await stack.database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const rows = await stack.database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      places[name] = rows.map(({ row }) => row).join('\n');
    }
    expect(places['log']).toContain('/dcm/auth/key'); // the log is really on
    const found = Object.entries(places).filter(([, text]) => secrets.some((secret) => text.includes(secret)));
    expect(found.map(([place]) => place)).toEqual([]);
    expect(`planted ${secrets[0]!}`).toContain(secrets[0]!);
  });
});

it('a gateway without DCM has none of its routes', async () => {
  const stack = await startStack({ withShop: false });
  const ops = new OpsClient(stack.gatewayUrl, OPS_KEY);
  for (const route of ['dcm/auth/user_auth', '.well-known/jwks.json']) {
    expect((await fetch(`${stack.gatewayUrl}/${route}`)).status).toBe(404);
  }
  expect((await ops.call('GET', 'dcm/keys')).status).toBe(404);
  await stack.stop();
}, 30_000);
