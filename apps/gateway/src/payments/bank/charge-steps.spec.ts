import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  AllianceAccounts,
  AllianceClient,
  AllianceModule,
  CommunicationKey,
  type AllianceAccount,
} from '#libs/alliance';
import { FakeBank } from '../../../../../libs/alliance/src/testing/fake-bank.js';
import { AlliancePaymentBank } from './alliance-payment-bank.js';
import { SecretText } from '../../accounts/secret-text.js';
import { type ChargeStep } from '../domain/operation.js';
import { type Page, type Sending } from './payment-bank.js';

const ACCOUNT = 'acc_1';
const MERCHANT = 'merchant-1';

class OneAccount extends AllianceAccounts {
  constructor(private readonly account: AllianceAccount) {
    super();
  }
  override load(): Promise<AllianceAccount> {
    return Promise.resolve(this.account);
  }
}

const PAGE: Page = {
  wishes: {},
  reference: 'order-1',
  description: 'Honey',
  language: 'en',
  expiresInMinutes: 61,
  holdExpiresAt: null,
  returnUrl: 'https://pay.example/return/1',
};
const CUSTOMER = { id: 'customer-1' };

const anOrder = (over: Partial<Sending> = {}): Sending<'order_purchase'> => ({
  protocol: '1.0',
  accountId: ACCOUNT,
  bankMerchantId: MERCHANT,
  merchantRequestId: 'request-1',
  amount: 12_345,
  currency: 'UAH',
  parentBankId: null,
  ourIds: ['pay_1', 'op_1'],
  callbackUrl: 'https://pay.example/callbacks/1',
  page: PAGE,
  ...over,
  step: 'order_purchase',
});

const OPERATION = { type: 'PURCHASE', status: 'SUCCESS', coinAmount: 1_001, operationId: 'operation-1' };

