import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Test } from '@nestjs/testing';
import { type Behaviour, type BankRequest, errorReply, FakeBank } from '../testing/fake-bank.js';
import {
  AllianceAccounts,
  AllianceClient,
  AllianceError,
  AllianceModule,
  type AllianceOptions,
  AllianceSession,
  CommunicationKey,
  type CardJwe,
  type CreateHppOrder,
  type CreateRefund,
  InMemorySessionStore,
  type AllianceAccount,
  SEND_WINDOW_MS,
  SendWindow,
} from '../index.js';

const fixture = (name: string): string => readFileSync(`test/fixtures/alliance/${name}.json`, 'utf8');
const MERCHANT_ID = '137d9304-0368-11ed-b939-0242ac120002';

class OneAccount extends AllianceAccounts {
  constructor(private readonly account: AllianceAccount) {
    super();
  }
  override load(): Promise<AllianceAccount> {
    return Promise.resolve(this.account);
  }
}

const anOrder = (over: Partial<CreateHppOrder> = {}): CreateHppOrder => ({
  merchantRequestId: 'order-1',
  coinAmount: 1000,
  hppPayType: 'PURCHASE',
  paymentMethods: ['CARD'],
  successUrl: 'https://shop.example/ok',
  failUrl: 'https://shop.example/fail',
  statusPageType: 'STATUS_PAGE',
  customerData: { senderCustomerId: 'c1' },
  ...over,
});
const aRefund = (over: Partial<CreateRefund> = {}): CreateRefund => ({
  merchantRequestId: 'refund-1',
  operationId: '1712843529623cHAHkmt-G5u',
  coinAmount: 100,
  ...over,
});

