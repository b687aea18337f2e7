import { randomBytes } from 'node:crypto';
import {
  type IdempotentRequest,
  type IdempotencyService,
} from '../../apps/gateway/src/payments/engine/idempotency.service.js';
import { untilBlocked } from '../support/lock-waits.js';
import {
  aKey,
  anAccount,
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

const FINGERPRINT = randomBytes(32);

describe('idempotency', () => {
  let database: MigratedDatabase;
  let parts: Parts;
  let idempotency: IdempotencyService;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
    ({ idempotency } = parts);
  });
  afterAll(() => database.drop());

  const aClaim = (over: Partial<IdempotentRequest> = {}): IdempotentRequest => ({
    accountId: parts.accountId,
    key: aKey(),
    fingerprint: FINGERPRINT,
    operationId: 'op_1',
    step: 'order_purchase',
    ...over,
  });
  const settle = (request: IdempotentRequest, view: object) =>
    parts.records.transaction((tx) => idempotency.settle(tx, request, 201, view));
  const loseLease = (key: string) =>
    database.query(`UPDATE idempotency_key SET lease_until = clock_timestamp() - interval '1 s' WHERE key = $1`, [key]);
  const keyRow = (key: string) => database.query('SELECT status_code FROM idempotency_key WHERE key = $1', [key]);

  it('lets exactly one of many concurrent requests of a key open', async () => {
    const key = aKey();
    let opened = 0;
    const begin = () => idempotency.begin(aClaim({ key }), () => Promise.resolve(++opened));
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, begin));
    expect(opened).toBe(1);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
  });

  it('frees the key when what it opened is rolled back', async () => {
    const request = aClaim();
    await expect(idempotency.begin(request, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await keyRow(request.key)).toEqual([]);
    expect(await idempotency.begin(request, () => Promise.resolve('second'))).toEqual({ kind: 'new', value: 'second' });
  });

  it('lets a waiting request in when the one before it is rolled back', async () => {
    const key = aKey();
    const begun = Promise.withResolvers<undefined>();
    const held = Promise.withResolvers<never>();
    const failing = idempotency.begin(aClaim({ key }), () => {
      begun.resolve(undefined);
      return held.promise;
    });
    await begun.promise;
    const waiting = idempotency.begin(aClaim({ key }), () => Promise.resolve('in'));
    await untilBlocked(database);
    held.reject(new Error('rolled back'));
    await expect(failing).rejects.toThrow('rolled back');
    expect(await waiting).toEqual({ kind: 'new', value: 'in' });
  });

  it('answers a repeat with the first answer, byte for byte', async () => {
    const request = aClaim();
    await idempotency.begin(request, () => Promise.resolve());
    const view = { b: 1, a: ['ї'], c: null };
    const first = await settle(request, view);
    const again = await idempotency.begin({ ...request, operationId: 'op_2' }, () =>
      Promise.reject(new Error('never')),
    );
    expect(again).toEqual({ kind: 'answered', answer: { statusCode: 201, body: first.body, replayed: true } });
  });

  it('keeps the first answer when a slower worker brings another', async () => {
    const request = aClaim();
    await idempotency.begin(request, () => Promise.resolve());
    await settle(request, { answer: 'first' });
    await settle(request, { answer: 'second' });
    const again = await idempotency.begin(request, () => Promise.resolve());
    expect(again).toMatchObject({ answer: { body: '{"answer":"first"}' } });
  });

  it.each([
    ['in flight', () => Promise.resolve()],
    ['answered', (request: IdempotentRequest) => settle(request, {})],
    ['abandoned', (request: IdempotentRequest) => loseLease(request.key)],
  ])('refuses another body under a key that is %s', async (_what, then) => {
    const request = aClaim();
    await idempotency.begin(request, () => Promise.resolve());
    await then(request);
    const other = { ...request, fingerprint: randomBytes(32) };
    await expect(idempotency.begin(other, () => Promise.resolve())).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    });
  });

  it('lets one repeat take over once the lease ran out, with the resource of the first', async () => {
    const request = aClaim({ operationId: 'op_first' });
    await idempotency.begin(request, () => Promise.resolve());
    const repeat = () =>
      idempotency.begin({ ...request, operationId: 'op_new' }, () => Promise.reject(new Error('never')));
    await expect(repeat()).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
    await loseLease(request.key);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, repeat));
    const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(taken.map(({ value }) => value)).toEqual([{ kind: 'resumed', operationId: 'op_first' }]);
  });

  it('gives one answer to the slow original and to whoever took over', async () => {
    const request = aClaim();
    await idempotency.begin(request, () => Promise.resolve());
    const settle = (view: object) => parts.records.transaction((tx) => idempotency.settle(tx, request, 201, view));
    const first = await settle({ by: 'whoever took over' });
    expect(await settle({ by: 'the slow original' })).toEqual({ ...first, replayed: true });
  });

  it('keeps keys of different accounts apart', async () => {
    const key = aKey();
    await idempotency.begin(aClaim({ key }), () => Promise.resolve());
    const accountId = await anAccount(parts.accounts, { bankMerchantId: 'other' });
    const other = aClaim({ key, accountId, fingerprint: randomBytes(32) });
    expect(await idempotency.begin(other, () => Promise.resolve('mine'))).toMatchObject({ kind: 'new' });
  });

  describe('of payments', () => {
    it('makes one payment, one operation and one order of twenty equal requests', async () => {
      const key = aKey();
      const orders = parts.bank.orders.length;
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => create(parts, {}, key)));
      const views = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.id] : []));
      expect(new Set(views).size).toBe(1);
      expect(parts.bank.orders).toHaveLength(orders + 1);
      expect(
        await database.query('SELECT count(*)::int AS n FROM operation WHERE subject_id = $1', [views[0]]),
      ).toEqual([{ n: 1 }]);
    });

    it('answers a repeat without asking the bank again', async () => {
      const key = aKey();
      const first = await create(parts, { reference: 'r-1' }, key);
      const orders = parts.bank.orders.length;
      expect(await create(parts, { reference: 'r-1' }, key)).toEqual(first);
      expect(parts.bank.orders).toHaveLength(orders);
      await expect(create(parts, { reference: 'r-2' }, key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    });

    it('does not let a key of a payment be used for a refund', async () => {
      const key = aKey();
      const { id } = await createPaid(parts);
      await create(parts, {}, key);
      const refunding = parts.refunds.create({ accountId: parts.accountId, paymentId: id, key }, {});
      await expect(refunding).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    });

    it('keeps no key for a refund that could not be', async () => {
      const key = aKey();
      const { id } = await createPaid(parts);
      const refund = (amount: number) =>
        parts.refunds.create({ accountId: parts.accountId, paymentId: id, key }, { amount });
      await expect(refund(1_001)).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
      expect(await keyRow(key)).toEqual([]);
      expect((await refund(1_000)).statusCode).toBe(202);
    });
  });
});