/** What the bank is told of a card in the merchant's page, on a real socket. */
describe('AlliancePaymentBank, of a card in the merchant’s page', () => {
  let bank: FakeBank;
  let module: TestingModule;
  let payments: AlliancePaymentBank;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(async () => {
    bank = await FakeBank.start();
    const clientKey = await CommunicationKey.import(bank.clientKeys.privateKey.export({ format: 'jwk' }));
    const { url: baseUrl, serviceCode } = bank;
    const accounts = new OneAccount({ id: ACCOUNT, baseUrl, merchantId: MERCHANT, serviceCode, clientKey });
    module = await Test.createTestingModule({
      imports: [AllianceModule.forRoot({ accounts, timeoutMs: 1_000 })],
    }).compile();
    await module.init();
    payments = new AlliancePaymentBank(module.get(AllianceClient));
  });
  afterEach(async () => {
    await bank.stop();
    await module.close();
  });

  const answerWith = (body: object): void => {
    bank.answer = () => ({ body: JSON.stringify(body) });
  };
  const card = {
    ...{ number: SecretText.of('n.n.n.n.n'), data: SecretText.of('d.d.d.d.d') },
    ...{ token: SecretText.of('-token'), cvv: SecretText.of('c.c.c.c.c') },
    browser: {
      ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk', colorDepth: 24 },
      ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
    },
  };
  const charge = (step: ChargeStep, over: Partial<Sending> = {}) =>
    payments.send({ ...anOrder(over), step }, { customer: CUSTOMER, card });
  const first = {
    ...{
      merchantId: MERCHANT,
      merchantRequestId: 'request-1',
      coinAmount: 12_345,
      encryptedCardNumber: 'n.n.n.n.n',
    },
    ...{
      desiredThreeDSMode: 'SHOULD',
      resultRedirectUrl: PAGE.returnUrl,
      purpose: 'Honey',
      merchantComment: 'pay-1, op-1',
    },
    ...{ notificationUrl: 'https://pay.example/callbacks/1', notificationEncryption: true },
    ...{ customerData: { senderCustomerId: 'customer-1' }, date: expect.any(String) },
  };
  const second = {
    ...{ operationId: 'operation-1', encryptedCardData: 'd.d.d.d.d', date: expect.any(String) },
    browserInfo: {
      ...{ browserAcceptHeader: 'text/html', browserUserAgent: 'Mozilla/5.0', browserLanguage: 'uk' },
      ...{ browserColorDepth: '24', browserScreenHeight: '800', browserScreenWidth: '600', browserTZ: '-120' },
    },
  };
  const ofToken = { ...first, encryptedCardNumber: undefined, token: '-token' };
  const browserAlone = { ...second, encryptedCardData: undefined };
  beforeEach(() => {
    answerWith({ ...OPERATION, status: 'REQUIRED_3DS', redirect3dsUrl: 'https://bank.example/3ds' });
  });

  it.each<[ChargeStep, Partial<Sending>, string, object]>([
    ['card_create', {}, '/payments/v3/create/purchase', first],
    [
      'hold_create',
      { page: { ...PAGE, holdExpiresAt: new Date('2026-12-03T10:00:00Z') } },
      '/payments/v1/create/preauth',
      { ...first, paymentMethodType: 'CARD', preAuthExpDate: expect.stringMatching(/^2026-12-03 /u) },
    ],
    ['card_execute', { parentBankId: 'operation-1' }, '/payments/v1/execute/purchase', second],
    ['hold_execute', { parentBankId: 'operation-1' }, '/payments/v1/execute/preauth', second],
    ['saved_purchase', {}, '/payments/v1/token_purchase', { ...ofToken, cvv: 'c.c.c.c.c' }],
    [
      'saved_hold',
      { page: { ...PAGE, holdExpiresAt: new Date('2026-12-03T10:00:00Z') } },
      '/payments/v1/create/preauth',
      { ...ofToken, cvv: 'c.c.c.c.c', paymentMethodType: 'TOKEN', preAuthExpDate: expect.any(String) },
    ],
    ['saved_authenticate', { parentBankId: 'operation-1' }, '/payments/v1/purchase/token_3ds', browserAlone],
    ['saved_hold_authenticate', { parentBankId: 'operation-1' }, '/payments/v1/execute/preauth', browserAlone],
  ])('%s', async (step, over, path, body) => {
    const outcome = await charge(step, over);
    expect(outcome).toMatchObject({ kind: 'answered', facts: { threeDsUrl: 'https://bank.example/3ds' } });
    expect([bank.requests[0]!.path, bank.requests[0]!.json]).toEqual([`/ecom/execute_request${path}`, body]);
  });

  it.each<[Page['wishes'], object]>([
    [{ threeDs: 'required' }, { desiredThreeDSMode: 'MUST' }],
    [
      { threeDs: 'none', withoutCvv: true },
      { desiredThreeDSMode: 'MUST_NOT', txnType: 'NONCVV' },
    ],
  ])('with %j', async (wishes, members) => {
    await charge('card_create', { page: { ...PAGE, wishes } });
    expect(bank.requests[0]!.json).toMatchObject(members);
  });

  it.each(['saved_purchase', 'saved_hold'] as const)('%s without its CVV says so', async (step) => {
    const page = { ...PAGE, holdExpiresAt: new Date('2026-12-03T10:00:00Z') };
    const means = { customer: CUSTOMER, card: { token: SecretText.of('-token') } };
    await payments.send({ ...anOrder({ page }), step }, means);
    expect(bank.requests[0]!.json).toMatchObject({ token: '-token', txnType: 'NONCVV' });
    expect(bank.requests[0]!.json).not.toHaveProperty('cvv');
  });

  it('and asks for it by the bank’s id', async () => {
    await payments.read(ACCOUNT, { by: 'operation_id', id: 'operation-1' });
    const [{ path, json } = { path: '', json: {} }] = bank.requests;
    expect([path, json]).toEqual(['/ecom/execute_request/payments/v1/operations', { id: 'operation-1' }]);
  });

  it('is not sent without what it is paid with', async () => {
    expect(await payments.send({ ...anOrder(), step: 'card_create' }, { customer: CUSTOMER })).toEqual({
      kind: 'unsendable',
      reason: 'A step was to be sent without its card number',
    });
    expect(bank.requests).toEqual([]);
  });
});
