import { type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { type ChargeOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { anEncrypted as jwe, DATA, NUMBER } from './encrypted.js';
import { aBankOperation, aCharge, type Sent } from './fake-payment-bank.js';
import {
  age,
  aKey,
  aRequest,
  createMigratedDatabase,
  eventsOf,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const BROWSER = {
  ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk', colorDepth: 24 },
  ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
};
const CHALLENGE = 'https://bank.example/threeDS/getRedirectHtml/1';
const CARD = { type: 'card', encryptedNumber: NUMBER };

/** Cards in the merchant's own page: two steps at the bank, of which the second takes the money and is never made twice in doubt. */
describe('a payment by card', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    parts.bank.charges.length = 0;
    parts.bank.onCharge = (request) => aCharge(request);
    parts.bank.onReadCharge = () => ({ kind: 'unknown', reason: 'not asked in this test' });
    parts.bank.onReadOperation = () => ({ kind: 'not_found' });
  });

  const post = async (over: Record<string, unknown> = {}, key = aKey()) => {
    const scope = { accountId: parts.accountId, key };
    const { body, ...answer } = await parts.payments.create(scope, aRequest({ paymentMethod: CARD, ...over }));
    return { ...answer, payment: JSON.parse(body) as PaymentView };
  };
  const confirm = async (paymentId: string, key = aKey(), data = DATA) => {
    const scope = { accountId: parts.accountId, paymentId, key };
    const { body, ...answer } = await parts.payments.confirm(scope, { encryptedData: data, browser: BROWSER });
    return { ...answer, payment: JSON.parse(body) as PaymentView };
  };
  const read = (id: string): Promise<PaymentView> => parts.payments.get(parts.accountId, id);
  const sync = async (id: string): Promise<PaymentView> => {
    await parts.sync.syncWithBank(parts.accountId, id);
    return read(id);
  };
  const steps = (): string[] => parts.bank.charges.map(({ step }) => step);
  const operationOf = async (id: string) =>
    (
      await database.query<{ id: string; step: string; status: string; sends: number }>(
        'SELECT id, step, status, sends FROM operation WHERE subject_id = $1',
        [id],
      )
    )[0]!;
  /** As the bank shows the operation of the payment from now on. */
  const shows = (status: string, over: Parameters<typeof aBankOperation>[0] = {}): void => {
    parts.bank.onReadCharge = async (id) => {
      const [row] = await database.query<{ request: string; amount: string }>(
        'SELECT merchant_request_id AS request, amount FROM operation WHERE bank_operation_id = $1',
        [id],
      );
      const { request, amount } = row!;
      const ours = { status, operationId: id, merchantRequestId: request, amount: Number(amount) };
      return { kind: 'found', facts: aBankOperation({ ...ours, ...over }) };
    };
  };
  /** The first step goes well; the second ends like this. */
  const second =
    (outcome: (request: Sent) => ChargeOutcome) =>
    (request: Sent): ChargeOutcome =>
      request.parentBankId === null ? aCharge(request) : outcome(request);
  const lost = second(() => ({ kind: 'unknown', reason: 'timeout' }));

  it('waits for its card data, and is paid by it', async () => {
    const { statusCode, payment } = await post();
    expect(statusCode).toBe(201);
    expect(payment).toMatchObject({
      status: 'requires_confirmation',
      nextAction: { type: 'confirm' },
      redirectUrl: null,
    });
    const confirmed = await confirm(payment.id);
    expect(confirmed).toMatchObject({ statusCode: 200, payment: { status: 'succeeded', amountCaptured: 1_000 } });
    expect(confirmed.payment).toMatchObject({ nextAction: null, receipt: { bankOperationId: expect.any(String) } });
    expect(steps()).toEqual(['card_create', 'card_execute']);
    const [first, then] = parts.bank.charges;
    expect([first!.card?.number?.reveal(), first!.customer?.id]).toEqual([NUMBER, 'customer-1']);
    expect([then!.card?.data?.reveal(), then!.card?.browser, then!.customer]).toEqual([DATA, BROWSER, null]);
    expect((await eventsOf(database, payment.id)).map(({ type }) => type)).toEqual([
      'payment.requires_confirmation',
      'payment.processing',
      'payment.succeeded',
    ]);
  });

  it('is made and confirmed by one request', async () => {
    const paymentMethod = { ...CARD, encryptedData: DATA };
    expect(await post({ paymentMethod, browser: BROWSER })).toMatchObject({
      ...{ statusCode: 201, payment: { status: 'succeeded' } },
    });
    parts.bank.onCharge = (request) => aCharge(request, { status: 'REQUIRED_3DS' });
    const { payment } = await post({ paymentMethod }); // 3-D Secure is wanted, and no browser is there
    expect(payment.status).toBe('requires_confirmation');
    expect(steps()).toEqual(['card_create', 'card_execute', 'card_create']);
  });

  it('of a customer who is absent asks for no 3-D Secure, and has no return address', async () => {
    const paymentMethod = { ...CARD, encryptedData: DATA, withoutCvv: true };
    const { payment } = await post({ paymentMethod, offSession: true, returnUrl: undefined });
    expect(payment).toMatchObject({ status: 'succeeded', offSession: true, returnUrl: null });
    expect(parts.bank.charges[0]!.page.wishes).toEqual({ threeDs: 'none', withoutCvv: true, offSession: true });
  });

  it('is held, and the hold is taken', async () => {
    const { payment } = await post({ captureMethod: 'manual' });
    expect(await confirm(payment.id)).toMatchObject({ payment: { status: 'authorized', amountAuthorized: 1_000 } });
    expect(steps()).toEqual(['hold_create', 'hold_execute']);
    expect(parts.bank.charges[0]!.page.holdExpiresAt).toBeInstanceOf(Date);
  });

  it('sends the customer to 3-D Secure, and asks how it went when they are back', async () => {
    parts.bank.onCharge = second((request) => aCharge(request, { status: 'REQUIRED_3DS', threeDsUrl: CHALLENGE }));
    const { payment } = await post();
    const confirmed = await confirm(payment.id);
    const redirect = { redirectUrl: CHALLENGE, nextAction: { type: 'redirect', url: CHALLENGE } };
    expect(confirmed).toMatchObject({ statusCode: 200, payment: { status: 'requires_action', ...redirect } });
    shows('REQUIRED_3DS', { threeDsUrl: CHALLENGE });
    expect(await sync(payment.id)).toMatchObject({ status: 'requires_action', ...redirect });
    shows('SUCCESS');
    expect(await sync(payment.id)).toMatchObject({ status: 'succeeded', nextAction: null });
    expect(await operationOf(payment.id)).toMatchObject({ status: 'succeeded', step: 'card_execute', sends: 2 });
  });

  it.each<[string, Parameters<typeof aBankOperation>[0], string]>([
    ['declined', { status: 'FAIL', actionCode: '1', responseCode: '16' }, 'insufficient_funds'],
    ['refused for its 3-D Secure', { status: 'DESIRED_THREEDS_MODE_ERROR' }, 'three_ds_unavailable'],
  ])('fails where the card is %s', async (_what, facts, code) => {
    parts.bank.onCharge = second((request) => aCharge(request, facts));
    const { payment } = await post();
    expect((await confirm(payment.id)).payment).toMatchObject({ status: 'failed', failure: { code } });
  });

  it.each<[string, ChargeOutcome, string, string | undefined]>([
    [
      'refused with proof',
      { kind: 'refused', code: 'b_invalid_pan_format', provenNoEffect: true },
      'failed',
      'refused_by_bank',
    ],
    ['not sent', { kind: 'unknown', reason: 'not_connected', unsent: true }, 'failed', 'not_reached'],
    ['without a session', { kind: 'unknown', reason: 'no session', noSession: true }, 'failed', 'not_reached'],
    ['lost', { kind: 'unknown', reason: 'timeout' }, 'created', undefined],
    ['refused without proof', { kind: 'refused', code: 'b_odd', provenNoEffect: false }, 'created', undefined],
    ['a duplicate', { kind: 'duplicate' }, 'created', undefined],
  ])('whose first step is %s', async (_what, outcome, status, code) => {
    parts.bank.onCharge = () => outcome;
    const { statusCode, payment } = await post();
    expect(payment).toMatchObject({ status, failure: code === undefined ? null : { code } });
    expect(statusCode).toBe(status === 'created' ? 202 : 201);
    expect(steps()).toEqual(['card_create']);
  });

  it('whose first answer was lost is found by its request id, and goes on', async () => {
    parts.bank.onCharge = () => ({ kind: 'unknown', reason: 'timeout' });
    const { payment } = await post();
    parts.bank.onReadOperation = (merchantRequestId) => ({
      kind: 'found',
      facts: aBankOperation({ status: 'PENDING', operationId: `found-${merchantRequestId}`, merchantRequestId }),
    });
    expect(await sync(payment.id)).toMatchObject({ status: 'requires_confirmation' });
    parts.bank.onCharge = (request) => aCharge(request);
    expect((await confirm(payment.id)).payment.status).toBe('succeeded');
  });

  it('whose first step never arrived fails once the bank has said so three times over half an hour', async () => {
    parts.bank.onCharge = () => ({ kind: 'unknown', reason: 'timeout' });
    const { payment } = await post();
    const { id } = await operationOf(payment.id);
    expect(await sync(payment.id)).toMatchObject({ status: 'created' });
    await age(database, { column: 'not_found_at', id, seconds: 1_900 });
    expect(await sync(payment.id)).toMatchObject({ status: 'created' });
    expect(await sync(payment.id)).toMatchObject({ status: 'failed', failure: { code: 'not_reached' } });
    expect(steps()).toEqual(['card_create']);
  });

  describe('whose second step is lost', () => {
    const inDoubt = async () => {
      parts.bank.onCharge = lost;
      const { payment } = await post();
      expect(await confirm(payment.id)).toMatchObject({ statusCode: 202, payment: { status: 'processing' } });
      return payment.id;
    };

    it.each<[string, string]>([
      ['SUCCESS', 'succeeded'],
      ['FAIL', 'failed'],
      ['PENDING', 'processing'],
    ])('is what the bank says: %s', async (status, expected) => {
      const id = await inDoubt();
      shows(status);
      expect(await sync(id)).toMatchObject({ status: expected });
      expect(steps()).toEqual(['card_create', 'card_execute']);
    });

    it('takes no second confirmation, and a repeat of the first learns how it stands', async () => {
      parts.bank.onCharge = lost;
      const { payment } = await post();
      const key = aKey();
      await confirm(payment.id, key);
      await expect(confirm(payment.id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_CONFIRMABLE' });
      await age(database, { column: 'sent_at', id: (await operationOf(payment.id)).id, seconds: 300 });
      expect(await confirm(payment.id, key, jwe('anew'))).toMatchObject({ statusCode: 202 });
      shows('SUCCESS');
      await sync(payment.id);
      expect(await confirm(payment.id, key, jwe('anew'))).toMatchObject({
        ...{ statusCode: 200, payment: { status: 'succeeded' } },
      });
      expect(steps()).toEqual(['card_create', 'card_execute']);
    });

    it('may be confirmed again only where the bank shows twice, a minute apart, that nothing arrived', async () => {
      const id = await inDoubt();
      shows('REQUIRED_3DS');
      expect(await sync(id)).toMatchObject({ status: 'processing' }); // the request may still be on its way
      await age(database, { column: 'sent_at', id: (await operationOf(id)).id, seconds: 300 });
      expect(await sync(id)).toMatchObject({ status: 'processing' });
      expect(await sync(id)).toMatchObject({ status: 'processing' });
      await age(database, { column: 'gone_at', id, seconds: 61 });
      expect(await sync(id)).toMatchObject({ status: 'requires_confirmation', failure: { code: 'not_reached' } });
      parts.bank.onCharge = (request) => aCharge(request);
      expect((await confirm(id)).payment.status).toBe('succeeded');
      expect(steps()).toEqual(['card_create', 'card_execute', 'card_execute']);
    });

    it('waits for a person at its deadline, and is paid by the bank’s word all the same', async () => {
      const id = await inDoubt();
      shows('PENDING');
      await age(database, { column: 'created_at', id, seconds: 7 * 3_600 });
      expect(await sync(id)).toMatchObject({ status: 'needs_review' });
      shows('SUCCESS');
      expect(await sync(id)).toMatchObject({ status: 'succeeded' });
    });
  });

  it.each<[string, ChargeOutcome, string]>([
    [
      'refused',
      { kind: 'refused', code: 'b_validation_card_expiration_date', provenNoEffect: true },
      'refused_by_bank',
    ],
    ['not sent', { kind: 'unknown', reason: 'not_connected', unsent: true }, 'not_reached'],
  ])('whose second step is %s takes card data again', async (_what, outcome, code) => {
    parts.bank.onCharge = second(() => outcome);
    const { payment } = await post();
    expect(await confirm(payment.id)).toMatchObject({
      ...{ statusCode: 200, payment: { status: 'requires_confirmation', failure: { code } } },
    });
    parts.bank.onCharge = (request) => aCharge(request);
    expect((await confirm(payment.id)).payment).toMatchObject({ status: 'succeeded', failure: null });
  });

  it('that dies between its two steps is asked for, and never sent', async () => {
    parts.bank.onCharge = second(() => {
      throw new Error('the process dies here');
    });
    const { payment } = await post();
    const key = aKey();
    await expect(confirm(payment.id, key)).rejects.toThrow('dies here');
    expect(await operationOf(payment.id)).toMatchObject({ step: 'card_execute', status: 'sending', sends: 2 });
    expect(await confirm(payment.id, key)).toMatchObject({ statusCode: 202, payment: { status: 'processing' } });
    shows('SUCCESS');
    expect(await sync(payment.id)).toMatchObject({ status: 'succeeded' });
    expect(steps()).toEqual(['card_create', 'card_execute']);
  });

  it('that nobody confirms in time expires, and takes nothing more', async () => {
    const { payment } = await post();
    shows('PENDING');
    expect(await sync(payment.id)).toMatchObject({ status: 'requires_confirmation' });
    await age(database, { column: 'created_at', id: payment.id, seconds: 3_700 });
    await expect(confirm(payment.id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_CONFIRMABLE' });
    expect(await sync(payment.id)).toMatchObject({ status: 'expired' });
    await expect(confirm(payment.id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_CONFIRMABLE' });
  });

  it('is given up by the merchant while it waits', async () => {
    const { payment } = await post();
    const scope = { accountId: parts.accountId, paymentId: payment.id, key: aKey() };
    await parts.holds.cancel(scope, { refundLateMoney: false });
    expect(await read(payment.id)).toMatchObject({ status: 'canceled', nextAction: null });
    await expect(confirm(payment.id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_CONFIRMABLE' });
    shows('PENDING');
    expect(await sync(payment.id)).toMatchObject({ status: 'canceled' });
  });

  it('is the same request with other ciphertext, and another one with another amount', async () => {
    const key = aKey();
    const { payment } = await post({}, key);
    const again = await post({ paymentMethod: { ...CARD, encryptedNumber: jwe('anew') } }, key);
    expect(again).toMatchObject({ replayed: true, payment: { id: payment.id } });
    await expect(post({ amount: 2 }, key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(steps()).toEqual(['card_create']);
  });

  it('leaves nothing of the card in any row', async () => {
    const tables = await database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    for (const { name } of tables)
      for (const { row } of await database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`))
        for (const part of [...NUMBER.split('.'), ...DATA.split('.'), BROWSER.userAgent])
          expect(row).not.toContain(part);
  });
});
