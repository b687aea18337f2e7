import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { type Refund } from '../support/gateway-client.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { aPaidPayment } from './paying-customer.js';

describe('refunds', () => {
  let stack: Stack;
  let browser: TestBrowser;

  beforeAll(async () => {
    const gateway = { BANK_TIMEOUT_MS: '3000' }; // the bank of a busy machine needs a second
    [stack, browser] = await Promise.all([startStack({ withShop: false, gateway }), launchBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });
  afterEach(() => stack.bank.clearFaults());

  const moneyRefunded = async (merchantRequestId: string): Promise<number[]> => {
    const entries = await stack.bank.ledger({
      kind: 'money.refunded',
      ...(merchantRequestId ? { merchantRequestId } : {}),
    });
    return entries.map((entry) => entry.coinAmount!);
  };
  const requestIdOf = async (refundId: string): Promise<string> => {
    const [row] = await stack.database.query<{ id: string }>(
      'SELECT merchant_request_id AS id FROM operation WHERE id = $1',
      [refundId],
    );
    return row!.id;
  };

  async function untilRefund(paymentId: string, refundId: string, status: Refund['status']): Promise<Refund> {
    let refund: Refund | undefined;
    await until(`refund ${refundId} ${status}`, async () => {
      refund = (await stack.client.refunds(paymentId)).body.data.find(({ id }) => id === refundId);
      return refund?.status === status;
    });
    return refund!;
  }

  it('gives everything back', async () => {
    const payment = await aPaidPayment(stack, browser);
    const { status, body } = await stack.client.refund(payment.id, { reason: 'changed their mind' });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        object: 'refund',
        amount: payment.amount,
        status: 'pending',
        reason: 'changed their mind',
        paymentId: payment.id,
      },
    });
    await untilRefund(payment.id, body.id, 'succeeded');
    expect((await stack.client.payment(payment.id)).body).toMatchObject({
      status: 'succeeded',
      amountRefunded: payment.amount,
    });
    expect(await moneyRefunded(await requestIdOf(body.id))).toEqual([payment.amount]);
  });

  it('is counted, with its payment, the calls to the bank, callbacks and requests, and told in the log', async () => {
    const authorization = `Bearer ${OPS_KEY}`;
    const metrics = async (): Promise<string> =>
      (await fetch(`${stack.gatewayUrl}/metrics`, { headers: { authorization } })).text();
    const told = ['payment.requires_action', 'payment.succeeded', 'refund.created', 'refund.updated'];
    await until('the events are published', () =>
      Promise.resolve(told.every((type) => stack.logs().includes(`"msg":"${type}"`))),
    );
    const text = await metrics();
    const expected = [
      /^gateway_payments_total\{status="succeeded",method="hosted_page",failure=""\} 1$/mu,
      /^gateway_refunds_total\{status="succeeded",failure=""\} 1$/mu,
      /^gateway_events_total\{type="payment\.succeeded"\} 1$/mu,
      /^gateway_callbacks_total\{verdict="read"\} [1-9]/mu,
      /^gateway_bank_call_duration_seconds_count\{operation="order_purchase",outcome="opened"\} 1$/mu,
      /^gateway_http_request_duration_seconds_count\{method="POST",route="\/v1\/payments",status="201"\} 1$/mu,
      /^gateway_database_connections\{state="waiting"\} 0$/mu,
    ];
    expect(expected.filter((line) => !line.test(text))).toEqual([]);
    const [payment] = (await stack.client.payments()).body.data;
    const lines = stack
      .logs()
      .split('\n')
      .filter((line) => line.includes(payment!.id));
    expect(lines.find((line) => line.includes('"msg":"payment.succeeded"'))).toContain('"accountId":"acc_');
    expect(lines.findLast((line) => line.includes('"msg":"refund.updated"'))).toContain('"status":"succeeded"');
    expect(lines.find((line) => line.includes('"created":'))).toContain(`/v1/payments/${payment!.id}`);
  });

  it('gives parts back, and never more than was taken', async () => {
    const payment = await aPaidPayment(stack, browser, 10_000);
    const first = await stack.client.refund(payment.id, { amount: 4_000 });
    await untilRefund(payment.id, first.body.id, 'succeeded');
    expect(await stack.client.refund(payment.id, { amount: 6_001 })).toMatchObject({
      status: 422,
      body: { code: 'REFUND_TOO_LARGE' },
    });
    const second = await stack.client.refund(payment.id, { amount: 6_000 });
    expect(await stack.client.refund(payment.id, { amount: 1 })).toMatchObject({
      status: 422,
      body: { code: 'REFUND_TOO_LARGE' },
    });
    await untilRefund(payment.id, second.body.id, 'succeeded');
    expect((await stack.client.payment(payment.id)).body.amountRefunded).toBe(10_000);
    expect(await stack.client.refund(payment.id)).toMatchObject({ status: 422, body: { code: 'REFUND_TOO_LARGE' } });
  });

  it('of ten refunds at once, only as many as there is money for', async () => {
    const payment = await aPaidPayment(stack, browser, 10_000);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => stack.client.refund(payment.id, { amount: 4_000 })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(8);
  });

  it('a refund that the bank declines frees its amount again', async () => {
    const payment = await aPaidPayment(stack, browser, 10_000);
    const { body } = await stack.client.refund(payment.id, { amount: 9_917 }); // 17 kopiyky: the test terminal declines
    const failed = await untilRefund(payment.id, body.id, 'failed');
    expect(failed.failure).not.toBeNull();
    expect((await stack.client.refund(payment.id)).body).toMatchObject({ amount: 10_000, status: 'pending' });
  });

  it.each(['timeout_after', 'reset_after', 'truncated_jwe'] as const)(
    'the bank executes it but answers with %s: exactly one refund at the bank',
    async (kind) => {
      const payment = await aPaidPayment(stack, browser);
      await stack.bank.addFault({ kind, path: 'payments/v3/refund', times: 1 });
      const first = await stack.client.refund(payment.id, {}, `refund-${kind}`);
      const { status, failure } = first.body; // a worker may have found it before the bank's time was over
      expect([
        [202, 'unknown', null],
        [201, 'succeeded', null],
      ]).toContainEqual([first.status, status, failure]);
      expect((await stack.bank.faults()).map((fault) => fault.fired)).toEqual([1]);
      const again = await stack.client.refund(payment.id, {}, `refund-${kind}`);
      expect(again.body.id).toBe(first.body.id);
      await untilRefund(payment.id, first.body.id, 'succeeded');
      // A 202 is not kept: the repeat tells the truth of its moment, and that first final answer is kept.
      const final = await stack.client.refund(payment.id, {}, `refund-${kind}`);
      const kept = await stack.client.refund(payment.id, {}, `refund-${kind}`);
      expect([final.body.id, final.body.status]).toEqual([first.body.id, 'succeeded']);
      expect([kept.text, kept.headers.get('idempotent-replayed')]).toEqual([final.text, 'true']);
      expect(await moneyRefunded(await requestIdOf(first.body.id))).toEqual([payment.amount]);
      const sent = await stack.bank.ledger({ kind: 'request', path: 'payments/v3/refund' });
      const ids = sent.map((entry) => entry.merchantRequestId);
      expect(ids.filter((id) => id === ids.at(-1))).toHaveLength(1);
    },
  );

  it('a refund that the bank never got is sent once more, under the same id, after absence is proven', async () => {
    const payment = await aPaidPayment(stack, browser);
    await stack.bank.addFault({ kind: 'timeout_before', path: 'payments/v3/refund', times: 1 });
    const { body } = await stack.client.refund(payment.id);
    const row = async () =>
      (await stack.database.query<{ n: number }>('SELECT not_founds AS n FROM operation WHERE id = $1', [body.id]))[0]!;
    await until('two of three', async () => (await row()).n >= 2);
    expect(await moneyRefunded(await requestIdOf(body.id))).toEqual([]);
    await stack.database.query(
      `UPDATE operation SET sent_at = sent_at - interval '30 min', not_found_at = not_found_at - interval '30 min',
              next_query_at = now() WHERE id = $1`,
      [body.id],
    );
    await untilRefund(payment.id, body.id, 'succeeded');
    expect(await moneyRefunded(await requestIdOf(body.id))).toEqual([payment.amount]);
  });
});
