import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { AllianceAccounts, AllianceClient, AllianceModule } from '#libs/alliance';
import { AlliancePaymentBank } from '../../apps/gateway/src/payments/bank/alliance-payment-bank.js';
import { Engine } from '../../apps/gateway/src/payments/engine/engine.service.js';
import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { PAYMENT_FAILPOINTS } from '../../apps/gateway/src/payments/kinds/failpoints.js';
import { SecretText } from '../../apps/gateway/src/accounts/secret-text.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { aCharge, anOpenOrder, paid, type Sent } from './fake-payment-bank.js';
import { age, createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

const CODE = 'not_sendable';
const HALF_AN_HOUR_SECONDS = 1_800;
const AMOUNT = 1_000;

/** What a compact JWE looks like; nobody here can open it. */
const jwe = (mark: string): string =>
  [mark.padEnd(60, 'A'), 'k'.repeat(54), 'i'.repeat(16), `${mark}c`, 't'.repeat(22)].join('.');
const CARD = { type: 'card', encryptedNumber: jwe('number') };
const BROWSER = {
  ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk', colorDepth: 24 },
  ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
};

/** A bank that cannot be reached: whoever gets as far as to ask for an account was about to send. */
class NoAccounts extends AllianceAccounts {
  override load(): Promise<never> {
    return Promise.reject(new Error('something was about to be sent'));
  }
}

interface Asked {
  readonly path: string;
  readonly body: object;
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly attempt: number;
  readonly failure: string | null;
  readonly due: string | null;
}

/** A request that our own client refuses to send: nothing left, nothing ever will, and whoever asked is told so. */
describe('a request that cannot be sent', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  let payoutKey: string;
  let clientModule: TestingModule;
  let real: AlliancePaymentBank;
  const logged: unknown[] = [];

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    account = await addAccount(gateway, { a2aMerchantId: 'merchant-a2a' });
    const route = `/ops/merchant-accounts/${account.id}/api-keys`;
    const made = await gateway.call('POST', route, { key: OPS_KEY, body: { scopes: ['payouts'] } });
    payoutKey = made.body['key'] as string;
    const imports = [AllianceModule.forRoot({ accounts: new NoAccounts() })];
    clientModule = await Test.createTestingModule({ imports }).compile();
    Logger.overrideLogger({ log: () => undefined, warn: () => undefined, error: (line: unknown) => logged.push(line) });
    real = new AlliancePaymentBank(clientModule.get(AllianceClient));
  });
  afterAll(async () => {
    await clientModule.close();
    await gateway.app.close();
    await database.drop();
  });
  beforeEach(() => {
    const { bank } = gateway;
    bank.onOrder = (request) => anOpenOrder(request);
    bank.onCharge = (request) => aCharge(request);
    bank.onReadOperation = () => ({ kind: 'not_found' });
  });

  /** With an address that is none, and an id longer than the bank's ever are: one of them is in every body. */
  const breaks = ({ customer, card, parentBankId, ...sending }: Sent) => {
    const id = parentBankId === null ? null : 'x'.repeat(65);
    return real.send({ ...sending, callbackUrl: 'nowhere', parentBankId: id }, { customer, card }) as never;
  };
  const breakAll = (): void => {
    Object.assign(gateway.bank, { onOrder: breaks, onCharge: breaks, onRefund: breaks });
  };

  const post = (path: string, body: object, headers = {}) =>
    gateway.call('POST', path, { key: path === '/v1/payouts' ? payoutKey : account.apiKey, body, headers });
  const idOf = async (path: string, body: object): Promise<string> => (await post(path, body)).body['id'] as string;
  const open = (over: object = {}) => idOf('/v1/payments', aPaymentRequest({ amount: AMOUNT, ...over }));
  /** Paid, or held, on the bank's page. */
  const paidBy = async (over: object, type: string): Promise<string> => {
    const id = await open(over);
    gateway.bank.onReadOrder = paid({
      ...{ amount: AMOUNT, merchantId: account.bankMerchantId, type, operationId: `paid-${id}` },
    });
    await gateway.app.get(PaymentSyncService).syncWithBank(account.id, id);
    return id;
  };
  const ofCard = (over: object) => aPaymentRequest({ amount: AMOUNT, paymentMethod: CARD, ...over });
  const confirming = async (over: object) => ({
    path: `/v1/payments/${await open({ paymentMethod: CARD, ...over })}/confirm`,
    body: { encryptedData: jwe('data'), browser: BROWSER },
  });
  /** A request to pay with a card that the bank keeps for the customer. */
  const ofSavedCard = async (over: object) => {
    gateway.bank.onErrand = () => ({
      kind: 'done',
      card: { token: SecretText.of('-token_of_24_characters_'), mask: '411111******1111', scheme: undefined },
    });
    const encrypted = { encryptedNumber: jwe('number'), encryptedExpiry: jwe('expiry') };
    const card = await idOf('/v1/customers/customer-1/cards', encrypted);
    return aPaymentRequest({ amount: AMOUNT, paymentMethod: { type: 'saved_card', card }, ...over });
  };
  const authenticating = async (over: object) => {
    gateway.bank.onCharge = (request) => aCharge(request, { status: 'REQUIRED_3DS' });
    return {
      path: `/v1/payments/${await idOf('/v1/payments', await ofSavedCard(over))}/confirm`,
      body: { browser: BROWSER },
    };
  };
  const verification = {
    ...{ returnUrl: 'https://shop.example/return', customer: { id: 'customer-1', firstName: 'Olena' } },
  };
  const payout = {
    ...{ amount: AMOUNT, currency: 'UAH', destination: CARD },
    recipient: { id: 'winner-7', taxId: '1234567890', firstName: 'Olena' },
  };

  /** The request that makes each step of each kind, once everything before it went well. */
  const REQUESTS: Readonly<Record<string, () => Asked | Promise<Asked>>> = {
    'purchase.order_purchase': () => ({ path: '/v1/payments', body: aPaymentRequest() }),
    'authorization.order_hold': () => ({
      path: '/v1/payments',
      body: aPaymentRequest({ captureMethod: 'manual' }),
    }),
    'verification.order_verification': () => ({ path: '/v1/verifications', body: verification }),
    'purchase.order_a2a': () => ({
      path: '/v1/payments',
      body: aPaymentRequest({ paymentMethod: { type: 'bank_transfer' }, expiresInMinutes: 120 }),
    }),
    'purchase.card_create': () => ({ path: '/v1/payments', body: ofCard({}) }),
    'purchase.card_execute': () => confirming({}),
    'authorization.hold_create': () => ({ path: '/v1/payments', body: ofCard({ captureMethod: 'manual' }) }),
    'authorization.hold_execute': () => confirming({ captureMethod: 'manual' }),
    'purchase.saved_purchase': async () => ({ path: '/v1/payments', body: await ofSavedCard({}) }),
    'purchase.saved_authenticate': () => authenticating({}),
    'authorization.saved_hold': async () => ({
      path: '/v1/payments',
      body: await ofSavedCard({ captureMethod: 'manual' }),
    }),
    'authorization.saved_hold_authenticate': () => authenticating({ captureMethod: 'manual' }),
    'payout.pay_out': () => ({ path: '/v1/payouts', body: payout }),
    'capture.complete': async () => ({
      path: `/v1/payments/${await paidBy({ captureMethod: 'manual' }, 'PREAUTH')}/capture`,
      body: { amount: AMOUNT },
    }),
    'void.give_back': async () => ({
      path: `/v1/payments/${await paidBy({ captureMethod: 'manual' }, 'PREAUTH')}/cancel`,
      body: {},
    }),
    'refund.give_back': async () => ({ path: `/v1/payments/${await paidBy({}, 'PURCHASE')}/refunds`, body: {} }),
  };
  const STEPS = Object.keys(REQUESTS);
  const SECOND = STEPS.filter((name) => /_(?:execute|authenticate)$/u.test(name));
  const FOLLOW_UPS = ['capture.complete', 'void.give_back', 'refund.give_back'];

  const lastOperation = async (): Promise<Row> => {
    const [row] = await database.query<Row>(
      `SELECT id, status, attempt, failure_code AS failure, next_query_at AS due FROM operation ORDER BY number DESC LIMIT 1`,
    );
    return row!;
  };
  const paymentOf = async (operationId: string) => {
    const [row] = await database.query<{ status: string; failure: string | null; reserved: number; due: string }>(
      `SELECT p.status, p.failure_code AS failure, (p.amount_capturing + p.amount_refunding)::int AS reserved,
              p.next_sync_at AS due FROM payment p JOIN operation o ON o.subject_id = p.id WHERE o.id = $1`,
      [operationId],
    );
    return row!;
  };
  const resolve = async (): Promise<Row> => {
    await gateway.app.get(Engine).resolve(account.id, (await lastOperation()).id);
    return lastOperation();
  };
  const sent = (): number => gateway.bank.orders.length + gateway.bank.charges.length + gateway.bank.refunds.length;

  it('is tried for every step of every kind', () => {
    const begun = PAYMENT_FAILPOINTS.filter((name) => name.endsWith('.begun'));
    const steps = begun.map((name) => name.replace('.begun', '')).filter((name) => name.includes('.'));
    expect(steps.toSorted()).toEqual(STEPS.toSorted()); // an errand, such as keeping a card, begins no operation
  });

  it.each(STEPS)('ends %s as our own failure, at once and for good', async (name) => {
    const { path, body } = await REQUESTS[name]!();
    breakAll();
    const headers = { 'idempotency-key': `broken-${name}` };
    const first = await post(path, body, headers);
    expect({ status: first.status, text: first.text }).toMatchObject({
      status: path.endsWith('s') ? 201 : 200,
      text: expect.stringContaining(`"code":"${CODE}"`),
    });
    const before = sent();
    const again = await post(path, body, headers);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    const operation = await lastOperation();
    const isSecond = SECOND.includes(name);
    expect(operation).toMatchObject({
      status: isSecond ? 'action_required' : 'rejected',
      failure: CODE,
      due: null,
    });
    const payment = await paymentOf(operation.id);
    const isOpen = FOLLOW_UPS.includes(name);
    expect(payment).toMatchObject({
      status: isOpen ? expect.stringMatching(/succeeded|authorized/u) : isSecond ? 'requires_confirmation' : 'failed',
      failure: isOpen ? null : CODE,
      reserved: 0,
    });
    if (!isOpen && !isSecond) expect(payment.due).toBeNull();
    expect(sent()).toBe(before);
    expect(logged.splice(0)).toEqual([
      expect.objectContaining({ accountId: account.id, reason: expect.stringMatching(/^The body of /u) }),
    ]);
  });

  it.each(STEPS.filter((name) => name.includes('.order_')))(
    'ends %s where an order in doubt is sent again',
    async (name) => {
      const { path, body } = await REQUESTS[name]!();
      gateway.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
      expect((await post(path, body)).status).toBe(202);
      breakAll();
      const operation = await resolve();
      expect(operation).toMatchObject({ status: 'rejected', failure: CODE, due: null });
      expect(await paymentOf(operation.id)).toMatchObject({ status: 'failed', failure: CODE, due: null });
    },
  );

  it('opens no other order where somebody may hold the link of a restored one', async () => {
    gateway.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
    await open();
    await database.query('UPDATE operation SET restored_at = now() WHERE id = $1', [(await lastOperation()).id]);
    breakAll();
    const operation = await resolve();
    expect(operation).toMatchObject({ status: 'unknown', due: null });
    expect((await paymentOf(operation.id)).status).toBe('created');
    const before = sent();
    await resolve();
    expect(sent()).toBe(before);
  });

  it.each(FOLLOW_UPS)('ends %s where what never left is sent anew', async (name) => {
    const { path, body } = await REQUESTS[name]!();
    gateway.bank.onRefund = () => ({ kind: 'unknown', reason: 'not_connected', unsent: true });
    expect((await post(path, body)).status).toBe(202);
    breakAll();
    const operation = await resolve();
    expect(operation).toMatchObject({ status: 'rejected', failure: CODE, due: null, attempt: 1 });
    expect(await paymentOf(operation.id)).toMatchObject({ reserved: 0 });
  });

  it.each(FOLLOW_UPS)('leaves %s to a person where the first try may have arrived', async (name) => {
    const { path, body } = await REQUESTS[name]!();
    gateway.bank.onRefund = () => ({ kind: 'unknown', reason: 'timeout' });
    expect((await post(path, body)).status).toBe(202);
    breakAll();
    const { id } = await lastOperation();
    for (const column of ['sent_at', 'not_found_at']) {
      await age(database, { id, column, seconds: HALF_AN_HOUR_SECONDS });
      await resolve();
    }
    await age(database, { id, column: 'not_found_at', seconds: HALF_AN_HOUR_SECONDS });
    expect(await resolve()).toMatchObject({ status: 'needs_review', failure: 'needs_review', attempt: 2 });
    expect(await paymentOf(id)).toMatchObject({ reserved: AMOUNT });
    const before = sent();
    await resolve();
    expect(sent()).toBe(before);
  });
});
