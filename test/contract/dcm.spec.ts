import { randomUUID, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Test, type TestingModule } from '@nestjs/testing';
import { format, resolveConfig } from 'prettier';
import {
  type CallbackName,
  DcmCallbacks,
  DcmClient,
  DcmModule,
  DcmTokens,
  generateSigningKey,
  InMemorySigningKeys,
  JwksCache,
  openPersonalData,
  OPERATIONS,
  readCallback,
  readNotice,
  type SigningKey,
  thumbprintOf,
} from '#libs/dcm';
import { parseCounterparty } from '../../apps/simulator/src/dcm/counterparties.js';
import { type Simulator, startSimulator } from '../../apps/simulator/src/start-simulator.js';
import { PartyServer } from '../../apps/simulator/test/dcm-party.js';
import { createMigratedDatabase, type MigratedDatabase } from '../integration/gateway-parts.js';
import { OPS_KEY, startGateway, type WholeGateway } from '../integration/whole-gateway.js';
import { FakeDcm } from '../../libs/dcm/src/testing/fake-dcm.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { Coverage, ENDPOINTS, exampleClaims, fixture, lacking } from './dcm-coverage.js';

type Json = Readonly<Record<string, unknown>>;

const DOCUMENT = 'docs/dcm-coverage.md';
const [PAYER, PAYEE, SHOP] = [randomUUID(), randomUUID(), randomUUID()];
const CODES = { payer: '999991', payee: '999992' } as const;
const IBANS = { payer: 'UA309999910000026001000000101', payee: 'UA979999920000026002000000202' } as const;
const anEmployee = (login: string) => ({ login, password: 'Test-only-1!', roles: ['Administrator'] });
const CLERKS = { payer: anEmployee('payer@bank.example'), payee: anEmployee('payee@bank.example') } as const;

/**
 * Two banks at DCM: the gateway, and another one that is libs/dcm and a bare server. Each endpoint of the reference is
 * called with its published example where there is one, and read by the other side.
 */
