import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Measures } from '../../apps/gateway/src/measures/measures.js';
import { SigningKeyRepository } from '../../apps/gateway/src/payments/bank-access/signing-key.repository.js';
import { StoredAllianceAccounts } from '../../apps/gateway/src/payments/bank-access/stored-alliance-accounts.js';
import { ClientKeyRepository } from '../../apps/gateway/src/payments/bank-access/client-key.repository.js';
import { CallbackRepository } from '../../apps/gateway/src/callbacks/callback.repository.js';
import { CallbacksController } from '../../apps/gateway/src/callbacks/callbacks.controller.js';
import { CallbacksService } from '../../apps/gateway/src/callbacks/callbacks.service.js';
import { registerBodyParsers } from '../../apps/gateway/src/http/body-parsers.js';
import { PROBLEMS } from '../../apps/gateway/src/app/problems.js';
import { ProblemFilter } from '../../apps/gateway/src/http/problem.filter.js';
import { type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { aMerchant } from '../support/demo-merchant.js';
import { paid } from './fake-payment-bank.js';
import {
  aKey,
  anAccount,
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const CANARY = 'canary-of-olena';
const aCallback = (over: Record<string, unknown> = {}): string =>
  JSON.stringify({
    hppOrderId: 'order-1',
    merchantRequestId: 'request-1',
    orderStatus: 'SUCCESS',
    coinAmount: 1_000,
    senderFirstName: CANARY,
    operation: { type: 'PURCHASE', status: 'SUCCESS', coinAmount: 1_000, operationId: 'operation-1' },
    ...over,
  });

describe('callback inbox', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let inbox: CallbackRepository;
  let service: CallbacksService;
  let app: NestFastifyApplication;
  let payment: PaymentView;
  /** Callbacks that come meanwhile cannot be read, and are left to the worker. */
  let keysAreAway = false;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
    inbox = new CallbackRepository(parts.source);
    const clientKeys = new ClientKeyRepository(parts.source, parts.keystore);
    await clientKeys.add(parts.accountId, 'client-key-1', aMerchant().privateKey);
    parts.accounts.forget(parts.accountId);
    const stored = new StoredAllianceAccounts(
      parts.accounts,
      clientKeys,
      new SigningKeyRepository(parts.source, parts.keystore),
    );
    const bankAccounts = { load: (id: string) => (keysAreAway ? Promise.reject(new Error('away')) : stored.load(id)) };
    service = new CallbacksService(parts.accounts, bankAccounts, inbox, parts.keystore, parts.sync);
    const adapter = new FastifyAdapter();
    registerBodyParsers(adapter.getInstance());
    const module = await Test.createTestingModule({
      controllers: [CallbacksController],
      providers: [Measures, { provide: CallbacksService, useValue: service }],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false, logger: false });
    app.useGlobalFilters(new ProblemFilter(PROBLEMS));
    await app.init();
    await adapter.getInstance().ready();
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  beforeEach(async () => {
    keysAreAway = false;
    payment = await create(parts);
  });

  const addressOf = async (id: string, kind: 'callbackUrl' | 'returnUrl' = 'callbackUrl'): Promise<string> =>
    new URL(parts.links[kind](await parts.accounts.open(parts.accountId), id)).pathname;
  const post = (url: string, payload: string | Buffer, type = 'application/json') =>
    app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } });
  const postUnread = async (...given: Parameters<typeof post>) => {
    keysAreAway = true;
    const answer = await post(...given);
    keysAreAway = false;
    return answer;
  };
  const rowsOf = (id: string) =>
    database.query<{ id: string; deliveries: number; outcome: string | null; attempts: number; row: string }>(
      'SELECT id, deliveries, outcome, attempts, c::text AS row FROM callback_inbox c WHERE subject_id = $1 ORDER BY id',
      [id],
    );
  /** Leases and pauses are over. */
  const afterAWeek = (id: string) =>
    database.query(
      `UPDATE callback_inbox SET next_attempt_at = next_attempt_at - interval '7 days' WHERE subject_id = $1`,
      [id],
    );
  const dueLater = (id: string) =>
    database.query(`UPDATE payment SET hint_queries = 0, next_sync_at = now() + interval '1 day' WHERE id = $1`, [id]);
  const isDue = async (id: string): Promise<boolean> => {
    const [row] = await database.query<{ due: boolean }>(
      'SELECT hint_queries = 1 AND next_sync_at <= now() AS due FROM payment WHERE id = $1',
      [id],
    );
    return row!.due;
  };
  const drain = async (): Promise<void> => {
    for (const callback of await inbox.claimDue(100, 60)) await service.settle(callback);
  };

  it('answers 200 once the callback is committed', async () => {
    const answer = await post(await addressOf(payment.id), aCallback());
    expect([answer.statusCode, answer.body]).toEqual([200, 'OK']);
    expect(await rowsOf(payment.id)).toMatchObject([{ deliveries: 1, outcome: 'read plain', attempts: 0 }]);
  });

  it.each<[string, (url: string, other: string) => string]>([
    ['a token of another payment', (url, other) => url.replace(/[^/]+$/u, other.split('/').at(-1)!)],
    ['a token cut short', (url) => url.slice(0, -1)],
    ['no token', (url) => url.replace(/[^/]+$/u, '')],
    ['another payment under our token', (url) => url.replace(payment.id, 'pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f')],
    ['an account that is not there', (url) => url.replace(/acc_\w+/u, `acc_${'0'.repeat(32)}`)],
    ['an account that cannot be', (url) => url.replace(/acc_\w+/u, "acc_'--")],
    ['a NUL in the account', (url) => url.replace(/acc_\w+/u, 'acc_%00')],
  ])('answers 404 to %s and keeps nothing', async (_what, change) => {
    const other = await create(parts);
    const before = await database.query('SELECT count(*)::int AS n FROM callback_inbox');
    const answer = await post(change(await addressOf(payment.id), await addressOf(other.id)), aCallback());
    expect(answer.statusCode).toBe(404);
    expect(await database.query('SELECT count(*)::int AS n FROM callback_inbox')).toEqual(before);
  });

  it('answers 404 to a return token', async () => {
    const returnToken = (await addressOf(payment.id, 'returnUrl')).split('/').at(-1)!;
    const url = await addressOf(payment.id);
    expect((await post(url.replace(/[^/]+$/u, returnToken), aCallback())).statusCode).toBe(404);
    expect(await rowsOf(payment.id)).toEqual([]);
  });

  it('keeps one to an address of ours whose payment is not there, and touches nobody else\u2019s', async () => {
    await dueLater(payment.id);
    const otherId = await anAccount(parts.accounts, { bankMerchantId: `merchant-of-${payment.id}` });
    const others = new URL(parts.links.callbackUrl(await parts.accounts.open(otherId), payment.id)).pathname;
    expect((await post(others, aCallback())).statusCode).toBe(200);
    expect(await rowsOf(payment.id)).toMatchObject([{ outcome: 'unassigned', attempts: 0 }]);
    await drain();
    expect(await rowsOf(payment.id)).toMatchObject([{ outcome: 'unassigned', attempts: 0 }]);
    expect(await isDue(payment.id)).toBe(false);
  });

  it('makes the payment due by the statement that keeps it, and its unfinished refund, at every delivery', async () => {
    const url = await addressOf(payment.id);
    for (let delivery = 1; delivery <= 2; delivery++) {
      await dueLater(payment.id);
      await post(url, aCallback());
      expect(await isDue(payment.id)).toBe(true);
    }
    expect(await inbox.claimDue(100, 60)).toEqual([]); // nothing is left to be read
    const { id } = await createPaid(parts);
    const refund = await parts.refunds.create({ accountId: parts.accountId, paymentId: id, key: aKey() }, {});
    const { id: refundId } = JSON.parse(refund.body) as { id: string };
    await database.query(`UPDATE operation SET queries = 9, next_query_at = now() + interval '1 day' WHERE id = $1`, [
      refundId,
    ]);
    await post(await addressOf(id), aCallback());
    const [row] = await database.query('SELECT queries, next_query_at <= now() AS due FROM operation WHERE id = $1', [
      refundId,
    ]);
    expect(row).toEqual({ queries: 0, due: true });
  });

  it('keeps nothing, and makes nothing due, where the one of the two cannot be done', async () => {
    await dueLater(payment.id);
    await database.query(`ALTER TABLE payment ADD CONSTRAINT no_hint CHECK (hint_queries = 0) NOT VALID`);
    const answer = await post(await addressOf(payment.id), aCallback());
    await database.query('ALTER TABLE payment DROP CONSTRAINT no_hint');
    expect(answer.statusCode).toBeGreaterThanOrEqual(500);
    expect(await rowsOf(payment.id)).toEqual([]);
    expect(await isDue(payment.id)).toBe(false);
  });

  it('asks once more only where reading it brought news', async () => {
    await postUnread(await addressOf(payment.id), aCallback({ hppOrderId: 'an order that we do not know' }));
    await postUnread(await addressOf(payment.id), aCallback({ hppOrderId: 'order-2' }));
    await dueLater(payment.id);
    await drain();
    expect(await isDue(payment.id)).toBe(true);
    expect((await parts.records.payments.find(parts.accountId, payment.id))!.namedOrderIds).toEqual(['order-2']);
    await postUnread(await addressOf(payment.id), aCallback({ hppOrderId: 'order-2', count: 2 }));
    await dueLater(payment.id);
    await drain();
    expect(await isDue(payment.id)).toBe(false);
  });

  it('notes what it says by the statement that keeps it, once', async () => {
    const body = aCallback({ hppOrderId: 'order-2' });
    await post(await addressOf(payment.id), body);
    const row = () => parts.records.payments.find(parts.accountId, payment.id);
    expect(await row()).toMatchObject({ shown: 'live', namedOrderIds: ['order-2'], hintQueries: 1 });
    await database.query(`UPDATE payment SET named_order_ids = '{}' WHERE id = $1`, [payment.id]);
    await post(await addressOf(payment.id), body); // the bank was asked for that order already
    expect((await row())!.namedOrderIds).toEqual([]);
  });

  it('remembers the latest five orders that were named, and none that it knows', async () => {
    const { bankOrderId } = (await parts.records.operations.currentIntent(parts.accountId, payment.id))!;
    for (const orderId of [bankOrderId!, 'a', 'b', 'c', 'd', 'e', 'f', 'b'])
      await parts.sync.noteTold(parts.accountId, payment.id, { showsAttempt: true, orderId });
    const row = (await parts.records.payments.find(parts.accountId, payment.id))!;
    expect(row.namedOrderIds.toSorted()).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  it('lets no error code end a payment while a callback of it could not be read yet', async () => {
    await postUnread(
      await addressOf(payment.id),
      aCallback({ orderStatus: 'FAIL', operation: { type: 'PURCHASE', status: 'FAIL' } }),
    );
    const { onReadOrder } = parts.bank;
    parts.bank.onReadOrder = () => ({ kind: 'order_expired' });
    await database.query(
      `UPDATE payment SET created_at = now() - interval '10 hours', gone_at = now() - interval '2 hours' WHERE id = $1`,
      [payment.id],
    );
    await parts.sync.syncWithBank(parts.accountId, payment.id);
    expect((await parts.payments.get(parts.accountId, payment.id)).status).toBe('needs_review');
    await drain();
    await parts.sync.syncWithBank(parts.accountId, payment.id);
    parts.bank.onReadOrder = onReadOrder;
    expect((await parts.payments.get(parts.accountId, payment.id)).status).toBe('expired');
  });

  it('counts the same body once, another body apart, and the same body of another payment apart', async () => {
    const url = await addressOf(payment.id);
    await Promise.all(Array.from({ length: 5 }, () => post(url, aCallback())));
    await post(url, aCallback({ orderStatus: 'FAIL' }));
    const other = await create(parts);
    await post(await addressOf(other.id), aCallback());
    expect((await rowsOf(payment.id)).map(({ deliveries }) => deliveries).toSorted()).toEqual([1, 5]);
    expect((await rowsOf(other.id)).map(({ deliveries }) => deliveries)).toEqual([1]);
  });

  it('keeps the body sealed, bound to its row', async () => {
    const url = await addressOf(payment.id);
    await post(url, aCallback());
    await postUnread(url, aCallback({ orderStatus: 'FAIL' }));
    const [first, second] = await rowsOf(payment.id);
    expect(first!.row).toContain('ks1.');
    expect(first!.row).not.toContain(CANARY);
    expect(first!.row).not.toContain('PURCHASE');
    await database.query(
      `UPDATE callback_inbox SET body_sealed = (SELECT body_sealed FROM callback_inbox WHERE id = $1) WHERE id = $2`,
      [first!.id, second!.id],
    );
    const moved = (await inbox.claimDue(100, 60)).find(({ id }) => id === second!.id)!;
    await expect(service.settle(moved)).rejects.toMatchObject({ code: 'KEYSTORE_TAMPERED' });
  });

  it.each<[string, string | Buffer, string]>([
    ['a callback in the clear', aCallback(), 'read plain'],
    ['no JSON', '<html>', 'unreadable ALLIANCE_INVALID_CALLBACK'],
    ['nothing', '', 'unreadable ALLIANCE_INVALID_CALLBACK'],
    ['no text', Buffer.from([0xff, 0xfe, 0x00]), 'unreadable ALLIANCE_INVALID_CALLBACK'],
    ['a signature', 'eyJh.eyJi.c2ln', 'unreadable ALLIANCE_CALLBACK_UNSUPPORTED'],
    ['a broken envelope', 'eyJh.a.b.c.d', 'unreadable ALLIANCE_JWE_REFUSED'],
  ])('takes %s for a hint, no more: %s', async (_what, body, outcome) => {
    expect((await post(await addressOf(payment.id), body, 'text/plain')).statusCode).toBe(200);
    const other = await create(parts);
    expect((await postUnread(await addressOf(other.id), body, 'text/plain')).statusCode).toBe(200);
    expect(await rowsOf(other.id)).toMatchObject([{ outcome: null, attempts: 0 }]);
    await drain();
    expect(await rowsOf(payment.id)).toMatchObject([{ outcome, attempts: 0 }]);
    expect(await rowsOf(other.id)).toMatchObject([{ outcome, attempts: 1 }]);
    expect(await parts.payments.get(parts.accountId, payment.id)).toMatchObject({ status: 'requires_action' });
    expect((await parts.records.payments.claimDue(1_000, 120)).map(({ id }) => id)).toContain(payment.id);
  });

  it('works off each once, however often it comes', async () => {
    await postUnread(await addressOf(payment.id), aCallback());
    await drain();
    await post(await addressOf(payment.id), aCallback());
    await afterAWeek(payment.id);
    expect((await inbox.claimDue(100, 60)).filter(({ subjectId }) => subjectId === payment.id)).toEqual([]);
    expect(await rowsOf(payment.id)).toMatchObject([{ deliveries: 2, attempts: 1, outcome: 'read plain' }]);
  });

  it.each<[string, string, string | null]>([
    ['a success', aCallback(), 'live'],
    ['an attempt without a word of the order', aCallback({ orderStatus: undefined }), 'live'],
    [
      'an attempt under way',
      aCallback({ orderStatus: 'PENDING', operation: { type: 'PURCHASE', status: 'PENDING' } }),
      'live',
    ],
    ['a status nobody knows', aCallback({ orderStatus: 'HELD', operation: {} }), 'live'],
    ['nothing that can be read', '<html>', 'live'],
    ['a decline', aCallback({ orderStatus: 'FAIL', operation: { type: 'PURCHASE', status: 'FAIL' } }), null],
    ['an order that was canceled', aCallback({ orderStatus: 'CANCELED', operation: {} }), null],
  ])('remembers whether a callback showed an attempt to pay: %s', async (_what, body, shown) => {
    const other = await create(parts);
    await post(await addressOf(payment.id), body, 'text/plain');
    await postUnread(await addressOf(other.id), body, 'text/plain');
    await drain();
    for (const { id } of [payment, other])
      expect((await parts.records.payments.find(parts.accountId, id))!.shown).toBe(shown);
  });

  it('tries one that cannot be worked off six times, asks the bank once more at the most, and keeps it in sight', async () => {
    await postUnread(await addressOf(payment.id), aCallback());
    await database.query(`UPDATE callback_inbox SET body_sealed = body_sealed || 'x' WHERE subject_id = $1`, [
      payment.id,
    ]);
    let hints = 0;
    let tries = 0;
    for (; tries < 20; tries++) {
      await database.query('UPDATE payment SET hint_queries = 0 WHERE id = $1', [payment.id]);
      await database.query(
        'UPDATE callback_inbox SET next_attempt_at = now() WHERE subject_id = $1 AND next_attempt_at IS NOT NULL',
        [payment.id],
      );
      const due = (await inbox.claimDue(100, 60)).find(({ subjectId }) => subjectId === payment.id);
      if (!due) break;
      await expect(service.settle(due)).rejects.toMatchObject({ name: 'KeystoreError' });
      const [row] = await database.query<{ n: number }>('SELECT hint_queries AS n FROM payment WHERE id = $1', [
        payment.id,
      ]);
      hints += row!.n;
    }
    expect([tries, hints]).toEqual([6, 1]);
    const [kept] = await database.query(
      'SELECT outcome, attempts, settled_at, next_attempt_at FROM callback_inbox WHERE subject_id = $1',
      [payment.id],
    );
    expect(kept).toMatchObject({ attempts: 6, settled_at: null, next_attempt_at: null });
    expect(kept).toMatchObject({ outcome: expect.stringMatching(/^given up KEYSTORE_/u) });
  });

  it.each(['json', ' ', 'application', '/', ';', 'application/json; charset=windows-1251', 'text/html', 'x/y; z="'])(
    'keeps one of the media type %j as it came',
    async (type) => {
      const bytes = Buffer.from([0xff, 0x7b, 0x00]);
      const headers = { 'content-type': type, 'content-encoding': 'gzip' };
      const answer = await app.inject({ method: 'POST', url: await addressOf(payment.id), payload: bytes, headers });
      expect([answer.statusCode, answer.body]).toEqual([200, 'OK']);
      expect(await rowsOf(payment.id)).toHaveLength(1);
    },
  );

  it('moves money only on the bank\u2019s own answer to the question that a callback raised', async () => {
    await post(await addressOf(payment.id), aCallback());
    await drain();
    await parts.sync.syncWithBank(parts.accountId, payment.id);
    expect((await parts.payments.get(parts.accountId, payment.id)).status).toBe('requires_action');
    const { onReadOrder } = parts.bank;
    parts.bank.onReadOrder = paid();
    await parts.sync.syncWithBank(parts.accountId, payment.id);
    parts.bank.onReadOrder = onReadOrder;
    expect((await parts.payments.get(parts.accountId, payment.id)).status).toBe('succeeded');
  });

  it('goes to one worker at a time', async () => {
    for (let count = 0; count < 12; count++) await postUnread(await addressOf(payment.id), aCallback({ count }));
    const claims = await Promise.all([inbox.claimDue(5, 60), inbox.claimDue(5, 60), inbox.claimDue(5, 60)]);
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(12);
    expect(await inbox.claimDue(5, 60)).toEqual([]);
  });

  it('sends a returning customer to the merchant of that payment, and nobody else anywhere', async () => {
    const url = await addressOf(payment.id, 'returnUrl');
    const answer = await app.inject({ url: `${url}?to=https://evil.example` });
    expect([answer.statusCode, answer.headers.location]).toEqual([303, 'https://shop.example/return']);
    const callbackToken = (await addressOf(payment.id)).split('/').at(-1)!;
    for (const wrong of [`${url}x`, url.replace(/[^/]+$/u, callbackToken)])
      expect((await app.inject({ url: wrong })).statusCode).toBe(404);
  });
});
