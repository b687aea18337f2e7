import { Engine } from '../../apps/gateway/src/payments/engine/engine.service.js';
import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { aBankOperation, aCharge } from './fake-payment-bank.js';
import { age, createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

/** What a compact JWE looks like; nobody here can open it. */
const NUMBER = ['number'.padEnd(60, 'A'), 'k'.repeat(54), 'i'.repeat(16), 'numberc', 't'.repeat(22)].join('.');
const RECIPIENT = { id: 'winner-7', taxId: '1234567890', firstName: 'Олена' };
const BODY = {
  ...{ amount: 50_000, currency: 'UAH', reference: 'prize-7', description: 'Prize' },
  ...{ destination: { type: 'card', encryptedNumber: NUMBER }, recipient: RECIPIENT },
};
const TYPE = 'ACCOUNT_2_CARD';

/** Money that leaves: on record first, sent once, asked about for as long as it takes. */
describe('payouts', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  let key: string;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    account = await addAccount(gateway);
    key = await keyWith({ scopes: ['payouts'] });
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });
  beforeEach(() => {
    const { bank } = gateway;
    bank.charges.length = 0;
    bank.onCharge = (request) => aCharge(request, ours({ status: 'PENDING' }));
    bank.onReadOperation = () => ({ kind: 'not_found' });
    bank.onReadCharge = () => ({ kind: 'unknown', reason: 'not asked in this test' });
  });

  async function keyWith(limits: object): Promise<string> {
    const route = `/ops/merchant-accounts/${account.id}/api-keys`;
    const made = await gateway.call('POST', route, { key: OPS_KEY, body: limits });
    expect(made.status).toBe(201);
    return made.body['key'] as string;
  }
  const ours = (over: Partial<BankOperationFacts>) => ({ type: TYPE, merchantId: account.bankMerchantId, ...over });
  const post = (over: object = {}, headers = {}, apiKey = key) =>
    gateway.call('POST', '/v1/payouts', { key: apiKey, body: { ...BODY, ...over }, headers });
  const read = async (id: string) => (await gateway.call('GET', `/v1/payouts/${id}`, { key })).body;
  const operationOf = async (id: string) => {
    const sql = 'SELECT id, status, sends, merchant_request_id AS request FROM operation WHERE subject_id = $1';
    const [row] = await database.query<{ id: string; status: string; sends: number; request: string }>(sql, [id]);
    return row!;
  };
  const resolve = async (id: string): Promise<void> => {
    await gateway.app.get(Engine).resolve(account.id, (await operationOf(id)).id);
  };
  /** As the bank shows the request from now on. */
  const shows = (status: string): void => {
    gateway.bank.onReadOperation = (merchantRequestId) => ({
      kind: 'found',
      facts: aBankOperation(ours({ status, merchantRequestId, amount: BODY.amount, operationId: 'paid-out-1' })),
    });
  };

  it('are told to the bank with card and recipient, and proven by a query', async () => {
    const made = await post();
    expect(made).toMatchObject({ status: 201, body: { object: 'payout', status: 'processing', amount: 50_000 } });
    const id = made.body['id'] as string;
    const [sent] = gateway.bank.charges;
    expect(sent).toMatchObject({ step: 'pay_out', amount: 50_000, customer: RECIPIENT });
    expect(sent!.card?.number?.reveal()).toBe(NUMBER);
    gateway.bank.onReadCharge = (operationId) => ({
      kind: 'found',
      facts: aBankOperation(
        ours({ status: 'SUCCESS', operationId, merchantRequestId: sent!.merchantRequestId, amount: 50_000 }),
      ),
    });
    await gateway.app.get(PaymentSyncService).syncWithBank(account.id, id);
    expect(await read(id)).toMatchObject({ status: 'succeeded', reference: 'prize-7', failure: null });
    const told = await database.query('SELECT type, subject_type, data FROM outbox_event WHERE subject_id = $1', [id]);
    expect(told).toEqual(
      ['payout.processing', 'payout.succeeded'].map((type) => ({
        ...{ type, subject_type: 'payout', data: { payoutId: id } },
      })),
    );
    expect(gateway.bank.charges).toHaveLength(1);
  });

  it('are one for a key, although the card is encrypted anew', async () => {
    const headers = { 'idempotency-key': 'one-payout' };
    const first = await post({}, headers);
    const again = await post({ destination: { type: 'card', encryptedNumber: NUMBER.replace('A', 'B') } }, headers);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    expect((await post({ amount: 1 }, headers)).body).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(gateway.bank.charges).toHaveLength(1);
  });

  it.each([
    ['its answer is lost', { kind: 'unknown', reason: 'timeout' } as const],
    ['the bank calls it a duplicate', { kind: 'duplicate' } as const],
    ['the bank refuses without proof', { kind: 'refused', code: 'b_any', provenNoEffect: false } as const],
  ])('are asked for and never sent again where %s', async (_what, outcome) => {
    gateway.bank.onCharge = () => outcome;
    const made = await post();
    expect(made).toMatchObject({ status: 202, body: { status: 'created' } });
    const id = made.body['id'] as string;
    shows('PENDING');
    await resolve(id);
    expect(await read(id)).toMatchObject({ status: 'processing' });
    expect(gateway.bank.charges).toHaveLength(1);
    expect(await operationOf(id)).toMatchObject({ status: 'pending', sends: 1 });
  });

  it('are over only when absent three times over half an hour, and are not sent again then either', async () => {
    gateway.bank.onCharge = () => ({ kind: 'unknown', reason: 'timeout' });
    const id = (await post()).body['id'] as string;
    const operation = await operationOf(id);
    await age(database, { column: 'sent_at', id: operation.id, seconds: 600 });
    for (let asked = 1; asked <= 3; asked++) {
      expect(await read(id)).toMatchObject({ status: 'created' });
      await resolve(id);
      if (asked === 2) await age(database, { column: 'not_found_at', id: operation.id, seconds: 1_900 });
    }
    expect(await read(id)).toMatchObject({ status: 'failed', failure: { code: 'not_reached' } });
    expect(gateway.bank.charges).toHaveLength(1);
  });

  it('are not failed by the bank’s first word: only when a query says the same', async () => {
    gateway.bank.onCharge = (request) => aCharge(request, ours({ status: 'FAIL' }));
    const id = (await post()).body['id'] as string;
    expect(await read(id)).toMatchObject({ status: 'created' });
    shows('FAIL');
    await resolve(id);
    expect(await read(id)).toMatchObject({ status: 'failed', failure: { code: expect.any(String) } });
  });

  it('that the bank shows as another’s are looked at, not taken for ours', async () => {
    gateway.bank.onCharge = () => ({ kind: 'unknown', reason: 'timeout' });
    const id = (await post()).body['id'] as string;
    gateway.bank.onReadOperation = () => ({
      kind: 'found',
      facts: aBankOperation(ours({ status: 'SUCCESS', merchantRequestId: 'another', amount: 50_000 })),
    });
    await resolve(id);
    expect(await read(id)).toMatchObject({ status: 'created' });
    expect(await operationOf(id)).toMatchObject({ status: 'unknown' });
  });

  it('keep to the limit of their key, and need its scope', async () => {
    const small = await keyWith({ scopes: ['payouts'], payoutLimit: 10_000 });
    expect(await post({}, {}, small)).toMatchObject({ status: 403, body: { code: 'PAYOUT_OVER_LIMIT' } });
    expect(await post({ amount: 10_000 }, {}, small)).toMatchObject({ status: 201 });
    expect(await post({}, {}, account.apiKey)).toMatchObject({ body: { code: 'API_KEY_SCOPE_MISSING' } });
    expect(gateway.bank.charges).toHaveLength(1);
  });

  it.each([
    ['more than the bank sends', { amount: 2_999_901 }, 'amount'],
    ['dollars', { currency: 'USD' }, 'currency'],
    ['nobody by number', { recipient: { id: 'x' } }, 'recipient'],
    ['a tax id that is none', { recipient: { id: 'x', taxId: '123' } }, 'recipient.taxId'],
    ['both numbers', { recipient: { id: 'x', taxId: '1234567890', passport: 'AB123456' } }, 'recipient'],
    [
      'a card in the clear',
      { destination: { type: 'card', encryptedNumber: 'x'.repeat(19) } },
      'destination.encryptedNumber',
    ],
  ])('are refused with %s', async (_what, over, path) => {
    expect(await post(over)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ path }] } });
    expect(gateway.bank.charges).toEqual([]);
  });

  it('are listed by themselves, and are no payments or verifications', async () => {
    const id = (await post({ reference: 'alone' })).body['id'] as string;
    const list = await gateway.call('GET', '/v1/payouts?reference=alone', { key });
    expect(list.body).toMatchObject({ data: [{ id, object: 'payout' }], nextCursor: null });
    const as = { key: account.apiKey };
    expect((await gateway.call('GET', '/v1/payments?limit=100', as)).text).not.toContain(id);
    for (const path of [`/v1/payments/${id}`, `/v1/verifications/${id}`])
      expect((await gateway.call('GET', path, as)).status).toBe(404);
    const refund = await gateway.call('POST', `/v1/payments/${id}/refunds`, { ...as, body: {} });
    expect(refund.status).toBe(404);
  });

  it('leave tax id and card nowhere in the clear', async () => {
    const id = (await post()).body['id'] as string;
    const [row] = await database.query<{ text: string }>('SELECT p::text AS text FROM payment p WHERE id = $1', [id]);
    for (const secret of [RECIPIENT.taxId, 'numberA', NUMBER]) expect(row!.text).not.toContain(secret);
  });

  it.each([
    [
      { kind: 'found', available: 1, overdraft: 2, total: 3 } as const,
      { status: 200, body: { available: 1, total: 3 } },
    ],
    [{ kind: 'not_found' } as const, { status: 404, body: { code: 'BALANCE_UNAVAILABLE' } }],
    [{ kind: 'unknown', reason: 'timeout' } as const, { status: 503, body: { code: 'SERVICE_UNAVAILABLE' } }],
  ])('have a balance to come from: %j', async (reading, answer) => {
    gateway.bank.onBalance = () => reading;
    expect(await gateway.call('GET', '/v1/balance', { key })).toMatchObject(answer);
  });
});
