import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Json, MerchantAtBank, type Reply } from '../test/merchant-at-bank.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DECLINED = '4000000000000002';
const SUCCESS = '4111111111111111';
const ROOT = '/scheduled_payments';

let at: MerchantAtBank;
beforeAll(async () => {
  at = await MerchantAtBank.start();
});
beforeEach(() => {
  at.reset();
});
afterAll(() => at.simulator.close());

const advance = (advanceMs: number) => at.control('POST', 'clock', { advanceMs });
const call = async (path: string, body: Json): Promise<Json> => (await at.callSigned(ROOT + path, body)).body;
const RULE = { intervalValue: 1, intervalUnit: 'DAY', currency: '980' };
const DAILY = [{ ...RULE, paymentNumberFrom: 1, paymentNumberTo: 4, coinAmount: 100 }];

const newPlan = (over: Json = {}): Promise<Json> =>
  call('/plan/create_v1', {
    merchantId: at.merchant.merchantId,
    name: 'Premium',
    categorySubcategoryIndicator: 'C103',
    rules: DAILY,
    ...over,
  });

const subscribe = (planId: unknown, over: Json = {}): Promise<Json> =>
  call('/subscription-orders/create_v1', {
    planId,
    merchantId: at.merchant.merchantId,
    merchantRequestId: randomUUID(),
    customerData: { senderCustomerId: 'c1' },
    ...over,
  });

const BROWSER = Object.fromEntries(
  ['AcceptHeader', 'UserAgent', 'Language', 'ColorDepth', 'ScreenHeight', 'ScreenWidth', 'TZ'].map((name) => [
    `browser${name}`,
    '1',
  ]),
);

const initial = async (orderId: unknown, pan = SUCCESS, over: Json = {}): Promise<Json> =>
  call('/payments/initial_subscription_v1', {
    merchantRequestId: randomUUID(),
    merchantId: at.merchant.merchantId,
    paymentMethodType: 'CARD',
    encryptedCardNumber: await at.seal(pan),
    encryptedCardData: await at.seal('4912123'),
    orderId,
    browserInfo: BROWSER,
    desiredThreeDSMode: 'MUST_NOT',
    date: at.date(),
    ...over,
  });

/** A plan, a subscription to it, and its first payment. */
async function begun(plan: Json = {}, subscription: Json = {}): Promise<{ planId: unknown; hppOrderId: unknown }> {
  const { planId } = await newPlan(plan);
  const { hppOrderId } = await subscribe(planId, subscription);
  expect(await initial(hppOrderId)).toMatchObject({ status: 'SUCCESS' });
  return { planId, hppOrderId };
}

const payments = async (planId: unknown): Promise<Json[]> => {
  const filters = [{ field: 'planId', operator: 'EQUALS', value: planId }];
  const { merchantId } = at.merchant;
  return (await call('/payments/scheduled/search_v1', { merchantId, filters }))['payments'] as Json[];
};
const statuses = async (planId: unknown): Promise<unknown[]> => (await payments(planId)).map(({ status }) => status);

/** Every charge from now on is refused. */
const declineFromNowOn = (times = 100) =>
  at.control('POST', 'scripts', { type: 'PURCHASE', actionCode: '1', responseCode: '00', times });

