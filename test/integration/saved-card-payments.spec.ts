import { SecretText } from '../../apps/gateway/src/accounts/secret-text.js';
import { type PaymentView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { type SavedCardView } from '../../apps/gateway/src/payments/api/saved-card.dto.js';
import { type ChargeOutcome } from '../../apps/gateway/src/payments/bank/payment-bank.js';
import { type BankOperationFacts } from '../../apps/gateway/src/payments/domain/bank-facts.js';
import { anEncrypted, DATA, NUMBER } from './encrypted.js';
import { aBankOperation, aBankRefund, aCharge, type Sent } from './fake-payment-bank.js';
import {
  aKey,
  aRequest,
  createMigratedDatabase,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const CVV = anEncrypted('cvv');
const TOKEN = '-token_of_24_characters_';
const CUSTOMER = 'customer-1';
const BROWSER = {
  ...{ acceptHeader: 'text/html', userAgent: 'Mozilla/5.0', language: 'uk', colorDepth: 24 },
  ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
};
const CHALLENGE = 'https://bank.example/threeDS/getRedirectHtml/1';

/** The bank's card of a customer pays in one step, which is never made twice in doubt; the second is for 3-D Secure. */
describe('a payment by saved card', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let card: SavedCardView;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    const { bank } = parts;
    bank.onErrand = (errand) =>
      errand.name === 'keep_card'
        ? { kind: 'done', card: { token: SecretText.of(TOKEN), mask: '411111******1111', scheme: undefined } }
        : { kind: 'done', changed: true };
    bank.onCharge = (request) => aCharge(request);
    bank.onReadOperation = () => ({ kind: 'not_found' });
    bank.onReadCard = () => ({ kind: 'found', status: 'active' });
    await database.query(`DELETE FROM saved_card`);
    card = await keep(CUSTOMER);
    bank.charges.length = 0;
  });

  async function keep(customerId: string): Promise<SavedCardView> {
    const caller = { accountId: parts.accountId, livemode: false } as Parameters<Parts['cards']['keep']>[0]['caller'];
    const body = { encryptedNumber: NUMBER, encryptedExpiry: DATA };
    return JSON.parse((await parts.cards.keep({ caller, key: aKey() }, customerId, body)).body) as SavedCardView;
  }
  const post = async ({ method = {}, ...over }: { method?: object; [member: string]: unknown } = {}, key = aKey()) => {
    const paymentMethod = { type: 'saved_card', card: card.id, ...method };
    const { body, ...answer } = await parts.payments.create(
      { accountId: parts.accountId, key },
      aRequest({ paymentMethod, ...over }),
    );
    return { ...answer, payment: JSON.parse(body) as PaymentView };
  };
  const confirm = async (paymentId: string, body: object, key = aKey()) => {
    const { body: text, ...answer } = await parts.payments.confirm(
      { accountId: parts.accountId, paymentId, key },
      body,
    );
    return { ...answer, payment: JSON.parse(text) as PaymentView };
  };
  const change = (to: 'active' | 'suspended' | 'deleted') =>
    parts.cards.change({ accountId: parts.accountId, customerId: CUSTOMER }, card.id, to);
  const sync = async (id: string): Promise<PaymentView> => {
    await parts.sync.syncWithBank(parts.accountId, id);
    return parts.payments.get(parts.accountId, id);
  };
  const steps = (): string[] => parts.bank.charges.map(({ step }) => step);
  const ours = ({ merchantRequestId, amount }: Sent, over: Partial<BankOperationFacts>): BankOperationFacts =>
    aBankOperation({ merchantRequestId, amount, operationId: `charge-${merchantRequestId}`, ...over });

  it('with its CVV is paid at once, on the terminal that the card was saved on', async () => {
    await parts.accounts.change(parts.accountId, { bankMerchantId: 'merchant-2' });
    const { statusCode, payment } = await post({ method: { encryptedCvv: CVV, threeDs: 'none' } });
    await parts.accounts.change(parts.accountId, { bankMerchantId: 'merchant-1' });
    expect([statusCode, payment]).toMatchObject([
      201,
      { status: 'succeeded', offSession: false, savedCardId: card.id, paymentMethod: { type: 'saved_card' } },
    ]);
    const [sent, ...others] = parts.bank.charges;
    expect(others).toEqual([]);
    expect([sent!.bankMerchantId, sent!.card?.token?.reveal(), sent!.card?.cvv?.reveal()]).toEqual([
      ...['merchant-1', TOKEN, CVV],
    ]);
    expect(sent!.page.wishes).toEqual({ threeDs: 'none' });
  });

  it('without its CVV says so, and where the merchant begins it asks for no 3-D Secure', async () => {
    expect((await post()).payment).toMatchObject({ status: 'succeeded', offSession: false });
    const { payment } = await post({ offSession: true, returnUrl: undefined });
    expect(payment).toMatchObject({ status: 'succeeded', offSession: true, returnUrl: null });
    expect(parts.bank.charges.map(({ page, card: means }) => [page.wishes, means?.cvv])).toEqual([
      [{ withoutCvv: true }, undefined],
      [{ withoutCvv: true, offSession: true, threeDs: 'none' }, undefined],
    ]);
  });

  it('is held, captured and given back where the card is', async () => {
    const { payment } = await post({ captureMethod: 'manual', method: { encryptedCvv: CVV } });
    expect([payment.status, steps()]).toEqual(['authorized', ['saved_hold']]);
    parts.bank.onRefund = ({ merchantRequestId, amount, step }) => ({
      kind: 'answered',
      // The bank repeats the hold's own RRN, and in a refund the operation id of the original.
      facts: aBankRefund(merchantRequestId, { amount, type: step === 'complete' ? 'COMPLETION' : 'REFUND' }),
    });
    const scope = () => ({ accountId: parts.accountId, paymentId: payment.id, key: aKey() });
    await parts.holds.capture(scope(), { amount: 900 });
    for (const amount of [300, 600]) await parts.refunds.create(scope(), { amount });
    expect(await parts.payments.get(parts.accountId, payment.id)).toMatchObject({
      ...{ status: 'succeeded', amountCaptured: 900, amountRefunded: 900, flags: [] },
    });
    await expect(parts.refunds.create(scope(), { amount: 1 })).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
  });

  describe('that asks for 3-D Secure', () => {
    const wants3ds = (request: Sent): ChargeOutcome =>
      aCharge(request, { status: 'REQUIRED_3DS', ...(request.parentBankId === null ? {} : { threeDsUrl: CHALLENGE }) });
    const redirected = { status: 'requires_action', nextAction: { type: 'redirect', url: CHALLENGE } };

    it('goes on with the browser at hand', async () => {
      parts.bank.onCharge = wants3ds;
      const { payment } = await post({ browser: BROWSER });
      expect([payment, steps()]).toMatchObject([redirected, ['saved_purchase', 'saved_authenticate']]);
      const [first] = parts.bank.charges;
      parts.bank.onReadCharge = () => ({ kind: 'found', facts: ours(first!, {}) });
      expect(await sync(payment.id)).toMatchObject({ status: 'succeeded' });
    });

    it('waits for the browser, and for nothing else', async () => {
      parts.bank.onCharge = wants3ds;
      const { payment } = await post();
      expect(payment).toMatchObject({ status: 'requires_confirmation', nextAction: { type: 'confirm' } });
      await expect(confirm(payment.id, {})).rejects.toMatchObject({ errors: [{ path: 'browser' }] });
      expect(await confirm(payment.id, { browser: BROWSER })).toMatchObject({ statusCode: 200, payment: redirected });
    });

    it('is not sent again once its second step is lost', async () => {
      parts.bank.onCharge = (request) =>
        request.parentBankId === null ? wants3ds(request) : { kind: 'unknown', reason: 'timeout' };
      const key = aKey();
      const { statusCode, payment } = await post({ browser: BROWSER }, key);
      expect([statusCode, payment.status]).toEqual([202, 'processing']);
      parts.bank.onReadCharge = () => ({ kind: 'unknown', reason: 'timeout' });
      await sync(payment.id);
      expect(await post({ browser: BROWSER }, key)).toMatchObject({ payment: { id: payment.id } });
      expect(steps()).toEqual(['saved_purchase', 'saved_authenticate']);
    });
  });

  it.each<[string, (request: Sent) => ChargeOutcome, string, string | undefined]>([
    [
      'declined',
      (request) => aCharge(request, { status: 'FAIL', actionCode: '1', responseCode: '16' }),
      'failed',
      'insufficient_funds',
    ],
    ['refused with proof', () => ({ kind: 'refused', code: 'b_x', provenNoEffect: true }), 'failed', 'refused_by_bank'],
    ['not sent', () => ({ kind: 'unknown', reason: 'not_connected', unsent: true }), 'failed', 'not_reached'],
    ['lost', () => ({ kind: 'unknown', reason: 'timeout' }), 'created', undefined],
    ['at work', (request) => aCharge(request, { status: 'PENDING' }), 'processing', undefined],
    ['somebody else’s', (request) => aCharge(request, { merchantRequestId: 'other' }), 'created', undefined],
    [
      'confirmed at once',
      (request) => aCharge(request, { status: 'REQUIRED_3DS', threeDsUrl: CHALLENGE }),
      'requires_action',
      undefined,
    ],
  ])('that is %s', async (_what, outcome, status, code) => {
    parts.bank.onCharge = outcome;
    const { payment } = await post();
    expect(payment).toMatchObject({ status, failure: code === undefined ? null : { code } });
    expect(steps()).toEqual(['saved_purchase']);
  });

  it('whose answer is lost is asked for, never sent again, and found', async () => {
    parts.bank.onCharge = () => ({ kind: 'unknown', reason: 'timeout' });
    const key = aKey();
    const { payment, statusCode } = await post({}, key);
    expect(statusCode).toBe(202);
    const [sent] = parts.bank.charges;
    const operation = async () =>
      (await database.query<{ id: string }>('SELECT id FROM operation WHERE subject_id = $1', [payment.id]))[0]!.id;
    await parts.engine.resolve(parts.accountId, await operation());
    expect((await parts.payments.get(parts.accountId, payment.id)).status).toBe('created');
    parts.bank.onReadOperation = () => ({ kind: 'found', facts: ours(sent!, {}) });
    await parts.engine.resolve(parts.accountId, await operation());
    expect(await post({}, key)).toMatchObject({ payment: { id: payment.id, status: 'succeeded' } });
    expect(steps()).toEqual(['saved_purchase']);
  });

  it('that is given up while nobody knows of it is told late', async () => {
    parts.bank.onCharge = () => ({ kind: 'unknown', reason: 'timeout' });
    const { payment } = await post();
    await parts.holds.cancel(
      { accountId: parts.accountId, paymentId: payment.id, key: aKey() },
      { refundLateMoney: false },
    );
    const [sent] = parts.bank.charges;
    parts.bank.onReadOperation = () => ({ kind: 'found', facts: ours(sent!, { status: 'PENDING' }) });
    await parts.engine.resolvePayment(parts.accountId, payment.id);
    expect((await parts.payments.get(parts.accountId, payment.id)).status).toBe('canceled');
    parts.bank.onReadCharge = () => ({ kind: 'found', facts: ours(sent!, {}) });
    expect(await sync(payment.id)).toMatchObject({ status: 'succeeded', amountCaptured: 1_000 });
  });

  it.each(['suspended', 'deleted'] as const)(
    'is not begun with a card that is %s; what was answered before stays',
    async (to) => {
      const key = aKey();
      const { payment } = await post({}, key);
      await change(to);
      parts.bank.charges.length = 0;
      await expect(post()).rejects.toMatchObject({ code: 'CARD_NOT_ACTIVE', message: `the card is ${to}` });
      expect(await post({}, key)).toMatchObject({ replayed: true, payment: { id: payment.id } });
      expect(steps()).toEqual([]);
    },
  );

  it('is refused, and the card is what the bank says of it', async () => {
    parts.bank.onCharge = () => ({ kind: 'refused', code: 'b_cannot_process_logic_transaction', provenNoEffect: true });
    parts.bank.onReadCard = () => ({ kind: 'found', status: 'expired' });
    expect((await post()).payment).toMatchObject({ status: 'failed' });
    await expect(post()).rejects.toMatchObject({ code: 'CARD_NOT_ACTIVE', message: 'the card is expired' });
  });

  it('with a card of another customer is of none', async () => {
    for (const over of [{ customer: { id: 'customer-2' } }, { method: { card: 'card_1' } }])
      await expect(post(over)).rejects.toMatchObject({ code: 'CARD_NOT_FOUND' });
    expect(steps()).toEqual([]);
  });

  it('is the same request with other ciphertext, and another one with another card', async () => {
    const key = aKey();
    const { payment } = await post({ method: { encryptedCvv: CVV } }, key);
    const again = await post({ method: { encryptedCvv: anEncrypted('anew') } }, key);
    expect(again).toMatchObject({ replayed: true, payment: { id: payment.id } });
    await expect(post({ amount: 2, method: { encryptedCvv: CVV } }, key)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    });
  });

  it('leaves neither token nor CVV in any row', async () => {
    await post({ method: { encryptedCvv: CVV }, browser: BROWSER });
    const tables = await database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    for (const { name } of tables)
      for (const { row } of await database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`))
        for (const part of [...CVV.split('.'), TOKEN, BROWSER.userAgent]) expect(row).not.toContain(part);
  });
});
