import { createServer, type Server, type Socket } from 'node:net';
import { type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { HttpService } from '@nestjs/axios';
import { Test, type TestingModule } from '@nestjs/testing';
import axios, { type AxiosResponse } from 'axios';
import { FakeBank } from '../testing/fake-bank.js';
import { SigningBank } from '../testing/signing-bank.js';
import {
  type AllianceAccount,
  AllianceClient,
  type AllianceError,
  AllianceHttpInterceptor,
  AllianceModule,
  type AllianceOptions,
  AllianceSession,
  type CallOptions,
  CommunicationKey,
  type CreateHppOrder,
  InMemorySessionStore,
  type SessionStore,
  SigningKey,
} from '../index.js';

const MERCHANT_ID = '137d9304-0368-11ed-b939-0242ac120002';
const refund = { merchantRequestId: 'refund-1', operationId: '1712843529623cHAHkmt-G5u', coinAmount: 100 };
const never = { code: 'ALLIANCE_UNKNOWN_OUTCOME', noEffect: true };

describe('what a single call may be told', () => {
  let bank: FakeBank;
  let account: AllianceAccount;
  const modules: TestingModule[] = [];
  const servers: Server[] = [];

  const start = async (over: Partial<AllianceOptions> = {}, baseUrl = bank.url) => {
    const accounts = { load: () => Promise.resolve({ ...account, baseUrl }) };
    const imports = [AllianceModule.forRoot({ accounts, timeoutMs: 3_000, ...over })];
    const module = await Test.createTestingModule({ imports }).compile();
    await module.init();
    modules.push(module);
    return { module, client: module.get(AllianceClient), sessions: module.get(AllianceSession) };
  };
  const caught = (work: Promise<unknown>): Promise<AllianceError> =>
    work.then(
      () => Promise.reject(new Error('it succeeded')),
      (error: unknown) => error as AllianceError,
    );

  beforeEach(async () => {
    bank = await FakeBank.start();
    const clientKey = await CommunicationKey.import(bank.clientKeys.privateKey.export({ format: 'jwk' }));
    const { url: baseUrl, serviceCode } = bank;
    account = { id: 'shop', baseUrl, merchantId: MERCHANT_ID, serviceCode, clientKey };
  });
  afterEach(async () => {
    await Promise.all(modules.splice(0).map((module) => module.close()));
    await bank.stop();
    for (const server of servers.splice(0)) server.close();
  });

  describe('a body that the documents forbid', () => {
    const order: CreateHppOrder = {
      merchantRequestId: 'order-1',
      coinAmount: 1000,
      hppPayType: 'PURCHASE',
      paymentMethods: ['CARD'],
      successUrl: 'https://shop.example/ok',
      failUrl: 'https://shop.example/no',
      statusPageType: 'STATUS_PAGE',
      customerData: { senderCustomerId: 'c1' },
    };
    const born = { senderCustomerId: 'c1', senderBirthday: '2000-12-31' };
    type Case = readonly [what: string, member: string, call: (client: AllianceClient) => Promise<unknown>];
    const cases: readonly Case[] = [
      ...[0.5, -1, 0, Number.NaN].map((coinAmount): Case => [
        ...([`the amount ${coinAmount}`, 'coinAmount'] as const),
        (client) => client.refund('shop', { ...refund, coinAmount }),
      ]),
      ['nothing to refund', 'operationId', (client) => client.refund('shop', { ...refund, operationId: '' })],
      ['an order of 0', 'coinAmount', (client) => client.createHppOrder('shop', { ...order, coinAmount: 0 })],
      [
        ...(['a hold without an end', 'preAuthExpDate'] as const),
        (client) => client.createHppOrder('shop', { ...order, hppPayType: 'PREAUTH' }),
      ],
      ['no address', 'successUrl', (client) => client.createHppOrder('shop', { ...order, successUrl: '/ok' })],
      [
        ...(['a birthday of another form', 'customerData.senderBirthday'] as const),
        (client) => client.createHppOrder('shop', { ...order, customerData: born }),
      ],
      ['an order without an id', 'hppOrderId', (client) => client.hppOrder('shop', '')],
      ['an operation without an id', 'id', (client) => client.operation('shop', '')],
      ['a long id', 'merchantRequestId', (client) => client.operationByMerchantRequestId('shop', 'x'.repeat(51))],
      [
        ...(['a page of no operation', 'operationId'] as const),
        (client) => client.pageUrl('shop', 'browser.three-ds-redirect', { operationId: '' }),
      ],
    ];
    it.each(cases)('%s is refused before anything leaves', async (_what, member, call) => {
      const { client } = await start();
      const error = await caught(call(client));
      expect(error).toMatchObject({ code: 'ALLIANCE_INVALID_REQUEST', member, noEffect: true });
      expect([bank.authorizes, bank.requests]).toEqual([0, []]);
    });
  });

  describe('signal', () => {
    it('aborted before the call: nothing leaves', async () => {
      const { client } = await start();
      const error = await caught(client.refund('shop', refund, { signal: AbortSignal.abort() }));
      expect(error).toMatchObject({ ...never, reason: 'aborted' });
      expect([bank.requests, bank.authorizes]).toEqual([[], 0]);
    });

    it('aborted while the session is awaited: nothing leaves', async () => {
      const { client } = await start();
      const gate = Promise.withResolvers<undefined>();
      const caller = new AbortController();
      bank.answerAuthorize = () => {
        caller.abort();
        return gate.promise;
      };
      const error = await caught(client.refund('shop', refund, { signal: caller.signal }));
      expect(error).toMatchObject({ ...never, reason: 'aborted' });
      gate.resolve(undefined);
      expect(bank.requests).toEqual([]);
    });

    it('aborted while the bank works: nobody knows', async () => {
      const { client } = await start();
      const caller = new AbortController();
      bank.answer = () => {
        caller.abort();
        return 'hang';
      };
      const error = await caught(client.refund('shop', refund, { signal: caller.signal }));
      expect(error).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason: 'aborted', noEffect: false });
      expect(bank.requests).toHaveLength(1);
    });

    it('of the request itself, over an HttpService of somebody else', async () => {
      const { module } = await start();
      const http = new HttpService(axios.create());
      module.get(AllianceHttpInterceptor).attach(http.axiosRef);
      const caller = new AbortController();
      bank.answer = () => {
        caller.abort();
        return 'hang';
      };
      const alliance = { accountId: 'shop', path: '/x', encoding: 'json', body: {} } as const;
      const error = await caught(http.axiosRef.request({ alliance, signal: caller.signal }));
      expect(error).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason: 'aborted', noEffect: false });
      const again = await caught(http.axiosRef.request({ alliance, signal: caller.signal }));
      expect(again).toMatchObject({ reason: 'aborted', noEffect: true });
      expect(bank.requests).toHaveLength(1);
    });

    it('under Authorization 2.0', async () => {
      const signing = await SigningBank.start();
      const pem = signing.merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      account = {
        id: 'shop',
        baseUrl: signing.url,
        merchantId: MERCHANT_ID,
        signingKey: SigningKey.import(pem, { kid: signing.merchantKid }),
      };
      const { client } = await start({}, signing.url);
      const caller = new AbortController();
      signing.answer = () => {
        caller.abort();
        return new Promise(() => undefined);
      };
      const body = { merchantRequestId: 'r', operationId: refund.operationId, coinAmount: 1 };
      const call = () => caught(client.call('shop', 'h2h.refund', body, { protocol: '2.0', signal: caller.signal }));
      expect(await call()).toMatchObject({ reason: 'aborted', noEffect: false });
      expect(await call()).toMatchObject({ reason: 'aborted', noEffect: true });
      expect(signing.requests).toHaveLength(1);
      await signing.stop();
    });
  });

  describe('timeoutMs', () => {
    it('ends the call, long before the usual time', async () => {
      const { client } = await start({ timeoutMs: 60_000 });
      bank.answer = () => 'hang';
      const error = await caught(client.refund('shop', refund, { timeoutMs: 1_000 }));
      expect(error).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason: 'timeout', noEffect: false });
    });

    it('counts the wait for a session', async () => {
      const { client } = await start({ timeoutMs: 60_000 });
      bank.answerAuthorize = () => 'hang';
      const error = await caught(client.refund('shop', refund, { timeoutMs: 300 }));
      expect(error).toMatchObject({
        code: 'ALLIANCE_SESSION_UNAVAILABLE',
        reason: 'no_session_in_time',
        noEffect: true,
      });
    });

    it.each([0, -1, Number.NaN])('%p is a mistake of the caller', async (timeoutMs) => {
      const { client } = await start();
      const error = await caught(client.refund('shop', refund, { timeoutMs }));
      expect(error).toMatchObject({ code: 'ALLIANCE_INVALID_REQUEST', member: 'timeoutMs', noEffect: true });
    });

    it('of the module may be short, too', async () => {
      const { client } = await start({ callTimeoutMs: 2_000 });
      bank.answer = () => bank.sealed({ type: 'REFUND', status: 'PENDING' });
      await expect(client.refund('shop', refund)).resolves.toMatchObject({ status: 'PENDING' });
    });
  });

  describe('a call ends in time although other code does not', () => {
    const hung = () => new Promise<never>(() => undefined);
    const soon = (): CallOptions => ({ signal: AbortSignal.timeout(100) });
    const signed = (client: AllianceClient, options: CallOptions) =>
      client.call('shop', 'h2h.refund', { ...refund }, { protocol: '2.0', ...options });

    it.each<[string, () => Partial<AllianceOptions>, string, string]>([
      ['an account loader', () => ({ accounts: { load: hung } }), 'ALLIANCE_ACCOUNT_UNAVAILABLE', 'no_account_in_time'],
      ['a session store', () => ({ sessions: hungStore() }), 'ALLIANCE_SESSION_UNAVAILABLE', 'no_session_in_time'],
    ])('%s that never answers', async (_what, options, code, reason) => {
      const { client } = await start(options());
      expect(await caught(client.refund('shop', refund, { timeoutMs: 100 }))).toMatchObject({
        ...{ code, reason, noEffect: true },
      });
      expect(await caught(client.refund('shop', refund, soon()))).toMatchObject({ ...never, reason: 'aborted' });
    });

    it('under Authorization 2.0', async () => {
      const { client } = await start({ accounts: { load: hung } });
      const late = await caught(signed(client, { timeoutMs: 100 }));
      expect(late).toMatchObject({
        code: 'ALLIANCE_ACCOUNT_UNAVAILABLE',
        reason: 'no_account_in_time',
        noEffect: true,
      });
      expect(await caught(signed(client, soon()))).toMatchObject({ ...never, reason: 'aborted' });
    });

    /** As one whose database is silent. */
    function hungStore(): SessionStore {
      const store = new InMemorySessionStore();
      store.load = hung;
      return store;
    }
  });

  describe('what never left says so', () => {
    /** Accepts connections and never speaks TLS or HTTP; or never gets to accept at all. */
    async function silentPort(): Promise<{ port: number; sockets: Socket[] }> {
      const sockets: Socket[] = [];
      const server = createServer((socket) => sockets.push(socket));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return { port: (server.address() as AddressInfo).port, sockets };
    }

    it('after the end', async () => {
      const { client, sessions, module } = await start();
      await sessions.current('shop');
      await module.close();
      expect(await caught(client.refund('shop', refund))).toMatchObject({ ...never, reason: 'closed' });
      expect(bank.requests).toEqual([]);
    });

    it('when the end came during its authorize', async () => {
      const { client, module } = await start();
      const reached = Promise.withResolvers<undefined>();
      bank.answerAuthorize = () => {
        reached.resolve(undefined);
        return 'hang';
      };
      const failed = caught(client.refund('shop', refund));
      await reached.promise;
      await module.close();
      expect(await failed).toMatchObject({ code: 'ALLIANCE_SESSION_UNAVAILABLE', reason: 'closed', noEffect: true });
      expect(bank.requests).toEqual([]);
    });

    it.each(['the end', 'the caller', 'the time'])('when %s came while it still connected', async (what) => {
      const { port, sockets } = await silentPort();
      const { sessions } = await start();
      const session = await sessions.current('shop');
      const store = { load: () => Promise.resolve(session) };
      const keeping = {
        ...store,
        replace: store.load,
        noteUndecryptable: () => Promise.resolve(false),
        noteDecrypted: () => Promise.resolve(),
        pacesRenewals: false,
      };
      const { client, module } = await start({ sessions: keeping }, new URL(`https://127.0.0.1:${port}`));
      const caller = new AbortController();
      const timeoutMs = what === 'the time' ? 500 : undefined;
      const failed = caught(client.refund('shop', refund, { signal: caller.signal, timeoutMs }));
      while (sockets.length === 0) await new Promise((resolve) => setTimeout(resolve, 5)); // TLS is awaited
      if (what === 'the end') await module.close();
      if (what === 'the caller') caller.abort();
      expect(await failed).toMatchObject(never);
    });

    it('and what had left does not', async () => {
      const { client, module } = await start();
      const reached = Promise.withResolvers<undefined>();
      bank.answer = () => {
        reached.resolve(undefined);
        return 'hang';
      };
      const failed = caught(client.refund('shop', refund));
      await reached.promise;
      await module.close();
      expect(await failed).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason: 'closed', noEffect: false });
    });
  });

  it('shows nothing secret in what an axios instance gives back', async () => {
    const { module, client, sessions } = await start();
    const http = new HttpService(axios.create());
    const interceptor = module.get(AllianceHttpInterceptor);
    interceptor.attach(http.axiosRef);
    bank.answer = () => ({ body: '{"status":"PENDING"}' });
    const alliance = { accountId: 'shop', path: '/x', encoding: 'json', body: { token: 'card-token-1' } } as const;
    const response: AxiosResponse<unknown> = await http.axiosRef.request({ alliance });
    const { refreshToken } = await sessions.current('shop');
    expect(bank.requests[0]?.headers['x-refresh_token']).toBe(refreshToken);
    bank.answer = () => 'reset';
    const error = await caught(http.axiosRef.request({ alliance }));
    for (const shown of [response, error, client, interceptor]) {
      for (const text of [inspect(shown, { depth: null, showHidden: true }), JSON.stringify(shown)]) {
        expect(text).not.toContain(refreshToken);
        expect(text).not.toContain(bank.serviceCode);
        expect(text).not.toContain('card-token-1');
      }
    }
  });

  it.each<[string, (client: AllianceClient) => Promise<unknown>]>([
    ['no such call', (client) => client.call('shop', 'h2h.nothing' as 'h2h.refund', refund, { protocol: '1.0' })],
    [
      'a call of another authorization',
      (client) => client.call('shop', 'recurring.plan.search', {}, { protocol: '1.0' as '2.0' }),
    ],
    [
      'a body with a bigint',
      (client) => client.request({ accountId: 'shop', path: '/x', encoding: 'json', body: { amount: 1n } }),
    ],
    ['a callback that Nest has parsed', (client) => client.readCallback('shop', {} as string)],
    ['no order at all', (client) => client.createHppOrder('shop', {} as never)],
    ['no such page', (client) => client.pageUrl('shop', 'browser.nothing' as 'browser.receipt', {} as never)],
  ])('%s is a coded failure, and nothing is sent', async (_what, call) => {
    const { client } = await start();
    expect(await caught(call(client))).toMatchObject({
      name: 'AllianceError',
      code: expect.stringMatching(/^ALLIANCE_/) as string,
    });
    expect(bank.requests).toEqual([]);
  });
});
