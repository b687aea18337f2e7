import { encryptCardData, encryptCardNumber, type PublicJwk } from '#libs/alliance';
import { RecurringRequests } from '../../apps/gateway/src/subscriptions/engine/recurring-requests.service.js';
import { SubscriptionLooks } from '../../apps/gateway/src/subscriptions/engine/subscription-looks.service.js';
import { passThreeDs } from '../support/payer-3ds.js';
import { A_PLAN, type AtBank, DAY_MS, type Posted, startAtBank } from './recurring-parts.js';
import { addAccount, OPS_KEY } from './whole-gateway.js';

type Row = Readonly<Record<string, unknown>>;
const CARD = '4111111111111111';
const CARD_3DS = '5555555555554444';
const BROWSER = {
  ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk', colorDepth: 24 },
  ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
};

/** Judged by the simulator's ledger; its clock is advanced, and its callbacks are lost unless a test brings one. */
describe('subscriptions', () => {
  let at: AtBank;
  let planId: string;

  beforeAll(async () => {
    at = await startAtBank();
    await at.control('POST', 'callbacks', { mode: 'drop' });
  });
  afterAll(() => at.stop());
  /** Entries of the ledger that are older than the test. */
  let before = 0;
  const money = (): string[] => at.money().slice(before);

  beforeEach(async () => {
    for (const lever of ['faults', 'scripts', 'personalities']) await at.control('DELETE', lever);
    await at.freshSession();
    before = at.money().length;
    planId = await aPlan();
  });
  /** Whoever follows it is charged no more while other tests advance the clock. */
  afterEach(() => at.post(`/v1/plans/${planId}/archive`));

  const aPlan = async (over: object = {}): Promise<string> => {
    const { status, body } = await at.post('/v1/plans', { ...A_PLAN, ...over });
    expect(status).toBe(201);
    return body['id'] as string;
  };
  const subscribe = async (over: object = {}, headers = {}): Promise<Posted> =>
    at.post(
      '/v1/subscriptions',
      {
        ...{ planId, customer: { id: 'customer-7', firstName: 'Олена' }, paymentMethod: { type: 'hosted_page' } },
        ...{ returnUrl: 'https://shop.example/thanks', reference: 'member-7', ...over },
      },
      headers,
    );
  const look = (id: string) => at.gateway.app.get(SubscriptionLooks).look(at.account.id, id);
  const pay = async (redirectUrl: unknown, pan = CARD): Promise<void> => {
    const form = { hpp_id: new URL(String(redirectUrl)).searchParams.get('hpp_id') ?? '', 'card-number': pan };
    const body = new URLSearchParams({ ...form, expiry: '12/49', cvv: '123' });
    await fetch(`${at.simulator.url}/pay`, { method: 'POST', body, redirect: 'manual' });
  };
  /** A subscription whose first charge was made on the page of the bank. */
  const begun = async (over: object = {}): Promise<string> => {
    const { body } = await subscribe(over);
    await pay(body['redirectUrl']);
    const id = body['id'] as string;
    await look(id);
    expect(await at.read(`/v1/subscriptions/${id}`)).toMatchObject({ status: 'active', redirectUrl: null });
    return id;
  };
  const later = async (id: string, days = 1): Promise<void> => {
    await at.advance(days * DAY_MS);
    await look(id);
  };
  const listOf = async (path: string): Promise<readonly Row[]> => (await at.read(path))['data'] as Row[];
  /** Oldest first. */
  const payments = async (id: string) => (await listOf(`/v1/payments?subscriptionId=${id}`)).toReversed();
  const scheduled = (id: string) => listOf(`/v1/subscriptions/${id}/scheduled-payments`);
  const resolve = async (subjectId: string): Promise<void> => {
    const sql = 'SELECT id FROM recurring_request WHERE subject_id = $1 ORDER BY number DESC LIMIT 1';
    const [row] = await at.database.query<{ id: string }>(sql, [subjectId]);
    await at.gateway.app.get(RecurringRequests).resolve(at.account.id, row!.id);
  };
  const fault = (kind: string, path: string, over: object = {}) =>
    at.control('POST', 'faults', { kind, path, times: 1, ...over });

  it('begin on the page of the bank, which makes the second charge by itself', async () => {
    const headers = { 'idempotency-key': 'subscribe-once' };
    const made = await subscribe({}, headers);
    expect(made).toMatchObject({ status: 201, body: { object: 'subscription', status: 'requires_action', planId } });
    expect((await subscribe({}, headers)).text).toBe(made.text);
    const { id, redirectUrl } = made.body as { id: string; redirectUrl: string };
    expect(made.body['nextAction']).toEqual({ type: 'redirect', url: redirectUrl });
    await pay(redirectUrl);
    await look(id);
    expect(await at.read(`/v1/subscriptions/${id}`)).toMatchObject({ status: 'active', nextAction: null });
    expect((await scheduled(id)).map(({ status }) => status)).toEqual(['charged', 'planned', 'planned', 'planned']);
    await later(id);
    const paid = await payments(id);
    expect(paid).toHaveLength(2);
    for (const payment of paid)
      expect(payment).toMatchObject({
        ...{ status: 'succeeded', amount: 100, amountCaptured: 100, subscriptionId: id, reference: 'member-7' },
        ...{ offSession: true, receipt: { bankOperationId: expect.any(String) } },
      });
    expect(money()).toEqual(['charged 100', 'charged 100']);
    await later(id, 3);
    expect(await at.read(`/v1/subscriptions/${id}`)).toMatchObject({ status: 'completed' });
    expect(await payments(id)).toHaveLength(4);
    expect(money()).toHaveLength(4);
    expect(await at.told(id)).toEqual([
      'subscription.requires_action',
      'subscription.active',
      'subscription.completed',
    ]);
    const [first] = paid as { id: string }[];
    expect(await at.told(first!.id)).toEqual(['payment.processing', 'payment.succeeded']);
  });

  it('have one payment for a charge, however many look at once, and it is refunded as any other', async () => {
    const id = await begun();
    await at.advance(DAY_MS);
    await Promise.all([look(id), look(id), look(id)]);
    const paid = (await payments(id)) as { id: string; status: string }[];
    expect(paid.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    const refund = await at.post(`/v1/payments/${paid[1]!.id}/refunds`, { amount: 40 });
    expect([201, 202]).toContain(refund.status);
    await at.advance(3_000);
    expect(money()).toEqual(['charged 100', 'charged 100', 'refunded 40']);
  });

  it('are looked at soon when the bank calls back or the customer returns, and at no other address', async () => {
    const id = await begun();
    const sql = 'SELECT next_look_at <= now() AS due FROM subscription WHERE id = $1';
    const isDue = async () => (await at.database.query<{ due: boolean }>(sql, [id]))[0]!.due;
    const order = at.simulator.bank.book.allOperations().at(-1);
    const { notificationUrl = '', successUrl } = at.simulator.bank.book.order(order!.hppOrderId!)!;
    const callback = (path: string) => at.gateway.call('POST', path, { body: { orderStatus: 'PENDING' } });
    expect(await isDue()).toBe(false);
    expect((await callback(new URL(notificationUrl).pathname)).status).toBe(200);
    expect(await isDue()).toBe(true);
    await look(id);
    expect(await isDue()).toBe(false);
    const back = await at.gateway.call('GET', new URL(successUrl).pathname);
    expect([back.status, back.headers['location']]).toEqual([303, 'https://shop.example/thanks']);
    expect(await isDue()).toBe(true);
    expect((await callback(`${new URL(notificationUrl).pathname.slice(0, -3)}xyz`)).status).toBe(404);
  });

  it('say of a charge that it is not proven yet, and refund it only when it is', async () => {
    const id = await begun();
    await fault('error', '/hpp/v1/operations', { msgCode: 'b_hpp_order_not_found', times: 5 });
    await later(id);
    expect((await scheduled(id))[1]).toMatchObject({ status: 'charged', bankStatus: 'SUCCESS', proven: false });
    const [, second] = (await payments(id)) as { id: string; status: string }[];
    expect(second).toMatchObject({ status: 'processing', amountCaptured: 0 });
    const refund = await at.post(`/v1/payments/${second!.id}/refunds`, { amount: 40 });
    expect(refund).toMatchObject({ status: 409, body: { code: 'PAYMENT_NOT_PROVEN', retry: 'later' } });
    await at.control('DELETE', 'faults');
    await look(id);
    expect(await at.read(`/v1/payments/${second!.id}`)).toMatchObject({ status: 'succeeded', amountCaptured: 100 });
    expect((await scheduled(id))[1]).toMatchObject({ proven: true });
  });

  it('skip what falls due while the plan is paused; it is charged on demand, once', async () => {
    const id = await begun();
    await at.post(`/v1/plans/${planId}/pause`);
    await later(id);
    const skipped = (await scheduled(id)).find(({ status }) => status === 'skipped') as { id: string };
    expect(money()).toEqual(['charged 100']);
    const route = `/v1/subscriptions/${id}/scheduled-payments/${skipped.id}/charge`;
    const headers = { 'idempotency-key': 'charge-it' };
    const asked = await at.post(route, {}, headers);
    expect(asked).toMatchObject({ status: 200, body: { change: { type: 'charge', status: 'succeeded' } } });
    expect((await at.post(route, {}, headers)).text).toBe(asked.text);
    expect((await at.post(route)).body).toMatchObject({ code: 'SCHEDULED_PAYMENT_NOT_CHARGEABLE' });
    await at.advance(3_000);
    await look(id);
    expect(money()).toEqual(['charged 100', 'charged 100']);
    expect((await payments(id)).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  });

  it('keep a charge that the card declines open while the bank retries, then failed', async () => {
    const id = await begun();
    await at.control('POST', 'scripts', { type: 'PURCHASE', actionCode: '1', responseCode: '01', times: 100 });
    await later(id);
    expect((await scheduled(id))[1]).toMatchObject({ status: 'retrying', retries: 1, proven: false });
    expect((await payments(id))[1]).toMatchObject({ status: 'processing' });
    await later(id, 3);
    expect((await scheduled(id))[1]).toMatchObject({ status: 'failed' });
    const failed = (await payments(id)).find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({ amountCaptured: 0, failure: { code: 'expired_card' } });
  });

  it('that are canceled are charged no more, and a charge on its way is told all the same', async () => {
    const id = await begun();
    await at.control('POST', 'personalities', { name: 'pending_payment', delayMs: 3_600_000 });
    await later(id);
    expect((await scheduled(id))[1]).toMatchObject({ status: 'charging' });
    const canceled = await at.post(`/v1/subscriptions/${id}/cancel`);
    expect(canceled).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect((await at.post(`/v1/subscriptions/${id}/cancel`)).body).toMatchObject({
      code: 'SUBSCRIPTION_NOT_CHANGEABLE',
    });
    await at.control('DELETE', 'personalities');
    await later(id, 10);
    expect(money()).toEqual(['charged 100', 'charged 100']);
    expect((await payments(id)).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect((await scheduled(id)).map(({ status }) => status)).toEqual([
      'charged',
      'charged',
      'invalidated',
      'invalidated',
    ]);
  });

  it('begin with a card in the shop’s own page, of which nothing is kept', async () => {
    const { body } = await subscribe({ paymentMethod: { type: 'card' } });
    expect(body).toMatchObject({ status: 'requires_confirmation', nextAction: { type: 'confirm' }, redirectUrl: null });
    const id = body['id'] as string;
    const key = (await at.control('GET', `merchants/${at.account.bankMerchantId}/payment-key`)) as unknown as PublicJwk;
    const card = {
      encryptedNumber: await encryptCardNumber(CARD_3DS, key),
      encryptedData: await encryptCardData({ month: 12, year: 2049, cvv: '737' }, key),
    };
    const confirmed = await at.post(`/v1/subscriptions/${id}/confirm`, { ...card, browser: BROWSER });
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'requires_action', change: { type: 'confirm' } } });
    await passThreeDs(confirmed.body['redirectUrl'] as string);
    await look(id);
    expect(await at.read(`/v1/subscriptions/${id}`)).toMatchObject({ status: 'active' });
    expect(money()).toEqual(['charged 100']);
    const tables = [
      'recurring_request',
      'subscription',
      'scheduled_payment',
      'idempotency_key',
      'payment',
      'operation',
      'outbox_event',
    ];
    for (const table of tables) {
      const rows = JSON.stringify(await at.database.query(`SELECT to_jsonb(t) FROM ${table} t`));
      for (const secret of [card.encryptedNumber, card.encryptedData, CARD_3DS, 'Олена'])
        expect(rows).not.toContain(secret);
    }
  });

  it('ask what became of a first charge whose answer is lost, and never send it again', async () => {
    const id = (await subscribe({ paymentMethod: { type: 'card' } })).body['id'] as string;
    const key = (await at.control('GET', `merchants/${at.account.bankMerchantId}/payment-key`)) as unknown as PublicJwk;
    const card = {
      encryptedNumber: await encryptCardNumber(CARD, key),
      encryptedData: await encryptCardData({ month: 12, year: 2049, cvv: '737' }, key),
    };
    await fault('reset_after', '/payments/initial_subscription_v1');
    const confirmed = await at.post(`/v1/subscriptions/${id}/confirm`, { ...card, threeDs: 'none', browser: BROWSER });
    expect(confirmed).toMatchObject({ status: 202, body: { change: { status: 'pending' } } });
    await resolve(id);
    await look(id);
    expect(await at.read(`/v1/subscriptions/${id}`)).toMatchObject({
      status: 'active',
      change: { status: 'succeeded' },
    });
    expect(money()).toEqual(['charged 100']);
  });

  it('whose answer is lost are opened under another id, so that one link is live', async () => {
    await fault('reset_after', '/subscription-orders/create_v1');
    const made = await subscribe();
    expect(made).toMatchObject({ status: 202, body: { status: 'created', redirectUrl: null } });
    const id = made.body['id'] as string;
    await resolve(id); // the bank has the first id already
    await resolve(id);
    const open = await at.read(`/v1/subscriptions/${id}`);
    expect(open).toMatchObject({ status: 'requires_action', redirectUrl: expect.any(String) });
    await pay(open['redirectUrl']);
    await look(id);
    expect(await at.read(`/v1/subscriptions/${id}`)).toMatchObject({ status: 'active' });
    expect(money()).toEqual(['charged 100']);
  });

  it('are listed by plan, customer and status, a page at a time', async () => {
    const [one, two] = [await begun(), (await subscribe({ customer: { id: 'customer-8' } })).body['id'] as string];
    const ids = async (query: string) => (await listOf(`/v1/subscriptions?${query}`)).map(({ id }) => id);
    expect(await ids(`planId=${planId}`)).toEqual([two, one]);
    expect(await ids(`planId=${planId}&customerId=customer-8`)).toEqual([two]);
    expect(await ids(`planId=${planId}&status=active`)).toEqual([one]);
    const first = await at.read(`/v1/subscriptions?planId=${planId}&limit=1`);
    expect(await ids(`planId=${planId}&limit=1&cursor=${String(first['nextCursor'])}`)).toEqual([one]);
    const { apiKey: key } = await addAccount(at.gateway, { baseUrl: at.simulator.url });
    expect((await at.gateway.call('GET', `/v1/subscriptions/${one}`, { key })).status).toBe(404);
    expect((await at.gateway.call('GET', `/v1/subscriptions?planId=${planId}`, { key })).body['data']).toEqual([]);
  });

  it('of a plan that is not active are refused', async () => {
    await at.post(`/v1/plans/${planId}/pause`);
    expect(await subscribe()).toMatchObject({ status: 409, body: { code: 'PLAN_NOT_ACTIVE' } });
    expect(await subscribe({ planId: 'plan_unknown' })).toMatchObject({
      status: 404,
      body: { code: 'PLAN_NOT_FOUND' },
    });
  });

  it('whose schedule at the bank is not as the plan has it are listed for a person', async () => {
    const id = await begun();
    await at.database.query(`UPDATE plan_version SET rules = jsonb_set(rules, '{0,amount}', '90') WHERE plan_id = $1`, [
      planId,
    ]);
    await look(id);
    const route = `/ops/merchant-accounts/${at.account.id}/schedule-differences`;
    const openOnes = async () => {
      const { body } = await at.gateway.call('GET', route, { key: OPS_KEY });
      const rows = body['data'] as { id: string; subscriptionId: string; kind: string; detail: string }[];
      return rows.filter(({ subscriptionId }) => subscriptionId === id);
    };
    const open = await openOnes();
    expect(open).toHaveLength(4);
    expect(open[0]).toMatchObject({ kind: 'other_amount', detail: '100 instead of 90' });
    expect(await at.told(id)).toContain('subscription.schedule_differs');
    const settled = await at.gateway.call('POST', `${route}/${open[0]!.id}/settle`, {
      key: OPS_KEY,
      body: { reason: 'known' },
    });
    expect(settled.status).toBe(204);
    await at.database.query(
      `UPDATE plan_version SET rules = jsonb_set(rules, '{0,amount}', '100') WHERE plan_id = $1`,
      [planId],
    );
    await look(id);
    expect(await openOnes()).toEqual([]);
  });
});
