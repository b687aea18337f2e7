import { randomUUID } from 'node:crypto';
import { type Simulator, startSimulator } from '../../start-simulator.js';
import { parseCounterparty } from '../counterparties.js';
import { type Json, PartyServer, read, TestKey } from '../../../test/dcm-party.js';

const [PAYER, PAYEE] = [randomUUID(), randomUUID()];
const [payerKey, payeeKey] = [new TestKey(), new TestKey()];
const IBANS = { payer: 'UA309999910000026001000000101', payee: 'UA979999920000026002000000202' } as const;
const PHONE = '+380000000000';
const SEALED = { name: 'QUJD', tax_number: 'QUJD', encryption: { nonce: 'QUJD', encrypted_key: 'QUJD' } };

const party = new PartyServer();
let simulator: Simulator;

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly body: Json;
}

const send = async (method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) => {
  const answer = await fetch(simulator.url + path, { method, ...init, signal: AbortSignal.timeout(8_000) });
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  const body = type.startsWith('application/json') ? (JSON.parse(text) as Json) : {};
  return { status: answer.status, type, text, body } satisfies Reply;
};
const control = (path: string, body: Json = {}): Promise<Reply> =>
  send('POST', `/control/${path}`, { body: JSON.stringify(body) });
const advance = (seconds: number): Promise<Reply> => control('clock', { advanceMs: seconds * 1_000 });
const now = (): number => Math.floor(simulator.bank.clock.now() / 1_000);
const cx = (key = payerKey, over: Json = {}) => ({
  'cx-authorization': key.sign({ iat: now(), jti: randomUUID(), ...over }),
});

const anOrder = async (account: string = IBANS.payee): Promise<Json> =>
  (await control('dcm/p2p/orders', { initiatorGuid: PAYER, recipientGuid: PAYEE, account })).body;

const aMessage = (over: Json = {}): Json => ({
  jti: randomUUID(),
  payment_message_external_id: randomUUID(),
  amount: 5,
  currency: 'UAH',
  debtor_agent_bic: '999991',
  debtor: { debtor_name: 'QUJD', debtor_id: 'QUJD', debtor_account: IBANS.payer, debtor_phone: PHONE },
  creditor_agent_bic: '999992',
  creditor: { creditor_name: 'QUJD', creditor_id: 'QUJD', creditor_account: IBANS.payee },
  purpose: 'Lunch',
  msg_creation_date: '2025-12-31',
  msg_creation_time: '14:30:12',
  pm_type: 'p2p',
  sender_account_type: 'limit-related',
  encryption: { nonce: 'QUJD', encrypted_key: 'QUJD' },
  ...over,
});
const MESSAGES = '/dcm/api/v1/p2p/payment-messages';
const pay = (claims: Json, headers: Record<string, string> = cx()): Promise<Reply> =>
  send('POST', MESSAGES, { headers, body: JSON.stringify({ jwt: payerKey.sign(claims) }) });
const statusOf = (guid: unknown, key = payerKey): Promise<Reply> =>
  send('GET', `${MESSAGES}/${String(guid)}`, { headers: cx(key) });

beforeAll(async () => {
  await party.start();
  const seed = { authServiceUrl: party.url, notifyUrl: party.url };
  const urls = (bank: string) => ({
    payIn: `${party.url}/${bank}/pay-in`,
    payOut: `${party.url}/${bank}/pay-out`,
    credit: `${party.url}/${bank}/credit`,
    grossSettlement: `${party.url}/${bank}/register`,
  });
  const payer = { ...seed, guid: PAYER, name: 'Bank A', firstJwk: payerKey.jwk, callbackUrls: urls('payer') };
  const payee = { ...seed, guid: PAYEE, name: 'Bank B', bic: '999992', firstJwk: payeeKey.jwk };
  const counterparties = [
    parseCounterparty(payer),
    parseCounterparty({ ...payee, callbackUrls: urls('payee'), creditorDataUrl: `${party.url}/creditor` }),
  ];
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [], counterparties, strict: false });
});
beforeEach(async () => {
  await control('reset');
  party.forget();
});
afterAll(async () => {
  party.stop();
  await simulator.close();
});