describe('a subscription', () => {
  it('is charged day after day at the same time, and is over after its last payment', async () => {
    const { planId, hppOrderId } = await begun();
    expect(await statuses(planId)).toEqual(['SUCCESS', 'WAITING', 'WAITING', 'WAITING']);
    const times = (await payments(planId)).map(({ executionAt }) => String(executionAt).slice(11, 19));
    expect(new Set(times).size).toBe(1);
    await advance(DAY_MS - 60_000);
    expect(at.money()).toEqual(['money.charged 100']);
    await advance(60_000);
    expect(at.money()).toHaveLength(2);
    await advance(2 * DAY_MS);
    expect(await statuses(planId)).toEqual(Array(4).fill('SUCCESS'));
    expect(at.bank.book.order(String(hppOrderId))?.status).toBe('SUCCESS');
    await advance(30 * DAY_MS);
    expect(at.money()).toHaveLength(4);
  });

  it('costs what the rule of each number says, by weeks and months', async () => {
    const rules = [
      { ...RULE, paymentNumberFrom: 1, paymentNumberTo: 1, coinAmount: 1 },
      { ...RULE, paymentNumberFrom: 2, paymentNumberTo: 2, coinAmount: 20, intervalUnit: 'WEEK' },
      { ...RULE, paymentNumberFrom: 3, paymentNumberTo: 3, coinAmount: 300, intervalUnit: 'MONTH' },
    ];
    const { planId } = await begun({ rules });
    const [first, second, third] = (await payments(planId)).map(({ executionAt }) =>
      Date.parse(String(executionAt).replace(' ', 'T')),
    );
    expect(((second ?? 0) - (first ?? 0)) / DAY_MS).toBeCloseTo(7, 1);
    expect(new Date(third ?? 0).getUTCMonth()).toBe((new Date(second ?? 0).getUTCMonth() + 1) % 12);
    await advance(40 * DAY_MS);
    expect(at.money()).toEqual(['money.charged 1', 'money.charged 20', 'money.charged 300']);
  });

  it('asks for 3DS, and begins only when the payer has confirmed', async () => {
    const { planId } = await newPlan();
    const { hppOrderId } = await subscribe(planId);
    const asked = await initial(hppOrderId, '5555555555554444', { desiredThreeDSMode: 'MUST' });
    expect(asked).toMatchObject({ status: 'REQUIRED_3DS', redirect3dsUrl: expect.any(String) as string });
    expect(await statuses(planId)).toEqual(['PROCESSING']);
    const page = await (await fetch(String(asked['redirect3dsUrl']))).text();
    const [, acs = ''] = /action="(\/acs\/[^"]+)"/.exec(page) ?? [];
    await at.form(acs, { action: 'confirm', otp: '1234' });
    expect(await statuses(planId)).toEqual(['SUCCESS', 'WAITING', 'WAITING', 'WAITING']);
  });

  it('begins on the hosted page too, once', async () => {
    const { planId } = await newPlan();
    const page = { directType: 'REDIRECT', hppPaymentMethods: ['CARD'], statusPageType: 'statusRedirectMerchantPage' };
    const urls = { successUrl: 'https://shop.example/ok', failUrl: 'https://shop.example/no' };
    const { hppOrderId, redirectUrl } = await subscribe(planId, { ...page, ...urls });
    expect(redirectUrl).toMatch(/\/pay\?hpp_id=/);
    const shown = await (await fetch(String(redirectUrl))).text();
    expect(shown).toMatch(/data-testid="amount">1,00\s/u);
    await at.pay(hppOrderId);
    const status = String(redirectUrl).replace('/pay?', '/status?');
    expect(await (await fetch(status)).text()).toMatch(/<dd>1,00\s/u);
    expect((await at.pay(hppOrderId)).status).toBe(409);
    expect(await statuses(planId)).toEqual(['SUCCESS', 'WAITING', 'WAITING', 'WAITING']);
    expect(at.money()).toEqual(['money.charged 100']);
  });

  it('begins with a wallet on the page, and says how', async () => {
    const { planId } = await newPlan();
    const page = {
      directType: 'REDIRECT',
      hppPaymentMethods: ['APPLE_PAY'],
      statusPageType: 'statusRedirectMerchantPage',
    };
    const urls = { successUrl: 'https://shop.example/ok', failUrl: 'https://shop.example/no' };
    const { hppOrderId } = await subscribe(planId, { ...page, ...urls });
    const token = at.bank.wallets.apple({
      ...{ pan: '4111111111111111', coinAmount: 100, currencyCode: '980', authMethod: 'CRYPTOGRAM_3DS' },
    });
    await at.form('/pay/wallet', { hpp_id: String(hppOrderId), wallet: 'APPLE_PAY', token: JSON.stringify(token) });
    expect(await statuses(planId)).toEqual(['SUCCESS', 'WAITING', 'WAITING', 'WAITING']);
    const [operation] = at.bank.book.allOperations();
    expect(operation?.recurring).toMatchObject({ paymentMethodType: 'APPLE_PAY_ENCRYPTED', isInitial: true });
  });

  it('whose first payment fails has not begun, and may be tried again', async () => {
    const { planId } = await newPlan();
    const { hppOrderId } = await subscribe(planId);
    expect(await initial(hppOrderId, DECLINED)).toMatchObject({ status: 'FAIL' });
    expect(await initial(hppOrderId)).toMatchObject({ status: 'SUCCESS' });
    expect(await initial(hppOrderId)).toMatchObject({ msgCode: 'b_cannot_process_logic_transaction' });
  });

  it('is cancelled, and nothing is charged any more', async () => {
    const { planId, hppOrderId } = await begun();
    expect(await call('/subscription-orders/cancel_v1', { hppOrderId })).toMatchObject({ orderStatus: 'CANCELED' });
    await advance(10 * DAY_MS);
    expect(await statuses(planId)).toEqual(['SUCCESS', 'INVALIDATED', 'INVALIDATED', 'INVALIDATED']);
    expect(at.money()).toHaveLength(1);
  });
});

