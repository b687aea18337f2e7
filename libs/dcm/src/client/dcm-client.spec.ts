import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Test } from '@nestjs/testing';
import { FakeDcm, type SeenRequest } from '../testing/fake-dcm.js';
import { aKey, headerOf, rawToken } from '../../test/raw-token.js';
import {
  type BankCredential,
  DcmClient,
  DcmError,
  type DcmEvent,
  DcmModule,
  type DcmOptions,
  DcmTokens,
  DcmVerifier,
  FixedKeySet,
  importSigningKey,
  InMemorySigningKeys,
  type RsaPublicJwk,
} from '../index.js';

const fixture = (name: string): object => JSON.parse(readFileSync(`test/fixtures/dcm/${name}.json`, 'utf8')) as object;
const GUID = '5a1c2f0e-7b3d-4c58-9e61-2d4f8a0b6c17';
const PASSWORD = 'Correct-horse-1!';
const ourKey = importSigningKey(aKey('bank').privateKey, 'test-bank');
const dcmKey = aKey('dcm-1');
const bank: BankCredential = { scheme: 'bank', flow: 'sign-up', obj: 'cust-000042', sub: 'op@bank.example' };
const dcmScheme = { scheme: 'dcm' } as const;
const newCustomer = fixture('customer-create.request');
const customer = fixture('customer-create.response');
/** For a server that never answers. */
const IMPATIENT = { timeoutMs: 300 };
const UNAUTHORIZED = { status: 401, json: fixture('error-401') };

