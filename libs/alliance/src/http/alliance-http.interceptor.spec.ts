import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text as readStream } from 'node:stream/consumers';
import { HttpModule, HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import axios, { type AxiosResponse } from 'axios';
import { errorReply, FakeBank } from '../testing/fake-bank.js';
import { AllianceAccounts, AllianceHttpInterceptor, AllianceModule, CommunicationKey } from '../index.js';

/** Somebody else's server: says what it saw. */
async function startEcho(): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    void readStream(request).then((body) => {
      const { method, url, headers } = request;
      response.writeHead(url?.startsWith('/missing') ? 404 : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ method, url, body, device: headers['x-device_id'] ?? null }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** Whoever injects an HttpService of its own beside AllianceModule. */
@Injectable()
class Feature {
  constructor(readonly http: HttpService) {}
}

describe('AllianceHttpInterceptor on an HttpService of somebody else', () => {
  let bank: FakeBank;
  let echo: Awaited<ReturnType<typeof startEcho>>;
  let http: HttpService;
  let interceptor: AllianceHttpInterceptor;
  let close: () => Promise<void>;
  let detach: () => void;

  beforeEach(async () => {
    bank = await FakeBank.start();
    echo = await startEcho();
    const clientKey = await CommunicationKey.import(bank.clientKeys.privateKey.export({ format: 'jwk' }));
    const account = { baseUrl: bank.url, merchantId: 'm', serviceCode: bank.serviceCode, clientKey };
    const accounts = new (class extends AllianceAccounts {
      override load = (id: string) => Promise.resolve({ id, ...account });
    })();
    const module = await Test.createTestingModule({
      imports: [
        HttpModule.registerAsync({ useFactory: () => ({ baseURL: echo.url }) }),
        AllianceModule.forRoot({ accounts }),
      ],
      providers: [Feature],
    }).compile();
    await module.init();
    ({ http } = module.get(Feature));
    interceptor = module.get(AllianceHttpInterceptor);
    detach = interceptor.attach(http.axiosRef);
    close = () => module.close();
  });
  afterEach(async () => {
    await close();
    await bank.stop();
    await new Promise((resolve) => echo.server.close(resolve));
  });

  const balance = { accountId: 'shop', path: '/merchant/ecom_balance/v1/get', encoding: 'json', body: {} } as const;

  it('leaves GET, PUT, params, baseURL, JSON and 404 as they were', async () => {
    const { axiosRef } = http;
    expect((await axiosRef.get('/hello', { params: { a: 1 } })).data).toEqual({
      ...{ method: 'GET', url: '/hello?a=1', body: '', device: null },
    });
    expect((await axiosRef.put('/hello', { b: 2 })).data).toMatchObject({ method: 'PUT', body: '{"b":2}' });
    await expect(axiosRef.get('/missing')).rejects.toMatchObject({ response: { status: 404 } });
    expect((await axiosRef.get('/missing', { validateStatus: () => true })).status).toBe(404);
    expect(bank.authorizes).toBe(0);
  });

  it('leaves streams as they were', async () => {
    const { data } = await http.axiosRef.get<NodeJS.ReadableStream>('/stream', { responseType: 'stream' });
    expect(JSON.parse(await readStream(data))).toMatchObject({ method: 'GET', url: '/stream' });
  });

  it('makes calls of the bank over the same instance, whatever its baseURL', async () => {
    bank.answer = () => ({ body: '{"balanceAmount":47}' });
    const { data } = await http.axiosRef.request<unknown>({ alliance: balance });
    expect(data).toEqual({ balanceAmount: 47 });
    expect(bank.requests).toMatchObject([{ path: balance.path, json: {}, session: 1 }]);
  });

  it('encrypts, fills in, and renews the session of such a call', async () => {
    let refusals = 1;
    bank.answer = () => (refusals-- > 0 ? errorReply('b_expired_token') : { body: '{"status":"PENDING"}' });
    const path = '/ecom/execute_request/payments/v9/something_new';
    const alliance = {
      accountId: 'shop',
      path,
      encoding: 'jwe',
      body: { coinAmount: 5 },
      fills: ['merchantId'],
    } as const;
    await http.axiosRef.request({ alliance });
    expect(bank.requests.map(({ json, session }) => [json, session])).toEqual([
      [{ coinAmount: 5, merchantId: 'm' }, 1],
      [{ coinAmount: 5, merchantId: 'm' }, 2],
    ]);
    expect(bank.requests[1]?.raw.startsWith('{')).toBe(false);
  });

  it('tells a lost answer by the effect that the caller named', async () => {
    bank.answer = () => 'reset';
    const lost = { code: 'ALLIANCE_UNKNOWN_OUTCOME', reason: 'connection_reset' };
    await expect(http.axiosRef.request({ alliance: balance })).rejects.toMatchObject({ ...lost, noEffect: false });
    await expect(http.axiosRef.request({ alliance: { ...balance, effect: false } })).rejects.toMatchObject({
      ...{ ...lost, noEffect: true },
    });
  });

  it('may be attached more than once, and taken off by each who did', async () => {
    let refusals = 1;
    bank.answer = () => (refusals-- > 0 ? errorReply('b_expired_token') : { body: '{"balanceAmount":47}' });
    const again = interceptor.attach(http.axiosRef);
    const { data } = await http.axiosRef.request<unknown>({ alliance: balance });
    again();
    expect(data).toEqual({ balanceAmount: 47 });
    expect((await http.axiosRef.request<unknown>({ alliance: balance })).data).toEqual({ balanceAmount: 47 });
    expect(bank.requests.map(({ session }) => session)).toEqual([1, 2, 2]);
  });

  it('reads its answers where interceptors of others copy what they pass on', async () => {
    bank.answer = () => ({ body: '{"balanceAmount":47}' });
    http.axiosRef.interceptors.request.use((config) => ({ ...config }));
    http.axiosRef.interceptors.response.use((response) => ({ ...response }));
    interceptor.attach(http.axiosRef);
    expect((await http.axiosRef.request<unknown>({ alliance: balance })).data).toEqual({ balanceAmount: 47 });
  });

  it.each<[string, unknown]>([
    ['the data alone', undefined],
    ['nothing', () => undefined],
  ])('leaves what interceptors of others made of their own answers: %s', async (_what, over) => {
    const made = (over ?? ((response: { data: unknown }) => response.data)) as (answer: AxiosResponse) => AxiosResponse;
    const { axiosRef } = new HttpService(axios.create({ baseURL: echo.url }));
    axiosRef.interceptors.response.use(made);
    interceptor.attach(axiosRef);
    const answer: unknown = await axiosRef.get('/hello');
    if (over) expect(answer).toBeUndefined();
    else expect(answer).toMatchObject({ method: 'GET', url: '/hello' });
  });

  it('can be taken off again', async () => {
    detach();
    expect((await http.axiosRef.get('/hello')).data).toMatchObject({ method: 'GET' });
    await expect(http.axiosRef.request({ url: '/hello', alliance: balance })).resolves.toMatchObject({
      data: { device: null },
    });
    expect(bank.authorizes).toBe(0);
  });

  it('says of a call after the end that nothing was sent', async () => {
    bank.answer = () => ({ body: '{}' });
    await http.axiosRef.request({ alliance: balance });
    await close();
    close = () => Promise.resolve();
    await expect(http.axiosRef.request({ alliance: balance })).rejects.toMatchObject({
      reason: 'closed',
      noEffect: true,
    });
    expect(bank.requests).toHaveLength(1);
  });
});
