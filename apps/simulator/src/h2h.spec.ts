import { randomUUID } from 'node:crypto';
import { type Json, MerchantAtBank, type Reply } from '../test/merchant-at-bank.js';

const SUCCESS = '4111111111111111';
const WITH_3DS = '5555555555554444';
const BROWSER = {
  browserAcceptHeader: 'text/html',
  browserUserAgent: 'Mozilla/5.0',
  browserLanguage: 'uk',
  browserColorDepth: '24',
  browserScreenHeight: '800',
  browserScreenWidth: '1280',
  browserTZ: '-180',
};

let at: MerchantAtBank;
beforeAll(async () => {
  at = await MerchantAtBank.start();
});
beforeEach(() => {
  at.reset();
});
afterAll(() => at.simulator.close());

const advance = (advanceMs: number) => at.control('POST', 'clock', { advanceMs });
const msgCode = async (reply: Promise<Reply>): Promise<unknown> => (await reply).body['msgCode'];

const begun = (over: Json = {}): Json => ({
  merchantRequestId: randomUUID(),
  merchantId: at.merchant.merchantId,
  coinAmount: 1_000,
  desiredThreeDSMode: 'SHOULD',
  date: at.date(),
  customerData: { senderCustomerId: 'c1', senderFirstName: 'Іван', senderLastName: 'Франко' },
  ...over,
});

const create = async (path: string, pan: string, over: Json = {}): Promise<Reply> =>
  at.call(path, begun({ encryptedCardNumber: await at.seal(pan), ...over }));

const execute = async (path: string, operationId: unknown, over: Json = {}): Promise<Reply> =>
  at.call(path, { operationId, encryptedCardData: await at.seal('4912123'), date: at.date(), ...over });

const CREATE = '/payments/v3/create/purchase';
const EXECUTE = '/payments/v1/execute/purchase';

/** The payer's browser, from redirect3dsUrl to where it lands. */
async function confirm({ body }: Reply, otp = '1234'): Promise<string | null> {
  const page = await (await fetch(String(body['redirect3dsUrl']))).text();
  const [, acs = ''] = /action="(\/acs\/[^"]+)"/.exec(page) ?? [];
  return (await at.form(acs, { action: 'confirm', otp })).headers.get('location');
}

const query = async (id: unknown): Promise<Json> => (await at.call('/payments/v1/operations', { id })).body;