describe('a payment that fails', () => {
  it('is tried three times more, a day apart, then given up, and may be forced', async () => {
    const { planId } = await begun({ rules: [{ ...DAILY[0], paymentNumberTo: 2 }] });
    await declineFromNowOn(4);
    await advance(DAY_MS);
    expect((await payments(planId))[1]).toMatchObject({ status: 'RETRY', retryNumber: 1 });
    await advance(2 * DAY_MS);
    expect((await payments(planId))[1]).toMatchObject({ status: 'RETRY', retryNumber: 3 });
    await advance(DAY_MS);
    const [, second] = await payments(planId);
    expect(second).toMatchObject({ status: 'FAIL_WITHOUT_RETRY' });
    expect(at.money()).toHaveLength(1);
    const force = {
      merchantRequestId: randomUUID(),
      merchantId: at.merchant.merchantId,
      scheduledPaymentId: second?.['id'],
    };
    const sent = await call('/payments/recurring_subscription_v1', { ...force, date: at.date() });
    expect(sent).toMatchObject({ status: 'SENT', operationId: expect.any(String) as string });
    await advance(2_000);
    expect(await statuses(planId)).toEqual(['SUCCESS', 'SUCCESS']);
    const again = { ...force, merchantRequestId: randomUUID(), date: at.date() };
    expect(await call('/payments/recurring_subscription_v1', again)).toMatchObject({
      msgCode: 'b_cannot_process_logic_transaction',
    });
    expect(at.money()).toHaveLength(2);
  });

  it('is as patient as the switches say', async () => {
    await at.control('POST', 'switches', { recurringRetries: 1, recurringRetryHours: 1 });
    const { planId } = await begun();
    await declineFromNowOn(2);
    await advance(DAY_MS + HOUR_MS);
    expect((await statuses(planId))[1]).toBe('FAIL_WITHOUT_RETRY');
  });

  it('fails when its token is deleted', async () => {
    const { planId } = await begun();
    const { result } = (await at.callSigned('/token/list/by-customer-id_v1', { customerId: 'c1' })).body;
    await at.callSigned('/token/state/update_v1', { token: (result as Json[])[0]?.['token'], state: 'DELETED' });
    await advance(DAY_MS);
    expect((await statuses(planId))[1]).toBe('RETRY');
  });
});