describe('a p2p payment message', () => {
  it('is answered in a signed token, goes to both banks, and is in one register', async () => {
    const order_id = (await anOrder())['id'];
    party.forget();
    const made = await pay(aMessage({ order_id }));
    expect([made.status, made.type]).toEqual([200, 'text/plain; charset=utf-8']);
    const { keys } = (await send('GET', '/dcm/api/v1/.well-known/jwks.json')).body as { keys: Json[] };
    expect(read(made.text, 0)['kid']).toBe(keys[0]?.['kid']);
    const { guid } = read(made.text, 1);
    await advance(1);
    expect(read((await statusOf(guid)).text, 1)).toMatchObject({ guid, status: 'Success' });
    expect(read((await statusOf(guid, payeeKey)).text, 1)).toMatchObject({ guid });
    expect(party.paths()).toEqual(['/payee/pay-in', '/payer/pay-out', '/payee/credit']);
    await advance(86_400 + 120); // past the next midnight
    expect(party.paths().slice(3)).toEqual(['/payer/register', '/payee/register']);
    const register = read(String((JSON.parse(party.received.at(-1)?.body ?? '') as Json)['jwt']), 1);
    expect(register).toMatchObject({ total_amount: '5', debtor_bic: '999991', creditor_bic: '999992', status: 'Sent' });
    expect(register['payments']).toMatchObject([{ payment_message_guid: guid, amount: '5', pm_type: 'p2p' }]);
    expect((await control('dcm/settle')).body).toEqual({ registers: [] });
  });

  it('is rejected by a 4xx of the receiver’s bank', async () => {
    party.statuses = [200, 400];
    const { guid } = read((await pay(aMessage({ order_id: (await anOrder())['id'] }))).text, 1);
    await advance(1);
    expect(read((await statusOf(guid)).text, 1)).toMatchObject({ status: 'Reject' });
  });

  const { debtor, creditor, encryption } = aMessage() as { debtor: Json; creditor: Json; encryption: Json };
  it.each<[string, Json]>([
    ['INVALID_REQUEST', { jti: undefined }],
    ['INVALID_EXTERNAL_ID', { payment_message_external_id: '' }],
    ['INVALID_AMOUNT', { amount: '5' }],
    ['INVALID_CURRENCY', { currency: 'hryvnia' }],
    ['UNSUPPORTED_CURRENCY', { currency: 'USD' }],
    ['INVALID_DEBTOR_NAME', { debtor: { ...debtor, debtor_name: 'Olena!' } }],
    ['INVALID_DEBTOR_ID', { debtor: { ...debtor, debtor_id: '' } }],
    ['INVALID_DEBTOR_ACCOUNT', { debtor: { ...debtor, debtor_account: 'UA1' } }],
    ['INVALID_DEBTOR_PHONE', { debtor: { ...debtor, debtor_phone: '0501234567' } }],
    ['INVALID_CREDITOR_NAME', { creditor: { ...creditor, creditor_name: '' } }],
    ['INVALID_CREDITOR_ID', { creditor: { ...creditor, creditor_id: '?' } }],
    ['INVALID_CREDITOR_ACCOUNT', { creditor: { ...creditor, creditor_account: IBANS.payer } }],
    ['INVALID_NONCE', { encryption: { ...encryption, nonce: 'BASE64-NONCE' } }],
    ['INVALID_ENCRYPTED_KEY', { encryption: { ...encryption, encrypted_key: '' } }],
    ['INVALID_PURPOSE', { purpose: '' }],
    ['INVALID_CREATION_DATE', { msg_creation_date: '2025-02-30' }],
    ['INVALID_CREATION_TIME', { msg_creation_time: '24:00:00' }],
    ['CREATION_DATE_IS_NOT_PAST', { msg_creation_date: '2999-01-01' }],
    ['SENDER_COUNTERPARTY_NOT_FOUND', { debtor_agent_bic: '999992' }],
    ['RECEIVER_COUNTERPARTY_NOT_FOUND', { creditor_agent_bic: '999999' }],
    ['ORDER_NOT_FOUND', { order_id: randomUUID() }],
    ['INVALID_REQUEST', { sender_account_type: 'aid-related' }],
  ])('is refused with %s', async (code, over) => {
    const { status, body } = await pay(aMessage({ order_id: (await anOrder())['id'], ...over }));
    expect([status, body]).toEqual([400, { code, message: expect.any(String) }]);
  });

  it('is refused when the order has expired, and when it comes twice', async () => {
    const claims = aMessage({ order_id: (await anOrder())['id'] });
    await pay(claims);
    expect((await pay(claims)).body).toMatchObject({ code: 'EXTERNAL_ID_IS_ALREADY_TAKEN' });
    expect((await pay({ ...claims, payment_message_external_id: 'ext-2' })).body).toMatchObject({
      code: 'INVALID_REQUEST',
    });
    const late = aMessage({ order_id: (await anOrder())['id'] });
    await advance(900);
    expect((await pay(late)).body).toMatchObject({ code: 'ORDER_IS_EXPIRED' });
  });

  it.each<[string, () => Record<string, string>]>([
    ['no token', () => ({})],
    ['an old one', () => cx(payerKey, { iat: now() - 661 })],
    ['a key that nobody registered', () => cx(new TestKey())],
  ])('answers AUTHORIZATION_FAILED to %s', async (_, headers) => {
    const { status, body } = await pay(aMessage(), headers());
    expect([status, body['code']]).toEqual([401, 'AUTHORIZATION_FAILED']);
  });

  it('has codes for a status that nobody has', async () => {
    const strange = await statusOf('x');
    expect([strange.status, strange.body['code']]).toEqual([400, 'INVALID_PAYMENT_MESSAGE_GUID']);
    const unknown = await statusOf(randomUUID());
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'PAYMENT_MESSAGE_NOT_FOUND']);
  });
});

