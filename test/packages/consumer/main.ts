// Runs what the READMEs show, in one process, against stand-ins on real sockets.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import axios from 'axios';
import {
  AllianceClient,
  AllianceError,
  AllianceHttpInterceptor,
  AllianceSession,
  CommunicationKey,
  SigningKey,
} from '@alliance-gateway/alliance';
import { FakeBank, SigningBank } from '@alliance-gateway/alliance/testing';
import { DcmClient, DcmError } from '@alliance-gateway/dcm';
import { FakeDcm } from '@alliance-gateway/dcm/testing';
import { callsTheGateway } from './client-parts.js';
import { AlliancePrices } from './alliance-prices.js';
import * as allianceTests from './readme/alliance/checkout.test.js';
import { AllianceErrorFilter } from './readme/alliance/alliance-error.filter.js';
import { AsyncOptionsModule, BothBanks } from './readme/alliance/async-options.module.js';
import { CallbacksController } from './readme/alliance/callbacks.controller.js';
import { CheckoutService } from './readme/alliance/checkout.service.js';
import { createFastifyApp } from './readme/alliance/main.fastify.js';
import * as more from './readme/alliance/more-calls.js';
import { webhookParts } from './webhook-parts.js';
import { keepsItsPromises } from './readme/alliance/redis-session.store.test.js';
import { ShopModule } from './readme/alliance/shop.module.js';
import { listsKeys } from './readme/dcm/customers.test.js';
import { makeKeys } from './readme/keystore/make-keys.js';
import { fromFile, fromVault, moving } from './readme/keystore/providers.js';
import { opensInItsPlaceAlone } from './readme/keystore/sealed-customers.test.js';

const secrets = mkdtempSync(path.join(tmpdir(), 'consumer-'));
const bank = await FakeBank.start();
process.env['SECRETS'] = secrets;
process.env['ALLIANCE_URL'] = bank.url.href;
for (const account of ['shop', 'second']) {
  mkdirSync(path.join(secrets, account));
  writeFileSync(path.join(secrets, account, 'merchant-id'), `merchant-of-${account}\n`);
  writeFileSync(path.join(secrets, account, 'service-code'), bank.serviceCode);
  const jwk = bank.clientKeys.privateKey.export({ format: 'jwk' });
  writeFileSync(path.join(secrets, account, 'communication-key.jwk'), JSON.stringify(jwk));
}
const order = {
  hppOrderId: 'o-1',
  merchantRequestId: 'r-1',
  merchantId: 'm-1',
  coinAmount: 12_300,
  redirectUrl: 'https://bank.example/o-1',
};
const payment = { type: 'PURCHASE', status: 'SUCCESS', coinAmount: 12_300, rrn: '-1' };
const callback = { hppOrderId: 'o-1', orderStatus: 'SUCCESS', operation: payment };

async function quickStart(): Promise<void> {
  const app = await NestFactory.createApplicationContext(ShopModule, { logger: false });
  const checkout = app.get(CheckoutService);
  bank.answer = ({ json }) => bank.sealed({ ...order, ...json, orderStatus: 'PENDING' });
  for (const account of ['shop', 'second']) {
    assert.equal((await checkout.begin(account, 12_300)).redirectUrl, order.redirectUrl);
    assert.equal(bank.requests.at(-1)?.json?.['merchantId'], `merchant-of-${account}`);
  }
  assert.equal(await checkout.paid('shop', 'o-1', 12_300), undefined);
  bank.answer = () => bank.sealed({ ...order, orderStatus: 'SUCCESS', operations: [payment] });
  assert.equal(await checkout.paid('shop', 'o-1', 12_300), true);
  assert.equal(await checkout.paid('shop', 'o-1', 1), false);
  await app.close();
}

async function moreCalls(): Promise<void> {
  const app = await NestFactory.createApplicationContext(ShopModule, { logger: false });
  const alliance = app.get(AllianceClient, { strict: false });
  bank.answer = () => bank.sealed({ type: 'COMPLETION', status: 'PENDING' });
  assert.equal(await more.capture(alliance, '1712843529623cHAHkmt-G5u', 500), 'PENDING');
  bank.answer = () => ({ body: '{"balanceAmount":47}' });
  const interceptor = app.get(AllianceHttpInterceptor, { strict: false });
  assert.deepEqual(await more.balances(interceptor, new HttpService(axios.create() as never)), { balanceAmount: 47 });
  await assert.rejects(more.plans(alliance), { code: 'ALLIANCE_NOT_CONFIGURED', member: 'signingKey' });
  const key = await CommunicationKey.import(bank.clientKeys.privateKey.export({ format: 'jwk' }));
  assert.match(await more.encrypted(key.publicJwk()), /^[\w-]+(\.[\w-]+){4}$/);
  const session = await app.get(AllianceSession, { strict: false }).current('shop');
  assert.ok(!JSON.stringify(session).includes(session.refreshToken));
  await app.close();
}

async function signedCalls(): Promise<void> {
  const signing = await SigningBank.start();
  const pem = signing.merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signingKey = SigningKey.import(pem, { kid: signing.merchantKid });
  const prices = await AlliancePrices.start({
    load: (id) => Promise.resolve({ id, baseUrl: signing.url, merchantId: 'm', signingKey }),
  });
  signing.answer = () => signing.signed({ currentPage: 0, plans: [] });
  assert.deepEqual(await more.plans(prices.alliance), { currentPage: 0, plans: [] });
  await assert.rejects(prices.alliance.operation('shop', 'o-1'), {
    code: 'ALLIANCE_NOT_CONFIGURED',
    member: 'serviceCode',
  });
  await prices.close();
  await signing.stop();
}

