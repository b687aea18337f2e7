import { COMMANDS } from '../../apps/gateway/src/app/commands.js';
import { CommandRunner } from '../../apps/gateway/src/audit/command-runner.js';
import {
  type PaymentDetails,
  type PaymentToReview,
} from '../../apps/gateway/src/payments/operators/reviews.service.js';
import {
  aBankOperation,
  aBankRefund,
  anOpenOrder,
  BANK_MERCHANT_ID,
  type FakePaymentBank,
  found,
  paid,
} from './fake-payment-bank.js';
import { age, createMigratedDatabase, eventsOf, type MigratedDatabase } from './gateway-parts.js';
import {
  addAccount,
  type CallAnswer,
  type NewAccount,
  OPS_KEY,
  startGateway,
  type WholeGateway,
} from './whole-gateway.js';

const CUSTOMER = { id: 'customer-1', firstName: 'Olena', lastName: 'Test', email: 'canary.reviews@example.com' };
const GROUNDS = { reason: 'Not paid, says the bank.', evidence: 'Call 77 to the desk, 10:04.' };
const unlike = (orderId: string) => paid({ amount: 999 })(orderId);

describe('an operator', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  let bank: FakePaymentBank;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    account = await addAccount(gateway, { bankMerchantId: BANK_MERCHANT_ID });
    bank = gateway.bank;
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });
  beforeEach(() => {
    bank.onOrder = (request) => anOpenOrder(request);
    bank.onReadOrder = (orderId) => found(orderId);
    bank.onReadOperation = () => ({ kind: 'not_found' });
    bank.onRefund = () => ({ kind: 'unknown', reason: 'timeout' });
  });

  const ops = (method: 'GET' | 'POST', path: string, body?: object): Promise<CallAnswer> =>
    gateway.call(method, `/ops/${path}`, { key: OPS_KEY, ...(body && { body }) });
  const of = (id: string, action = ''): string => `payments/${account.id}/${id}${action}`;
  const shop = (method: 'GET' | 'POST', path: string, body?: object): Promise<CallAnswer> =>
    gateway.call(method, `/v1/payments${path}`, { key: account.apiKey, ...(body && { body }) });
  const show = async (id: string) => (await ops('GET', of(id))).body as unknown as PaymentDetails;
  const sync = async (id: string) => (await ops('POST', of(id, '/sync'))).body as unknown as PaymentDetails;

  async function aPayment(): Promise<string> {
    const body = { amount: 1_000, currency: 'UAH', returnUrl: 'https://shop.example/back', customer: CUSTOMER };
    const answer = await shop('POST', '', body);
    if (answer.status > 202) throw new Error(answer.text);
    return answer.body['id'] as string;
  }
  async function aPaidOne(): Promise<string> {
    const id = await aPayment();
    bank.onReadOrder = paid();
    expect(await sync(id)).toMatchObject({ status: 'succeeded' });
    return id;
  }
  async function inReview(): Promise<string> {
    const id = await aPayment();
    bank.onReadOrder = unlike;
    expect(await sync(id)).toMatchObject({ status: 'needs_review' });
    return id;
  }
  /** Refunded, answered by a refund that is not ours: nobody knows what it is. */
  async function aRefundInReview(id: string): Promise<string> {
    bank.onRefund = () => ({ kind: 'answered', facts: aBankRefund('of somebody else') });
    const refund = await shop('POST', `/${id}/refunds`, { amount: 600 });
    expect(refund.body).toMatchObject({ status: 'needs_review' });
    bank.onReadOperation = () => ({ kind: 'unknown', reason: 'timeout' });
    return refund.body['id'] as string;
  }
  const lastAudit = async () => {
    const [last] = await database.query<{ action: string; detail: Record<string, unknown> }>(
      'SELECT action, detail FROM audit_entry ORDER BY at DESC LIMIT 1',
    );
    return last!;
  };

  it('sees what waits for a person, why, and nothing of the customer', async () => {
    const id = await inReview();
    const other = await aPayment();
    const flagged = await aPaidOne();
    bank.onReadOrder = (orderId) =>
      found(orderId, { status: 'SUCCESS', operations: [aBankOperation(), aBankOperation({ operationId: 'two' })] });
    await sync(flagged);
    const refunded = await aPaidOne();
    const refund = await aRefundInReview(refunded);
    const { body, text } = await ops('GET', 'payments/reviews');
    const rows = body['data'] as PaymentToReview[];
    expect(rows.find((row) => row.id === id)).toMatchObject({
      ...{ accountId: account.id, status: 'needs_review', amount: 1_000, failureMessage: 'unexpected amount' },
      operations: [{ kind: 'purchase', status: 'needs_review', bankOrderId: expect.stringMatching(/^order-/u) }],
    });
    expect(rows.find((row) => row.id === flagged)).toMatchObject({
      status: 'succeeded',
      flags: { second_charge: expect.stringContaining('two') },
      operations: [],
    });
    expect(rows.find((row) => row.id === refunded)).toMatchObject({
      amountRefunding: 600,
      operations: [{ id: refund, kind: 'refund', merchantRequestId: expect.any(String) }],
    });
    expect(rows.map((row) => row.id)).not.toContain(other);
    const details = await show(id);
    expect(details.history.filter(({ operationId }) => operationId === null).map(({ to }) => to)).toEqual([
      ...['requires_action', 'needs_review'],
    ]);
    expect(text + JSON.stringify(details)).not.toMatch(/canary|Olena|sealed/u);
  });

  it.each([
    ['failed', { code: 'closed_by_operator', message: GROUNDS.reason }],
    ['expired', { code: 'expired', message: GROUNDS.reason }],
    ['canceled', null],
  ])('ends a payment in review as %s, for the record, until the bank knows better', async (to, failure) => {
    const id = await inReview();
    expect((await ops('POST', of(id, '/decide'), { to, ...GROUNDS })).body).toMatchObject({ status: to });
    expect((await shop('GET', `/${id}`)).body).toMatchObject({ status: to, failure, amountCaptured: 0 });
    expect((await eventsOf(database, id)).map(({ type }) => type)).toContain(`payment.${to}`);
    const { history } = await show(id);
    expect(history.filter(({ cause }) => cause === 'operator').map((move) => [move.from, move.to])).toEqual([
      ['needs_review', to === 'canceled' ? 'abandoned' : 'failed'],
      ['needs_review', to],
    ]);
    expect(
      history.find(({ cause, operationId }) => cause === 'operator' && operationId !== null)?.evidence,
    ).toMatchObject({ decided: { to, ...GROUNDS } });
    expect(await lastAudit()).toEqual({ action: 'payment.decide', detail: { payment: id, to, ...GROUNDS } });
    bank.onReadOrder = paid();
    expect(await sync(id)).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
    expect((await eventsOf(database, id)).at(-1)?.type).toBe('payment.succeeded_late');
  });

  it('asks the bank first, and lets its word count', async () => {
    const id = await inReview();
    bank.onReadOrder = paid();
    const answer = await ops('POST', of(id, '/decide'), { to: 'failed', ...GROUNDS });
    expect(answer).toMatchObject({ status: 409, body: { code: 'NOT_IN_REVIEW' } });
    expect(await show(id)).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
  });

  it.each<[what: string, body: object, status: number]>([
    ['to succeeded', { to: 'succeeded', ...GROUNDS }, 400],
    ['to authorized', { to: 'authorized', ...GROUNDS }, 400],
    ['without a reason', { to: 'failed', evidence: 'e' }, 400],
    ['without evidence', { to: 'failed', reason: 'r' }, 400],
    ['with a blank reason', { to: 'failed', evidence: 'e', reason: '  ' }, 400],
  ])('decides nothing %s', async (_what, body, status) => {
    const id = await inReview();
    expect((await ops('POST', of(id, '/decide'), body)).status).toBe(status);
    expect(await show(id)).toMatchObject({ status: 'needs_review' });
  });

  it('decides nothing that is not in review, and nothing of another account', async () => {
    const open = await aPayment();
    const decision = { to: 'failed', ...GROUNDS };
    expect(await ops('POST', of(open, '/decide'), decision)).toMatchObject({ body: { code: 'NOT_IN_REVIEW' } });
    const id = await inReview();
    const other = await addAccount(gateway);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '/sync', {}],
      ['POST', '/decide', decision],
      ['POST', '/flags/clear', { flag: 'late_money', note: 'n' }],
      ['POST', '/order', { order: 'o' }],
    ] as const) {
      const answer = await ops(method, `payments/${other.id}/${id}${path}`, body);
      expect(answer).toMatchObject({ status: 404, body: { code: 'PAYMENT_NOT_FOUND' } });
    }
    expect(await show(id)).toMatchObject({ status: 'needs_review' });
  });

  it('gives a refund in review up: what it reserved can be refunded, and a late success is counted and flagged', async () => {
    const id = await aPaidOne();
    const refund = await aRefundInReview(id);
    const again = (): Promise<CallAnswer> => shop('POST', `/${id}/refunds`, { amount: 600 });
    expect(await again()).toMatchObject({ status: 422, body: { code: 'REFUND_TOO_LARGE' } });
    const path = of(id, `/operations/${refund}/give-up`);
    expect((await ops('POST', of(id, '/operations/op_other/give-up'), GROUNDS)).status).toBe(404);
    expect((await ops('POST', path, GROUNDS)).body).toMatchObject({ amountRefunding: 0, amountRefunded: 0 });
    expect((await ops('POST', path, GROUNDS)).body).toMatchObject({ code: 'NOT_IN_REVIEW' });
    const shown = (await shop('GET', `/${id}/refunds`)).body['data'];
    expect(shown).toMatchObject([{ id: refund, status: 'failed', failure: { code: 'closed_by_operator' } }]);
    expect((await again()).status).toBeLessThan(300);
    bank.onReadOperation = (requestId) => ({ kind: 'found', facts: aBankRefund(requestId, { amount: 600 }) });
    expect(await sync(id)).toMatchObject({
      amountRefunded: 1_200,
      flags: { late_refund: expect.stringContaining(refund) },
    });
  });

  it('clears a flag for as long as the bank says nothing new', async () => {
    const id = await aPaidOne();
    const charges = (...ids: string[]): void => {
      const operations = [aBankOperation(), ...ids.map((operationId) => aBankOperation({ operationId }))];
      bank.onReadOrder = (orderId) => found(orderId, { status: 'SUCCESS', operations });
    };
    charges('second');
    expect((await sync(id)).flags).toEqual({ second_charge: expect.stringContaining('second') as string });
    const note = 'given back in the back office';
    const cleared = await ops('POST', of(id, '/flags/clear'), { flag: 'second_charge', note });
    expect(cleared.body['flags']).toEqual({});
    expect(await lastAudit()).toMatchObject({ action: 'payment.clear_flag', detail: { flag: 'second_charge', note } });
    expect((await shop('GET', `/${id}`)).body).toMatchObject({ flags: [] });
    const seenAgain = await sync(id);
    expect(seenAgain.flags).toEqual({});
    expect(seenAgain.flagsSettled).toEqual({ second_charge: expect.stringContaining('second') as string });
    charges('second', 'third');
    expect((await sync(id)).flags).toEqual({ second_charge: expect.stringContaining('third') as string });
    const types = (await eventsOf(database, id)).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['payment.flagged', 'payment.flag_settled', 'payment.flagged']);
    const missing = await ops('POST', of(id, '/flags/clear'), { flag: 'contradicted', note });
    expect(missing).toMatchObject({ status: 409, body: { code: 'PAYMENT_NOT_FLAGGED' } });
  });

  it('names an order that the bank has and we do not: believed only if it is ours', async () => {
    bank.onOrder = () => ({ kind: 'duplicate' });
    const id = await aPayment();
    const [operation] = (await show(id)).operations;
    expect(operation).toMatchObject({ bankOrderId: null, knownElsewhereAt: expect.any(String) as string });
    const { merchantRequestId } = operation!;
    const ids = { merchantId: BANK_MERCHANT_ID, amount: 1_000 };
    bank.onReadOrder = (orderId) => found(orderId, { ...ids, merchantRequestId: 'another' });
    await ops('POST', of(id, '/order'), { order: 'theirs' });
    expect((await show(id)).operations).toMatchObject([{ bankOrderId: null }]);
    bank.onReadOrder = (orderId) => found(orderId, { ...ids, merchantRequestId });
    const answer = await ops('POST', of(id, '/order'), { order: 'ours' });
    expect(answer.body).toMatchObject({ status: 'requires_action', operations: [{ bankOrderId: 'ours' }] });
  });

  it.each([
    ['opens no second order for what was in doubt when a backup was restored', true, 1],
    ['opens another order where our own first one got lost', false, 2],
  ])('%s', async (_what, isRestored, orders) => {
    bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
    const id = await aPayment();
    const runner = gateway.app.get(CommandRunner, { strict: false });
    const mark = COMMANDS.find((command) => command.id === 'restore.mark')!;
    if (isRestored) {
      const backupAt = '2026-01-01T00:00:00Z';
      const marked = await runner.run(mark, { backupAt }, { actor: 'cli', tell: () => undefined });
      expect(marked).toMatchObject({ ordersInDoubt: expect.any(Number) as number });
      expect(await lastAudit()).toMatchObject({ action: 'restore.mark', detail: { backupAt, ordersInDoubt: 1 } });
    }
    bank.onOrder = () => ({ kind: 'duplicate' });
    await sync(id);
    const { operations } = await show(id);
    expect(operations).toHaveLength(orders);
    expect(operations.filter(({ knownElsewhereAt }) => knownElsewhereAt !== null)).toHaveLength(1);
  });

  it('has everything that may have happened since a backup asked for', async () => {
    const id = await aPaidOne();
    await age(database, { id, column: 'created_at', seconds: 3_600 });
    const { nextSyncAt } = await show(id);
    const mark = COMMANDS.find((command) => command.id === 'restore.mark')!;
    const input = { backupAt: '2026-01-01T00:00:00Z' };
    await gateway.app.get(CommandRunner, { strict: false }).run(mark, input, { actor: 'cli', tell: () => undefined });
    expect(new Date((await show(id)).nextSyncAt!).getTime()).toBeLessThan(new Date(nextSyncAt!).getTime());
  });

  it('has the workers ask about everything that is open', async () => {
    const id = await aPayment();
    expect((await ops('POST', 'payments/ask-all', {})).body).toMatchObject({ payments: expect.any(Number) as number });
    const [row] = await database.query<{ due: boolean }>(
      'SELECT next_sync_at <= now() AS due FROM payment WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ due: true });
  });

  it('lists callbacks that were given up, and has one tried again', async () => {
    const id = await aPayment();
    await database.query(
      `INSERT INTO callback_inbox (merchant_account_id, id, subject_id, digest, body_sealed, attempts, outcome)
       VALUES ($1, 'cb_lost', $2, '\\x00', 'sealed', 6, 'KEYSTORE_UNAVAILABLE')`,
      [account.id, id],
    );
    const { body } = await ops('GET', 'callbacks');
    expect(body['data']).toMatchObject([
      { id: 'cb_lost', paymentId: id, attempts: 6, outcome: 'KEYSTORE_UNAVAILABLE' },
    ]);
    const retry = (): Promise<CallAnswer> => ops('POST', `callbacks/${account.id}/cb_lost/retry`);
    expect((await retry()).status).toBe(204);
    expect(await retry()).toMatchObject({ status: 404, body: { code: 'CALLBACK_NOT_FOUND' } });
    expect((await ops('GET', 'callbacks')).body['data']).toEqual([]);
  });
});