describe('the alias database', () => {
  const update = (body: Json) =>
    send('PUT', '/dcm/update_alias_db', { headers: cx(), body: JSON.stringify({ phone: PHONE, ...body }) });
  const linked = async (account: string): Promise<unknown> => {
    const query = new URLSearchParams({ phone: PHONE, account }).toString();
    return read((await send('GET', `/dcm/api/v1/p2p/alias?${query}`, { headers: cx() })).text, 1)['linked'];
  };

  it('links and unlinks an account', async () => {
    expect(await linked(IBANS.payer)).toBe(false);
    expect(await update({ account: IBANS.payer, linked: true })).toMatchObject({ status: 200, body: {} });
    expect([await linked(IBANS.payer), await linked(IBANS.payee)]).toEqual([true, false]);
    await update({ account: IBANS.payer, linked: false });
    expect(await linked(IBANS.payer)).toBe(false);
  });

  it.each<Json>([{ account: 'x', linked: true }, { account: IBANS.payer }, { account: IBANS.payer, phone: '1' }])(
    'refuses %j with a code',
    async (body) => {
      expect(await update(body)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    },
  );
});

describe('what DCM asks and tells a bank', () => {
  it('asks for the receiver’s data with the key of the other bank, and reads the signature alone', async () => {
    party.answer = payeeKey.sign(SEALED);
    expect((await anOrder())['creditor']).toEqual({ httpStatus: 200, claims: SEALED });
    const [asked] = party.received;
    const query = new URL(asked?.path ?? '', party.url).searchParams;
    expect(query.get('account')).toBe(IBANS.payee);
    expect(read(query.get('public_key') ?? '', 1)).toMatchObject({ public_key: { kid: payerKey.kid } });
    party.answer = payerKey.sign(SEALED);
    expect((await anOrder())['creditor']).toEqual({ httpStatus: 200, problem: 'kid_unknown' });
    party.answer = payeeKey.sign({ ...SEALED, name: 'Olena' });
    expect((await anOrder())['creditor']).toEqual({ httpStatus: 200, problem: 'name is not base64' });
  });

  it('recognises the log-in of the oldest guide and refuses it', async () => {
    const headers = { 'x-auth-token': 'x', 'content-type': 'application/json' };
    const path = `/dcm/api/v1/counterparty/${PAYER}/customers/auth`;
    const { status, body } = await send('POST', path, { headers, body: '{"login":"olena"}' });
    expect([status, body['error']]).toEqual([400, expect.stringContaining('superseded')]);
    const refused = await send('GET', '/control/ledger?kind=dcm.refused');
    expect(refused.body['entries']).toMatchObject([{ check: 'legacy_call' }]);
  });
});
