import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import {
  AllianceClient,
  AllianceModule,
  type BankCallback,
  CommunicationKey,
  type CreateHppOrder,
  decodeCallback,
  type HppOrder,
} from '#libs/alliance';
import { Test, type TestingModule } from '@nestjs/testing';
import { OneAccount, Simulator } from './simulator-process.js';

describe('libs/alliance against the simulator', () => {
  const ACCOUNT = 'acc_1';
  let simulator: Simulator;
  let module: TestingModule;
  let client: AllianceClient;
  let clientKey: CommunicationKey;
  let receiver: Server;
  let callbacks: BankCallback[];

  const anOrder = (over: Partial<CreateHppOrder> = {}): CreateHppOrder => ({
    merchantRequestId: randomUUID(),
    coinAmount: 12_300,
    hppPayType: 'PURCHASE',
    expirationTimeMinutes: 60,
    paymentMethods: ['CARD'],
    language: 'en',
    notificationUrl: `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/callback`,
    successUrl: 'https://shop.example/ok',
    failUrl: 'https://shop.example/fail',
    statusPageType: 'STATUS_REDIRECT_MERCHANT_PAGE',
    customerData: { senderCustomerId: 'c1' },
    ...over,
  });
  const paidOrder = async (over: Partial<CreateHppOrder> = {}): Promise<HppOrder> => {
    const order = await client.createHppOrder(ACCOUNT, anOrder(over));
    await simulator.pay(order);
    return client.hppOrder(ACCOUNT, order.hppOrderId);
  };
  const aRefund = ({ operations }: HppOrder, coinAmount: number) => ({
    merchantRequestId: randomUUID(),
    operationId: operations[0]!.operationId!,
    coinAmount,
  });
  const until = async (done: () => boolean): Promise<void> => {
    for (const deadline = Date.now() + 5000; !done() && Date.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  beforeAll(async () => {
    simulator = await Simulator.start();
    receiver = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        callbacks.push(await decodeCallback(Buffer.concat(chunks), clientKey));
        response.end('OK');
      })();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await simulator.stop();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  beforeEach(async () => {
    callbacks = [];
    const merchant = { serviceCode: randomUUID(), merchantId: randomUUID() };
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
    clientKey = await CommunicationKey.import(jwk);
    await simulator.control('merchants', {
      ...merchant,
      name: 'Contract test',
      clientPublicKey: clientKey.publicJwk(),
      terminal: 'live',
    });
    const accounts = new OneAccount({ id: ACCOUNT, baseUrl: new URL(simulator.url), clientKey, ...merchant });
    module = await Test.createTestingModule({
      imports: [AllianceModule.forRoot({ accounts, timeoutMs: 4_000 })],
    }).compile();
    client = module.get(AllianceClient);
  });
  afterEach(() => module.close());

  it('an order is created, paid, found and called back', async () => {
    const order = await paidOrder();
    expect(order).toMatchObject({ orderStatus: 'SUCCESS', coinAmount: 12_300 });
    const [operation] = order.operations;
    expect(operation).toMatchObject({ type: 'PURCHASE', status: 'SUCCESS', actionCode: '0', responseCode: '00' });
    expect(operation!.rrn).toHaveLength(12);
    expect(Math.abs(Date.now() - operation!.creationDateTime!.getTime())).toBeLessThan(60_000);
    await expect(client.operation(ACCOUNT, operation!.operationId!)).resolves.toMatchObject({ status: 'SUCCESS' });
    await until(() => callbacks.length > 0);
    expect(callbacks[0]).toMatchObject({ encoding: 'plain', hppOrderId: order.hppOrderId, orderStatus: 'SUCCESS' });
  });

  it('an encrypted callback opens', async () => {
    const order = await paidOrder({ notificationEncryption: true });
    await until(() => callbacks.length > 0);
    expect(callbacks[0]).toMatchObject({ encoding: 'encrypted', hppOrderId: order.hppOrderId });
  });

  it('a refund is sealed, answered and found by its own id', async () => {
    const order = await paidOrder();
    const refund = aRefund(order, 2300);
    const answer = await client.refund(ACCOUNT, refund);
    expect(answer).toMatchObject({ type: 'REFUND', coinAmount: 2300, originalOperationId: refund.operationId });
    const found = await client.operationByMerchantRequestId(ACCOUNT, refund.merchantRequestId);
    expect(found).toMatchObject({ type: 'REFUND', merchantRequestId: refund.merchantRequestId });
  });

  it.each(['b_expired_token', 'b_session_doesnt_exists', 'b_encryptor_failed_decrypt_message'])(
    'after %s a refund goes out once more under a new session and counts once',
    async (msgCode) => {
      const refund = aRefund(await paidOrder(), 2300);
      await simulator.control('faults', { kind: 'error', path: 'refund', msgCode });
      await client.refund(ACCOUNT, refund);
      const created = await simulator.ledger(`kind=operation.created&merchantRequestId=${refund.merchantRequestId}`);
      expect(created).toHaveLength(1);
    },
  );

  it('twenty calls on a dead session authorize once', async () => {
    const order = await client.createHppOrder(ACCOUNT, anOrder());
    await simulator.control('sessions/expire', {});
    const before = (await simulator.ledger('kind=authorize')).length;
    await Promise.all(Array.from({ length: 20 }, () => client.hppOrder(ACCOUNT, order.hppOrderId)));
    expect(await simulator.ledger('kind=authorize')).toHaveLength(before + 1);
  });

  it.each([
    ['timeout_after', 'timeout'],
    ['reset_after', 'connection_reset'],
    ['truncated_jwe', 'undecryptable'],
  ])('%s: the refund is unknown, and a query finds it', async (kind, reason) => {
    const refund = aRefund(await paidOrder(), 2300);
    await simulator.control('faults', { kind, path: 'refund' });
    const lost = client.refund(ACCOUNT, refund);
    await expect(lost).rejects.toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason, noEffect: false });
    const found = await client.operationByMerchantRequestId(ACCOUNT, refund.merchantRequestId);
    expect(found).toMatchObject({ type: 'REFUND', coinAmount: 2300 });
    await expect(client.refund(ACCOUNT, refund)).rejects.toMatchObject({
      code: 'ALLIANCE_UNKNOWN_OUTCOME',
      bank: { msgCode: 'b_duplicate_field_value' },
    });
  });

  it.each([
    ['timeout_before', 'timeout'],
    ['reset_before', 'connection_reset'],
    ['http_error', 'http_503'],
    ['html_200', 'not_json'],
  ])('%s: the refund is unknown, and a query does not find it', async (kind, reason) => {
    const refund = aRefund(await paidOrder(), 2300);
    await simulator.control('faults', { kind, path: 'refund' });
    const lost = client.refund(ACCOUNT, refund);
    await expect(lost).rejects.toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason, noEffect: false });
    await expect(client.operationByMerchantRequestId(ACCOUNT, refund.merchantRequestId)).rejects.toMatchObject({
      code: 'ALLIANCE_NOT_FOUND',
    });
  });

  it('what the bank does not know is not found', async () => {
    await expect(client.hppOrder(ACCOUNT, '1762952514564YK07ZIElutD')).rejects.toMatchObject({
      code: 'ALLIANCE_NOT_FOUND',
      bank: { msgCode: 'b_hpp_order_not_found', httpStatus: 404 },
    });
  });
});
