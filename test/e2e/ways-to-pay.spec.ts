import { encryptCardNumber } from '#libs/alliance';
import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { GatewayClient, type Payment } from '../support/gateway-client.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { payWith } from './hosted-page.js';
import { payInBrowser } from './paying-customer.js';

interface Way extends Payment {
  readonly qrLink: string | null;
  readonly hold: { readonly action: { readonly status: string } | null } | null;
}

/** Each way to pay in a browser, judged by the bank's ledger. */
describe('ways to pay', () => {
  let stack: Stack;
  let browser: TestBrowser;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ withShop: false, withTransfers: true }), launchBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  const create = async (over: object): Promise<Way> => {
    const { status, body } = await stack.client.createPayment({ ...over });
    expect([status, body]).toEqual([201, expect.objectContaining({ status: 'requires_action' })]);
    return body as Way;
  };
  const until2xx = async <Body>(path: string, body: object): Promise<Body> => {
    const answer = await stack.client.call<Body>('POST', path, { body });
    expect([200, 201, 202]).toContain(answer.status);
    return answer.body;
  };
  const bankOrderOf = async (paymentId: string): Promise<string> => {
    const sql = 'SELECT bank_order_id AS id FROM operation WHERE subject_id = $1 AND bank_order_id IS NOT NULL';
    const [row] = await stack.database.query<{ id: string }>(sql, [paymentId]);
    return row!.id;
  };
  /** What the bank says it has done under an order, with what acted on that: type and kopiyky. */
  const doneUnder = async (hppOrderId: string): Promise<readonly (readonly [string, number])[]> => {
    const entries = await stack.bank.ledger({ kind: 'operation.final' });
    const own = entries.filter((entry) => entry.hppOrderId === hppOrderId);
    const ids = own.map(({ operationId }) => operationId);
    return entries
      .filter((entry) => entry.status === 'SUCCESS' && (own.includes(entry) || ids.includes(entry.originalOperationId)))
      .map((entry) => [entry.type!, entry.coinAmount!]);
  };
  const untilHoldEnds = async (paymentId: string): Promise<Way> => {
    await until('the hold ends', async () => {
      const { body } = await stack.client.call<Way>('GET', `/v1/payments/${paymentId}`);
      return body.hold?.action?.status === 'succeeded';
    });
    return (await stack.client.call<Way>('GET', `/v1/payments/${paymentId}`)).body;
  };

  describe('a hold', () => {
    it('is authorized, partly captured once, and refunded', async () => {
      const { id, ...made } = await create({ captureMethod: 'manual', amount: 10_000 });
      await payInBrowser(browser, { id, ...made }, 'card-3ds');
      expect(await stack.client.untilPayment(id, ['authorized'])).toMatchObject({
        amountAuthorized: 10_000,
        amountCaptured: 0,
      });
      await until2xx(`/v1/payments/${id}/capture`, { amount: 9_000 });
      expect(await untilHoldEnds(id)).toMatchObject({ status: 'succeeded', amountCaptured: 9_000 });
      const again = await stack.client.call('POST', `/v1/payments/${id}/capture`, { body: {} });
      expect(again).toMatchObject({ status: 409, body: { code: 'PAYMENT_NOT_CAPTURABLE' } });
      await until2xx(`/v1/payments/${id}/refunds`, {});
      const order = await bankOrderOf(id);
      await until('the refund is done', async () => (await doneUnder(order)).some(([type]) => type === 'REFUND'));
      expect((await doneUnder(order)).toSorted()).toEqual([
        ['COMPLETION', 9_000],
        ['PREAUTH', 10_000],
        ['REFUND', 9_000],
      ]);
    });

    it('is released, and the bank has nothing taken', async () => {
      const made = await create({ captureMethod: 'manual', amount: 5_000 });
      await payInBrowser(browser, made);
      await stack.client.untilPayment(made.id, ['authorized']);
      await until2xx(`/v1/payments/${made.id}/cancel`, {});
      expect(await untilHoldEnds(made.id)).toMatchObject({ status: 'canceled', amountCaptured: 0 });
      const [hold] = (await stack.bank.holds()).filter(({ coinAmount }) => coinAmount === 5_000);
      expect(hold).toMatchObject({ state: 'released', captured: 0, left: 0 });
    });
  });

  describe('a transfer', () => {
    const A2A = { paymentMethod: { type: 'bank_transfer' }, expiresInMinutes: 60 };
    const pay = async (made: Way): Promise<void> => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(made.redirectUrl!);
      await page.click('[data-testid=transfer]');
      await page.waitForSelector('[data-testid=result]');
      await context.close();
    };

    it('is paid on the page behind its link, has a QR code, and is told when it is paid once more', async () => {
      const made = await create({ ...A2A, amount: 7_000, reference: 'twice' });
      expect(made.qrLink).toMatch(/^https:\/\/bank\.gov\.ua\/qr\//u);
      const png = await fetch(`${stack.gatewayUrl}/v1/payments/${made.id}/qr?format=png`, {
        headers: { authorization: `Bearer ${stack.apiKey}` },
      });
      expect([png.status, png.headers.get('content-type')]).toEqual([200, 'image/png']);
      await pay(made);
      await stack.client.untilPayment(made.id, ['succeeded']);
      const order = await bankOrderOf(made.id);
      await stack.bank.chargeAgain(order); // the QR code is read once more
      await until('both transfers are told', async () => {
        const { body } = await stack.client.payments({ reference: 'twice' });
        return (
          body.data.filter(({ status, amountCaptured }) => status === 'succeeded' && amountCaptured === 7_000)
            .length === 2
        );
      });
      expect(await doneUnder(order)).toEqual([
        ['ACCOUNT_2_ACCOUNT', 7_000],
        ['ACCOUNT_2_ACCOUNT', 7_000],
      ]);
    });

    it('of another amount is counted and looked at', async () => {
      const { id } = await create({ ...A2A, amount: 8_000 });
      await stack.bank.chargeAgain(await bankOrderOf(id), 8_150);
      const { amountCaptured } = await stack.client.untilPayment(id, ['needs_review']);
      expect(amountCaptured).toBe(8_150);
    });
  });

  it('a verification finds a card good, and moves nothing', async () => {
    const body = { returnUrl: 'https://shop.example/back', customer: { id: 'customer-1' } };
    const made = await until2xx<Way>('/v1/verifications', body);
    await payInBrowser(browser, made);
    await until('the card is good', async () => {
      const { body: now } = await stack.client.call<Way>('GET', `/v1/verifications/${made.id}`);
      return now.status === 'succeeded';
    });
    const done = await doneUnder(await bankOrderOf(made.id));
    expect(done).toEqual([['VERIFICATION', 0]]);
    await until('both events are in the feed', async () => {
      const { body: feed } = await stack.client.call<{ data: { type: string }[] }>(
        'GET',
        `/v1/events?subject=${made.id}`,
      );
      const types = feed.data.map(({ type }) => type).join();
      return types === 'verification.requires_action,verification.succeeded';
    });
  });

  it('dollars are taken as hryvnias at the bank’s rate, and given back as hryvnias', async () => {
    const made = await create({ currency: 'USD', amount: 10_000 });
    await payInBrowser(browser, made);
    const kopiyky = 443_500; // at 44.35
    const paid = await stack.client.untilPayment(made.id, ['succeeded']);
    expect(paid).toMatchObject({ amountCaptured: kopiyky, exchange: { amount: kopiyky, rate: '44.3500' } });
    await until2xx(`/v1/payments/${made.id}/refunds`, {});
    const order = await bankOrderOf(made.id);
    await until('the refund is done', async () => (await doneUnder(order)).length === 2);
    expect((await doneUnder(order)).toSorted()).toEqual([
      ['PURCHASE', kopiyky],
      ['REFUND', kopiyky],
    ]);
  });

  describe('a payment link', () => {
    it('for one payment takes the money once, however many tabs press at once', async () => {
      const terms = { amount: 6_000, currency: 'UAH', usage: 'single', description: 'Рахунок 7' };
      const link = await until2xx<{ id: string; url: string }>('/v1/payment-links', terms);
      const context = await browser.newContext({ locale: 'uk' });
      const tabs = await Promise.all([1, 2, 3].map(() => context.newPage()));
      await Promise.all(tabs.map((tab) => tab.goto(link.url)));
      expect(await tabs[0]!.textContent('main')).toContain('Рахунок 7');
      await Promise.all(tabs.map((tab) => tab.click('button')));
      await Promise.all(tabs.map((tab) => tab.waitForURL(/hpp_id=/u)));
      expect(new Set(tabs.map((tab) => tab.url())).size).toBe(1);
      await Promise.all(tabs.map((tab) => payWith(tab, 'card-success').catch(() => undefined))); // one of them is told that it is paid
      const { data } = (await stack.client.payments({ paymentLinkId: link.id })).body;
      expect(data).toHaveLength(1);
      await stack.client.untilPayment(data[0]!.id, ['succeeded']);
      expect(await doneUnder(await bankOrderOf(data[0]!.id))).toEqual([['PURCHASE', 6_000]]);
      await tabs[0]!.goto(link.url);
      expect(await tabs[0]!.textContent('main')).toContain('уже заплачено');
      await context.close();
    });
  });

  describe('a payout', () => {
    let client: GatewayClient;
    beforeAll(async () => {
      const [account] = await stack.database.query<{ id: string }>('SELECT id FROM merchant_account');
      const route = `${stack.gatewayUrl}/ops/merchant-accounts/${account!.id}/api-keys`;
      const headers = { authorization: `Bearer ${OPS_KEY}`, 'content-type': 'application/json' };
      const made = await fetch(route, { method: 'POST', headers, body: '{"scopes":["payouts"]}' });
      client = new GatewayClient(stack.gatewayUrl, ((await made.json()) as { key: string }).key);
    });
    afterEach(() => stack.bank.clearFaults());

    const bodyOf = async (amount: number) => ({
      ...{ amount, currency: 'UAH', recipient: { id: 'winner-7', taxId: '1234567890' } },
      destination: {
        type: 'card',
        encryptedNumber: await encryptCardNumber(
          '4111111111111111',
          await stack.bank.paymentKey(stack.merchant.bank.merchantId),
        ),
      },
    });
    const send = async (amount: number) =>
      client.call<{ id: string }>('POST', '/v1/payouts', { body: await bodyOf(amount) });
    const sentOut = async (amount: number) =>
      (await stack.bank.ledger({ kind: 'money.paid_out' })).filter(({ coinAmount }) => coinAmount === amount).length;
    const untilSent = (id: string) =>
      until('the payout is proven', async () => {
        const { body } = await client.call<{ status: string }>('GET', `/v1/payouts/${id}`);
        return body.status === 'succeeded';
      });

    it('reaches the card once, and comes off the balance', async () => {
      const balance = async () => (await client.call<{ available: number }>('GET', '/v1/balance')).body.available;
      const before = await balance();
      const { status, body } = await send(12_300);
      expect([status, body]).toEqual([201, expect.objectContaining({ object: 'payout' })]);
      await untilSent(body.id);
      expect(await sentOut(12_300)).toBe(1);
      expect(before - (await balance())).toBe(12_300);
    });

    it('whose answer is lost is asked about, and reaches the card once', async () => {
      const fault = await stack.bank.addFault({ kind: 'reset_after', path: 'account_to_card', times: 1 });
      const { status, body } = await send(12_500);
      expect(status).toBe(202);
      expect((await stack.bank.faults()).find(({ id }) => id === fault)).toMatchObject({ fired: 1 });
      await untilSent(body.id);
      expect(await sentOut(12_500)).toBe(1);
    });

    it('whose gateway is killed before the answer is asked about by the next one, and reaches the card once', async () => {
      const fault = await stack.bank.addFault({
        kind: 'slow_answer',
        path: 'account_to_card',
        delayMs: 60_000,
        times: 1,
      });
      const lost = send(12_700).catch(() => undefined);
      await until('the bank has it', async () => (await sentOut(12_700)) === 1);
      expect((await stack.bank.faults()).find(({ id }) => id === fault)).toMatchObject({ fired: 1 });
      await stack.restartGateway({ kill: true });
      await lost;
      const [row] = await stack.database.query<{ id: string }>(
        `UPDATE operation SET next_query_at = now(), sent_at = now() - interval '2 minutes'
         WHERE kind = 'payout' AND amount = 12700 RETURNING subject_id AS id`,
      );
      await untilSent(row!.id);
      expect(await sentOut(12_700)).toBe(1);
    });
  });
});