describe('a plan', () => {
  it('that is paused skips what falls due, and goes on', async () => {
    const { planId } = await begun();
    await call('/plan/status_update_v1', { planId, status: 'PAUSED' });
    expect((await statuses(planId)).filter((status) => status === 'PAUSED')).toHaveLength(3);
    await advance(DAY_MS);
    await call('/plan/status_update_v1', { planId, status: 'ACTIVE' });
    await advance(DAY_MS);
    const seen = (await statuses(planId)).filter((status) => status !== 'INVALIDATED');
    expect(seen).toEqual(['SUCCESS', 'SKIPPED_PAUSED', 'SUCCESS', 'WAITING']);
    expect(at.money()).toHaveLength(2);
  });

  it('that is cancelled takes its subscriptions along, for good', async () => {
    const { planId, hppOrderId } = await begun();
    await call('/plan/status_update_v1', { planId, status: 'CANCELED' });
    await advance(10 * DAY_MS);
    expect(at.bank.book.order(String(hppOrderId))?.status).toBe('CANCELED');
    expect(at.money()).toHaveLength(1);
    const back = await call('/plan/status_update_v1', { planId, status: 'ACTIVE' });
    expect(back).toMatchObject({ msgCode: 'b_cannot_process_logic_transaction' });
    expect(await subscribe(planId)).toMatchObject({ msgCode: 'b_cannot_process_logic_transaction' });
  });

  it('changes its price with a new version, from its start on', async () => {
    const { planId } = await begun();
    const rules = [{ ...DAILY[0], coinAmount: 500 }];
    const { merchantId } = at.merchant;
    const added = await call('/plan/update_v1', {
      merchantId,
      planId,
      name: 'Dear',
      rules,
      appliesDateTimeFrom: at.date(1.5 * DAY_MS),
    });
    expect(added).toMatchObject({ versionId: 2, name: 'Dear' });
    await advance(3 * DAY_MS);
    expect(at.money()).toEqual(['money.charged 100', 'money.charged 100', 'money.charged 500', 'money.charged 500']);
    const shown = await call('/plan/get_v1', { planId });
    expect(shown).toMatchObject({
      plan: { name: 'Dear' },
      versions: { 1: { rules: { 1: { coinAmount: 100 } } }, 2: {} },
    });
  });

  it('lets only its last version be edited and deleted', async () => {
    const { planId } = await newPlan();
    const { merchantId } = at.merchant;
    const refused = { msgCode: 'b_cannot_process_logic_transaction' };
    expect(await call('/plan/version/delete_v1', { planId, versionId: 1 })).toMatchObject(refused);
    await call('/plan/update_v1', { merchantId, planId, rules: DAILY, appliesDateTimeFrom: at.date(DAY_MS) });
    expect(await call('/plan/version/update_v1', { planId, versionId: 1, infiniteVersion: true })).toMatchObject(
      refused,
    );
    const gap = { planId, versionId: 2, appliesDateTimeFrom: at.date(2 * DAY_MS) };
    expect(await call('/plan/version/update_v1', gap)).toMatchObject({ msgCode: 'b_invalid_request' });
    const ended = await call('/plan/version/update_v1', { planId, versionId: '2', infiniteVersion: 'true' });
    expect(ended).not.toHaveProperty('appliesDateTimeTo');
    expect(await call('/plan/version/delete_v1', { planId, versionId: '2' })).toMatchObject({
      versionStatus: 'DELETED',
    });
  });

  it.each<[string, Json]>([
    ['a gap', { rules: [{ ...DAILY[0], paymentNumberFrom: 2 }] }],
    ['no rules', { rules: [] }],
    ['an unknown unit', { rules: [{ ...DAILY[0], intervalUnit: 'YEAR' }] }],
  ])('with %s in its rules is refused', async (_name, over) => {
    expect(await newPlan(over)).toHaveProperty('validation');
  });

  it.each<[string, Json[], number]>([
    ['everything', [], 2],
    ['by name', [{ operator: 'LIKE', value: 'premium' }], 1],
    ['in a list', [{ operator: 'IN', field: 'status', value: ['PAUSED', 'ACTIVE'] }], 2],
    ['in a text', [{ operator: 'IN', field: 'status', value: 'PAUSED, CANCELED' }], 0],
    ['by date', [{ operator: 'GTE', field: 'createdAt', value: '2099-01-01 00:00:00.00+02:00' }], 0],
  ])('is searched for: %s', async (_name, filters, found) => {
    await newPlan();
    await newPlan({ name: 'Basic' });
    const { merchantId } = at.merchant;
    const body = filters.length > 0 ? { merchantId, filters } : { merchantId };
    expect((await call('/plan/search_v1', body))['plans']).toHaveLength(found);
  });
});