describe('AllianceClient on a real socket', () => {
  let bank: FakeBank;
  let client: AllianceClient;
  let sessions: AllianceSession;
  let now: Date;
  const cleanups: (() => Promise<unknown>)[] = [];

  const start = async (over: Partial<AllianceOptions> = {}, baseUrl = bank.url) => {
    const clientKey = await CommunicationKey.import(bank.clientKeys.privateKey.export({ format: 'jwk' }));
    const accounts = new OneAccount({
      id: 'acc_1',
      baseUrl,
      merchantId: MERCHANT_ID,
      serviceCode: bank.serviceCode,
      clientKey,
    });
    const options = { accounts, timeoutMs: 3_000, clock: () => now, ...over };
    const module = await Test.createTestingModule({ imports: [AllianceModule.forRoot(options)] }).compile();
    await module.init();
    cleanups.push(() => module.close());
    return { client: module.get(AllianceClient), sessions: module.get(AllianceSession) };
  };

  const caught = async (work: Promise<unknown>): Promise<AllianceError> => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AllianceError);
    return error as AllianceError;
  };

  const aSession = () => ({
    deviceId: 'device',
    refreshToken: 'token',
    serverPublic: bank.clientKeys.publicKey.export({ format: 'jwk' }),
  });

  beforeEach(async () => {
    now = new Date();
    bank = await FakeBank.start();
    ({ client, sessions } = await start());
  });
  afterEach(async () => {
    await bank.stop();
    await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
  });

  describe('what is sent', () => {
    it('authorizes with the service code alone', async () => {
      await sessions.current('acc_1');
      expect(bank.authorizeBodies).toEqual([JSON.stringify({ serviceCode: bank.serviceCode })]);
    });

    it('creates an order in plain JSON, without blank members', async () => {
      bank.answer = () => ({ body: fixture('hpp-create-order.purchase.response') });
      const order = await client.createHppOrder(
        'acc_1',
        anOrder({ purpose: '', customerData: { senderCustomerId: 'c1', senderCity: undefined, senderEmail: '' } }),
      );
      expect(order).toMatchObject({
        hppOrderId: '1762952514564YK07ZIElutD',
        orderStatus: 'PENDING',
        coinAmount: 1000,
        operations: [],
        createDate: new Date('2025-11-12T15:01:54.500+02:00'),
      });
      const [request] = bank.requests;
      expect(request!.path).toBe('/ecom/execute_request/hpp/v1/create-order');
      expect(request!.headers).toMatchObject({ 'x-api_version': 'V1', 'content-type': 'application/json' });
      expect(request!.headers['x-request_id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(request!.headers['x-refresh_token']).toMatch(/^[0-9a-f-]{36}$/);
      expect(request!.session).toBe(1);
      expect(request!.json).toEqual({ ...anOrder(), merchantId: MERCHANT_ID });
    });

    it('seals a refund for the session key and dates it', async () => {
      now = new Date('2026-11-22T10:00:00.430Z');
      bank.sessionMembers = () => ({ tokenExpiration: '2026-11-23 12:00:00.430+02:00' });
      bank.answer = () => bank.sealed(fixture('hpp-refund.pending.response'));
      const operation = await client.refund('acc_1', aRefund());
      expect(operation).toMatchObject({ type: 'REFUND', status: 'PENDING', coinAmount: 100 });
      expect(operation).not.toHaveProperty('approvalCode');
      const [request] = bank.requests;
      expect(request!.headers['content-type']).toBe('text/plain');
      expect(request!.json).toEqual({ ...aRefund(), merchantId: MERCHANT_ID, date: '2026-11-22 12:00:00.43+02:00' });
    });

    it('names the terminal that it is told, else that of the account', async () => {
      bank.answer = () => bank.sealed(fixture('hpp-refund.pending.response'));
      await client.refund('acc_1', { ...aRefund(), merchantId: 'older-terminal' });
      bank.answer = () => ({ body: fixture('hpp-create-order.purchase.response') });
      await client.createHppOrder('acc_1', anOrder({ merchantId: 'older-terminal' }));
      await client.createHppOrder('acc_1', anOrder());
      expect(bank.requests.map(({ json }) => json?.['merchantId'])).toEqual([
        'older-terminal',
        'older-terminal',
        MERCHANT_ID,
      ]);
    });

    describe('in its time', () => {
      const time = { monotonic: 0, wall: 0 };
      const clocks = { monotonic: () => time.monotonic, wall: () => time.wall };
      const SESSION_ENDED = errorReply('b_session_doesnt_exists');
      const calls: [string, (window: SendWindow) => Promise<unknown>][] = [
        ['a refund', (window) => client.refund('acc_1', aRefund(), { window })],
        ['an order', (window) => client.createHppOrder('acc_1', anOrder(), { window })],
      ];
      beforeEach(() => Object.assign(time, { monotonic: 0, wall: 0 }));

      it.each(calls)('%s goes out while its window is open', async (_what, call) => {
        bank.answer = () => errorReply('b_invalid_request', 400);
        const window = new SendWindow(undefined, clocks);
        time.monotonic = SEND_WINDOW_MS;
        expect(await caught(call(window))).toMatchObject({ code: 'ALLIANCE_REFUSED' });
        expect(bank.requests).toHaveLength(1);
      });

      it.each(
        calls.flatMap(([what, call]) => (['monotonic', 'wall'] as const).map((clock) => [what, clock, call] as const)),
      )(
        'not a byte of %s leaves after it, by the %s clock, though a session is waited for',
        async (_what, clock, call) => {
          const window = new SendWindow(undefined, clocks);
          bank.answerAuthorize = () => {
            time[clock] = SEND_WINDOW_MS + 1;
            return undefined;
          };
          expect(await caught(call(window))).toMatchObject({
            code: 'ALLIANCE_UNKNOWN_OUTCOME',
            reason: 'send_window_over',
            noEffect: true,
          });
          expect(bank.authorizes).toBe(1);
          expect(bank.requests).toEqual([]);
        },
      );

      it.each(calls)('a replay of %s does not leave after it, either', async (_what, call) => {
        await sessions.current('acc_1');
        const window = new SendWindow(undefined, clocks);
        bank.answer = () => {
          time.monotonic = SEND_WINDOW_MS + 1;
          return SESSION_ENDED;
        };
        expect(await caught(call(window))).toMatchObject({ reason: 'send_window_over', noEffect: true });
        expect(bank.requests).toHaveLength(1);
        bank.answer = () => errorReply('b_invalid_request', 400);
        expect(await caught(call(new SendWindow(undefined, clocks)))).toMatchObject({ code: 'ALLIANCE_REFUSED' });
      });
    });

    it.each([
      ['hppOrder', 'x1', '/ecom/execute_request/hpp/v1/operations', { hppOrderId: 'x1' }],
      ['operation', 'x2', '/ecom/execute_request/payments/v1/operations', { id: 'x2' }],
      [
        'operationByMerchantRequestId',
        'x3',
        '/ecom/execute_request/payments/v1/operation/by_merchant_request_id',
        { merchantRequestId: 'x3' },
      ],
    ] as const)('%s asks by its own member', async (method, id, path, body) => {
      bank.answer = () => errorReply('b_operation_not_found', 200);
      const error = await caught(client[method]('acc_1', id));
      expect(error).toMatchObject({ code: 'ALLIANCE_NOT_FOUND', noEffect: true });
      expect(bank.requests[0]).toMatchObject({ path, json: body });
    });

    it('keeps its connections, and opens a new one when the bank has closed them', async () => {
      bank.answer = () => ({ body: fixture('h2h-operations.purchase-multicurrency.response') });
      for (let i = 0; i < 10; i++) await client.operation('acc_1', 'x');
      const opened = bank.connections;
      expect(opened).toBeLessThanOrEqual(2); // the second call may begin before the first socket is free
      await bank.dropConnections();
      await client.operation('acc_1', 'x');
      expect(bank.connections).toBe(opened + 1);
    });

    it('keeps a path prefix of the base URL', async () => {
      const behindProxy = await start({}, new URL('/bank/', bank.url));
      bank.answerAuthorize = () => errorReply('b_service_unavailable', 404);
      await caught(behindProxy.client.hppOrder('acc_1', 'x'));
      expect(bank.requests[0]!.path).toBe('/bank/api-gateway/authorize_virtual_device');
    });
  });

  describe('what is read', () => {
    const operation = fixture('h2h-operations.purchase-multicurrency.response');
    const forms: [string, () => Behaviour | Promise<Behaviour>][] = [
      ['plain JSON', () => ({ body: operation })],
      ['{"jwe"}', () => bank.sealed(operation)],
      ['bare JWE', async () => ({ body: await bank.seal(operation), headers: { 'Content-Type': 'text/plain' } })],
    ];
    it.each(forms)('an operation as %s', async (_form, answer) => {
      bank.answer = answer;
      const read = await client.operation('acc_1', 'x');
      expect(read).toMatchObject({ status: 'SUCCESS', coinAmount: 444, sourceAmount: 10, sourceCurrencyCode: '840' });
    });

    it.each([
      ['gzipped', async () => ({ body: gzipSync((await bank.sealed(aSession())).body) })],
      ['of a good message', () => bank.sealed({ ...aSession(), msgType: 'SUCCESS', limits: { maxAmount: 1.5 } })],
    ])('a session %s', async (_form, answer) => {
      bank.answerAuthorize = answer;
      await expect(sessions.current('acc_1')).resolves.toMatchObject({ version: 1, deviceId: 'device' });
    });

    it('operations of an order, the failed refund without operationId included', async () => {
      bank.answer = () => ({ body: fixture('hpp-operations.purchase-and-failed-refund.response') });
      const { operations } = await client.hppOrder('acc_1', 'x');
      expect(operations.map(({ type, status }) => [type, status])).toEqual([
        ['PURCHASE', 'SUCCESS'],
        ['REFUND', 'FAIL'],
      ]);
      expect(operations[1]).not.toHaveProperty('operationId');
      expect(operations[1]).toMatchObject({ errorDetails: 'b_security_time_in_request_not_correct' });
    });
  });

  describe('outcomes', () => {
    const html = '<html><title>busy</title></html>';
    const table: [string, () => Behaviour | Promise<Behaviour>, string][] = [
      ['no answer', () => 'hang', 'timeout'],
      ['a reset', () => 'reset', 'connection_reset'],
      ['half an answer, then silence', () => 'stall', 'timeout'],
      ['half an answer, then the end', () => 'cut', 'connection_reset'],
      ['503 HTML', () => ({ status: 503, body: html }), 'http_503'],
      ['502 with half a token', () => ({ status: 502, body: '{"jwe":"a.b.c.d.e"}' }), 'http_502'],
      ['500 without a body', () => ({ status: 500, body: '' }), 'http_500'],
      ['200 HTML', () => ({ body: html }), 'not_json'],
      ['401 HTML', () => ({ status: 401, body: html }), 'http_401'],
      ['401 JSON that is not the bank', () => ({ status: 401, body: '{"error":"denied"}' }), 'http_401'],
      ['a redirect', () => ({ status: 302, body: '{}', headers: { Location: bank.url.href } }), 'http_302'],
      ['truncated JSON', () => ({ body: '{"type":"REF' }), 'not_json'],
      [
        'a truncated JWE',
        async () => ({ body: JSON.stringify({ jwe: (await bank.seal('{}')).slice(0, -9) }) }),
        'undecryptable',
      ],
      ['an empty answer', () => ({ body: '' }), 'not_json'],
      ['an array', () => ({ body: '[]' }), 'not_an_object'],
      ['an answer without status', () => ({ body: '{"type":"REFUND"}' }), 'schema_mismatch'],
      ['a float amount', () => ({ body: '{"type":"REFUND","status":"PENDING","coinAmount":1.5}' }), 'not_json'],
      [
        'an amount with exponent',
        () => ({ body: '{"type":"REFUND","status":"PENDING","coinAmount":1e2}' }),
        'not_json',
      ],
      ['a duplicate member', () => ({ body: '{"type":"REFUND","status":"FAIL","status":"SUCCESS"}' }), 'not_json'],
      ['gzip that is none', () => ({ body: Buffer.from([0x1f, 0x8b, 1, 2]) }), 'not_gzip'],
      ['gzip of two megabytes', () => ({ body: gzipSync(JSON.stringify({ x: 'x'.repeat(2 << 20) })) }), 'too_large'],
      ['two layers of gzip', () => ({ body: gzipSync(gzipSync('{}')) }), 'not_json'],
      ['two megabytes', () => ({ body: JSON.stringify({ x: 'x'.repeat(2 << 20) }) }), 'too_large'],
      ['overload', () => errorReply('b_server_is_overloaded', 503), 'b_server_is_overloaded'],
      ['a code that is no word', () => ({ body: '{"msgCode":{"a":"<script>"}}' }), 'unreadable'],
      ['an unknown code', () => errorReply('b_brand_new', 200), 'b_brand_new'],
      ['a duplicate id', () => errorReply('b_duplicate_field_value', 400), 'b_duplicate_field_value'],
    ];
    it.each(table)('%s leaves a refund unknown and is not repeated', async (_name, answer, reason) => {
      bank.answer = answer;
      const error = await caught(client.refund('acc_1', aRefund()));
      expect(error).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason, noEffect: false });
      expect(bank.requests).toHaveLength(1);
      expect(bank.authorizes).toBe(1);
    });

    it('a lost answer to a query has no effect', async () => {
      bank.answer = () => 'reset';
      const error = await caught(client.operation('acc_1', 'x'));
      expect(error).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', noEffect: true });
    });

    it('a bank that cannot be reached was told nothing', async () => {
      await sessions.current('acc_1');
      await bank.stop();
      const error = await caught(client.refund('acc_1', aRefund()));
      expect(error).toMatchObject({ reason: 'not_connected', noEffect: true });
    });

    it.each([
      ['b_txn_not_allowed', true],
      ['b_user_merchant_request_mismatch', true],
      ['b_payment_invalid_refund_amount', false],
    ])('%s is a refusal, under any status and inside the JWE', async (msgCode, noEffect) => {
      const { body } = errorReply(msgCode);
      const answers = [() => errorReply(msgCode, 200), () => errorReply(msgCode, 401), () => bank.sealed(body)];
      for (const answer of answers) {
        bank.answer = answer;
        const error = await caught(client.refund('acc_1', aRefund()));
        expect(error).toMatchObject({ code: 'ALLIANCE_REFUSED', noEffect, bank: { msgCode, requestId: 'req-1' } });
      }
      expect(bank.authorizes).toBe(1);
    });

    it('a validation error comes without a code', async () => {
      bank.answer = () => ({ body: '{"msgType":"VALIDATION_ERROR","validation":{"errors":[]}}' });
      const error = await caught(client.createHppOrder('acc_1', anOrder()));
      expect(error).toMatchObject({ code: 'ALLIANCE_REFUSED', noEffect: true, bank: { msgCode: 'VALIDATION_ERROR' } });
    });

    it('errors give nothing away', async () => {
      for (const answer of ['hang', 'reset', { body: 'secret-body' }, errorReply('b_invalid_request', 200)] as const) {
        bank.answer = () => answer;
        const error = await caught(client.refund('acc_1', aRefund({ merchantComment: 'secret-comment' })));
        const told = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String(error.stack);
        const { headers } = bank.requests.at(-1)!;
        const d = bank.clientKeys.privateKey.export({ format: 'jwk' }).d!;
        const secrets = [bank.serviceCode, headers['x-refresh_token'] as string, 'secret-', d];
        expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
        expect(error.cause).toBeUndefined();
      }
    });
  });

  describe('session refusals', () => {
    const refuseFirstSession = (reply: Behaviour) => (request: BankRequest) =>
      request.session === 1 ? reply : bank.sealed(fixture('hpp-refund.pending.response'));

    it.each([
      ['b_expired_token', 401],
      ['b_used_token', 401],
      ['b_auth_token_expired', 401],
      ['b_previous_auth_token_expired', 401],
      ['b_session_doesnt_exist', 401],
      ['b_session_doesnt_exists', 401],
      ['b_unknown_device', 401],
      ['b_refresh_token_absent', 200],
      ['b_virtual_device_not_found', 200],
      ['b_encryptor_failed_decrypt_message', 200],
    ])('%s (HTTP %d): renews once and replays re-encrypted, same id, fresh date', async (msgCode, status) => {
      bank.answer = (request) => {
        now = new Date(now.getTime() + 1000);
        return refuseFirstSession(errorReply(msgCode, status))(request);
      };
      await expect(client.refund('acc_1', aRefund())).resolves.toMatchObject({ status: 'PENDING' });
      expect(bank.authorizes).toBe(2);
      expect(bank.requests.map(({ session }) => session)).toEqual([1, 2]);
      const [first, second] = bank.requests.map(({ json }) => json!);
      expect(second!['merchantRequestId']).toBe(first!['merchantRequestId']);
      expect(second!['date']).not.toBe(first!['date']);
    });

    it.each([
      ['a refund', () => client.refund('acc_1', aRefund())],
      ['an order', () => client.createHppOrder('acc_1', anOrder())],
      ['a query', () => client.operation('acc_1', 'x')],
    ])('%s refused under every session is not sent: four attempts, four sessions, no effect', async (_what, call) => {
      bank.answer = () => errorReply('b_expired_token');
      const error = await caught(call());
      expect(error).toMatchObject({
        code: 'ALLIANCE_SESSION_UNAVAILABLE',
        reason: 'session_refused_again',
        noEffect: true,
        bank: { msgCode: 'b_expired_token' },
      });
      expect(bank.requests.map(({ session }) => session)).toEqual([1, 2, 3, 4]);
    });

    it.each([2, 3, 4])('is replayed until session %i is accepted', async (accepted) => {
      bank.answer = ({ session }) =>
        session < accepted
          ? errorReply('b_session_doesnt_exists')
          : bank.sealed(fixture('hpp-refund.pending.response'));
      await expect(client.refund('acc_1', aRefund())).resolves.toMatchObject({ status: 'PENDING' });
      expect(bank.requests).toHaveLength(accepted);
      expect(new Set(bank.requests.map(({ json }) => json!['merchantRequestId'])).size).toBe(1);
    });

    it('is not replayed past the deadline of its call', async () => {
      // An attempt is begun with half of a short call left at least: most of a second to spare on either side.
      const brief = await start({ timeoutMs: 10_000, callTimeoutMs: 5_000 });
      bank.answer = async () => {
        await sleep(3_200); // what the bank needs
        return errorReply('b_expired_token');
      };
      const error = await caught(brief.client.refund('acc_1', aRefund()));
      expect(error).toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE', noEffect: true });
      expect(bank.requests).toHaveLength(1);
    });

    it('a replay that gets no answer in what is left of the call is unknown', async () => {
      const brief = await start({ timeoutMs: 60_000, callTimeoutMs: 5_000 });
      bank.answer = ({ session }) => (session === 1 ? errorReply('b_expired_token') : 'hang');
      const error = await caught(brief.client.refund('acc_1', aRefund()));
      expect(error).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason: 'timeout', noEffect: false });
    }, 15_000);

    it('undecryptable under a new key, too: not sent, and no third key for this call', async () => {
      bank.answer = () => errorReply('b_encryptor_failed_decrypt_message', 200);
      const error = await caught(client.refund('acc_1', aRefund()));
      expect(error).toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE', noEffect: true });
      expect(bank.requests.map(({ session }) => session)).toEqual([1, 2]);
    });

    it('undecryptable after three renewals, a minute apart, is blocked; in between it is not', async () => {
      let minute = 0;
      bank.answer = () => errorReply('b_encryptor_failed_decrypt_message', 200);
      const { client: mine } = await start({ sessions: new InMemorySessionStore(() => minute * 60_000) });
      const codes = [];
      for (minute of [0, 0.5, 1.1, 1.5, 2.2]) codes.push((await caught(mine.refund('acc_1', aRefund()))).code);
      const unavailable = 'ALLIANCE_SESSION_UNAVAILABLE';
      expect(codes).toEqual([unavailable, unavailable, unavailable, unavailable, 'ALLIANCE_ACCOUNT_BLOCKED']);
    });

    it('what others encrypted, that cannot be decrypted, fails that call alone: no renewal, and no block', async () => {
      const purchase = {
        ...{ merchantRequestId: 'p1', coinAmount: 1, desiredThreeDSMode: 'SHOULD' as const },
        encryptedCardNumber: 'a.b.c.d.e' as CardJwe,
        customerData: { senderCustomerId: 'c' },
      };
      const pay = () => client.call('acc_1', 'h2h.purchase.create', purchase, { protocol: '1.0' });
      bank.answer = () => errorReply('b_encryptor_failed_decrypt_message', 200);
      for (let time = 0; time < 4; time++) {
        const error = await caught(pay());
        const bankSaid = { msgCode: 'b_encryptor_failed_decrypt_message' };
        expect(error).toMatchObject({ code: 'ALLIANCE_REFUSED', noEffect: true, bank: bankSaid });
      }
      expect(bank.authorizes).toBe(1);
      expect(bank.requests).toHaveLength(4);
    });

    it('an unanswered replay is unknown', async () => {
      bank.answer = ({ session }) => (session === 1 ? errorReply('b_expired_token') : 'reset');
      const error = await caught(client.refund('acc_1', aRefund()));
      expect(error).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason: 'connection_reset', noEffect: false });
    });

    it('fifty concurrent refusals make one renewal', async () => {
      const patient = await start({ timeoutMs: 20_000 }); // one machine does the work of both sides, 200 tokens
      await patient.sessions.current('acc_1');
      bank.answer = refuseFirstSession(errorReply('b_session_doesnt_exists'));
      const calls = Array.from({ length: 50 }, (_, i) =>
        patient.client.refund('acc_1', aRefund({ merchantRequestId: `r${i}` })),
      );
      await Promise.all(calls);
      expect(bank.authorizes).toBe(2);
      expect(bank.requests.filter(({ session }) => session === 2)).toHaveLength(50);
    });

    it('a session that another process renewed is used without a renewal', async () => {
      const shared = new InMemorySessionStore();
      const [mine, other] = [await start({ sessions: shared }), await start({ sessions: shared })];
      await mine.sessions.current('acc_1');
      await other.sessions.renew('acc_1', { stale: 1 });
      bank.answer = refuseFirstSession(errorReply('b_session_doesnt_exists'));
      await mine.client.refund('acc_1', aRefund());
      expect(bank.authorizes).toBe(2);
      expect(bank.requests.map(({ session }) => session)).toEqual([1, 2]);
    });

    it('a late refusal of a session that was replaced meanwhile is no contention', async () => {
      const refund = fixture('hpp-refund.pending.response');
      bank.answer = ({ session }) => (session === 1 ? errorReply('b_used_token') : bank.sealed(refund));
      await client.refund('acc_1', aRefund());
      bank.answer = async ({ session }) => {
        if (session > 2) return bank.sealed(refund);
        await sessions.renew('acc_1', { stale: 2 });
        return errorReply('b_used_token');
      };
      await expect(client.refund('acc_1', aRefund())).resolves.toMatchObject({ status: 'PENDING' });
      expect(bank.authorizes).toBe(3);
    });

    it('another process of ours that renews a forced session is no rival', async () => {
      const shared = new InMemorySessionStore();
      const [mine, other] = [await start({ sessions: shared }), await start({ sessions: shared })];
      const refund = fixture('hpp-refund.pending.response');
      bank.answer = ({ session }) => (session === 1 ? errorReply('b_expired_token') : bank.sealed(refund));
      await mine.client.refund('acc_1', aRefund());
      await other.sessions.renew('acc_1', { stale: 2 });
      bank.answer = ({ session }) => (session === 2 ? errorReply('b_session_doesnt_exists') : bank.sealed(refund));
      await expect(mine.client.refund('acc_1', aRefund())).resolves.toMatchObject({ status: 'PENDING' });
      expect(bank.authorizes).toBe(3);
    });

    it('a rival who takes every session away costs this call nothing, however often he came before', async () => {
      const refund = fixture('hpp-refund.pending.response');
      for (let visit = 1; visit <= 10; visit++) {
        bank.answer = ({ session }) => (session <= visit ? errorReply('b_used_token') : bank.sealed(refund));
        await expect(client.refund('acc_1', aRefund())).resolves.toMatchObject({ status: 'PENDING' });
      }
      expect(bank.authorizes).toBe(11);
    });
  });
});
