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

  describe('tokens of a stranger, in an answer and in a callback', () => {
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
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = own.publicKey.export({ format: 'jwk' });
    /** Signed with the stranger's key, which the header offers. */
    const offering = (header: object): Promise<string> => bank.sign(PAID, own.privateKey, header);
    const changed = async (change: (signature: Buffer) => Buffer): Promise<string> => {
      const [header, payload, signature = ''] = (await bank.sign(PAID)).split('.');
      return `${header}.${payload}.${change(Buffer.from(signature, 'base64url')).toString('base64url')}`;
    };
    /** (r, s) and (r, n − s) verify alike. Source: SEC 1, section 4.1.4. */
    const mirrored = (signature: Buffer): Buffer => {
      const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n; // of P-256
      const s = order - BigInt(`0x${signature.subarray(32).toString('hex')}`);
      return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
    };

    const refused: readonly (readonly [string, () => string | Promise<string>])[] = [
      ['alg none', () => forged({ alg: 'none' })],
      ['alg none without a signature', () => forged({ alg: 'none' }, () => '')],
      ['HS256 with the public key', () => forged({ alg: 'HS256' }, macOf)],
      ['the algorithm of another curve', () => forged({ alg: 'ES384' })],
      ['the algorithm of another type of key', () => forged({ alg: 'RS256' })],
      ['its own key in jwk', () => offering({ jwk })],
      ['an address of keys in jku', () => offering({ jku: 'https://evil.example/keys' })],
      ['an address of a certificate in x5u', () => offering({ x5u: 'https://evil.example/c' })],
      ['a certificate in x5c', () => forged({ alg: 'ES256', x5c: ['AAAA'] })],
      ['a member that must be understood', () => forged({ alg: 'ES256', crit: ['exp'], exp: 1 })],
      ['a payload that is not encoded', () => forged({ alg: 'ES256', b64: false, crit: ['b64'] })],
      ['a kid that the bank does not know', () => forged({ alg: 'ES256', kid: 'nobody' })],
      ['no kid', () => forged({ alg: 'ES256', kid: undefined })],
      ['the kid of the bank and the key of somebody else', () => bank.sign(PAID, own.privateKey)],
      ['a signature in DER', () => forged({ alg: 'ES256' }, der)],
      ['a signature of zeros', () => changed(() => Buffer.alloc(64))],
      ['a signature that is a byte short', () => changed((signature) => signature.subarray(0, 63))],
      ['a signature with a byte more', () => changed((signature) => Buffer.concat([signature, Buffer.alloc(1)]))],
      ['padding', async () => `${await bank.sign(PAID)}==`],
      ['a last character with bits to spare', async () => (await bank.sign(PAID)).replace(/.$/, 'B')],
      ['a body that was changed', async () => (await bank.sign(PAID)).replace(/\.[^.]+\./, `.${encode({ a: 1 })}.`)],
      ['more than 1 MB', () => forged({ alg: 'ES256' }, () => 'A'.repeat(1024 * 1024))],
    ];
    it.each(refused)('%s: refused', async (_what, make) => {
      const token = await make();
      bank.answer = () => ({ body: token });
      expect(await caught(pay())).toMatchObject({ code: 'ALLIANCE_UNKNOWN_OUTCOME', noEffect: false });
      const error = await caught(client.readCallback('shop', token));
      expect(error.code).toMatch(/^ALLIANCE_(?:JWS_REFUSED|UNKNOWN_BANK_KEY|INVALID_CALLBACK)$/);
    });

    it('a request of our own, sent back to us: refused, although the bank knows the key', async () => {
      bank.alsoKnows.set(bank.merchantKid, bank.merchantKeys.publicKey);
      const reflected = await bank.sign(PAID, bank.merchantKeys.privateKey, {
        ...{ kid: bank.merchantKid, ts: NOW.getTime(), targetUrl: '/ecom/jws/payments/refund_v1' },
      });
      bank.answer = () => ({ body: reflected });
      expect(await caught(pay())).toMatchObject({ reason: 'bad_signature', noEffect: false });
      expect(await caught(client.readCallback('shop', reflected))).toMatchObject({ reason: 'own_key' });
      expect(bank.keyQuestions).toEqual([]);
    });

    // The bank signs its answers with `alg` and `kid` alone: nothing is decided by a moment or an address in them.
    const taken: readonly (readonly [string, () => Promise<string>])[] = [
      ['no ts, as printed', () => bank.sign(PAID)],
      ['ts in seconds', () => bank.sign(PAID, undefined, { ts: Math.floor(NOW.getTime() / 1_000) })],
      ['ts 61 s ago', () => bank.sign(PAID, undefined, { ts: NOW.getTime() - 61_000 })],
      ['ts 61 s ahead', () => bank.sign(PAID, undefined, { ts: NOW.getTime() + 61_000 })],
      ['another targetUrl', () => bank.sign(PAID, undefined, { targetUrl: '/ecom/jws/payments/other_v1' })],
      ['typ and cty', () => bank.sign(PAID, undefined, { typ: 'JOSE', cty: 'json' })],
      ['the mirror image of the signature', () => changed(mirrored)],
    ];
    it.each(taken)('%s: read by its verified body alone', async (_what, make) => {
      const token = await make();
      bank.answer = () => ({ body: token });
      expect(await pay()).toMatchObject({ status: 'SUCCESS', operationId: PAID.operationId });
      const callback = await client.readCallback('shop', token);
      expect(callback).toMatchObject({ encoding: 'signed', operations: [{ operationId: PAID.operationId }] });
    });

    it('a storm of strange kids costs one question a second, and the next answer is read', async () => {
      const storm = Array.from({ length: 200 }, (_none, n) => forged({ alg: 'ES256', kid: `k${n}` }));
      const codes = await Promise.all(storm.map((token) => caught(client.readCallback('shop', token))));
      expect(new Set(codes.map(({ code }) => code))).toEqual(new Set(['ALLIANCE_UNKNOWN_BANK_KEY']));
      expect(bank.keyQuestions).toHaveLength(2); // both endpoints, for the first
      expect(await pay()).toMatchObject({ status: 'SUCCESS' });
    });
  });

  it('makes addresses of the pages that the browser opens', async () => {
    expect(await client.pageUrl('shop', 'browser.three-ds-redirect', { operationId: '17/a' })).toBe(
      `${bank.url.href}threeDS/getRedirectHtml/17%2Fa`,
    );
  });
});