describe('every endpoint of DCM', () => {
  const coverage = new Coverage();
  const covers = (id: string, cells: Parameters<Coverage['add']>[2]): void => {
    coverage.add(expect.getState().currentTestName?.replace('every endpoint of DCM ', '') ?? '', id, cells);
  };
  /** What the other bank answers, as published. */
  const answers: Record<string, string> = {
    '/auth/user_auth': JSON.stringify(fixture('user-auth.response')),
    '/auth/key': JSON.stringify(fixture('key.response')),
    '/auth/external_id': JSON.stringify(fixture('external-id.response')),
  };
  const payer = new PartyServer((path) => answers[path.split('?', 1)[0] ?? '']);
  let simulator: Simulator;
  let gateway: WholeGateway;
  let database: MigratedDatabase;
  let gatewayUrl: string;
  let key: SigningKey;
  let bank: TestingModule;
  let client: DcmClient;
  let tokens: DcmTokens;

  beforeAll(async () => {
    await payer.start();
    gatewayUrl = `http://127.0.0.1:${await freePort()}`;
    key = await generateSigningKey('test-payer');
    const callbacksAt = (base: string, register: string) => ({
      callbackUrls: {
        ...{ payIn: `${base}/pay-in`, payOut: `${base}/pay-out`, credit: `${base}/credit` },
        grossSettlement: `${base}/${register}`,
      },
    });
    const merchant = {
      jwksUrl: `${gatewayUrl}/.well-known/jwks.json`,
      callbackUrl: `${gatewayUrl}/callbacks/dcm/merchant`,
    };
    const counterparties = [
      {
        ...{ guid: PAYER, name: 'Payer', bic: CODES.payer, authServiceUrl: `${payer.url}/auth`, notifyUrl: payer.url },
        creditorDataUrl: `${payer.url}/creditor`,
        ...{ firstJwk: key.publicJwk, employees: [CLERKS.payer], ...callbacksAt(payer.url, 'register') },
      },
      {
        ...{ guid: PAYEE, name: 'Payee', bic: CODES.payee, authServiceUrl: `${gatewayUrl}/dcm/auth` },
        ...{ notifyUrl: gatewayUrl, creditorDataUrl: `${gatewayUrl}/dcm/creditor-data`, employees: [CLERKS.payee] },
        ...callbacksAt(`${gatewayUrl}/callbacks/dcm`, 'gross-settlement'),
        merchants: [{ uid: SHOP, account: IBANS.payee, ...merchant }],
      },
    ].map(parseCounterparty);
    simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [], counterparties, strict: false });
    database = await createMigratedDatabase();
    const env = {
      ...{ ROLE: 'all', DCM_BASE_URL: `${simulator.url}/dcm`, DCM_COUNTERPARTY_GUID: PAYEE },
      ...{ DCM_EMPLOYEE_LOGIN: CLERKS.payee.login, DCM_EMPLOYEE_PASSWORD: CLERKS.payee.password },
      ...{ DCM_BANK_CODE: CODES.payee, DCM_MERCHANT_UID: SHOP, DCM_KEY_WRAP: 'oaep-sha256' },
    };
    gateway = await startGateway(database, { env });
    await gateway.app.listen(Number(new URL(gatewayUrl).port), '127.0.0.1');
    bank = await Test.createTestingModule({
      imports: [
        DcmModule.forRoot({
          baseUrl: new URL(`${simulator.url}/dcm`),
          counterpartyGuid: PAYER,
          keys: new InMemorySigningKeys(key),
          employee: CLERKS.payer,
        }),
      ],
    }).compile();
    await bank.init();
    [client, tokens] = [bank.get(DcmClient), bank.get(DcmTokens)];
    await until('the key of the gateway signs', async () =>
      ((await ops('GET', 'keys'))['keys'] as readonly Json[]).some(({ status }) => status === 'signing'),
    );
    await ops('POST', 'subjects', { sub: CLERKS.payee.login });
    for (const login of ['keykeeper-identification', 'keykeeper-processing', 'cust-000042', 'operator@bank.example'])
      await ops('POST', 'objects', { login, firstName: 'Olena', lastName: 'Sample' });
    for (const flow of ['sign-in', 'sign-up', 'sign-up-processing', 'sign-up-emission'])
      await ops('POST', 'rules', { sub: '*', flow, object: '*' });
  }, 60_000);
  afterAll(async () => {
    await bank.close();
    await gateway.app.close();
    await simulator.close();
    payer.stop();
    await database.drop();
  });

  const ops = async (method: string, path: string, body?: object): Promise<Json> => {
    const headers = { authorization: `Bearer ${OPS_KEY}`, ...(body && { 'content-type': 'application/json' }) };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${gatewayUrl}/ops/dcm/${path}`, init);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as Json;
  };
  /** An operation that the gateway runs for an operator. */
  const operate = async (operation: string, over: object = {}): Promise<Json> =>
    (await ops('POST', 'operations', { operation, ...over }))['answer'] as Json;
  const control = async (path: string, body: object = {}): Promise<Json> => {
    const answer = await fetch(`${simulator.url}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as Json;
  };
  /** The gateway's own tokens: it is a merchant here, too. */
  const ours = (): DcmTokens => gateway.app.get(DcmTokens, { strict: false });
  const kept = (kind: string, subject: string) =>
    database.query<{ outcome: string | null }>('SELECT outcome FROM dcm_callback WHERE kind = $1 AND subject = $2', [
      kind,
      subject,
    ]);
  const untilKept = (kind: string, subject: string, outcome = 'verified'): Promise<unknown> =>
    until(`${kind} ${subject} is ${outcome}`, async () => (await kept(kind, subject))[0]?.outcome === outcome, 15_000);
  /** A claims set signed by DCM itself, as the simulator holds its key. */
  const byDcm = (claims: object): string => {
    const { kid, privateKey } = simulator.bank.dcm.keys.signer();
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${encode({ alg: 'RS256', kid, typ: 'JWT' })}.${encode(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
  };
  /** A published callback from DCM to the gateway. @returns the status */
  const tell = async (address: string, claims: object): Promise<number> => {
    const token = byDcm({ iat: Math.floor(Date.now() / 1_000), jti: randomUUID() });
    const headers = { 'cx-authorization': token, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ jwt: byDcm(claims) }) };
    return (await fetch(`${gatewayUrl}/callbacks/dcm/${address}`, init)).status;
  };
  /** What DCM sent to the other bank, read by the library: from the latest back. */
  const receivedAt = (path: string) => payer.received.findLast((received) => received.path === path);
  const untilReceived = (path: string) =>
    until(`DCM calls ${path}`, () => Promise.resolve(receivedAt(path) !== undefined));
  const read = async (path: string, name: CallbackName): Promise<Json> => {
    await untilReceived(path);
    const { token = '', type = '', body = '' } = receivedAt(path) ?? {};
    const callback = { requestToken: token, contentType: type, body: Buffer.from(body) };
    return readCallback(name, await bank.get(DcmCallbacks).verify(callback));
  };
  const newOrder = async (over: object = {}, query: object = {}): Promise<Json> => {
    const exp = Math.floor(Date.now() / 1_000) + 900;
    const claims = { ...exampleClaims('order.claims'), sub: SHOP, ref: randomUUID(), amt: 5, exp, ...over };
    return operate('order-create', { query: { jwt: await ours().order(claims as never), ...query } });
  };
  const aMessage = (over: object): Json => ({
    ...exampleClaims('payment-message.claims'),
    ...{ jti: randomUUID(), payment_message_external_id: randomUUID(), ...over },
  });

  it('keys: registered, listed, replaced and tried', async () => {
    const { data } = fixture('jwk-create.request') as { data: typeof key.publicJwk };
    const guid = await client.createKey(data);
    const list = await client.call('jwk-list', undefined, { scheme: 'dcm' });
    expect(lacking('jwk-list', list)).toEqual([]);
    const stored = (await client.listKeys()).find((record) => record.guid === guid);
    expect(stored?.jwk && thumbprintOf(stored.jwk)).toBe('Cuz1Tr_a8P_GhYC6xFtlLytyRFGA9AWqf70g-foWOQA');
    const { data: next } = fixture('jwk-update.request') as { data: typeof key.publicJwk };
    await client.updateKey(guid, next);
    const claims = exampleClaims('claims-sign-in') as { flow: 'sign-in'; obj: string; sub: string };
    const token = await tokens.authorization({ flow: claims.flow, obj: claims.obj, sub: claims.sub });
    expect(await client.authenticate(token)).toBe(true);
    expect(await client.authenticate(`${token}x`)).toBe(false);
    await ops('POST', 'keys/replace', {}); // the gateway's own record
    const ownList = await operate('jwk-list', { scheme: 'dcm' });
    expect(lacking('jwk-list', ownList)).toEqual([]);
    const both = { lib: 'calls', simulator: 'answers', gateway: 'calls' } as const;
    covers('jwk-create', { ...both, example: 'jwk-create.request' });
    covers('jwk-list', both);
    covers('jwk-update', { ...both, example: 'jwk-update.request' });
    covers('jwk-authenticate', { ...both, example: 'claims-sign-in' });
  });

  it('DCM’s own keys and an employee’s log-in', async () => {
    const jwks = await (await fetch(`${simulator.url}/dcm/api/v1/.well-known/jwks.json`)).json();
    expect(lacking('dcm-jwks', jwks)).toEqual([]);
    const logIn = `${simulator.url}/dcm/kratos/self-service/login`;
    const flow = (await (await fetch(`${logIn}/api`)).json()) as { id: string };
    const { fields } = fixture('login-submit.request') as { fields: Record<string, string> };
    const form = new URLSearchParams({ ...fields, identifier: CLERKS.payer.login });
    const session = await (await fetch(`${logIn}?flow=${flow.id}`, { method: 'POST', body: form })).json();
    expect([lacking('login-flow-create', flow), lacking('login-submit', session)]).toEqual([[], []]);
    // the library logs the employee in by itself
    expect(await client.call('customer-list', undefined, { scheme: 'dcm' })).toEqual({ customers: [] });
    const both = { lib: 'calls', simulator: 'answers', gateway: 'calls' } as const;
    covers('dcm-jwks', { ...both, lib: 'reads' });
    covers('login-flow-create', both);
    covers('login-submit', { ...both, example: 'login-submit.request' });
  });

  it('operations of a bank, and what DCM asks it before each', async () => {
    const employee = await operate('employee-create', { scheme: 'dcm', body: fixture('employee-create.request') });
    const customer = await operate('customer-create', { scheme: 'dcm', body: fixture('customer-create.request') });
    const account = await operate('account-create', { scheme: 'dcm', body: { account_kind: 'emission' } });
    const amounts = { amount: 100, asset_code: 'UAH' };
    await operate('identifiers-issue', { scheme: 'dcm', body: amounts });
    expect(lacking('employee-create', employee)).toEqual([]);
    expect(lacking('customer-create', customer)).toEqual([]);
    expect(lacking('account-create', account)).toEqual([]);
    const asked = simulator.bank.ledger.find({ kind: 'dcm.callback' }).filter(({ httpStatus }) => httpStatus === 200);
    expect(new Set(asked.map(({ call }) => call))).toEqual(new Set(['user_auth', 'external_id', 'key']));
    const both = { lib: 'calls', simulator: 'answers', gateway: 'calls' } as const;
    for (const id of ['employee-create', 'customer-create']) covers(id, { ...both, example: `${id}.request` });
    for (const id of ['account-create', 'identifiers-issue']) covers(id, both);
    for (const [id, example] of [
      ['bank-user-auth', 'user-auth.response'],
      ['bank-key', 'key.response'],
      ['bank-external-id', 'external-id.response'],
    ] as const)
      covers(id, { lib: 'verifies', simulator: 'calls', gateway: 'serves', example }); // as the other bank answers it
  });

  it('notices of balances, which are read back', async () => {
    const customer = { asset_code: 'UAH', asset_issuer: 'issuer' };
    const account = async (login: string): Promise<string> => {
      await ops('POST', 'objects', { login });
      return (await operate('customer-create', { scheme: 'dcm', body: { ...customer, login } }))['guid'] as string;
    };
    const [one, other] = [await account('one'), await account('other')];
    const foreign = (await client.call('customer-create', { ...customer, login: 'foreign' }, { scheme: 'dcm' })).guid;
    const move = async (sender_id: string, receiver_id: string): Promise<string> => {
      const body = { sender_id, receiver_id, amount: 1 };
      return (await operate('transfer-create', { scheme: 'dcm', body }))['transaction_id'] as string;
    };
    await untilKept('notify-transfer', await move(one, other), 'confirmed');
    await untilKept('notify-pay-out', await move(one, foreign), 'confirmed');
    await untilReceived('/api/dcm/notify/pay-in');
    const body = Buffer.from(receivedAt('/api/dcm/notify/pay-in')?.body ?? '');
    expect(readCallback('notify-pay-in', readNotice(body)).transaction_id).toMatch(/^[0-9a-f-]{36}$/u);
    const back = { sender_id: foreign, receiver_id: one, amount: 1 };
    const { transaction_id: id } = await client.call('transfer-create', back, { scheme: 'dcm' });
    await untilKept('notify-pay-in', id, 'confirmed');
    const example = fixture('notify.request');
    for (const notice of ['pay-in', 'pay-out', 'transfer']) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(example) };
      expect((await fetch(`${gatewayUrl}/api/dcm/notify/${notice}`, init)).status).toBe(200);
      await untilKept(`notify-${notice}`, String(example['transaction_id']), 'refuted TRANSFER_UNKNOWN');
      covers(`bank-notify-${notice}`, {
        lib: 'reads',
        simulator: 'calls',
        gateway: 'keeps',
        example: 'notify.request',
      });
    }
  }, 60_000);

  it('orders of a merchant, whose keys DCM fetches from the gateway', async () => {
    const order = await newOrder();
    const custom = await newOrder({}, { custom: 'true' });
    expect([lacking('order-create', order), lacking('order-create-custom', custom)]).toEqual([[], []]);
    const page = await fetch(String(order['link_qr']));
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const query = { id: String(order['id']) };
    const details = await client.call('order-nbu-json', undefined, { query });
    const status = await client.call('order-status', undefined, { query });
    expect([lacking('order-nbu-json', details), details.uid]).toEqual([[], SHOP]);
    expect(status.status).toBe('Created');
    const raw = await fetch(`${simulator.url}/dcm/api/v1/merchants/order/status?id=${query.id}`);
    expect(lacking('order-status', await raw.json())).toEqual([]);
    const unknown = client.call('order-nbu-json', undefined, { query: { id: randomUUID() } });
    await expect(unknown).rejects.toMatchObject({ code: 'DCM_REFUSED', httpStatus: 400 });
    const both = { lib: 'calls', simulator: 'answers', gateway: 'calls' } as const;
    for (const id of ['order-create', 'order-create-custom']) covers(id, { ...both, example: 'order.claims' });
    covers('order-page', { lib: 'reads', simulator: 'answers' });
    covers('order-nbu-json', { ...both, example: 'order-nbu-json.error' });
    covers('order-status', both);
    covers('merchant-jwks', { lib: 'answers', simulator: 'calls', gateway: 'serves' });
  });

  it('a payment message, and all who are told of it', async () => {
    const order_id = String((await newOrder())['id']);
    const claims = aMessage({ order_id });
    const made = await client.call('payment-message-create', { jwt: await tokens.payload(claims) });
    expect(lacking('payment-message-create', made)).toEqual([]);
    const twice = client.call('payment-message-create', { jwt: await tokens.payload(claims) });
    await expect(twice).rejects.toMatchObject({ code: 'DCM_DUPLICATE', paymentMessageGuid: made.guid });
    await untilKept('pay-in-bank', made.guid);
    await untilKept('credit-bank', made.guid);
    await untilKept('pay-in-merchant', made.guid, 'confirmed');
    const payOut = await read('/pay-out', 'pay-out-bank');
    expect(payOut).toMatchObject({ payment_message_guid: made.guid, status: 'success' });
    const requestToken = byDcm({ iat: Math.floor(Date.now() / 1_000), jti: randomUUID() });
    const body = Buffer.from(byDcm(exampleClaims('callback-pay-out-bank.claims')));
    const published = await bank.get(DcmCallbacks).verify({ requestToken, contentType: 'text/plain', body });
    expect(readCallback('pay-out-bank', published).reason).toContain('approved');
    const path = { payment_message_guid: made.guid };
    const status = await client.call('payment-message-status', undefined, { path });
    expect([status.status, lacking('payment-message-status', status)]).toEqual(['Success', []]);
    const told = { lib: 'verifies', simulator: 'calls', gateway: 'keeps' } as const;
    for (const [id, address, example] of PUBLISHED) {
      expect([id, await tell(address, exampleClaims(example))]).toEqual([id, 200]);
      covers(id, { ...told, example });
    }
    covers('callback-pay-out-bank', { ...told, example: 'callback-pay-out-bank.claims' });

    const onUs = aMessage({ order_id: (await newOrder())['id'], debtor_agent_bic: CODES.payee });
    const own = await operate('payment-message-create', { body: { jwt: await ours().payload(onUs) } });
    await untilKept('pay-out-bank', String(own['guid']));
    const ownStatus = await operate('payment-message-status', { path: { payment_message_guid: own['guid'] } });
    expect(ownStatus['status']).toBe('Success');
    const both = { lib: 'calls', simulator: 'answers', gateway: 'calls' } as const;
    covers('payment-message-create', { ...both, example: 'payment-message.claims' });
    covers('payment-message-status', both);
  }, 60_000);

  const PUBLISHED = [
    ['callback-pay-in-bank', 'pay-in', 'callback-pay-in-bank.claims'],
    ['callback-credit-bank', 'credit', 'callback-pay-in-bank.claims'],
    ['callback-pay-in-merchant', 'merchant', 'callback-pay-in-merchant.claims'],
    ['callback-gross-settlement', 'gross-settlement', 'callback-gross-settlement.claims'],
  ] as const;

  it('a p2p payment: the receiver’s data, the message, its pay-out and the register', async () => {
    await ops('POST', 'receivers', { account: IBANS.payee, name: 'Олена Приклад', taxNumber: '0000000000' });
    const asked = { initiatorGuid: PAYER, recipientGuid: PAYEE, account: IBANS.payee };
    const { creditor } = (await control('dcm/p2p/orders', asked)) as { creditor: { claims: Json } };
    const { name, tax_number, encryption } = creditor.claims as Record<'name' | 'tax_number', string> & {
      encryption: { nonce: string; encrypted_key: string };
    };
    const opened = openPersonalData({ name, tax_number }, encryption, {
      privateKey: key.privateKey,
      wrap: 'oaep-sha256',
    });
    expect(opened).toEqual({ name: 'Олена Приклад', tax_number: '0000000000' });
    expect(lacking('bank-creditor-data', creditor.claims)).toEqual([]);

    answers['/creditor'] = await tokens.payload(exampleClaims('creditor-data.response'));
    const { id, creditor: published } = await control('dcm/p2p/orders', {
      initiatorGuid: PAYEE,
      recipientGuid: PAYER,
      account: IBANS.payer,
    });
    expect(published).toEqual({ httpStatus: 200, claims: exampleClaims('creditor-data.response') });
    const claims = aMessage({
      ...{ order_id: id, pm_type: 'p2p', debtor_agent_bic: CODES.payee, creditor_agent_bic: CODES.payer },
      ...{
        creditor: { ...(exampleClaims('payment-message.claims')['creditor'] as Json), creditor_account: IBANS.payer },
      },
    });
    const made = await operate('p2p-payment-message-create', { body: { jwt: await ours().payload(claims) } });
    const guid = String(made['guid']);
    await untilKept('pay-out-bank', guid);
    expect(await read('/pay-in', 'pay-in-bank')).toMatchObject({ payment_message_guid: guid });
    expect(await operate('p2p-payment-message-status', { path: { guid } })).toMatchObject({ guid, status: 'Success' });
    const foreign = client.call('p2p-payment-message-create', { jwt: await tokens.payload(claims) });
    await expect(foreign).rejects.toMatchObject({ code: 'DCM_REFUSED', dcmCode: 'ORDER_NOT_FOUND' });

    const { registers } = (await control('dcm/settle')) as { registers: readonly string[] };
    expect(registers.length).toBeGreaterThan(0);
    for (const register of registers) await untilKept('gross-settlement', `${register} Sent`);
    expect(await read('/register', 'gross-settlement')).toMatchObject({ status: 'Sent', currency: 'UAH' });

    const both = { lib: 'calls', simulator: 'answers', gateway: 'calls' } as const;
    covers('p2p-payment-message-create', { ...both, example: 'payment-message.claims' });
    covers('p2p-payment-message-status', both);
    const example = 'creditor-data.response';
    covers('bank-creditor-data', { lib: 'answers', simulator: 'calls', gateway: 'serves', example });
  }, 60_000);

  it('aliases: linked, looked up and unlinked', async () => {
    const example = fixture('alias-update.request') as { phone: string; account: string };
    const { phone, account } = example;
    const linked = async (): Promise<unknown> =>
      (await operate('alias-status', { query: { phone, account } }))['linked'];
    await operate('alias-update', { body: example });
    expect(await linked()).toBe(true);
    await client.call('alias-update', { ...example, linked: false });
    expect(await linked()).toBe(false);
    const both = { lib: 'calls', simulator: 'answers', gateway: 'calls' } as const;
    covers('alias-update', { ...both, example: 'alias-update.request' });
    covers('alias-status', both);
  });

  it('an order that expires, and an expiration that did not happen', async () => {
    const body = JSON.stringify(fixture('callback-order-expiration.request'));
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body };
    expect((await fetch(`${gatewayUrl}/callbacks/dcm/merchant`, init)).status).toBe(200);
    const { order_id } = JSON.parse(body) as { order_id: string };
    await untilKept('order-expiration', order_id, 'refuted ORDER_UNKNOWN');
    const { id } = await newOrder();
    await simulator.bank.clock.advance(901_000);
    await untilKept('order-expiration', String(id), 'confirmed');
    const example = 'callback-order-expiration.request';
    covers('callback-order-expiration', { lib: 'reads', simulator: 'calls', gateway: 'keeps', example });
  }, 60_000);

  it('the oldest guide’s log-in of customers is refused, on purpose', async () => {
    const url = `${simulator.url}/dcm/api/v1/counterparty/${PAYEE}/customers/auth`;
    const answer = await fetch(url, { method: 'POST', headers: { 'x-auth-token': 'x' }, body: '{}' });
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.any(String) }]);
    expect(Object.values(OPERATIONS).map(({ path }) => path)).not.toContainEqual(
      expect.stringContaining('customers/auth'),
    );
    covers('legacy-customer-auth', { lib: 'refuses', simulator: 'refuses' });
  });

  it('published answers are read by the library', async () => {
    const dcm = await FakeDcm.start();
    dcm.jwks = fixture('dcm-jwks.response');
    dcm.answerLogin = ({ method }) => ({
      json: fixture(method === 'GET' ? 'login-flow.response' : 'login-submit.response'),
    });
    const bankOptions = { baseUrl: dcm.url, counterpartyGuid: PAYER, employee: CLERKS.payer };
    const module = await Test.createTestingModule({
      imports: [DcmModule.forRoot({ ...bankOptions, keys: new InMemorySigningKeys(key) })],
    }).compile();
    await module.init();
    const { keys } = fixture('dcm-jwks.response') as { keys: readonly { kid: string }[] };
    expect(module.get(JwksCache).kids()).toEqual(keys.map(({ kid }) => kid));
    const reader = module.get(DcmClient);
    for (const [id, name] of PUBLISHED_ANSWERS) {
      const answer = fixture(`${name}.response`);
      dcm.answer = () => ({ json: answer });
      const callOptions = { scheme: 'dcm', path: { jwk_guid: 'g', payment_message_guid: 'g' } } as const;
      const found = (await reader.call(id as 'jwk-list', undefined, callOptions)) as Json;
      expect([id, found]).toEqual([id, expect.objectContaining(withoutBlanks(answer))]);
    }
    dcm.answer = () => ({ json: fixture('jwk-authenticate.response') });
    expect(await reader.authenticate('a.b.c')).toBe(true);
    await module.close();
    await dcm.stop();
    for (const [id, example] of READ_ONLY_THERE) coverage.addExample(id, example);
  });

  it('is in the table of docs/dcm-coverage.md, as these tests found it', async () => {
    expect([ENDPOINTS.length, coverage.missing()]).toEqual([37, []]);
    const text = await format(`${PREFACE}\n${coverage.table()}`, {
      ...(await resolveConfig(DOCUMENT)),
      parser: 'markdown',
    });
    if (process.env['WRITE_COVERAGE'] === '1') writeFileSync(DOCUMENT, text);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(text); // stale: WRITE_COVERAGE=1 writes it anew
  });
});

