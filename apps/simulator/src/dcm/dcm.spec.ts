import { generateKeyPairSync, type JsonWebKey, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Simulator, startSimulator } from '../start-simulator.js';
import { parseCounterparty } from './counterparties.js';

/* ---- a bank's side of the wire, on node:crypto alone, so that a mistake in DCM's own code shows ---- */

type Json = Record<string, unknown>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = (token: string, part: 0 | 1): Json =>
  JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()) as Json;

class BankKey {
  readonly kid = `bank-${randomUUID()}`;
  private readonly pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly jwk: Json = {
    ...this.pair.publicKey.export({ format: 'jwk' }),
    alg: 'RS256',
    use: 'sig',
    kid: this.kid,
  };
  sign(claims: Json): string {
    const input = `${encode({ alg: 'RS256', kid: this.kid, typ: 'JWT' })}.${encode(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), this.pair.privateKey).toString('base64url')}`;
  }
  token(over: Json = {}): string {
    const iat = Math.floor(simulator.bank.clock.now() / 1_000);
    return this.sign({ flow: 'sign-up', obj: 'cust-1', sub: EMPLOYEE, iat, exp: iat + 300, ...over });
  }
}

/** The Bank Auth Service: answers as told, remembers what it was asked. */
class AuthServer {
  readonly asked: { call: string; token: string }[] = [];
  answer: (call: string, response: ServerResponse) => void = grant;
  url = '';
  private readonly server: Server = createServer((request: IncomingMessage, response) => {
    const call = (request.url ?? '').replace('/auth/', '');
    this.asked.push({ call, token: String(request.headers['x-session-id']) });
    this.answer(call, response);
  });
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/auth`;
  }
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const GRANTS: Record<string, Json> = {
  user_auth: { external_id: 'ext-1', key: 'test-only-secret' },
  external_id: { external_id: 'ext-1' },
  key: { key: 'test-only-secret' },
};
const grant = (call: string, response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(GRANTS[call]));
};
const answerWith =
  (status: number, body: string) =>
  (_call: string, response: ServerResponse): void => {
    response.writeHead(status).end(body);
  };

const EMPLOYEE = 'operator@bank.example';
const PASSWORD = 'Test-only-1!';
const BANK = randomUUID();
const OTHER = randomUUID();
const key = new BankKey();
const auth = new AuthServer();
let simulator: Simulator;

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

const send = async (method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) => {
  const answer = await fetch(simulator.url + path, { method, ...init, signal: AbortSignal.timeout(8_000) });
  const text = await answer.text();
  const { status, headers } = answer;
  return { status, headers, body: (text === '' ? {} : JSON.parse(text)) as Json } satisfies Reply;
};
const api = (path: string, bank = BANK): string => `/dcm/api/v1/counterparty/${bank}/${path}`;
const cx = (token: string) => ({ 'cx-authorization': token });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const post = (path: string, body: Json, headers: Record<string, string> = {}): Promise<Reply> =>
  send('POST', path, { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
const control = (path: string, body: Json): Promise<Reply> => post(`/control/${path}`, body);
const counters = async (): Promise<Json> => (await send('GET', '/control/dcm/counters')).body;
const ledger = async (kind: string): Promise<Json[]> =>
  (await send('GET', `/control/ledger?kind=${kind}`)).body['entries'] as Json[];
const checks = async (): Promise<unknown[]> => (await ledger('dcm.refused')).map(({ check }) => check);
const jwks = async (): Promise<string[]> =>
  ((await send('GET', '/dcm/api/v1/.well-known/jwks.json')).body['keys'] as Json[]).map(({ kid }) => String(kid));

const aCustomer = (over: Json = {}): Json => ({
  asset_code: 'UAH',
  asset_issuer: 'GTEST',
  login: 'cust-1',
  name: 'Olena',
  ...over,
});
const createCustomer = (headers: Record<string, string>, over: Json = {}): Promise<Reply> =>
  post(api('customers'), aCustomer(over), headers);

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const startFlow = async (): Promise<string> => {
  const { body } = await send('GET', '/dcm/kratos/self-service/login/api');
  return String(body['id']);
};
const submit = (flow: string, fields: Json = {}, headers = FORM): Promise<Reply> =>
  send('POST', `/dcm/kratos/self-service/login?flow=${flow}`, {
    headers,
    body: new URLSearchParams({
      csrf_token: '',
      identifier: EMPLOYEE,
      method: 'password',
      password: PASSWORD,
      ...fields,
    }).toString(),
  });
const logIn = async (fields: Json = {}): Promise<string> =>
  String((await submit(await startFlow(), fields)).body['session_token']);

beforeAll(async () => {
  await auth.start();
  const seed = { authServiceUrl: auth.url, alias: 'a', firstJwk: key.jwk };
  const employees = [
    { login: EMPLOYEE, password: PASSWORD, roles: ['Administrator'] },
    { login: 'auditor@bank.example', password: PASSWORD, roles: ['Auditor'] },
  ];
  const counterparties = [
    parseCounterparty({ ...seed, guid: BANK, name: 'Bank A', employees }),
    parseCounterparty({ authServiceUrl: auth.url, guid: OTHER, name: 'Bank B' }),
  ];
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [], counterparties, strict: false });
});
beforeEach(async () => {
  await control('reset', {});
  auth.asked.length = 0;
  auth.answer = grant;
});
afterAll(async () => {
  auth.stop();
  await simulator.close();
});

describe('a bank that signs itself', () => {
  it('dry-runs a token and uses it afterwards', async () => {
    const headers = cx(key.token());
    const dry = await send('POST', api('jwk/authenticate'), { headers });
    expect(dry).toMatchObject({ status: 200, body: { session_token: expect.any(String) } });
    expect(auth.asked).toEqual([]);
    expect((await createCustomer(bearer(String(dry.body['session_token'])))).status).toBe(401);

    const created = await createCustomer(headers);
    expect(created).toMatchObject({ status: 200, body: { registered: true, name: 'Olena', assets_total: 1 } });
    expect(auth.asked.map(({ call }) => call)).toEqual(['user_auth']);
    const token = auth.asked[0]?.token ?? '';
    expect(await jwks()).toEqual([read(token, 0)['kid']]);
    expect(read(token, 1)).toMatchObject({ flow: 'sign-up', obj: 'cust-1', sub: EMPLOYEE });
    expect(Number(read(token, 1)['exp']) - Number(read(token, 1)['iat'])).toBeLessThanOrEqual(300);
    expect((await createCustomer(headers)).body['error']).toContain('status code is not 2xx but 409');
  });

  it.each([100, -30])('is asked with a token that ends with its own, %d s from now', async (seconds) => {
    const exp = Math.floor(simulator.bank.clock.now() / 1_000) + seconds;
    expect((await createCustomer(cx(key.token({ iat: exp - 200, exp })))).status).toBe(200);
    const claims = read(auth.asked[0]?.token ?? '', 1);
    expect(claims['exp']).toBe(exp);
    expect(Number(claims['iat'])).toBeLessThan(exp);
  });

  it('moves money with external_id, then key', async () => {
    const one = await createCustomer(cx(key.token()));
    const two = await createCustomer(cx(key.token()), { login: 'cust-2' });
    auth.asked.length = 0;
    const body = { sender_id: one.body['guid'], receiver_id: two.body['guid'], amount: 5 };
    const moved = await post(api('transfers'), body, cx(key.token({ flow: 'sign-in', obj: 'ext-1' })));
    expect(moved).toMatchObject({ status: 200, body: { transaction_id: expect.any(String), status: 'Success' } });
    expect(auth.asked.map(({ call }) => call)).toEqual(['external_id', 'key']);
    const back = await send('GET', api(`transfers/${String(moved.body['transaction_id'])}`), {
      headers: cx(key.token()),
    });
    expect(back.body).toEqual(moved.body);
    const wrong = await post(api('transfers'), { ...body, receiver_id: '' }, cx(key.token({ flow: 'sign-in' })));
    expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid UUID length: 0' } });
  });

  it('has its own token passed on when DCM is told so', async () => {
    await control('dcm/settings', { signer: 'forward' });
    const token = key.token();
    expect((await createCustomer(cx(token))).status).toBe(200);
    expect(auth.asked).toEqual([{ call: 'user_auth', token }]);
  });
});

describe('the other operations', () => {
  it('create accounts of the key keepers and identifiers, by hand when told so', async () => {
    await control('dcm/settings', { issue_confirmation: 'manual' });
    const session = bearer(await logIn());
    expect((await post(api('accounts'), { account_kind: 'emission' }, session)).body).toEqual({
      guid: expect.any(String),
    });
    const asked = read(auth.asked[0]?.token ?? '', 1);
    expect(asked).toMatchObject({ flow: 'sign-up-emission', obj: 'keykeeper-identification' });
    const wrong = await post(api('accounts'), { account_kind: 'toString' }, session);
    expect(wrong).toMatchObject({ status: 400, body: { error: 'failed to create entity: invalid kind: bad request' } });

    const issue = (): Promise<Reply> => post(api('emission/issue'), { amount: 1_000 }, session);
    expect(await issue()).toMatchObject({ status: 200, body: {} });
    expect((await issue()).status).toBe(400);
    expect(await control('dcm/issues/confirm', { counterpartyGuid: BANK })).toMatchObject({
      body: { confirmed: true },
    });
    await post(api('emission/issue'), { amount: 5 }, cx(key.token({ flow: 'sign-in', obj: 'ext-1' })));
    const { body } = await send('GET', '/control/dcm/state');
    expect(body['counterparties']).toMatchObject([{ accounts: [{ kind: 'emission', balance: 1_005 }] }, {}]);
  });

  it('create an employee once, who logs in with a password of his own', async () => {
    const email = 'new@bank.example';
    const headers = cx(key.token({ obj: email }));
    const created = await post(api('employees'), { email, roles: ['Operator'] }, headers);
    expect(created).toMatchObject({ status: 200, body: { verified: true } });
    const again = await post(api('employees'), { email }, headers);
    expect(again.body).toEqual({ error: 'create employee identity: 409 Conflict' });
    await control('dcm/employees/password', { login: email, password: 'Another-1!' });
    const session = bearer(await logIn({ identifier: email, password: 'Another-1!' }));
    expect((await createCustomer(session)).status).toBe(200);
    expect((await send('GET', api('employees'), { headers: session })).status).toBe(403);
  });

  it('are told apart from what is not there', async () => {
    expect(await send('GET', '/dcm/api/v1/nothing')).toMatchObject({ status: 404, body: { error: 'not found' } });
    const headers = cx(key.token());
    const answers = await Promise.all(
      ['{', '[]', '{"a":1,"a":2}', `{"a":"${'x'.repeat(1_048_576)}"}`].map((body) =>
        send('POST', api('customers'), { headers, body }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  });
});

describe('the door', () => {
  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>, string]>([
    ['both headers', async () => ({ ...cx(key.token()), ...bearer(await logIn()) }), 'both_credentials'],
    ['neither header', () => ({}), 'no_credential'],
    ['blank headers', () => ({ 'cx-authorization': '', authorization: ' ' }), 'no_credential'],
    ['a Bearer prefix on the token', () => cx(`Bearer ${key.token()}`), 'malformed'],
    ['a csrf token', () => ({ authorization: 'csrf' }), 'session_unknown'],
    ['an unknown key', () => cx(new BankKey().token()), 'kid_unknown'],
    ['a token over 1200 s', () => cx(key.token({ exp: Math.floor(Date.now() / 1_000) + 1_300 })), 'lifetime_too_long'],
    ['the flow of another operation', () => cx(key.token({ flow: 'sign-in' })), 'flow_mismatch'],
  ])('answers %s with the one text, and the ledger knows why', async (_name, headers, check) => {
    const { status, body } = await createCustomer(await headers());
    expect([status, body]).toEqual([401, { error: 'Access credentials are invalid' }]);
    expect(await checks()).toEqual([check]);
    expect(auth.asked).toEqual([]);
  });

  it('takes a bank only on its own path', async () => {
    expect((await post(api('customers', OTHER), aCustomer(), cx(key.token()))).status).toBe(401);
    expect((await post(api('customers', OTHER), aCustomer(), bearer(await logIn()))).status).toBe(401);
    expect((await post(api('customers', randomUUID()), aCustomer(), cx(key.token()))).status).toBe(400);
    expect(await checks()).toEqual(['kid_unknown', 'counterparty_mismatch']);
  });

  it('answers 400 to every refused dry run', async () => {
    const bad = await send('POST', api('jwk/authenticate'), { headers: cx('x.y.z') });
    const none = await send('POST', api('jwk/authenticate'));
    expect([bad.status, none.status, bad.body]).toEqual([400, 400, { error: 'Access credentials are invalid' }]);
  });

  it('lets a long lifetime pass when told so', async () => {
    await control('dcm/settings', { lifetime_check: 'warn' });
    const exp = Math.floor(Date.now() / 1_000) + 86_400;
    expect((await createCustomer(cx(key.token({ exp })))).status).toBe(200);
  });

  it('refuses headers over 8 KiB', async () => {
    expect((await createCustomer(cx('x'.repeat(8_193)))).status).toBe(431);
  });
});

describe('the Bank Auth Service', () => {
  const late = (_call: string, response: ServerResponse): void => {
    setTimeout(() => {
      grant('user_auth', response);
    }, 1_100);
  };
  it.each<[string, AuthServer['answer'], RegExp]>([
    ['401', answerWith(401, ''), /user_auth: response status code is not 200 but 401$/],
    ['500', answerWith(500, '{}'), /not 200 but 500$/],
    ['a redirect', answerWith(302, ''), /not 200 but 302$/],
    ['an answer after 1.1 s', late, /no response within 1000 ms$/],
    ['an empty body', answerWith(200, ''), /invalid response body$/],
    ['no key', answerWith(200, '{"external_id":"ext-1"}'), /key is missing/],
    ['an empty external_id', answerWith(200, '{"external_id":"","key":"k"}'), /external_id is missing/],
    ['over 64 KiB', answerWith(200, `{"external_id":"ext-1","key":"k","x":"${'x'.repeat(65_536)}"}`), /invalid/],
  ])('that answers %s declines, and nothing is created', async (_name, answer, text) => {
    auth.answer = answer;
    const declined = await createCustomer(cx(key.token()));
    expect([declined.status, declined.body['error']]).toEqual([400, expect.stringMatching(text)]);
    const { body } = await send('GET', api('customers'), { headers: cx(key.token()) });
    expect(body['customers']).toEqual([]);
    expect(await ledger('dcm.operation')).toMatchObject([{ outcome: 'declined' }, { outcome: 'done' }]);
  });

  it('must not change the secret of a user', async () => {
    await createCustomer(cx(key.token()));
    auth.answer = answerWith(200, '{"external_id":"ext-1","key":"another"}');
    const declined = await createCustomer(cx(key.token()), { login: 'cust-2' });
    expect([declined.status, declined.body['error']]).toEqual([400, expect.stringContaining('key of the user')]);
  });

  it('is asked once more with the same token on request', async () => {
    expect((await control('dcm/faults', { kind: 'replay_last_callback' })).status).toBe(400);
    await createCustomer(cx(key.token()));
    expect(await control('dcm/faults', { kind: 'replay_last_callback' })).toMatchObject({ body: { httpStatus: 200 } });
    expect(auth.asked[1]).toEqual(auth.asked[0]);
    expect(await ledger('fault.fired')).toMatchObject([{ fault: 'dcm.replay_last_callback' }]);
  });

  it('is not reached, or late, when a fault is armed', async () => {
    await control('dcm/faults', { kind: 'callback_fail', httpStatus: 502 });
    expect((await createCustomer(cx(key.token()))).body['error']).toContain('502');
    expect(auth.asked).toEqual([]);
    await control('dcm/faults', { kind: 'callback_delay', delayMs: 50 });
    expect((await createCustomer(cx(key.token()))).status).toBe(200);
    expect(await counters()).toMatchObject({ callbacks: 1, faults: 2 });
  });
});

describe("an employee's log-in", () => {
  it('opens a session of 8 hours that does what his roles may', async () => {
    const flow = await send('GET', '/dcm/kratos/self-service/login/api');
    expect(flow.body).toMatchObject({
      type: 'api',
      ui: { action: expect.stringContaining(`${simulator.url}/dcm/kratos`), nodes: [{ group: 'default' }] },
    });
    const session = await logIn();
    expect((await createCustomer(bearer(session))).status).toBe(200);
    expect(read(auth.asked[0]?.token ?? '', 1)).toMatchObject({ flow: 'sign-up', obj: 'cust-1', sub: EMPLOYEE });
    const auditor = bearer(await logIn({ identifier: 'auditor@bank.example' }));
    expect((await send('GET', api('customers'), { headers: auditor })).status).toBe(200);
    expect(await createCustomer(auditor)).toMatchObject({ status: 403, body: { error: 'forbidden' } });

    await control('clock', { advanceMs: 8 * 3_600_000 });
    expect((await createCustomer(bearer(session))).status).toBe(401);
  });

  it('moves money with external_id, then key', async () => {
    const session = bearer(await logIn());
    const one = await createCustomer(session);
    const two = await createCustomer(session, { login: 'cust-2' });
    auth.asked.length = 0;
    const body = { sender_id: one.body['guid'], receiver_id: two.body['guid'], amount: 5 };
    expect((await post(api('transfers'), body, session)).status).toBe(200);
    expect(auth.asked.map(({ call, token }) => [call, read(token, 1)['flow'], read(token, 1)['obj']])).toEqual([
      ['external_id', 'sign-in', 'ext-1'],
      ['key', 'sign-in', 'ext-1'],
    ]);
  });

  it('refuses a wrong password with the flow, and throttles after five', async () => {
    const flow = await startFlow();
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect(await submit(flow, { password: 'wrong' })).toMatchObject({ status: 400, body: { id: flow } });
    expect((await submit(flow)).status).toBe(429);
    await control('clock', { advanceMs: 60_000 });
    expect((await submit(flow, { password_identifier: EMPLOYEE })).status).toBe(200);
    expect((await submit(flow)).status).toBe(410);
  });

  it('needs the form encoding and a fresh flow', async () => {
    const flow = await startFlow();
    expect((await submit(flow, {}, { 'content-type': 'application/json' })).status).toBe(400);
    await control('clock', { advanceMs: 600_000 });
    expect((await submit(flow)).status).toBe(410);
  });

  it('ends on request', async () => {
    const session = await logIn();
    expect((await control('dcm/sessions/expire', {})).body).toEqual({ expired: 1 });
    expect((await createCustomer(bearer(session))).status).toBe(401);
  });
});

describe('the JWK resource', () => {
  it('registers, lists and replaces by session or by a registered key', async () => {
    const next = new BankKey();
    const added = await post(api('jwk'), { data: next.jwk }, bearer(await logIn()));
    expect(added).toMatchObject({ status: 200, body: { guid: expect.any(String) } });
    const headers = cx(next.token());
    const list = await send('GET', api('jwk'), { headers });
    expect(list.body).toMatchObject({ keys: [{ data: { kid: key.kid } }, { data: next.jwk }] });
    const third = new BankKey();
    const path = api(`jwk/${String(added.body['guid'])}`);
    const replaced = await send('PUT', path, { headers, body: JSON.stringify({ data: third.jwk }) });
    expect([replaced.status, replaced.body]).toEqual([200, {}]);
    expect((await send('GET', api('jwk'), { headers })).status).toBe(401);
    expect((await send('GET', api('jwk'), { headers: cx(third.token()) })).status).toBe(200);
  });

  it('is closed to an auditor, and its keys to strangers', async () => {
    const auditor = bearer(await logIn({ identifier: 'auditor@bank.example' }));
    expect((await send('GET', api('jwk'), { headers: auditor })).status).toBe(401);
    expect((await post(api('jwk'), { data: new BankKey().jwk })).status).toBe(401);
    expect(await checks()).toEqual(['not_administrator', 'no_credential']);
  });

  const weak: JsonWebKey = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
  const even = { n: Buffer.alloc(256, 0xfe).toString('base64url') };
  it.each<[string, Json, string]>([
    ['a private member', { d: 'x' }, 'data.d is private and must not be sent'],
    ['a short modulus', { n: weak.n }, 'data.n must be an odd modulus'],
    ['an even modulus', even, 'data.n must be an odd modulus'],
    ['a padded modulus', { n: `${String(key.jwk['n'])}==` }, 'data.n must be an odd modulus'],
    ['no modulus', { n: undefined }, 'data.n is missing'],
    ['another exponent', { e: 'Aw' }, 'data.e must be AQAB'],
    ['another algorithm', { alg: 'RS512' }, 'data.alg must be RS256'],
    ['another use', { use: 'enc' }, 'data.use must be sig'],
    ['an empty kid', { kid: '' }, 'data.kid must be 1 to 128'],
    ['a kid that is taken', { kid: key.kid }, 'data.kid is registered already'],
  ])('refuses %s', async (_name, over, text) => {
    const { status, body } = await post(api('jwk'), { data: { ...new BankKey().jwk, ...over } }, cx(key.token()));
    expect([status, body['error']]).toEqual([400, expect.stringContaining(text)]);
  });
});

describe("DCM's own keys", () => {
  const signerOfNext = async (login: string): Promise<unknown> => {
    await createCustomer(cx(key.token()), { login });
    return read(auth.asked.at(-1)?.token ?? '', 0)['kid'];
  };

  it('are cached for five minutes, tagged and counted', async () => {
    const first = await send('GET', '/dcm/api/v1/.well-known/jwks.json');
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    const headers = { 'if-none-match': String(first.headers.get('etag')) };
    expect((await send('GET', '/dcm/api/v1/.well-known/jwks.json', { headers })).status).toBe(304);
    await control('dcm/faults', { kind: 'jwks_fail' });
    expect((await send('GET', '/dcm/api/v1/.well-known/jwks.json')).status).toBe(503);
    expect(await counters()).toMatchObject({ jwksFetches: 3, faults: 1 });
  });

  it('rotate with an overlap: announced 10 minutes before, kept an hour after', async () => {
    const [old] = await jwks();
    await control('dcm/rotate', { overlap: true });
    const [, next] = await jwks();
    expect(await signerOfNext('c1')).toBe(old);
    await control('clock', { advanceMs: 600_000 });
    expect(await signerOfNext('c2')).toBe(next);
    expect(await jwks()).toEqual([old, next]);
    await control('clock', { advanceMs: 3_600_000 });
    expect(await jwks()).toEqual([next]);
  });

  it('rotate without an overlap at once', async () => {
    const [old] = await jwks();
    await control('dcm/rotate', { overlap: false });
    const after = await jwks();
    expect(after).toHaveLength(1);
    expect(after).not.toContain(old);
    expect(await signerOfNext('c1')).toBe(after[0]);
  });

  it('sign with a clock that can be wrong', async () => {
    await control('dcm/faults', { kind: 'skew_clock', skewMs: 90_000 });
    const exp = Math.floor(Date.now() / 1_000) + 900;
    await createCustomer(cx(key.token({ exp })));
    expect(Number(read(auth.asked[0]?.token ?? '', 1)['iat'])).toBeGreaterThan(Date.now() / 1_000 + 80);
  });
});

it('writes no token, password or secret down', async () => {
  const session = await logIn();
  await createCustomer(bearer(session));
  await createCustomer(cx(key.token()), { login: 'cust-2' });
  const { body } = await send('GET', '/control/ledger');
  const text = JSON.stringify([body, simulator.bank.snapshot()]);
  for (const secret of [session, PASSWORD, 'test-only-secret', auth.asked[0]?.token ?? 'none', 'eyJ'])
    expect(text).not.toContain(secret);
});
