import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { encryptCardData, encryptCardNumber, encryptCvv, encryptExpiry } from '#libs/alliance';
import { type LedgerEntry } from '../support/bank-control.js';
import { type Answer, type Payment } from '../support/gateway-client.js';
import { passThreeDs } from '../support/payer-3ds.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const PLAIN = '4111111111111111';
const WITH_3DS = '5555555555554444';
const DECLINED = '4000000000000002';
const EXPIRY = { month: 12, year: 2049 };
const CVV = '737';
const BROWSER = {
  ...{ acceptHeader: 'text/html', userAgent: 'canary-browser-4711', language: 'uk', colorDepth: 24 },
  ...{ screenHeight: 800, screenWidth: 600, timeZoneOffset: -120 },
};

interface SavedCard {
  readonly id: string;
  readonly status: string;
}

/** Cards in the merchant's page against the bank: judged by its ledger, and by what stays on our disk. */
describe('a card in the merchant’s own page', () => {
  let stack: Stack;
  /** Everything that came out of the API, and everything that went in encrypted. */
  const answers: string[] = [];
  const ciphertexts: string[] = [];

  beforeAll(async () => {
    stack = await startStack({ withShop: false, gateway: { LOG_LEVEL: 'trace' } });
  }, 60_000);
  afterAll(() => stack.stop());

  const keepAnswer = <T>(answer: Answer<T>): Answer<T> => {
    answers.push(answer.text);
    return answer;
  };
  async function encrypted(pan: string, cvv: string | null = CVV) {
    const key = await stack.bank.paymentKey(stack.merchant.bank.merchantId);
    const [encryptedNumber, encryptedData] = [
      await encryptCardNumber(pan, key),
      await encryptCardData(cvv === null ? EXPIRY : { ...EXPIRY, cvv }, key),
    ];
    ciphertexts.push(encryptedNumber, encryptedData);
    return { encryptedNumber, encryptedData };
  }
  const create = async (over: object, idempotencyKey?: string) =>
    keepAnswer(await stack.client.createPayment({ browser: BROWSER, ...over }, idempotencyKey));
  const confirm = async (id: string, encryptedData: string, idempotencyKey?: string): Promise<Answer<Payment>> => {
    const options = { body: { encryptedData, browser: BROWSER }, ...(idempotencyKey && { idempotencyKey }) };
    return keepAnswer(await stack.client.call('POST', `/v1/payments/${id}/confirm`, options));
  };
  /** What the bank's books have of a payment. */
  async function moneyOf({ id }: Payment): Promise<string[]> {
    const [operation] = await stack.database.query<{ bankId: string }>(
      'SELECT bank_operation_id AS "bankId" FROM operation WHERE subject_id = $1 ORDER BY number LIMIT 1',
      [id],
    );
    const entries: readonly LedgerEntry[] = await stack.bank.ledger();
    return entries
      .filter(({ kind, operationId }) => kind.startsWith('money.') && operationId === operation?.bankId)
      .map(({ kind, coinAmount }) => `${kind} ${coinAmount}`);
  }

  it('is paid in two steps', async () => {
    const { encryptedNumber, encryptedData } = await encrypted(PLAIN);
    const { status, body } = await create({ paymentMethod: { type: 'card', encryptedNumber } });
    expect([status, body.status, body.nextAction]).toEqual([201, 'requires_confirmation', { type: 'confirm' }]);
    expect(await moneyOf(body)).toEqual([]);
    const paid = await confirm(body.id, encryptedData);
    expect([paid.status, paid.body.status]).toEqual([200, 'succeeded']);
    expect(await moneyOf(body)).toEqual(['money.charged 12300']);
  });

  it('is paid by one request, without CVV where the customer is absent', async () => {
    const paymentMethod = { type: 'card', ...(await encrypted(PLAIN, null)), withoutCvv: true };
    const { body } = await create({ paymentMethod, offSession: true, returnUrl: undefined, browser: undefined });
    expect(body).toMatchObject({ status: 'succeeded', returnUrl: null });
    expect(await moneyOf(body)).toEqual(['money.charged 12300']);
  });

  it('goes by 3-D Secure and back to the shop', async () => {
    const { body } = await create({ paymentMethod: { type: 'card', ...(await encrypted(WITH_3DS)) } });
    expect(body).toMatchObject({ status: 'requires_action', nextAction: { type: 'redirect' } });
    const back = await passThreeDs(body.nextAction?.url);
    expect(back.href).toContain(`${stack.gatewayUrl}/return/`);
    const returned = await fetch(back, { redirect: 'manual' });
    expect([returned.status, returned.headers.get('location')]).toEqual([303, 'https://shop.example/return']);
    await stack.client.untilPayment(body.id, ['succeeded']);
    expect(await moneyOf(body)).toEqual(['money.charged 12300']);
  });

  it('fails where the customer or the issuer says no, and where 3-D Secure is demanded of a card without it', async () => {
    const { body } = await create({ paymentMethod: { type: 'card', ...(await encrypted(WITH_3DS)) } });
    await fetch(await passThreeDs(body.nextAction?.url, 'reject'), { redirect: 'manual' });
    const rejected = await stack.client.untilPayment(body.id, ['failed']);
    expect(rejected.failure?.code).toBe('authentication_failed');
    const declined = await create({ paymentMethod: { type: 'card', ...(await encrypted(DECLINED)) } });
    expect(declined.body).toMatchObject({ status: 'failed', failure: { code: 'card_declined' } });
    const paymentMethod = { type: 'card', ...(await encrypted(PLAIN)), threeDs: 'required' };
    const demanded = await create({ paymentMethod });
    expect(demanded.body).toMatchObject({ status: 'failed', failure: { code: 'three_ds_unavailable' } });
    for (const one of [body, declined.body, demanded.body]) expect(await moneyOf(one)).toEqual([]);
  });

  it('is kept for the customer by a payment, and by itself; and is the same card', async () => {
    const customer = { id: 'keeper@example.com', firstName: 'Olena' };
    const paymentMethod = { type: 'card', ...(await encrypted(PLAIN)), saveCard: true };
    const { body } = await create({ paymentMethod, customer });
    expect(body).toMatchObject({ status: 'succeeded', savedCardId: expect.stringMatching(/^card_/u) });
    const cards = `/v1/customers/${encodeURIComponent(customer.id)}/cards`;
    const key = await stack.bank.paymentKey(stack.merchant.bank.merchantId);
    const keep = async (pan: string) => {
      const encryptedExpiry = await encryptExpiry(EXPIRY, key);
      const kept = { encryptedNumber: await encryptCardNumber(pan, key), encryptedExpiry };
      return keepAnswer(await stack.client.call<SavedCard>('POST', cards, { body: kept }));
    };
    expect(await keep(PLAIN)).toMatchObject({ status: 201, body: { id: body.savedCardId, status: 'active' } });
    const other = (await keep(WITH_3DS)).body;
    expect(other).toMatchObject({ origin: { type: 'api', id: null }, cardMask: '555555******4444' });
    expect(await keep('4242424242424242')).toMatchObject({ status: 422, body: { code: 'CARD_REFUSED' } });
    for (const status of ['suspended', 'active'])
      expect(await stack.client.call('PATCH', `${cards}/${other.id}`, { body: { status } })).toMatchObject({
        ...{ status: 200, body: { status } },
      });
    expect(await stack.client.call('DELETE', `${cards}/${other.id}`)).toMatchObject({ body: { status: 'deleted' } });
    const { text } = keepAnswer(await stack.client.call('GET', cards));
    expect((JSON.parse(text) as { data: object[] }).data).toMatchObject([{ id: body.savedCardId, scheme: 'Visa' }]);
  });

  /** A card that the bank keeps for a customer of its own. */
  async function kept(pan: string) {
    const key = await stack.bank.paymentKey(stack.merchant.bank.merchantId);
    const customer = { id: `owner-of-${pan.slice(-4)}`, firstName: 'Olena' };
    const encryptedNumber = await encryptCardNumber(pan, key);
    const body = { encryptedNumber, encryptedExpiry: await encryptExpiry(EXPIRY, key) };
    const cards = `/v1/customers/${customer.id}/cards`;
    const { id: card } = keepAnswer(await stack.client.call<SavedCard>('POST', cards, { body })).body;
    const encryptedCvv = await encryptCvv(CVV, key);
    ciphertexts.push(encryptedNumber, body.encryptedExpiry, encryptedCvv);
    return { customer, cards: `${cards}/${card}`, card, encryptedCvv };
  }

  it('that is saved pays with its CVV, without it, and where the merchant begins; holds, and is not charged while suspended', async () => {
    const { customer, card, cards, encryptedCvv } = await kept(PLAIN);
    const by = { type: 'saved_card', card };
    const absent = { offSession: true, returnUrl: undefined, browser: undefined };
    for (const over of [
      { paymentMethod: { ...by, encryptedCvv } },
      { paymentMethod: by },
      { paymentMethod: by, ...absent },
    ]) {
      const { body } = await create({ customer, ...over });
      expect(body).toMatchObject({ status: 'succeeded', savedCardId: card, receipt: { instrument: 'saved_card' } });
      expect(await moneyOf(body)).toEqual(['money.charged 12300']);
    }
    const held = await create({ customer, captureMethod: 'manual', paymentMethod: by });
    expect(held.body).toMatchObject({ status: 'authorized', amountAuthorized: 12_300 });
    await stack.client.call('PATCH', cards, { body: { status: 'suspended' } });
    const refused = await create({ customer, paymentMethod: by });
    expect(refused).toMatchObject({ status: 409, body: { code: 'CARD_NOT_ACTIVE' } });
  });

  it('that is saved asks for 3-D Secure with the browser at hand, or waits for it', async () => {
    const { customer, card, encryptedCvv } = await kept(WITH_3DS);
    const paymentMethod = { type: 'saved_card', card, encryptedCvv };
    const { body: first } = await create({ customer, paymentMethod });
    const { body: waiting } = await create({ customer, paymentMethod, browser: undefined });
    expect([first.status, waiting.status]).toEqual(['requires_action', 'requires_confirmation']);
    const options = { body: { browser: BROWSER } };
    const second = keepAnswer(await stack.client.call<Payment>('POST', `/v1/payments/${waiting.id}/confirm`, options));
    for (const { id, nextAction } of [first, second.body]) {
      await fetch(await passThreeDs(nextAction?.url), { redirect: 'manual' });
      expect(await moneyOf(await stack.client.untilPayment(id, ['succeeded']))).toEqual(['money.charged 12300']);
    }
  });

  it('is held', async () => {
    const paymentMethod = { type: 'card', ...(await encrypted(PLAIN)) };
    const { body } = await create({ paymentMethod, captureMethod: 'manual' });
    expect(body).toMatchObject({ status: 'authorized', amountAuthorized: 12_300 });
    expect(await moneyOf(body)).toEqual(['money.held 12300']);
  });

  it('killed once the bank has its second step, before the answer, is charged once, and goes on to 3-D Secure', async () => {
    const { encryptedNumber, encryptedData } = await encrypted(WITH_3DS);
    const { body } = await create({ paymentMethod: { type: 'card', encryptedNumber } });
    const fault = await stack.bank.addFault({ kind: 'timeout_after', path: 'execute/purchase', times: 1 });
    const key = 'killed';
    const cut = confirm(body.id, encryptedData, key).catch(() => undefined);
    await until('the fault fires', async () =>
      (await stack.bank.faults()).some(({ id, fired }) => id === fault && fired > 0),
    );
    await stack.restartGateway({ kill: true });
    await cut;
    expect((await confirm(body.id, encryptedData, key)).status).toBe(409); // its lease outlives the process
    await stack.database.query(`UPDATE idempotency_key SET lease_until = now() WHERE key = $1`, [key]);
    expect([200, 202]).toContain((await confirm(body.id, encryptedData, key)).status);
    const { nextAction } = await stack.client.untilPayment(body.id, ['requires_action']);
    await fetch(await passThreeDs(nextAction?.url), { redirect: 'manual' });
    await stack.client.untilPayment(body.id, ['succeeded']);
    expect(await moneyOf(body)).toEqual(['money.charged 12300']);
  });

  describe('leaves no card data', () => {
    const secrets = (): string[] => [
      ...[PLAIN, WITH_3DS, DECLINED, `4912${CVV}`, BROWSER.userAgent],
      // The last three parts of a JWE are its own; the first two begin alike.
      ...ciphertexts.flatMap((jwe) =>
        jwe
          .split('.')
          .slice(1)
          .filter((part) => part.length > 8),
      ),
    ];
    const expectNone = (where: string, content: Buffer | string): void => {
      const found = secrets().filter((secret) => content.includes(secret));
      expect({ where, found }).toEqual({ where, found: [] });
    };

    it('in logs, answers and metrics', async () => {
      expect(stack.gateway.logs()).toContain('/confirm');
      expectNone('logs', stack.gateway.logs());
      expectNone('answers', answers.join('\n'));
      const metrics = await stack.client.call('GET', '/metrics', {
        headers: { authorization: 'Bearer test-operator-key-0123456789abcdef' },
      });
      expect(metrics.status).toBe(200);
      expectNone('metrics', metrics.text);
    });

    it('in the files of the database, the write-ahead log included', async () => {
      await stack.database.query('CHECKPOINT');
      const [where] = await stack.database.query<{ directory: string; oid: string }>(
        `SELECT current_setting('data_directory') AS directory, oid::text FROM pg_database WHERE datname = current_database()`,
      );
      let files = 0;
      for (const folder of [path.join(where!.directory, 'base', where!.oid), path.join(where!.directory, 'pg_wal')])
        for (const file of await readdir(folder, { withFileTypes: true })) {
          const content = file.isFile()
            ? await readFile(path.join(folder, file.name)).catch(() => undefined)
            : undefined;
          if (!content) continue;
          expectNone(file.name, content);
          files++;
        }
      expect(files).toBeGreaterThan(100);
    });
  });
});