/** Operations and whose published answer is theirs. */
const PUBLISHED_ANSWERS = [
  ...['jwk-create', 'jwk-list', 'jwk-update', 'employee-create', 'customer-create', 'order-create'].map((id) => [
    id,
    id,
  ]),
  ...['order-nbu-json', 'order-status'].map((id) => [id, id]),
  ['payment-message-create', 'payment-message'],
];

/** Endpoints whose only published example is an answer. */
const READ_ONLY_THERE = [
  ['jwk-list', 'jwk-list.response'],
  ['dcm-jwks', 'dcm-jwks.response'],
  ['login-flow-create', 'login-flow.response'],
  ['order-status', 'order-status.response'],
] as const;

/** The library makes one nothing of null and blank texts. */
const withoutBlanks = (answer: Json): Json =>
  Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== '' && value !== null));

const PREFACE = `# DCM: which endpoint is where

Written by [test/contract/dcm.spec.ts](../test/contract/dcm.spec.ts), which calls every endpoint of the reference on real
sockets: the gateway is one bank, \`libs/dcm\` another, the simulator DCM. Where the table is not what the tests found they
fail; \`WRITE_COVERAGE=1\` writes it anew. Attacks on callbacks: [dcm-callbacks](../test/integration/dcm-callbacks.spec.ts).

\`calls\` and \`answers\`: the two ends of a call. \`serves\`: it is called by DCM. \`keeps\`: it verifies, keeps and checks a
callback. \`refuses\`: "do not implement", says the reference. Examples are files of \`test/fixtures/dcm\`.
`;
