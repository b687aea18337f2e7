import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  AllianceAccounts,
  AllianceClient,
  AllianceModule,
  CommunicationKey,
  type AllianceAccount,
} from '#libs/alliance';
import { type Behaviour, errorReply, FakeBank } from '../../../../../libs/alliance/src/testing/fake-bank.js';
import { AlliancePaymentBank } from './alliance-payment-bank.js';
import { type Customer, type Page, type Sending } from './payment-bank.js';

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

const aRefund = (over: Partial<Sending> = {}): Sending<'give_back'> => ({
  ...anOrder({ merchantRequestId: 'request-2', parentBankId: 'operation-1', amount: 99, ...over }),
  step: 'give_back',
});

/** Every member another value, so that none can be taken for another. */
const OPERATION = {
  type: 'PURCHASE',
  status: 'SUCCESS',
  coinAmount: 1_001,
  operationId: 'operation-1',
  ecomOperationId: 'ecom-1',
  merchantId: MERCHANT,
  merchantRequestId: 'request-7',
  hppOrderId: 'order-7',
  transactionCurrency: '980',
  rrn: '123456789012',
  approvalCode: '654321',
  transactionResponseInfo: { actionCode: '0', responseCode: '00' },
  errorDetails: 'b_unknown_error',
  originalOperationId: 'original-1',
  originalEcomOperationId: 'original-ecom-1',
  cardNumberMask: '411111••••••1111',
  paymentSystem: 'VISA',
  paymentServiceType: 'GOOGLE_PAY',
  processingTerminalId: 'AE010002',
  merchantCommission: 25,
  receiptUrl: 'https://bank.example/receipt/1',
  processingDateTime: '2026-11-26T15:00:00.000+02:00',
};
const FACTS = {
  type: 'PURCHASE',
  status: 'SUCCESS',
  amount: 1_001,
  currency: 'UAH',
  merchantId: MERCHANT,
  merchantRequestId: 'request-7',
  operationId: 'operation-1',
  ecomOperationId: 'ecom-1',
  originalOperationId: 'original-1',
  hppOrderId: 'order-7',
  rrn: '123456789012',
  approvalCode: '654321',
  actionCode: '0',
  responseCode: '00',
  errorDetails: 'b_unknown_error',
  hryvnia: 1_001,
  shown: {
    cardMask: '411111••••••1111',
    scheme: 'VISA',
    service: 'GOOGLE_PAY',
    terminal: 'AE010002',
    fee: 25,
    receiptUrl: 'https://bank.example/receipt/1',
    processedAt: new Date('2026-11-26T13:00:00.000Z'),
  },
};
const ORDER = {
  hppOrderId: 'order-1',
  merchantRequestId: 'request-1',
  merchantId: MERCHANT,
  orderStatus: 'PENDING',
  coinAmount: 12_345,
  redirectUrl: 'https://bank.example/pay/order-1',
};

