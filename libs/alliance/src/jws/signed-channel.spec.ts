import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { SigningBank } from '../testing/signing-bank.js';
import {
  AllianceAccounts,
  AllianceClient,
  AllianceError,
  AllianceModule,
  type AllianceOptions,
  CommunicationKey,
  SendWindow,
  SigningKey,
} from '../index.js';

const NOW = new Date('2026-01-23T13:28:50Z');
const PAID = {
  type: 'PURCHASE',
  status: 'SUCCESS',
  coinAmount: 100,
  operationId: '1712844596346b9F-WwrWZpq',
  merchantRequestId: 'req-1',
};
const QUESTION = { merchantRequestId: 'req-1' };
const REFUND = { merchantRequestId: 'ref-1', operationId: PAID.operationId, coinAmount: 100 };
const V2 = { protocol: '2.0' } as const;

describe('calls under Authorization 2.0, on a real socket', () => {
  let bank: SigningBank;
  let client: AllianceClient;
  let newKeys: string[];
  const cleanups: (() => Promise<unknown>)[] = [];

  const start = async (over: Partial<AllianceOptions> = {}, signs = true): Promise<AllianceClient> => {
    const pem = bank.merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
    const account = {
      baseUrl: bank.url,
      merchantId: 'terminal',
      serviceCode: 'none',
      clientKey: await CommunicationKey.import(jwk),
      ...(signs && { signingKey: SigningKey.import(pem, { kid: bank.merchantKid }) }),
    };
    const accounts = new (class extends AllianceAccounts {
      override load = (id: string) => Promise.resolve({ id, ...account });
    })();
    const options = { accounts, clock: () => NOW, onNewBankKey: (kid: string) => newKeys.push(kid), ...over };
    const module = await Test.createTestingModule({ imports: [AllianceModule.forRoot(options)] }).compile();
    await module.init();
    cleanups.push(() => module.close());
    return module.get(AllianceClient);
  };

  beforeEach(async () => {
    newKeys = [];
    bank = await SigningBank.start();
    cleanups.push(() => bank.stop());
    bank.answer = () => bank.signed(PAID);
    client = await start();
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  const ask = (): Promise<unknown> => client.call('shop', 'h2h.operations.by-merchant-request-id', QUESTION, V2);
  const pay = (): Promise<unknown> => client.call('shop', 'h2h.refund', REFUND, V2);
  const caught = async (work: Promise<unknown>): Promise<AllianceError> => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AllianceError);
    return error as AllianceError;
  };

  it('signs the body for its path and moment, and reads the verified answer', async () => {
    expect(await pay()).toMatchObject({ status: 'SUCCESS', coinAmount: 100 });
    const path = '/ecom/jws/payments/refund_v1';
    expect(bank.requests).toEqual([
      {
        path,
        contentType: 'text/plain',
        header: { alg: 'ES256', kid: bank.merchantKid, ts: NOW.getTime(), targetUrl: path },
        body: { ...REFUND, merchantId: 'terminal', date: '2026-01-23 15:28:50.00+02:00' },
      },
    ]);
  });

  it('fetches the key of the bank once, also after a rotation, and tells of each', async () => {
    await Promise.all(Array.from({ length: 10 }, ask));
    const first = bank.bankKid;
    bank.rotate();
    await ask();
    await ask();
    expect(bank.keyQuestions.map((question) => question.split(' ')[1])).toEqual([first, bank.bankKid]);
    expect(newKeys).toEqual([first, bank.bankKid]);
  });

  it('takes no unsigned, foreign or changed answer for a success', async () => {
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const cases = [
      [{ body: JSON.stringify(PAID) }, 'unsigned'],
      [{ body: await bank.sign(PAID, foreign) }, 'bad_signature'],
      [{ body: (await bank.sign(PAID)).replace(/\.[^.]+\./, '.eyJhIjoxfQ.') }, 'bad_signature'],
      [{ body: '<html>' }, 'not_json'],
      [{ body: '' }, 'not_json'],
      [{ status: 503, body: '<html>' }, 'http_503'],
      [{ status: 500, body: await bank.sign(PAID) }, 'http_500'],
    ] as const;
    for (const [reply, reason] of cases) {
      bank.answer = () => reply;
      expect(await caught(pay())).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', reason, noEffect: false });
    }
  });

  it('leaves the outcome unknown while the key of an answer cannot be had', async () => {
    bank.keyStatus = 503;
    expect(await caught(pay())).toMatchObject({ reason: 'bank_key_unknown', noEffect: false });
    bank.keyStatus = undefined;
    expect(await pay()).toMatchObject({ status: 'SUCCESS' });
  });

  it.each([true, false])('reads a refusal, signed: %s', async (isSigned) => {
    const refusal = { msgCode: 'b_duplicate_field_value', msgType: 'ERROR', requestId: 'r-1' };
    bank.answer = () => (isSigned ? bank.signed(refusal, 400) : { status: 400, body: JSON.stringify(refusal) });
    expect(await caught(pay())).toMatchObject({ bank: { msgCode: 'b_duplicate_field_value', httpStatus: 400 } });
  });

  it('says whether anything was sent', async () => {
    bank.answer = () => undefined;
    expect(await caught(pay())).toMatchObject({ reason: 'connection_reset', noEffect: false });
    const window = new SendWindow(0, { monotonic: () => performance.now(), wall: () => Date.now() });
    await new Promise((resolve) => setTimeout(resolve, 2));
    const late = client.call('shop', 'h2h.refund', REFUND, { ...V2, window });
    expect(await caught(late)).toMatchObject({ reason: 'send_window_over', noEffect: true });
    expect(bank.requests).toHaveLength(1);
  });

  it('checks the body before anything is sent, and names its members without their values', async () => {
    const secret = '4111111111111111';
    const body = { operationId: secret.repeat(9), encryptedCardData: secret } as never;
    const error = await caught(client.call('shop', 'h2h.purchase.execute', body, V2));
    expect(error).toMatchObject({ code: 'ALLIANCE_INVALID_REQUEST', member: 'operationId', noEffect: true });
    expect(error.message).toContain('encryptedCardData');
    expect(JSON.stringify(error) + error.message).not.toContain(secret);
    expect(bank.requests).toEqual([]);
  });

  it('needs a signing key', async () => {
    client = await start({}, false);
    expect(await caught(pay())).toMatchObject({ code: 'ALLIANCE_NOT_CONFIGURED', noEffect: true });
  });

  it('sends the time as text where that is wanted, and another terminal of the account', async () => {
    client = await start({ signatureTimeAsText: true });
    await client.call('shop', 'h2h.refund', REFUND, { ...V2, merchantId: 'other' });
    expect(bank.requests).toMatchObject([{ header: { ts: String(NOW.getTime()) }, body: { merchantId: 'other' } }]);
  });

  it('reads a signed callback, and refuses a forged one', async () => {
    const callback = { ...PAID, operationId: 'op-9' };
    expect(await client.readCallback('shop', await bank.sign(callback))).toMatchObject({
      ...{ encoding: 'signed', operations: [{ operationId: 'op-9' }] },
    });
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(await caught(client.readCallback('shop', await bank.sign(callback, foreign)))).toMatchObject({
      code: 'ALLIANCE_JWS_REFUSED',
    });
  });

  describe('tokens that a stranger made, in an answer and in a callback', () => {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const macOf = (input: string): string => {
      const spki = bank.bankKeys.publicKey.export({ type: 'spki', format: 'pem' });
      return createHmac('sha256', spki).update(input).digest('base64url');
    };
    const forged = (header: object, signature: (input: string) => string = () => 'AAAA'): string => {
      const input = `${encode({ kid: bank.bankKid, ...header })}.${encode(PAID)}`;
      return `${input}.${signature(input)}`;
    };
    const der = (input: string): string =>
      createSign('sha256').update(input).sign(bank.bankKeys.privateKey, 'base64url');
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

    const cases: readonly (readonly [string, () => string | Promise<string>])[] = [
      ['alg none', () => forged({ alg: 'none' })],
      ['HS256 with the public key', () => forged({ alg: 'HS256' }, macOf)],
      ['its own key in jwk', () => forged({ alg: 'ES256', jwk })],
      ['an address of keys in jku', () => forged({ alg: 'ES256', jku: 'https://evil.example/keys' })],
      ['an address of a certificate in x5u', () => forged({ alg: 'ES256', x5u: 'https://evil.example/c' })],
      ['a signature in DER', () => forged({ alg: 'ES256' }, der)],
      ['a kid that the bank does not know', () => forged({ alg: 'ES256', kid: 'nobody' })],
      ['padding', async () => `${await bank.sign(PAID)}==`],
      ['more than 1 MB', () => forged({ alg: 'ES256' }, () => 'A'.repeat(1024 * 1024))],
    ];
    it.each(cases)('%s', async (_what, make) => {
      const token = await make();
      bank.answer = () => ({ body: token });
      expect(await caught(pay())).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', noEffect: false });
      const refused = await caught(client.readCallback('shop', token));
      expect(refused.code).toMatch(/^ALLIANCE_(?:JWS_REFUSED|UNKNOWN_BANK_KEY|INVALID_CALLBACK)$/);
    });
  });

  it('makes addresses of the pages that the browser opens', async () => {
    expect(await client.pageUrl('shop', 'browser.three-ds-redirect', { operationId: '17/a' })).toBe(
      `${bank.url.href}threeDS/getRedirectHtml/17%2Fa`,
    );
  });
});