async function asyncOptions(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AsyncOptionsModule, { logger: false });
  const { shop, payouts } = app.get(BothBanks);
  assert.notEqual(shop, payouts);
  bank.answer = () => bank.sealed({ ...order, orderStatus: 'PENDING' });
  for (const one of [shop, payouts]) assert.equal((await one.hppOrder('shop', 'o-1')).hppOrderId, 'o-1');
  await app.close();
}

@Module({ imports: [ShopModule, AsyncOptionsModule], controllers: [CallbacksController] })
class CallbacksModule {}

type App = Pick<
  Awaited<ReturnType<typeof createFastifyApp>>,
  'listen' | 'getUrl' | 'get' | 'close' | 'useGlobalFilters' | 'getHttpAdapter'
>;

async function callbacks(create: (module: typeof CallbacksModule) => Promise<App>): Promise<void> {
  const app = await create(CallbacksModule);
  app.useGlobalFilters(new AllianceErrorFilter(app.getHttpAdapter()));
  await app.listen(0, '127.0.0.1');
  const post = async (body: string, type: string): Promise<number> => {
    const headers = { 'Content-Type': type };
    return (await fetch(`${await app.getUrl()}/callbacks/shop`, { method: 'POST', headers, body })).status;
  };
  bank.answer = () => bank.sealed({ ...order, orderStatus: 'SUCCESS', operations: [payment] });
  const jwe = await bank.seal(callback);
  assert.equal(await post(JSON.stringify(callback), 'application/json'), 200);
  assert.equal(await post(JSON.stringify({ jwe }), 'application/json'), 200);
  assert.equal(await post(jwe, 'text/plain'), 200);
  assert.deepEqual(app.get(CallbacksController).paid, [true, true, true]);
  bank.answer = () => ({ status: 503, body: '<html>' });
  assert.equal(await post(jwe, 'text/plain'), 502);
  await app.close();
}

async function dcm(): Promise<void> {
  const fake = await FakeDcm.start();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  process.env['DCM_KEY_FILE'] = path.join(secrets, 'dcm-key.pem');
  process.env['DCM_BASE_URL'] = fake.url.href;
  writeFileSync(process.env['DCM_KEY_FILE'], privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { BankModule } = await import('./readme/dcm/bank.module.js');
  const { CustomersService } = await import('./readme/dcm/customers.service.js');
  const { TwoBanksModule, BothBanks: BothDcms } = await import('./readme/dcm/two-banks.module.js');
  const app = await createFastifyApp(BankModule);
  await app.listen(0, '127.0.0.1');
  for (const route of ['user_auth', 'external_id', 'key']) {
    assert.equal((await fetch(`${await app.getUrl()}/${route}`)).status, 401);
  }
  const service = new CustomersService(app.get(DcmClient, { strict: false }), await tokensOf(app));
  fake.answer = ({ path: asked }) =>
    asked.endsWith('/authenticate')
      ? { json: { session_token: 's' } }
      : { status: 400, json: { error: 'user_auth: response status code is not 200 but 404' } };
  await assert.rejects(
    service.signUp('cust-000042'),
    (error) => error instanceof DcmError && error.callback === 'user_auth',
  );
  await app.close();
  const both = await NestFactory.createApplicationContext(TwoBanksModule, { logger: false });
  assert.notEqual(both.get(BothDcms).live, both.get(BothDcms).test);
  await both.close();
  await fake.stop();
}

async function tokensOf(app: App): Promise<import('@alliance-gateway/dcm').DcmTokens> {
  const { DcmTokens } = await import('@alliance-gateway/dcm');
  return app.get(DcmTokens, { strict: false });
}

async function keystore(): Promise<void> {
  process.env['KEYS_FILE'] = path.join(secrets, 'keys.json');
  makeKeys(process.env['KEYS_FILE']);
  const { CustomersModule, SealedCustomers } = await import('./readme/keystore/sealed-customers.js');
  const app = await NestFactory.createApplicationContext(CustomersModule, { logger: false });
  const customers = app.get(SealedCustomers);
  assert.deepEqual(await customers.open('pay_1', await customers.seal('pay_1', { a: 1 })), { a: 1 });
  await app.close();
  const { readFileSync } = await import('node:fs');
  const vault = fromVault(new URL('http://127.0.0.1:9'), () => Promise.resolve('token'));
  assert.ok(moving(vault, fromFile(readFileSync(process.env['KEYS_FILE'], 'utf8'))));
  await opensInItsPlaceAlone();
}

/** By a name that the compiler does not follow: where there is no network, the platform is not installed. */
const expressFile: string = './readme/alliance/main.express.js';
const express = await import(expressFile).then(
  (file: { createExpressApp: typeof createFastifyApp }) => file.createExpressApp,
  () => undefined,
);
const parts: [string, () => Promise<void>][] = [
  ['quick start', quickStart],
  ['more calls', moreCalls],
  ['Authorization 2.0 alone', signedCalls],
  ['async options, two instances', asyncOptions],
  ['callbacks over Fastify', () => callbacks(createFastifyApp)],
  ...(express ? [['callbacks over Express', () => callbacks(express)] as [string, () => Promise<void>]] : []),
  ['session store', keepsItsPromises],
  ['tests of a checkout', allianceTests.opensAnOrder],
  ['DCM', dcm],
  ['tests of DCM', listsKeys],
  ['keystore', keystore],
  ['client of the gateway', callsTheGateway],
  ...(await webhookParts()),
];
for (const [name, run] of parts) {
  await run();
  console.log(`ok ${name}`);
}
await bank.stop();
assert.ok(AllianceError);
