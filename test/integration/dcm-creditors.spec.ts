import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { aKey, hmacToken, rawToken, type TestKey } from '../../libs/dcm/test/raw-token.js';
import { FakeDcm } from '../../libs/dcm/src/testing/fake-dcm.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';
import { until } from '../support/until.js';

type Json = Readonly<Record<string, unknown>>;

const ACCOUNT = `UA${'7'.repeat(27)}`;
const OWNER = { name: 'Олена Канарка', taxNumber: '3126509874' };
const now = (): number => Math.floor(Date.now() / 1_000);

describe('what other banks may be told of our accounts, and what an operator asks of DCM', () => {
  const dcmKey = aKey('dcm-1');
  const bankKey = aKey('bank-1');
  const stranger = aKey('dcm-1');
  let dcm: FakeDcm;
  let database: MigratedDatabase;
  let gateway: WholeGateway;

  beforeAll(async () => {
    dcm = await FakeDcm.start();
    dcm.jwks = { keys: [dcmKey.jwk] };
    database = await createMigratedDatabase();
    const env = {
      DCM_BASE_URL: dcm.url.href,
      DCM_COUNTERPARTY_GUID: randomUUID(),
      DCM_BANK_CODE: '999992',
      DCM_KEY_WRAP: 'oaep-sha256',
    };
    gateway = await startGateway(database, { env });
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
    await dcm.stop();
  });

  const ops = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) =>
    gateway.call(method, `/ops/dcm/${path}`, { key: OPS_KEY, ...(body && { body }) });
  const signed = (claims: object, key: TestKey = dcmKey): string =>
    rawToken({ alg: 'RS256', kid: key.jwk.kid, typ: 'JWT' }, claims, key.privateKey);
  const requestToken = (over: Json = {}, key = dcmKey): string =>
    signed({ iat: now(), jti: randomUUID(), ...over }, key);
  const keyToken = (key = dcmKey): string => signed({ public_key: bankKey.jwk }, key);
  const ask = async ({ account = ACCOUNT, token = requestToken(), publicKey = keyToken() } = {}) => {
    const query = new URLSearchParams({ account, public_key: publicKey });
    const headers = { 'cx-authorization': token };
    return (await gateway.call('GET', `/dcm/creditor-data?${query.toString()}`, { headers })).status;
  };
  const decisions = async (): Promise<readonly Json[]> =>
    (await ops('GET', 'decisions')).body['data'] as readonly Json[];
  const audited = (action: string) =>
    database.query<{ detail: Json }>('SELECT detail FROM audit_entry WHERE action = $1 ORDER BY id', [action]);

  it('receivers are kept once, sealed, and shown without their owners', async () => {
    const added = await ops('POST', 'receivers', { account: ACCOUNT, ...OWNER });
    expect(added.status).toBe(201);
    const id = added.body['id'];
    expect(await ops('POST', 'receivers', { account: ACCOUNT, ...OWNER })).toMatchObject({
      ...{ status: 409, body: { code: 'DCM_ENTRY_EXISTS' } },
    });
    const wrong = await ops('POST', 'receivers', { account: 'UA1', ...OWNER });
    expect(wrong.status).toBe(400);
    const { body } = await ops('GET', 'receivers');
    expect(body['data']).toEqual([{ id, account: ACCOUNT, createdAt: expect.any(String) as string, disabledAt: null }]);
    const stored = JSON.stringify(await database.query('SELECT t::text AS row FROM dcm_receiver t'));
    const trail = JSON.stringify(await database.query('SELECT detail::text AS row FROM audit_entry'));
    for (const value of Object.values(OWNER)) expect(stored + trail).not.toContain(value);
    expect(await audited('dcm_receiver.add')).toEqual([{ detail: { receiver: id } }]);
  });

  it('nobody is told of an account that is unknown, disabled or no account', async () => {
    const [{ id }] = (await ops('GET', 'receivers')).body['data'] as [{ id: string }];
    expect(await ask({ account: `UA${'8'.repeat(27)}` })).toBe(404);
    expect(await ask({ account: "UA' OR 1=1" })).toBe(404);
    expect((await ops('PATCH', `receivers/${id}`, { disabled: true })).status).toBe(204);
    expect(await ask()).toBe(404);
    expect((await ops('PATCH', `receivers/${id}`, { disabled: false })).status).toBe(204);
    expect(await ask()).toBe(503); // known again; nothing can be signed before DCM has taken our key
    expect(await ops('PATCH', 'receivers/rcv_0', { disabled: true })).toMatchObject({
      ...{ status: 404, body: { code: 'DCM_ENTRY_NOT_FOUND' } },
    });
    expect(await audited('dcm_receiver.disable')).toEqual([{ detail: { receiver: id } }]);
    expect(await audited('dcm_receiver.enable')).toEqual([{ detail: { receiver: id } }]);
  });

  it('nor does anybody but DCM ask, and each refusal is noted without the account', async () => {
    const spki = dcmKey.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const used = requestToken();
    await ask({ token: used });
    const attacks: readonly [string, Parameters<typeof ask>[0]][] = [
      ['no token', { token: '' }],
      ['a token that was used', { token: used }],
      ['an old token', { token: requestToken({ iat: now() - 3_600 }) }],
      ['a token of somebody else', { token: requestToken({}, stranger) }],
      ['alg none', { token: requestToken().replace(/^[^.]+/, Buffer.from('{"alg":"none"}').toString('base64url')) }],
      [
        'a MAC',
        { token: hmacToken({ alg: 'HS256', kid: 'dcm-1', typ: 'JWT' }, { iat: now(), jti: randomUUID() }, spki) },
      ],
      ['no key', { publicKey: '' }],
      ['a key that DCM did not sign', { publicKey: keyToken(stranger) }],
      ['a key that is none', { publicKey: signed({ public_key: { kty: 'EC' } }) }],
    ];
    for (const [what, question] of attacks) expect([what, await ask(question)]).toEqual([what, 401]);
    const refused = async (): Promise<readonly Json[]> =>
      (await decisions()).filter(({ call, allowed }) => call === 'creditor_data' && allowed === false);
    await until('the refusals are noted', async () => (await refused()).length >= attacks.length);
    const noted = await decisions();
    expect(JSON.stringify(noted)).not.toContain(ACCOUNT);
  });

  it('an operation of an operator is noted, whether DCM did it or not, and checked before DCM is asked', async () => {
    const call = (body: object) => ops('POST', 'operations', body);
    const before = dcm.requests.length;
    expect((await call({ operation: 'order-status' })).status).toBe(502); // an answer that says nothing
    dcm.answer = () => ({
      json: JSON.parse(readFileSync('test/fixtures/dcm/order-status.response.json', 'utf8')) as Json,
    });
    expect(await call({ operation: 'order-status' })).toMatchObject({ status: 200, body: { scheme: 'request' } });
    expect(await call({ operation: 'nothing' })).toMatchObject({ status: 400 });
    expect(await call({ operation: 'jwk-list' })).toMatchObject({ status: 400 });
    expect(await call({ operation: 'jwk-list', scheme: 'bank' })).toMatchObject({ status: 400 });
    expect(await call({ operation: 'p2p-payment-message-status' })).toMatchObject({
      ...{ status: 400, body: { code: 'DCM_PATH_INCOMPLETE' } },
    });
    expect(dcm.requests.length).toBe(before + 2);
    expect((await audited('dcm.call')).map(({ detail }) => [detail['operation'], detail['outcome']])).toEqual([
      ['order-status', 'DCM_UNKNOWN_OUTCOME'],
      ['order-status', 'done'],
      ['p2p-payment-message-status', 'DCM_PATH_INCOMPLETE'],
    ]);
  });
});