/** What the payments see of a bank that answers on a real socket. */
describe('AlliancePaymentBank', () => {
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
  const readOperation = () => payments.read(ACCOUNT, { by: 'request_id', id: 'request-2' });
  const readOrder = () => payments.read(ACCOUNT, { by: 'order', id: 'order-1' });
  const openOrder = (over: Partial<Sending> = {}, customer: Customer = CUSTOMER) =>
    payments.send(anOrder(over), { customer });
  const refund = (over: Partial<Sending> = {}) => payments.send(aRefund(over), { customer: null });
  /** The facts of an operation that the bank shows with these members. */
  const factsOf = async (over: object): Promise<unknown> => {
    answerWith({ ...OPERATION, ...over });
    const reading = await readOperation();
    return reading.kind === 'found' ? reading.facts : reading;
  };

  describe('what it sends', () => {
    it('an order with all of its members', async () => {
      answerWith(ORDER);
      const customer = {
        ...{ id: 'customer-1', firstName: 'Олена', lastName: 'Тест', middleName: 'Іванівна', email: 'o@example.com' },
        ...{ phone: '380931234567', ip: '192.0.2.1', country: '804', region: 'Київ', city: 'Київ-місто' },
        ...{ street: 'Хрещатик, 1', zipCode: '01001' },
      };
      await openOrder({}, customer);
      const [request] = bank.requests;
      expect(request!.path).toBe('/ecom/execute_request/hpp/v1/create-order');
      expect(request!.json).toEqual({
        merchantId: MERCHANT,
        merchantRequestId: 'request-1',
        coinAmount: 12_345,
        currencyCode: '980',
        hppPayType: 'PURCHASE',
        directType: 'REDIRECT',
        hppTryMode: 'ONE_TRY',
        expirationTimeMinutes: 61,
        paymentMethods: ['CARD', 'APPLE_PAY', 'GOOGLE_PAY'],
        language: 'en',
        notificationUrl: 'https://pay.example/callbacks/1',
        notificationEncryption: true,
        successUrl: 'https://pay.example/return/1',
        failUrl: 'https://pay.example/return/1',
        statusPageType: 'STATUS_TIMER_PAGE',
        purpose: 'Honey',
        customerData: {
          senderCustomerId: 'customer-1',
          senderFirstName: 'Олена',
          senderLastName: 'Тест',
          senderMiddleName: 'Іванівна',
          senderEmail: 'o@example.com',
          senderPhone: '380931234567',
          senderIp: '192.0.2.1',
          senderCountry: '804',
          senderRegion: 'Київ',
          senderCity: 'Київ-місто',
          senderStreet: 'Хрещатик, 1',
          senderZipCode: '01001',
        },
      });
    });

    it.each<[string, Partial<Page['wishes']>, object]>([
      ['the instruments', { instruments: ['google_pay'] }, { paymentMethods: ['GOOGLE_PAY'] }],
      ['how often may be tried', { tries: 'many' }, { hppTryMode: 'MULTI_PAYMENT' }],
      ['the result that is left at once', { resultPage: 'skip' }, { statusPageType: 'STATUS_REDIRECT_MERCHANT_PAGE' }],
      ['the result that stays', { resultPage: 'stay' }, { statusPageType: 'STATUS_PAGE' }],
      [
        'the lines',
        {
          lineItems: [
            { name: 'Honey', quantity: 2, amount: 12_000 },
            { name: 'Post', quantity: 1, amount: 345 },
          ],
        },
        {
          hppPageAdditionalInfo: {
            productsSum: 12_345,
            products: [
              { name: 'Honey', count: 2, sum: 12_000 },
              { name: 'Post', count: 1, sum: 345 },
            ],
          },
        },
      ],
    ])('an order with %s as the merchant wished', async (_what, wishes, members) => {
      answerWith(ORDER);
      await openOrder({ page: { ...PAGE, wishes } });
      expect(bank.requests[0]!.json).toMatchObject(members);
    });

    it.each([
      ['USD', '840'],
      ['EUR', '978'],
    ] as const)('an order in %s', async (currency, currencyCode) => {
      answerWith(ORDER);
      await openOrder({ currency });
      expect(bank.requests[0]!.json).toMatchObject({ currencyCode, coinAmount: 12_345 });
    });

    it('a verification of nothing', async () => {
      answerWith({ ...ORDER, coinAmount: 0 });
      await payments.send({ ...anOrder({ amount: 0 }), step: 'order_verification' }, { customer: CUSTOMER });
      expect(bank.requests[0]!.json).toMatchObject({ hppPayType: 'VERIFICATION', coinAmount: 0 });
    });

    it.each([
      {
        what: 'the merchant’s number',
        reference: 'Замовлення № pay_7/a',
        comment: 'Payment of order   pay-7a, pay-1',
        banks: 'ALL_BANKS',
      },
      {
        what: 'a short number, to one bank',
        reference: '7',
        bank: 'MONO_BANK',
        comment: 'Payment of order 7, pay-1',
        banks: 'MONO_BANK',
      },
      { what: 'a number that is none', reference: '№', comment: 'Payment of order , pay-1', banks: 'ALL_BANKS' },
    ])('a transfer with $what, whose amount cannot be changed', async ({ reference, bank: code, comment, banks }) => {
      answerWith(ORDER);
      const page = { ...PAGE, reference, wishes: { bank: code } };
      await payments.send({ ...anOrder({ page }), step: 'order_a2a' }, { customer: CUSTOMER });
      const { merchantComment, ...sent } = bank.requests[0]!.json as Record<string, string>;
      expect(merchantComment).toBe(comment);
      expect(sent).toMatchObject({ hppPayType: 'A2A', directType: 'BANK_LINK', currencyCode: '980' });
      expect(sent).toMatchObject({ generateQrNbu: true, editableAmount: false, priorityBankCode: banks });
    });

    it('a refund, sealed, of the operation that took the money', async () => {
      answerWith({ ...OPERATION, type: 'REFUND', status: 'PENDING' });
      await refund();
      const [request] = bank.requests;
      expect(request!.path).toBe('/ecom/execute_request/payments/v3/refund');
      expect(request!.raw).not.toContain('operation-1');
      expect(request!.json).toEqual({
        merchantId: MERCHANT,
        merchantRequestId: 'request-2',
        operationId: 'operation-1',
        coinAmount: 99,
        merchantComment: 'pay-1, op-1',
        notificationUrl: 'https://pay.example/callbacks/1',
        date: expect.any(String),
      });
    });

    it('a hold, with its end; and none without', async () => {
      answerWith(ORDER);
      const hold = (holdExpiresAt: Date | null) =>
        payments.send({ ...anOrder({ page: { ...PAGE, holdExpiresAt } }), step: 'order_hold' }, { customer: CUSTOMER });
      expect((await hold(new Date('2026-12-03T10:00:00Z'))).kind).toBe('opened');
      const [request] = bank.requests;
      expect(request!.json).toMatchObject({
        hppPayType: 'PREAUTH',
        preAuthExpDate: expect.stringMatching(/^2026-12-03 /u),
      });
      expect(await hold(null)).toMatchObject({ reason: 'A step was to be sent without its end of the hold' });
      expect(bank.requests).toHaveLength(1);
    });

    it('a capture, sealed, of the operation that holds the money', async () => {
      answerWith({ ...OPERATION, type: 'COMPLETION', status: 'SUCCESS' });
      await payments.send({ ...aRefund(), step: 'complete' }, { customer: null });
      const [request] = bank.requests;
      expect(request!.path).toBe('/ecom/execute_request/payments/v1/completion');
      expect(request!.json).toMatchObject({ originalOperationId: 'operation-1', coinAmount: 99, merchantId: MERCHANT });
    });

    it('to the terminal of the operation, whatever the account has by now', async () => {
      answerWith(ORDER);
      await openOrder({ bankMerchantId: 'merchant-before' });
      await refund({ bankMerchantId: 'merchant-before' });
      expect(bank.requests.map(({ json }) => json?.['merchantId'])).toEqual(['merchant-before', 'merchant-before']);
    });

    it('a query of an order by its id, and of an operation by our request id', async () => {
      bank.answer = () => errorReply('b_unknown_error', 200);
      await readOrder();
      await readOperation();
      expect(bank.requests.map(({ path, json }) => [path, json])).toEqual([
        ['/ecom/execute_request/hpp/v1/operations', { hppOrderId: 'order-1' }],
        ['/ecom/execute_request/payments/v1/operation/by_merchant_request_id', { merchantRequestId: 'request-2' }],
      ]);
    });
  });

  describe('what it reads', () => {
    it('an order that is open: its id, its link and its end', async () => {
      answerWith({ ...ORDER, expiredOrderDate: '2026-11-26T15:00:00.000+02:00' });
      expect(await openOrder()).toMatchObject({
        kind: 'opened',
        bankOrderId: 'order-1',
        merchantRequestId: ORDER.merchantRequestId,
        merchantId: ORDER.merchantId,
        amount: ORDER.coinAmount,
        redirectUrl: 'https://bank.example/pay/order-1',
        expiresAt: new Date('2026-11-26T13:00:00.000Z'),
      });
    });

    it.each([
      ['no link', { redirectUrl: undefined }],
      ['a blank link', { redirectUrl: '' }],
    ])('an order with %s as one without', async (_what, over) => {
      answerWith({ ...ORDER, ...over });
      expect(await openOrder()).toMatchObject({ kind: 'opened', redirectUrl: undefined });
    });

    it('each member of an operation as itself', async () => {
      expect(await factsOf({})).toEqual(FACTS);
    });

    it('each member of an operation that is not there as absent', async () => {
      answerWith({ type: 'REFUND', status: 'PENDING' });
      const reading = await readOperation();
      const facts = (reading as unknown as { facts: Record<string, unknown> }).facts;
      expect(Object.entries(facts).filter(([, value]) => value !== undefined)).toEqual([
        ['type', 'REFUND'],
        ['status', 'PENDING'],
      ]);
    });

    it('the answer to a refund like a query', async () => {
      answerWith({ ...OPERATION, type: 'REFUND', status: 'PENDING' });
      expect(await refund()).toEqual({
        kind: 'answered',
        facts: { ...FACTS, type: 'REFUND', status: 'PENDING' },
      });
    });

    it.each([
      ['980', 'UAH'],
      ['840', 'USD'],
      ['978', 'EUR'],
      ['643', '643'], // never taken for hryvnias because nobody knows it
      ['000', '000'],
      [undefined, undefined],
    ])('currency %s as %s', async (transactionCurrency, currency) => {
      expect(await factsOf({ transactionCurrency })).toMatchObject({ currency });
      expect(
        await factsOf({ transactionCurrency: '980', sourceAmount: 5, sourceCurrencyCode: transactionCurrency }),
      ).toMatchObject({
        currency: currency ?? 'UAH',
      });
    });

    it('what the customer was asked for in another currency, and its worth in hryvnias beside it', async () => {
      const source = { sourceAmount: 1_000, sourceCurrencyCode: '840', conversionRate: '41.5000' };
      expect(await factsOf({ coinAmount: 41_500, ...source })).toMatchObject({
        ...{ amount: 1_000, currency: 'USD', hryvnia: 41_500 },
        shown: { rate: '41.5000' },
      });
    });

    it.each(['REFUND', 'COMPLETION'])('a %s in hryvnias, whatever the order was in', async (type) => {
      const source = { sourceAmount: 1_000, sourceCurrencyCode: '840', conversionRate: '41.5000' };
      expect(await factsOf({ type, coinAmount: 41_500, ...source })).toMatchObject({ amount: 41_500, currency: 'UAH' });
    });

    it('the link of the QR code of a transfer', async () => {
      answerWith({ ...ORDER, nbuQrCode: 'https://bank.gov.ua/qr/QkNE' });
      const opened = await payments.send({ ...anOrder(), step: 'order_a2a' }, { customer: CUSTOMER });
      expect(opened).toMatchObject({ kind: 'opened', qrLink: 'https://bank.gov.ua/qr/QkNE' });
    });

    it.each([
      [{ coinAmount: null }, undefined],
      [{ coinAmount: 0 }, 0],
      [{ coinAmount: null, sourceAmount: 0, sourceCurrencyCode: '840' }, 0],
      [{ coinAmount: 41_500, sourceAmount: 1_000 }, undefined], // a thousand of what?
      [{ coinAmount: 41_500, sourceCurrencyCode: '840' }, undefined],
    ])('the amount of %j as %s', async (over, amount) => {
      expect(await factsOf(over)).toMatchObject({ amount });
    });

    it('an order with its operations, which are of this order where they name none', async () => {
      const unnamed = { ...OPERATION, hppOrderId: undefined };
      answerWith({ ...ORDER, orderStatus: 'SUCCESS', operations: [unnamed, { ...OPERATION, hppOrderId: 'order-9' }] });
      expect(await readOrder()).toMatchObject({
        kind: 'found',
        order: {
          bankOrderId: 'order-1',
          merchantRequestId: 'request-1',
          status: 'SUCCESS',
          operations: [
            { ...FACTS, hppOrderId: 'order-1' },
            { ...FACTS, hppOrderId: 'order-9' },
          ],
        },
      });
    });
  });

  describe('what it makes of a refusal', () => {
    const UNKNOWN = 'unknown';
    /** Code of the bank → what a request with effect has come to. Source: bank docs, code table. */
    const OUTCOMES: Readonly<Record<string, string>> = {
      b_duplicate_field_value: 'duplicate',
      b_terminal_not_found: 'refused, no effect',
      b_merchant_not_found: 'refused, no effect',
      b_invalid_request: 'refused, no effect',
      b_request_is_not_correct: 'refused, no effect',
      b_error_parse_json: 'refused, no effect',
      b_txn_not_allowed: 'refused, no effect',
      b_user_merchant_request_mismatch: 'refused, no effect',
      b_payment_invalid_refund_amount: 'refused',
      b_payment_invalid_refund_status: 'refused',
      b_payment_refund_not_supported: 'refused',
      b_security_time_in_request_not_correct: 'refused',
      b_reverse_transaction_failed: UNKNOWN,
      b_authorize_transaction_failed: UNKNOWN,
      b_initiate_transaction_failed: UNKNOWN,
      b_cannot_process_logic_transaction: UNKNOWN,
      b_phys_transaction_not_found: UNKNOWN,
      b_payment_logic_transaction_not_found: UNKNOWN,
      b_overload_error: UNKNOWN,
      b_server_is_overloaded: UNKNOWN,
      b_service_unavailable: UNKNOWN,
      b_unknown_error: UNKNOWN,
      b_nobody_knows_this_code: UNKNOWN,
    };
    const textOf = (outcome: { kind: string; provenNoEffect?: boolean }): string =>
      outcome.provenNoEffect === true ? `${outcome.kind}, no effect` : outcome.kind;

    it.each(Object.entries(OUTCOMES))('%s: %s', async (code, expected) => {
      bank.answer = () => errorReply(code, 200);
      expect(textOf(await refund())).toBe(expected);
      expect(textOf(await openOrder())).toBe(expected);
      expect(bank.requests).toHaveLength(2); // nothing is sent again by itself
    });

    it('names the code of a refusal', async () => {
      bank.answer = () => errorReply('b_payment_invalid_refund_amount', 400);
      expect(await refund()).toMatchObject({ code: 'b_payment_invalid_refund_amount' });
    });

    it.each(['payment_operation_not_found', 'b_operation_not_found', 'b_payment_not_found'])(
      '%s: not found, where it was asked for; of a request with effect nothing can be said',
      async (code) => {
        bank.answer = () => errorReply(code, 404);
        expect(await readOperation()).toEqual({ kind: 'not_found' });
        expect((await refund()).kind).toBe(UNKNOWN);
      },
    );

    it.each(['b_terminal_not_found', 'b_merchant_not_found', 'b_phys_transaction_not_found', 'b_unknown_error'])(
      '%s is no "not found"',
      async (code) => {
        bank.answer = () => errorReply(code, 404);
        expect((await readOperation()).kind).toBe(UNKNOWN);
        expect((await readOrder()).kind).toBe(UNKNOWN);
      },
    );
  });

  describe('what it makes of an answer that is not the bank’s', () => {
    const html = '<html><head><title>404 Not Found</title></head><body>nginx</body></html>';
    it.each<[string, Behaviour]>([
      ['a bare 404 page', { status: 404, body: html, headers: { 'Content-Type': 'text/html' } }],
      ['an empty 404', { status: 404, body: '' }],
      ['a 404 in the JSON of a gateway', { status: 404, body: '{"message":"no Route matched with those values"}' }],
      ['a 404 in the JSON of a framework', { status: 404, body: '{"status":404,"error":"Not Found","path":"/ecom"}' }],
      ['a 404 that talks of operations', { status: 404, body: '{"error":"payment_operation_not_found"}' }],
      ['a 404 with an operation', { status: 404, body: JSON.stringify(OPERATION) }],
      ['a page under 200', { body: html }],
      ['a list', { body: '[]' }],
      ['an empty object', { body: '{}' }],
      ['502', { status: 502, body: 'Bad Gateway' }],
      ['a redirect', { status: 302, body: '', headers: { Location: '/elsewhere' } }],
      ['an answer cut in the middle', 'cut'],
      ['a reset', 'reset'],
      ['silence', 'hang'],
    ])(
      '%s: nothing can be said, of nothing',
      async (_what, behaviour) => {
        bank.answer = () => behaviour;
        const outcomes = [await readOperation(), await readOrder(), await refund(), await openOrder()];
        expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
        for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.stringMatching(/\w/u) });
      },
      15_000,
    );

    it('says so where there was no session to send it under', async () => {
      bank.answerAuthorize = () => errorReply('b_service_unavailable', 503);
      expect(await refund()).toMatchObject({ kind: 'unknown' });
      expect(await readOperation()).toMatchObject({ kind: 'unknown' });
      expect(bank.requests).toEqual([]);
    });

    it('tells a request that cannot be sent from a bank that does not answer, and sends nothing', async () => {
      const refused = { kind: 'unsendable', reason: expect.stringMatching(/coinAmount$/u) };
      expect(await refund({ amount: 0.5 })).toEqual(refused);
      const asked = await payments.read(ACCOUNT, { by: 'request_id', id: 'x'.repeat(100) });
      expect(asked).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('INVALID_REQUEST') });
      expect(bank.requests).toEqual([]);
    });
  });
});