it('callbacks tell each charge with its order, and of failures only the last', async () => {
  const received: Json[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString()) as Json);
      response.end('OK');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const notificationUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`;
    await begun({ rules: [{ ...DAILY[0], paymentNumberTo: 3 }] }, { notificationUrl });
    await advance(DAY_MS);
    await declineFromNowOn(4);
    await advance(DAY_MS);
    await advance(2 * DAY_MS);
    await advance(DAY_MS);
    expect(received.map(({ operation }) => (operation as Json)['status'])).toEqual(['SUCCESS', 'SUCCESS', 'FAIL']);
    expect(received[0]).toMatchObject({
      hppPayType: 'SUBSCRIPTION',
      orderStatus: 'PENDING',
      coinAmount: 0,
      operation: { recurringTransactionType: 'O', isInitial: true, notificationSignature: true },
    });
    expect(received[1]).toMatchObject({ operation: { recurringTransactionType: 'M', isInitial: false } });
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});

describe('an A2A order', () => {
  const transferOrder = (over: Json = {}): Promise<Reply> =>
    at.order({
      hppPayType: 'A2A',
      directType: 'BANK_LINK',
      preAuthExpDate: undefined,
      expirationTimeMinutes: 60,
      merchantComment: 'order 12345678',
      generateQrNbu: 'true',
      ...over,
    });

  it('is paid from an account, and its code can be read', async () => {
    const { body } = await transferOrder({ purpose: 'За товар' });
    expect(body).toMatchObject({ statusUrl: null, nbuQrCode: expect.any(String) as string });
    const lines = Buffer.from(String(body['nbuQrCode']).split('/').at(-1) ?? '', 'base64url')
      .toString()
      .split('\n');
    expect([lines[0], lines[7], lines[9], lines[10]]).toEqual(['BCD', 'UAH10.00', 'MP2B/OTHR', body['hppOrderId']]);
    expect(await (await fetch(String(body['redirectUrl']))).text()).toContain('data-testid="transfer"');
    await at.form('/a2a', { order_id: String(body['hppOrderId']) });
    const data = (await at.call('/hpp/v1/operations', { hppOrderId: body['hppOrderId'] })).body;
    expect(data).toMatchObject({
      orderStatus: 'SUCCESS',
      operations: [{ type: 'ACCOUNT_2_ACCOUNT', transactionType: 54 }],
    });
    const [operation] = data['operations'] as Json[];
    expect(operation).toMatchObject({ paymentServiceType: 'ACCOUNT', transactionResponseInfo: {} });
    expect(operation).not.toHaveProperty('rrn');
    const refund = {
      merchantRequestId: randomUUID(),
      merchantId: at.merchant.merchantId,
      coinAmount: 1,
      date: at.date(),
    };
    const refused = await at.call('/payments/v3/refund', { ...refund, operationId: operation?.['operationId'] });
    expect(refused.body['msgCode']).toBe('b_payment_refund_not_supported');
  });

  it('of an open amount may be paid otherwise, and a link again and again', async () => {
    const over = { editableAmount: true, directType: 'STATIC_LINK', hppTryMode: 'MULTI_PAYMENT' };
    const { body } = await transferOrder(over);
    for (const coinAmount of [1_054, 20])
      await at.control('POST', `orders/${String(body['hppOrderId'])}/transfer`, { coinAmount });
    const data = (await at.call('/hpp/v1/operations', { hppOrderId: body['hppOrderId'] })).body;
    expect(data['operations']).toMatchObject([
      { coinAmount: 1_054, repeatedPayment: false },
      { coinAmount: 20, repeatedPayment: true },
    ]);
  });

  it.each([
    { merchantComment: undefined },
    { merchantComment: 'short' },
    { expirationTimeMinutes: 59 },
    { currencyCode: '840' },
  ])('with %j is refused', async (over) => {
    expect((await transferOrder(over)).body).toHaveProperty('validation');
  });
});

it('a VERIFICATION order on the page makes a token, and takes nothing', async () => {
  const { body } = await at.order({ hppPayType: 'VERIFICATION', preAuthExpDate: undefined, coinAmount: 0 });
  await at.pay(body['hppOrderId']);
  const data = (await at.call('/hpp/v1/operations', { hppOrderId: body['hppOrderId'] })).body;
  expect(data['operations']).toMatchObject([{ type: 'VERIFICATION', externalCardToken: expect.any(String) as string }]);
  expect(at.money()).toEqual([]);
});

it('an order in dollars is paid in hryvnias', async () => {
  const { body } = await at.order({
    hppPayType: 'PURCHASE',
    preAuthExpDate: undefined,
    currencyCode: '840',
    coinAmount: 10,
  });
  await at.pay(body['hppOrderId']);
  const data = (await at.call('/hpp/v1/operations', { hppOrderId: body['hppOrderId'] })).body;
  expect(data['operations']).toMatchObject([{ coinAmount: 444, sourceAmount: 10, conversionRate: '44.3500' }]);
});
