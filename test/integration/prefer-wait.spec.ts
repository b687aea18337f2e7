import { type AddressInfo } from 'node:net';
import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { wishedSeconds } from '../../apps/gateway/src/payments/api/waiting.service.js';
import { MOST_WAITING, PaymentWatch } from '../../apps/gateway/src/payments/store/payment-watch.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { until } from '../support/until.js';
import { paid } from './fake-payment-bank.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, startGateway, type WholeGateway } from './whole-gateway.js';

describe('Prefer: wait', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  let watch: PaymentWatch;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    account = await addAccount(gateway);
    watch = gateway.app.get(PaymentWatch);
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  const created = async (): Promise<string> => {
    const body = aPaymentRequest({ amount: 1_000 });
    return (await gateway.call('POST', '/v1/payments', { key: account.apiKey, body })).body['id'] as string;
  };
  const look = (id: string, seconds: number) =>
    gateway.call('GET', `/v1/payments/${id}`, { key: account.apiKey, headers: { prefer: `wait=${seconds}` } });
  const waiting = (count: number): Promise<void> => until(`${count} wait`, () => Promise.resolve(watch.size === count));
  const pay = async (id: string): Promise<void> => {
    const { bank, app } = gateway;
    bank.onReadOrder = paid({ amount: 1_000, merchantId: account.bankMerchantId, operationId: `paid-${id}` });
    await app.get(PaymentSyncService).syncWithBank(account.id, id);
  };

  it('answers when the payment changes, not before and not at the end of the time', async () => {
    const id = await created();
    const answers = [look(id, 30), look(id, 30)];
    await waiting(2);
    await database.query('UPDATE payment SET updated_at = now(), next_sync_at = now() WHERE id = $1', [id]);
    await pay(id);
    for (const { status, headers, body } of await Promise.all(answers))
      expect([status, headers['preference-applied'], body['status']]).toEqual([200, 'wait=30', 'succeeded']);
    expect(watch.size).toBe(0);
  });

  it('answers at once what has ended, and after the time what has not', async () => {
    const id = await created();
    expect((await look(id, 1)).body['status']).toBe('requires_action');
    await pay(id);
    expect((await look(id, 30)).body['status']).toBe('succeeded');
  });

  it('asks the database once for all who wait', async () => {
    const statements: string[] = [];
    const source = await database.connect(1);
    const counting = {
      query: (text: string, values: unknown[]) => (statements.push(text), source.query(text, values)),
    };
    const own = new PaymentWatch(counting as never);
    const ids = await Promise.all([created(), created(), created()]);
    const gone = new AbortController();
    const waits = ids.map((id) =>
      own.changed({ accountId: account.id, id, updatedAt: new Date().toISOString() }, 30_000, gone.signal),
    );
    await until('two looks', () => Promise.resolve(statements.length >= 2));
    expect(new Set(statements).size).toBe(1);
    await pay(ids[0]);
    await waits[0];
    expect(own.size).toBe(2);
    own.close();
    await Promise.all(waits);
    expect(own.size).toBe(0);
  });

  it('does not wait beyond so many requests of one account, and says that it did not', async () => {
    const id = await created();
    const many = Array.from({ length: MOST_WAITING.ofAccount }, () => look(id, 30));
    await waiting(MOST_WAITING.ofAccount);
    const { status, headers, body } = await look(id, 30);
    expect([status, headers['preference-applied'], body['status']]).toEqual([200, undefined, 'requires_action']);
    await pay(id);
    await Promise.all(many);
  });

  it('waits with a new payment for the word of the bank, and gives the answer that a repeat gives', async () => {
    const { bank, call } = gateway;
    const open = bank.onOrder;
    bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
    const headers = { 'idempotency-key': 'waits', prefer: 'respond-async, wait=30' };
    const body = aPaymentRequest({ amount: 1_000 });
    const answer = call('POST', '/v1/payments', { key: account.apiKey, headers, body });
    await waiting(1);
    bank.onOrder = open;
    await call('POST', '/v1/payments', { key: account.apiKey, headers: { 'idempotency-key': 'waits' }, body });
    await database.query(`UPDATE payment SET status = 'failed', failure_code = 'bank_error' WHERE status = 'created'`);
    const { status, headers: got } = await answer;
    const repeat = await call('POST', '/v1/payments', { key: account.apiKey, headers, body });
    expect([status, got['preference-applied'], got['idempotent-replayed']]).toEqual([201, 'wait=30', undefined]);
    expect(repeat.text).toBe((await answer).text);
  });

  it('forgets a client that hangs up', async () => {
    const { app } = gateway;
    const id = await created();
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const hangUp = new AbortController();
    const request = fetch(`http://127.0.0.1:${port}/v1/payments/${id}`, {
      headers: { authorization: `Bearer ${account.apiKey}`, prefer: 'wait=30' },
      signal: hangUp.signal,
    }).catch(() => undefined);
    await waiting(1);
    hangUp.abort();
    await request;
    await waiting(0);
  });

  it.each<[string | undefined, number | undefined]>([
    ['wait=20', 20],
    ['wait=9999', 30],
    ['return=minimal, Wait="5"; x=y', 5],
    ['wait=0', undefined],
    ['wait=-1', undefined],
    ['wait', undefined],
    ['await=5', undefined],
    [undefined, undefined],
  ])('%s is a wish for %s seconds', (prefer, seconds) => {
    expect(wishedSeconds(prefer)).toBe(seconds);
  });
});