describe('a card', () => {
  it('pays in two steps, and no money moves in the first', async () => {
    const first = await create(CREATE, SUCCESS, { purpose: 'За товар', merchantComment: 'note' });
    expect(first.body).toMatchObject({
      type: 'PURCHASE',
      status: 'PENDING',
      transactionType: 35,
      creatorSystem: 'H2H',
    });
    expect(first.body).toMatchObject({ senderFirstName: 'Іван', purpose: 'За товар', txnType: 'null' });
    expect(at.money()).toEqual([]);
    const { operationId } = first.body;
    const second = await execute(EXECUTE, operationId);
    expect(second.body).toMatchObject({
      status: 'SUCCESS',
      transactionResponseInfo: { description: 'Операція успішна' },
    });
    expect(second.body).not.toHaveProperty('approvalCode');
    expect(await query(operationId)).toMatchObject({ status: 'SUCCESS', approvalCode: expect.any(String) as string });
    expect(at.money()).toEqual(['money.charged 1000']);
    expect(await msgCode(execute(EXECUTE, operationId))).toBe('b_cannot_process_logic_transaction');
  });

  it('asks for 3DS, and the browser lands where the merchant said', async () => {
    const first = await create(CREATE, WITH_3DS, { resultRedirectUrl: 'https://shop.example/back' });
    expect(first.body).toMatchObject({ status: 'REQUIRED_3DS', threeDSMode: 'MUST' });
    expect(first.body).not.toHaveProperty('redirect3dsUrl');
    const { operationId } = first.body;
    expect((await execute(EXECUTE, operationId)).body).toMatchObject({
      validation: { errors: [{ field: 'browserInfo' }] },
    });
    const second = await execute(EXECUTE, operationId, { browserInfo: BROWSER });
    expect(second.body['redirect3dsUrl']).toMatch(/\/threeDS\/getRedirectHtml\//);
    expect(await confirm(second)).toBe('https://shop.example/back');
    expect(await query(operationId)).toMatchObject({ status: 'SUCCESS', statusThreeDs: 'Y', eci: '05' });
    expect(at.money()).toEqual(['money.charged 1000']);
  });

  it.each<[string, string, string, string]>([
    ['MUST', WITH_3DS, 'REQUIRED_3DS', ''],
    ['MUST', SUCCESS, 'DESIRED_THREEDS_MODE_ERROR', ''],
    ['MUST_NOT', WITH_3DS, 'PENDING', ''],
    ['MUST_NOT', SUCCESS, 'PENDING', ''],
  ])('%s with %s answers %s', async (desiredThreeDSMode, pan, status) => {
    expect((await create(CREATE, pan, { desiredThreeDSMode })).body).toMatchObject({ status });
  });

  it('whose second call never comes fails', async () => {
    const { body } = await create(CREATE, SUCCESS);
    await advance(15 * 60_000);
    expect(await query(body['operationId'])).toMatchObject({ status: 'FAIL' });
    expect(await msgCode(execute(EXECUTE, body['operationId']))).toBe('b_cannot_process_logic_transaction');
  });

  it.each<[string, string, Json, string]>([
    ['7 digits', '4912', {}, 'b_validation_card_expiration_date_and_security_code'],
    ['4 digits without CVV', '4912123', { txnType: 'NONCVV' }, 'b_validation_card_expiration_date'],
  ])('wants %s in the second call', async (_name, text, over, code) => {
    const { body } = await create(CREATE, SUCCESS, over);
    const data = { encryptedCardData: await at.seal(text) };
    expect(await msgCode(execute(EXECUTE, body['operationId'], data))).toBe(code);
  });

  it.each([
    ['1234', 'b_invalid_pan_format'],
    ['4111111111111112', 'b_invalid_pan_format'],
    ['371449635398431', 'b_unsupported_payment_system'],
  ])('%s is refused with %s', async (pan, code) => {
    expect(await msgCode(create(CREATE, pan))).toBe(code);
  });

  it('sealed for another key is refused', async () => {
    const body = begun({ encryptedCardNumber: 'a.b.c.d.e' });
    expect(await msgCode(at.call(CREATE, body))).toBe('b_encryptor_failed_decrypt_message');
  });

  it('is not paid by a call of another kind', async () => {
    const { body } = await create(CREATE, SUCCESS);
    const c2a = execute('/payments/v1/execute/card_to_account', body['operationId']);
    expect(await msgCode(c2a)).toBe('b_cannot_process_logic_transaction');
  });
});

describe('other ways of a card', () => {
  it('C2A charges it', async () => {
    const path = '/payments/v3/create/card_to_account';
    const { body } = await create(path, SUCCESS, { merchantCommission: 5, recipientAccount: 'UA1' });
    expect(body).toMatchObject({
      type: 'CARD_2_ACCOUNT',
      transactionType: 62,
      productType: 'C2A',
      merchantCommission: 5,
    });
    await execute('/payments/v1/execute/card_to_account', body['operationId']);
    expect(at.money()).toEqual(['money.charged 1000']);
  });

  it('a verification makes a token, and no money moves', async () => {
    const { body } = await create('/payments/v1/create/verification', SUCCESS);
    const done = await execute('/payments/v1/execute/verification', body['operationId']);
    expect(done.body).toMatchObject({ type: 'VERIFICATION', status: 'SUCCESS', coinAmount: 0 });
    expect(done.body['externalCardToken']).toMatch(/^[\w-]{24}$/);
    expect(at.money()).toEqual([]);
  });

  it('A2C pays out to it, PENDING first', async () => {
    const customerData = { recipientCustomerId: 'r1', recipientItn: '1234567890' };
    const { body } = await create('/payments/v4/account_to_card', SUCCESS, { customerData });
    expect(body).toMatchObject({
      type: 'ACCOUNT_2_CARD',
      status: 'PENDING',
      recipientCardNumberMask: '411111••••••1111',
    });
    await advance(2_000);
    expect(at.money()).toEqual(['money.paid_out 1000']);
    const step2 = execute(EXECUTE, body['operationId']);
    expect(await msgCode(step2)).toBe('b_explicit_payment_execution_not_supported');
  });

  it.each<[Json, string]>([
    [{ coinAmount: 2_999_901 }, 'b_invalid_request'],
    [{ customerData: { recipientCustomerId: 'r1' } }, 'b_err_missing_recipient_id'],
    [{ customerData: { recipientCustomerId: 'r1', recipientItn: '12345' } }, 'b_err_invalid_itn_format'],
  ])('A2C with %j is refused', async (over, code) => {
    const customerData = { recipientCustomerId: 'r1', recipientItn: '1234567890' };
    expect(await msgCode(create('/payments/v3/account_to_card', SUCCESS, { customerData, ...over }))).toBe(code);
  });

  it('a hold is begun, captured and given back like one of the page', async () => {
    const over = { preAuthExpDate: at.date(3 * 3_600_000) };
    const { body } = await create('/payments/v1/create/preauth', SUCCESS, over);
    const { operationId } = body;
    const done = await execute('/payments/v1/execute/preauth', operationId);
    expect(done.body).toMatchObject({ type: 'PREAUTH', status: 'SUCCESS', preAuthExpDate: over.preAuthExpDate });
    const completion = begun({ originalOperationId: operationId, coinAmount: 900 });
    expect((await at.call('/payments/v1/completion', completion)).body).toMatchObject({ type: 'COMPLETION' });
    await advance(2_000);
    expect(at.money()).toEqual(['money.held 1000', 'money.captured 900', 'money.released 100 completion']);
  });
});

describe('wallets', () => {
  const token = async (wallet: string, over: Json = {}): Promise<unknown> =>
    (await at.control('POST', `wallets/${wallet}`, { pan: SUCCESS, ...over })).body['token'];

  it('Apple, encrypted: the amount is inside, and the money moves at once', async () => {
    const paymentToken = await token('apple', { coinAmount: 777 });
    const body = { ...begun({ paymentToken }), coinAmount: undefined };
    const paid = await at.call('/payments/v1/apple_pay/token/purchase', body);
    expect(paid.body).toMatchObject({ status: 'SUCCESS', paymentServiceType: 'APPLE_PAY', coinAmount: 777 });
    expect(at.money()).toEqual(['money.charged 777']);
  });

  it('Google, encrypted: a bare card number asks for 3DS, with the redirect at once', async () => {
    const googlePayPaymentData = await token('google', { authMethod: 'PAN_ONLY' });
    const body = begun({ googlePayPaymentData, environment: 'TEST' });
    const path = '/payments/v1/google_pay/token/purchase';
    expect((await at.call(path, body)).body).toMatchObject({ validation: { errors: [{ field: 'browserInfo' }] } });
    const asked = await at.call(path, { ...body, browserInfo: BROWSER });
    expect(asked.body).toMatchObject({ status: 'REQUIRED_3DS', redirect3dsUrl: expect.any(String) as string });
    await confirm(asked);
    expect(at.money()).toEqual(['money.charged 1000']);
  });

  it('decrypted: Apple pays in step 1, Google asks for step 2', async () => {
    const apple = await at.seal(
      JSON.stringify({
        applicationPrimaryAccountNumber: SUCCESS,
        applicationExpirationDate: '491231',
        currencyCode: '980',
        transactionAmount: 500,
        deviceManufacturerIdentifier: '1',
        paymentDataType: '3DSecure',
        paymentData: { onlinePaymentCryptogram: 'AA==' },
      }),
    );
    const body = { ...begun({ paymentData: apple }), coinAmount: undefined };
    expect((await at.call('/payments/v3/apple_pay/purchase', body)).body).toMatchObject({ status: 'SUCCESS' });
    const details = { authMethod: 'PAN_ONLY', pan: SUCCESS, expirationMonth: 12, expirationYear: 2049 };
    const google = await at.seal(JSON.stringify({ paymentMethod: 'CARD', paymentMethodDetails: details }));
    const path = '/payments/v3/google_pay/purchase';
    const asked = await at.call(path, {
      ...body,
      merchantRequestId: randomUUID(),
      paymentData: google,
      transactionAmount: 300,
    });
    expect(asked.body).toMatchObject({ status: 'REQUIRED_3DS' });
    const step2 = { operationId: asked.body['operationId'], date: at.date(), browserInfo: BROWSER };
    await confirm(await at.call('/payments/v1/google_pay_3ds/purchase', step2));
    expect(at.money()).toEqual(['money.charged 500', 'money.charged 300']);
  });

  it('a token of another wallet is refused, and two different amounts', async () => {
    const paymentToken = {
      ...((await token('apple')) as Json),
      paymentData: {
        data: 'AAAA',
        signature: 's',
        version: 'EC_v1',
        header: { publicKeyHash: 'h', ephemeralPublicKey: 'k', transactionId: 't' },
      },
    };
    expect(await msgCode(at.call('/payments/v1/apple_pay/token/purchase', begun({ paymentToken })))).toBe(
      'b_encryptor_failed_decrypt_message',
    );
    const googlePayPaymentData = await token('google');
    const body = begun({ googlePayPaymentData, environment: 'TEST', coinAmount: 1, transactionAmount: 2 });
    expect((await at.call('/payments/v1/google_pay/token/purchase', body)).body).toHaveProperty('validation');
  });

  it('an Apple session is only opened at Apple', async () => {
    const body = { merchantId: 'm', domain: 'shop.example', merchantRequestId: 'r' };
    const path = '/payments/v1/apple_pay/get_session';
    for (const validationUrl of ['https://apple.com.evil.example/x', 'http://127.0.0.1/', 'https://notapple.com/'])
      expect(await msgCode(at.call(path, { ...body, validationUrl }))).toBe('b_failed_to_get_apple_pay_session');
    const opened = await at.call(path, { ...body, validationUrl: 'https://apple-pay-gateway.apple.com/session' });
    expect(opened.body).toMatchObject({ applePaySessionData: { domainName: 'shop.example' } });
  });
});

describe('tokens', () => {
  const create2 = async (over: Json = {}): Promise<Json> =>
    (
      await at.call('/token/v1/create', {
        merchantRequestId: randomUUID(),
        merchantId: at.merchant.merchantId,
        customerId: 'c1',
        encryptedCardNumber: await at.seal(SUCCESS),
        encryptedExpDate: await at.seal('4912'),
        date: at.date(),
        ...over,
      })
    ).body;
  const pay = async (token: unknown, over: Json = {}): Promise<Reply> =>
    at.call('/payments/v1/token_purchase', begun({ token, cvv: await at.seal('123'), ...over }));
  const setState = (token: unknown, state: string) => at.call('/token/v1/state/update', { token, state });

  it('pay while they are active', async () => {
    const { token } = await create2();
    expect((await create2())['token']).toBe(token);
    expect((await pay(token)).body).toMatchObject({ status: 'SUCCESS', externalCardToken: token });
    expect((await setState(token, 'SUSPENDED')).body).toMatchObject({ tokenUpdated: true });
    expect(await msgCode(pay(token))).toBe('b_cannot_process_logic_transaction');
    await setState(token, 'ACTIVE');
    await setState(token, 'DELETED');
    expect(await msgCode(setState(token, 'ACTIVE'))).toBe('b_cannot_process_logic_transaction');
    expect(at.money()).toEqual(['money.charged 1000']);
  });

  it('are listed, and over with their card', async () => {
    const { token } = await create2({ encryptedExpDate: await at.seal('2612') });
    expect((await at.call('/token/v1/list/by-customer-id', { customerId: 'c1' })).body).toMatchObject({
      result: [{ token, status: 'ACTIVE' }],
    });
    await advance(366 * 24 * 3_600_000);
    expect((await at.callSigned('/token/get_v1', { token })).body).toMatchObject({ result: [{ status: 'OBSOLETE' }] });
  });

  it('come out of a payment that asks for one', async () => {
    const { body } = await create(CREATE, SUCCESS, { typeToken: 'TOKEN_PER_CUSTOMER' });
    const done = await execute(EXECUTE, body['operationId']);
    expect((await pay(done.body['externalCardToken'])).body).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('the rest of the bank', () => {
  it('keeps a balance', async () => {
    const { body } = await create(CREATE, SUCCESS);
    await execute(EXECUTE, body['operationId']);
    expect((await at.call('/merchant/ecom_balance/v1/get', {})).body).toMatchObject({ balanceAmount: 1_000 });
  });

  it('gives receipts', async () => {
    const { body } = await create(CREATE, SUCCESS);
    await execute(EXECUTE, body['operationId']);
    const { receiptUrl } = await query(body['operationId']);
    const receipt = await fetch(String(receiptUrl));
    expect(receipt.headers.get('content-type')).toBe('application/pdf');
    expect(await receipt.text()).toMatch(/^%PDF-1\.4[^]*%%EOF\n$/);
    expect((await fetch(String(receiptUrl).slice(0, -1))).status).toBe(404);
  });

  it('checks whose a card is', async () => {
    const check = async (inn: string, pan = SUCCESS): Promise<Reply> =>
      at.callSigned('/cardholder/verify_card_inn_v1', {
        merchantId: at.merchant.merchantId,
        encryptedCardNumber: await at.seal(pan),
        inn,
        requestId: randomUUID(),
        requestType: 'PAYMENT',
        userApproval: true,
      });
    expect((await check('3126509874')).body).toEqual({ result: true, msgText: 'Success' });
    expect((await check('1111111111')).body).toEqual({ result: false, msgText: 'INN mismatch' });
    await at.control('POST', 'switches', { cardholderCheck: 'hub_401' });
    expect(await check('3126509874')).toEqual({ status: 401, body: { msgText: 'AFHUB authentication failed' } });
  });

  it('keeps to limits when it is told to', async () => {
    await at.control('POST', 'switches', { enforceLimits: true });
    const { body } = await create(CREATE, SUCCESS, { coinAmount: 5_000_001 });
    const done = await execute(EXECUTE, body['operationId']);
    expect(done.body).toMatchObject({
      status: 'FAIL',
      transactionResponseInfo: { actionCode: '1', responseCode: '21' },
    });
  });

  it('shuts out addresses that are not listed when it is told to', async () => {
    await at.control('POST', 'switches', { allowUnlistedClients: false });
    await expect(at.call('/hpp/v1/operations', { hppOrderId: 'x' })).rejects.toThrow('JSON');
  });

  it.each<[string, number, string]>([
    ['/payments/v3/create/card_to_account', 10, 'SUCCESS'],
    ['/payments/v3/create/card_to_account', 11, 'FAIL'],
    ['/payments/v3/create/purchase', 5, 'FAIL'],
  ])('on a test terminal %s of %i ends with %s', async (path, coinAmount, status) => {
    const test = await MerchantAtBank.start({ terminal: 'test', operations: ['PURCHASE', 'CARD_2_ACCOUNT'] });
    try {
      const { merchantId } = test.merchant;
      const over = { merchantId, coinAmount, encryptedCardNumber: await test.seal(SUCCESS), merchantCommission: 0 };
      const { body } = await test.call(path, begun(over));
      const second = {
        operationId: body['operationId'],
        encryptedCardData: await test.seal('4912123'),
        date: test.date(),
      };
      const done = await test.call(path.replace('v3/create', 'v1/execute'), second);
      expect(done.body).toMatchObject({ status, rrn: '-1' });
      const verification = begun({ merchantId, encryptedCardNumber: await test.seal(SUCCESS) });
      expect(await msgCode(test.call('/payments/v1/create/verification', verification))).toBe('b_txn_not_allowed');
    } finally {
      await test.simulator.close();
    }
  });
});
