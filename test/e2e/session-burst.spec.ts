import { type Stack, startStack } from '../support/stack.js';

describe('the bank session', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ withShop: false });
  }, 60_000);
  afterAll(() => stack.stop());

  const authorizes = async (): Promise<number> => (await stack.bank.ledger({ kind: 'authorize' })).length;

  it('expires in the middle of 50 concurrent payments: each succeeds, and the bank is asked for one new session', async () => {
    expect((await stack.client.createPayment()).status).toBe(201);
    const before = await authorizes();
    await stack.bank.expireSessions();
    const answers = await Promise.all(Array.from({ length: 50 }, () => stack.client.createPayment()));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 201));
    expect(await authorizes()).toBe(before + 1);
    const refused = (await stack.bank.ledger({ kind: 'request' })).filter(
      (entry) => entry.msgCode === 'b_expired_token',
    );
    expect(refused.length).toBeGreaterThan(0); // it really happened in the middle, however quickly it was mended
    const orders = await stack.bank.ledger({ kind: 'order.created' });
    expect(new Set(orders.map((order) => order.merchantRequestId)).size).toBe(51);
  });

  it('is shared by two gateways: a renewal by one costs the other no authorize', async () => {
    const replica = await stack.addGateway();
    expect((await replica.client.createPayment()).status).toBe(201);
    const before = await authorizes();
    await stack.bank.expireSessions();
    const both = Array.from({ length: 20 }, (_, index) => (index % 2 ? stack.client : replica.client).createPayment());
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual(both.map(() => 201));
    expect(await authorizes()).toBe(before + 1);
  });

  it('is used again after a restart', async () => {
    const before = await authorizes();
    await stack.restartGateway();
    expect((await stack.client.createPayment()).status).toBe(201);
    expect(await authorizes()).toBe(before);
  });
});