describe('DcmClient on a real socket', () => {
  let dcm: FakeDcm;
  let events: DcmEvent[];
  const closings: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    dcm = await FakeDcm.start();
    dcm.jwks = { keys: [dcmKey.jwk] };
    events = [];
  });
  afterEach(async () => {
    await Promise.all(closings.splice(0).map((close) => close()));
    await dcm.stop();
  });

  const start = async (over: Partial<DcmOptions> = {}) => {
    const options: DcmOptions = {
      baseUrl: dcm.url,
      counterpartyGuid: GUID,
      keys: new InMemorySigningKeys(ourKey),
      employee: { login: 'op@bank.example', password: PASSWORD },
      timeoutMs: 10_000,
      audit: (event) => events.push(event),
      ...over,
    };
    const module = await Test.createTestingModule({ imports: [DcmModule.forRoot(options)] }).compile();
    await module.init();
    closings.push(() => module.close());
    return { client: module.get(DcmClient), tokens: module.get(DcmTokens) };
  };
  const caught = async (work: Promise<unknown>): Promise<DcmError> => {
    const error: unknown = await work.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DcmError);
    return error as DcmError;
  };
  const calls = (): SeenRequest[] => dcm.requests.filter(({ path }) => path.startsWith('/api'));
  const header = (request: SeenRequest | undefined, name: string): string => String(request?.headers[name]);

  describe('scheme BANK', () => {
    const verifier = new DcmVerifier(new FixedKeySet([ourKey.publicJwk]));

    it('sends a bare token of ours and no Authorization', async () => {
      dcm.answer = () => ({ json: customer });
      const { client } = await start({ employee: undefined as never });
      const answer = await client.call('customer-create', newCustomer, bank);
      expect(answer.customer_guid).toBe('f2069d8b-73ca-4e15-8a4d-6b1c0e97d253');
      const [request] = dcm.requests;
      expect(request).toMatchObject({ method: 'POST', path: `/api/v1/counterparty/${GUID}/customers` });
      expect(JSON.parse(request!.body)).toEqual(newCustomer);
      expect(request?.headers.authorization).toBeUndefined();
      const claims = await verifier.authorization(header(request, 'cx-authorization'));
      expect(claims).toMatchObject({ flow: 'sign-up', obj: 'cust-000042', sub: 'op@bank.example' });
      expect(dcm.requests).toHaveLength(1);
    });

    it('makes one fresh token and one repeat after a 401, then stops', async () => {
      dcm.answer = () => UNAUTHORIZED;
      const { client } = await start();
      const given = 'header.given.token';
      const error = await caught(client.call('customer-create', newCustomer, { ...bank, token: given }));
      expect(error).toMatchObject({ code: 'DCM_UNAUTHORIZED', httpStatus: 401, noEffect: true });
      const [first, second, third] = calls();
      expect([header(first, 'cx-authorization'), third]).toEqual([given, undefined]);
      await expect(verifier.authorization(header(second, 'cx-authorization'))).resolves.toBeDefined();
    });
  });

  describe('scheme DCM', () => {
    const byEmployee = (request: SeenRequest) =>
      request.headers.authorization === `Bearer ${dcm.session}` ? { json: customer } : UNAUTHORIZED;

    it('logs the employee in with a form and sends the session, and no token of ours', async () => {
      dcm.answer = byEmployee;
      const { client } = await start();
      await client.call('customer-create', newCustomer, dcmScheme);
      const [flow, login, request] = dcm.requests;
      expect(flow).toMatchObject({ method: 'GET', path: '/kratos/self-service/login/api' });
      expect(login?.path).toBe('/kratos/self-service/login?flow=flow%2F1');
      expect(header(login, 'content-type')).toBe('application/x-www-form-urlencoded');
      expect(Object.fromEntries(new URLSearchParams(login?.body))).toEqual({
        csrf_token: 'csrf-1',
        identifier: 'op@bank.example',
        method: 'password',
        password: PASSWORD,
      });
      expect(request?.headers['cx-authorization']).toBeUndefined();
    });

    it('shares one log-in between all callers', async () => {
      dcm.answer = byEmployee;
      const { client } = await start();
      await Promise.all(Array.from({ length: 30 }, () => client.call('customer-create', newCustomer, dcmScheme)));
      expect(dcm.logins).toBe(1);
    });

    it('logs in once more for all callers when the session ends', async () => {
      dcm.answer = byEmployee;
      const { client } = await start();
      await client.call('customer-create', newCustomer, dcmScheme);
      dcm.session = 'ended';
      await Promise.all(Array.from({ length: 30 }, () => client.call('customer-create', newCustomer, dcmScheme)));
      expect(dcm.logins).toBe(2);
    });

    it('repeats once after a 401, then stops', async () => {
      dcm.answer = () => UNAUTHORIZED;
      const { client } = await start();
      const error = await caught(client.call('customer-create', newCustomer, dcmScheme));
      expect([error.code, dcm.logins, calls().length]).toEqual(['DCM_UNAUTHORIZED', 2, 2]);
    });

    it('takes a 403 for final', async () => {
      dcm.answer = () => ({ status: 403, json: { error: 'forbidden' } });
      const { client } = await start();
      const error = await caught(client.call('customer-create', newCustomer, dcmScheme));
      expect([error.code, error.noEffect, calls().length]).toEqual(['DCM_FORBIDDEN', true, 1]);
    });

    it("uses the flow's address on our host, and the other field name", async () => {
      const action = `${dcm.url.origin}/dcm/kratos/own-action?flow=f2`;
      dcm.answerLogin = ({ method }) => (method === 'GET' ? { json: { id: 'f2', ui: { action } } } : undefined);
      const { client } = await start({
        employee: { login: 'op', password: PASSWORD, loginField: 'password_identifier' },
      });
      await client.call('identifiers-issue', {}, dcmScheme);
      const login = dcm.requests.find(({ method, path }) => method === 'POST' && path.startsWith('/kratos'));
      expect(login?.path).toBe('/kratos/own-action?flow=f2');
      expect(new URLSearchParams(login?.body).get('password_identifier')).toBe('op');
    });

    it('does not hammer after a refused log-in', async () => {
      dcm.password = 'changed';
      const { client } = await start();
      const first = await caught(client.call('customer-create', newCustomer, dcmScheme));
      const second = await caught(client.call('customer-create', newCustomer, dcmScheme));
      expect([first, second]).toMatchObject([
        { code: 'DCM_LOGIN_FAILED', reason: 'http_400', noEffect: true },
        { code: 'DCM_LOGIN_FAILED', reason: 'refused_before' },
      ]);
      expect(dcm.requests).toHaveLength(2);
    });

    it.each<[string, FakeDcm['answerLogin'], string]>([
      ['an answer that is no JSON', () => ({ text: '<html>' }), 'not_json'],
      ['an answer without a session', () => ({ json: { id: 'f', ui: {} } }), 'schema_mismatch'],
      ['a session that is no header value', () => ({ json: { id: 'f', session_token: 'a\nb' } }), 'schema_mismatch'],
      ['silence', () => 'hang', 'timeout'],
      ['a fault', () => ({ status: 500 }), 'http_500'],
    ])('fails on %s', async (name, answerLogin, reason) => {
      dcm.answerLogin = answerLogin;
      const { client } = await start(name === 'silence' ? IMPATIENT : {});
      const error = await caught(client.call('customer-create', newCustomer, dcmScheme));
      expect(error).toMatchObject({ code: 'DCM_LOGIN_FAILED', reason, noEffect: true });
      expect(calls()).toEqual([]);
    });

    it('needs an employee', async () => {
      const { client } = await start({ employee: undefined as never });
      expect((await caught(client.call('account-create', { account_kind: 'emission' }, dcmScheme))).code).toBe(
        'DCM_CONFIGURATION',
      );
    });
  });

  describe('platform calls', () => {
    it('carry a fresh request token on each attempt', async () => {
      dcm.answer = () => (calls().length < 2 ? { status: 503 } : { json: fixture('order-nbu-json.response') });
      const { client } = await start();
      const details = await client.call('order-nbu-json', undefined, { query: { id: 'o-1' } });
      expect(details.mcc).toBe(5999);
      const verifier = new DcmVerifier(new FixedKeySet([ourKey.publicJwk]));
      for (const request of calls()) await verifier.request(header(request, 'cx-authorization'));
      expect(calls().map(({ path }) => path)).toEqual(Array(2).fill('/api/v1/merchants/order/nbu/json?id=o-1'));
    });

    it('read null, blank and the word "null" of an order status as absent', async () => {
      dcm.answer = () => ({ json: fixture('order-status.response') });
      const { client } = await start();
      const status = await client.call('order-status', undefined, { query: { id: 'o-1' } });
      expect(status).toMatchObject({ status: 'Success', amount: 11 });
      expect(status.callback_guid).toBeUndefined();
      expect(calls()[0]?.headers['cx-authorization']).toBeUndefined();
    });

    it('verify an answer that is a token of DCM', async () => {
      dcm.answer = () => ({ text: rawToken(headerOf('dcm-1'), { linked: true }, dcmKey.privateKey) });
      const { client } = await start();
      expect(await client.call('alias-status', undefined, { query: { phone: '+380' } })).toEqual({ linked: true });
      dcm.answer = () => ({ text: rawToken(headerOf('dcm-1'), { linked: true }, ourKey.privateKey) });
      const error = await caught(client.call('p2p-payment-message-create', { jwt: 'x' }));
      expect(error).toMatchObject({ code: 'DCM_UNKNOWN_OUTCOME', reason: 'dcm_signature_invalid', noEffect: false });
    });

    it('name the first message of a duplicate', async () => {
      dcm.answer = () => ({ status: 400, json: fixture('payment-message.error-jti') });
      const { client, tokens } = await start();
      const jwt = await tokens.payload(fixture('payment-message.claims'));
      expect(await caught(client.call('payment-message-create', { jwt }))).toMatchObject({
        code: 'DCM_DUPLICATE',
        paymentMessageGuid: '9e4c0a71-2f8b-4d35-a6c9-13b7e5d0f842',
        noEffect: false,
      });
    });
  });

  describe('answers', () => {
    it.each<[string, FakeDcm['answer'], object]>([
      ['a refusal', () => ({ status: 400, json: fixture('error-400') }), { code: 'DCM_REFUSED', noEffect: true }],
      [
        'a question to us that we answered badly',
        () => ({
          status: 400,
          json: { error: 'failed to authorize operation: user_auth: response status code is not 200 but 404' },
        }),
        { code: 'DCM_REFUSED', callback: 'user_auth', callbackStatus: 404, message: /our answer to user_auth failed/ },
      ],
      [
        'an answer of ours without its key',
        () => ({ status: 400, json: { error: 'key: key is missing in the response body' } }),
        { code: 'DCM_REFUSED', callback: 'key', member: 'key', noEffect: true },
      ],
      [
        'a p2p code',
        () => ({ status: 400, json: { code: 'ORDER_IS_EXPIRED', message: 'x' } }),
        { dcmCode: 'ORDER_IS_EXPIRED' },
      ],
      [
        'prose as code',
        () => ({ status: 400, json: { code: 'Olena Sample +380' } }),
        { message: 'DCM answered HTTP 400' },
      ],
      ['not found', () => ({ status: 404 }), { code: 'DCM_NOT_FOUND' }],
      ['too many', () => ({ status: 429 }), { code: 'DCM_UNAVAILABLE', noEffect: true }],
      ['a fault', () => ({ status: 500 }), { code: 'DCM_UNKNOWN_OUTCOME', noEffect: false }],
      ['a redirect', () => ({ status: 302, headers: { Location: '/x' } }), { code: 'DCM_UNKNOWN_OUTCOME' }],
      ['HTML', () => ({ text: '<html>' }), { code: 'DCM_UNKNOWN_OUTCOME', reason: 'not_json' }],
      ['a stranger', () => ({ json: { ok: true } }), { code: 'DCM_UNKNOWN_OUTCOME', reason: 'schema_mismatch' }],
      ['silence', () => 'hang', { code: 'DCM_UNKNOWN_OUTCOME', reason: 'timeout', noEffect: false }],
      ['a reset', () => 'reset', { code: 'DCM_UNKNOWN_OUTCOME', reason: 'connection_reset' }],
      ['a megabyte', () => ({ text: 'x'.repeat(1_100_000) }), { code: 'DCM_UNKNOWN_OUTCOME', reason: 'too_large' }],
    ])('%s, after one attempt', async (name, answer, expected) => {
      dcm.answer = answer;
      const { client } = await start(name === 'silence' ? IMPATIENT : {});
      const error = await caught(client.call('customer-create', newCustomer, bank));
      expect(error).toMatchObject(expected);
      expect(inspect(error)).not.toContain('Olena');
      expect(calls()).toHaveLength(1);
    });

    it('nothing was sent where nobody listens', async () => {
      const { client } = await start();
      await dcm.stop();
      const error = await caught(client.call('customer-create', newCustomer, bank));
      expect(error).toMatchObject({ code: 'DCM_UNAVAILABLE', noEffect: true });
      dcm = await FakeDcm.start();
    });

    it('three attempts of a call that does no harm', async () => {
      dcm.answer = () => (calls().length === 1 ? 'reset' : { status: 429 });
      const { client } = await start();
      expect((await caught(client.listKeys(bank))).code).toBe('DCM_UNAVAILABLE');
      expect(calls()).toHaveLength(3);
    });

    it('a clock that differs is reported once a minute', async () => {
      dcm.answer = () => ({ json: { guid: 'g' }, headers: { Date: new Date(Date.now() - 90_000).toUTCString() } });
      const { client } = await start();
      await client.call('account-create', { account_kind: 'emission' }, bank);
      await client.call('account-create', { account_kind: 'emission' }, bank);
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ event: 'clock.differs' });
    });

    it('paths cannot be left', async () => {
      const { client } = await start();
      await caught(client.call('p2p-payment-message-status', undefined, { path: { guid: '../../x?y' } }));
      expect(calls()[0]?.path).toBe('/api/v1/p2p/payment-messages/..%2F..%2Fx%3Fy');
      const dots = client.call('p2p-payment-message-status', undefined, { path: { guid: '..' } });
      await expect(dots).rejects.toThrow(TypeError);
    });
  });

  describe('the JWK resource', () => {
    const { publicJwk } = ourKey;
    const record = (data: object) => ({
      guid: 'g-1',
      created_at: '2025-11-03T09:15:00+00:00',
      updated_at: 'text',
      data,
    });
    const registry = (data: object) => (request: SeenRequest) =>
      request.method === 'GET' ? { json: { keys: [record(data)] } } : { json: { guid: 'g-1' } };

    it('registers the public half and reads it back', async () => {
      dcm.answer = registry(publicJwk);
      const { client } = await start();
      await expect(client.createKey(publicJwk, bank)).resolves.toBe('g-1');
      expect(JSON.parse(calls()[0]!.body)).toEqual({ data: publicJwk });
    });

    it('replaces a record', async () => {
      dcm.answer = registry(publicJwk);
      const { client } = await start();
      await client.updateKey('g-1', publicJwk);
      expect(calls()[0]).toMatchObject({ method: 'PUT', path: `/api/v1/counterparty/${GUID}/jwk/g-1` });
    });

    describe('without an employee, over the record of the key that signs', () => {
      const nextKey = importSigningKey(aKey('next').privateKey, 'test-bank');
      /** One record, which verifies what is shown with the key that it holds at that moment. */
      const oneRecord = (loseAnswer = false): FakeDcm['answer'] => {
        let held = publicJwk;
        let lost = !loseAnswer;
        return ({ method, headers, body }) => {
          const [head = ''] = String(headers['cx-authorization']).split('.');
          const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
          if (kid !== held.kid) return UNAUTHORIZED;
          if (method !== 'PUT') return { json: { keys: [record(held)] } };
          held = (JSON.parse(body) as { data: RsaPublicJwk }).data;
          if (lost) return { json: {} };
          lost = true;
          return 'reset';
        };
      };
      const alone = (...keys: [typeof ourKey, ...(typeof ourKey)[]]) =>
        start({ employee: undefined as never, keys: new InMemorySigningKeys(...keys) });

      it('reads back with the key that the record holds now', async () => {
        dcm.answer = oneRecord();
        const { client } = await alone(ourKey);
        await expect(client.updateKey('g-1', nextKey)).resolves.toBeUndefined();
        expect(calls().map(({ method }) => method)).toEqual(['PUT', 'GET']);
      });

      it('finds the private half among the keys of the options', async () => {
        dcm.answer = oneRecord();
        const { client } = await alone(ourKey, nextKey);
        await expect(client.updateKey('g-1', nextKey.publicJwk)).resolves.toBeUndefined();
      });

      it('sees that it was done when the answer was lost', async () => {
        dcm.answer = oneRecord(true);
        const { client } = await alone(ourKey);
        await expect(client.updateKey('g-1', nextKey)).resolves.toBeUndefined();
      });

      it('is refused where the key that signs is not registered', async () => {
        dcm.answer = () => UNAUTHORIZED;
        const { client } = await alone(ourKey);
        expect((await caught(client.updateKey('g-1', nextKey))).code).toBe('DCM_UNAUTHORIZED');
      });
    });

    it.each([
      ['another key', { ...publicJwk, n: aKey('x').jwk.n }],
      ['another kid', { ...publicJwk, kid: 'x' }],
      ['nonsense', { kid: publicJwk.kid }],
    ])('notices when DCM stored %s', async (_, stored) => {
      dcm.answer = registry(stored);
      const { client } = await start();
      const error = await caught(client.createKey(publicJwk, bank));
      expect(error).toMatchObject({ code: 'DCM_INVALID_KEY', reason: 'stored_differently', noEffect: false });
    });

    it('never sends a private member', async () => {
      const { client } = await start();
      const whole = { ...ourKey.privateKey.export({ format: 'jwk' }), ...publicJwk } as RsaPublicJwk;
      const refusals = [await caught(client.createKey(whole, bank)), await caught(client.updateKey('g', whole, bank))];
      expect(refusals).toMatchObject([{ member: 'd' }, { member: 'd' }]);
      expect(dcm.requests).toEqual([]);
    });

    it('lists what the published answer holds', async () => {
      dcm.answer = () => ({ json: fixture('jwk-list.response') });
      const { client } = await start();
      const keys = await client.listKeys(bank);
      expect(keys.map(({ jwk }) => jwk?.kid)).toEqual(['54321', 'bank-vector-a']);
      expect(keys[0]?.updatedAt).toEqual(new Date('2025-11-03T09:15:00Z'));
    });

    it.each<[string, FakeDcm['answer'], boolean]>([
      ['200', () => ({ json: { session_token: 'sim-session' } }), true],
      ['400', () => ({ status: 400, json: { error: 'x' } }), false],
      ['401', () => UNAUTHORIZED, false],
    ])('a dry run that is answered %s', async (_, answer, accepted) => {
      dcm.answer = answer;
      const { client, tokens } = await start();
      const token = await tokens.authorization(bank);
      await expect(client.authenticate(token)).resolves.toBe(accepted);
      expect(header(calls()[0], 'cx-authorization')).toBe(token);
      expect(calls()[0]).toMatchObject({ method: 'POST', body: '' });
    });

    it.each<[string, FakeDcm['answer']]>([
      ['a fault', () => ({ status: 500 })],
      ['HTML of a proxy', () => ({ text: '<html>' })],
      ['silence', () => 'hang'],
    ])('a dry run proves nothing after %s', async (name, answer) => {
      dcm.answer = answer;
      const { client } = await start(name === 'silence' ? IMPATIENT : {});
      expect((await caught(client.authenticate('a.b.c'))).code).toBe('DCM_UNKNOWN_OUTCOME');
    });
  });

  it('no error and no object prints a token, a session, a password or a private member', async () => {
    const { client, tokens } = await start();
    dcm.answer = () => UNAUTHORIZED;
    const errors = [await caught(client.call('customer-create', newCustomer, dcmScheme))];
    errors.push(await caught(client.call('customer-create', newCustomer, bank)));
    errors.push(await caught(client.authenticate('bad\ntoken-canary')));
    dcm.answer = () => 'reset';
    errors.push(await caught(client.call('order-create', undefined, { query: { jwt: 'token-canary' } })));
    dcm.password = 'changed';
    dcm.session = 'ended';
    errors.push(await caught(client.call('customer-create', newCustomer, dcmScheme)));
    const printed = inspect([errors, client, tokens, events], { depth: 12, showHidden: true, getters: true });
    const { d = '' } = ourKey.privateKey.export({ format: 'jwk' });
    const sent = dcm.requests.flatMap(({ headers }) => [headers['cx-authorization'], headers.authorization]);
    const secrets = [PASSWORD, d, 'token-canary', 'employee-session', ...sent.filter((text) => text !== undefined)];
    for (const secret of secrets) expect(printed).not.toContain(secret);
    expect(JSON.stringify([errors, client])).not.toContain('canary');
  });
});
