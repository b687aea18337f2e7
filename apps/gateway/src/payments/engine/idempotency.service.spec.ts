import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { type Transaction } from '../../database/transaction.js';
import { KeyHeldError, PaymentError } from '../domain/payment-error.js';
import { type EarlierRequest, type IdempotencyRepository } from '../store/idempotency.repository.js';
import { type PaymentRecords } from '../store/payment-records.js';
import { fingerprintOf, IdempotencyService, isFinal, leaseSecondsOf } from './idempotency.service.js';

const SECRET = createSecretKey(Buffer.alloc(32, 7));
const ROUTE = 'POST /v1/payments';
const fingerprint = (body: unknown, route = ROUTE, secret = SECRET): string =>
  fingerprintOf(secret, route, body).toString('hex');

const aBody = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  amount: 12_550,
  currency: 'UAH',
  customer: { id: 'c1', firstName: 'Олена' },
  metadata: { b: '2', a: '1' },
  ...over,
});

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  const members = Object.entries(value).map(([name, member]) => [name, reversed(member)] as const);
  return Object.fromEntries(members.reverse());
}

describe('fingerprintOf', () => {
  it('does not care for the order of members, however deep', () => {
    expect(fingerprint(reversed(aBody()))).toBe(fingerprint(aBody()));
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(fingerprint(reversed(body))).toBe(fingerprint(body));
      }),
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ['the amount', aBody({ amount: 12_551 })],
    ['a type', aBody({ amount: '12550' })],
    ['the currency', aBody({ currency: 'USD' })],
    ['a nested value', aBody({ customer: { id: 'c1', firstName: 'Олег' } })],
    ['a member more', aBody({ reference: '' })],
    ['a nested member more', aBody({ metadata: { a: '1', b: '2', c: '3' } })],
    ['a member less', aBody({ metadata: {} })],
    ['swapped values', aBody({ metadata: { a: '2', b: '1' } })],
    ['null instead of nothing', aBody({ reference: null })],
  ])('cares for %s', (_what, body) => {
    expect(fingerprint(body)).not.toBe(fingerprint(aBody()));
  });

  it('cares for the order of a list', () => {
    expect(fingerprint([1, 2])).not.toBe(fingerprint([2, 1]));
  });

  it('cares for the route and for the account', () => {
    expect(fingerprint(aBody(), 'POST /v1/payments/pay_1/refunds')).not.toBe(fingerprint(aBody()));
    expect(fingerprint(aBody(), ROUTE, createSecretKey(Buffer.alloc(32, 8)))).not.toBe(fingerprint(aBody()));
  });

  it('takes an absent member and an undefined one for the same', () => {
    expect(fingerprint(aBody({ reference: undefined }))).toBe(fingerprint(aBody()));
  });

  it('has 32 bytes and tells nothing', () => {
    expect(fingerprintOf(SECRET, ROUTE, aBody())).toHaveLength(32);
    expect(fingerprint(aBody())).not.toContain(Buffer.from('Олена').toString('hex'));
  });
});

const REQUEST = {
  ...{
    accountId: 'acc_1',
    key: 'key-1',
    fingerprint: Buffer.alloc(32, 1),
    operationId: 'op_2',
    step: 'order_purchase',
  },
};
const TX = {} as Transaction;

const anEarlier = (over: Partial<EarlierRequest> = {}): EarlierRequest => ({
  ...{
    fingerprint: REQUEST.fingerprint,
    operationId: 'op_1',
    statusCode: null,
    responseBody: null,
    leaseSeconds: 20.2,
  },
  ...over,
});

/** A service over one row, which may change between two looks. */
function aService({
  looks = [],
  isFree = false,
  takesOver = false,
  settles = true,
  sets = true,
}: {
  readonly looks?: readonly (EarlierRequest | undefined)[];
  readonly isFree?: boolean;
  readonly takesOver?: boolean;
  readonly settles?: boolean;
  readonly sets?: boolean;
}) {
  const leases: number[] = [];
  let look = 0;
  const keys = {
    claim: () => Promise.resolve(isFree),
    find: () => Promise.resolve(looks[Math.min(look++, looks.length - 1)]),
    takeOver: () => Promise.resolve(takesOver),
    settle: () => Promise.resolve(settles),
    setLease: (_holder: unknown, seconds: number) => {
      leases.push(seconds);
      return sets ? Promise.resolve() : Promise.reject(new Error('away'));
    },
  } as unknown as IdempotencyRepository;
  const records = { transaction: (work: (tx: Transaction) => unknown) => Promise.resolve(TX).then(work) };
  return { service: new IdempotencyService(keys, records as unknown as PaymentRecords, 35), leases };
}

const code = (wanted: string, retryAfterSeconds?: number) =>
  expect.objectContaining({ code: wanted, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }) as Error;

describe('a request under a key', () => {
  it('that is free is begun, with a lease', async () => {
    const { service } = aService({ isFree: true });
    expect(await service.begin(REQUEST, () => Promise.resolve('made'))).toEqual({ kind: 'new', value: 'made' });
    expect(service.claimOf(REQUEST)).toEqual({ ...REQUEST, leaseSeconds: 35 });
  });

  it.each([
    [new PaymentError('PAYMENT_NOT_FOUND', 'no'), []],
    [new Error('the answer to COMMIT was lost'), [0]],
  ])('that fails with %s leaves no lease behind', async (error, left) => {
    const { service, leases } = aService({ isFree: true });
    await expect(service.begin(REQUEST, () => Promise.reject(error))).rejects.toBe(error);
    expect(leases).toEqual(left);
  });

  it('of another request is refused', async () => {
    const other = anEarlier({ fingerprint: Buffer.alloc(32, 2), statusCode: 201, responseBody: '{}' });
    await expect(aService({ looks: [other] }).service.begin(REQUEST, () => Promise.resolve())).rejects.toThrow(
      code('IDEMPOTENCY_MISMATCH'),
    );
  });

  it('that was answered is answered the same again', async () => {
    const { service } = aService({ looks: [anEarlier({ statusCode: 201, responseBody: '{"id":1}' })] });
    const answer = { statusCode: 201, body: '{"id":1}', replayed: true };
    expect(await service.begin(REQUEST, () => Promise.resolve())).toEqual({ kind: 'answered', answer });
  });

  it.each([
    [20.2, 21],
    [0.2, 1],
  ])(
    'that is worked on for %s s more is to be repeated after %s s, whoever could take it over',
    async (left, after) => {
      const { service } = aService({ looks: [anEarlier({ leaseSeconds: left })], takesOver: true });
      await expect(service.begin(REQUEST, () => Promise.resolve())).rejects.toThrow(
        code('IDEMPOTENCY_IN_FLIGHT', after),
      );
    },
  );

  it.each([0, -3])('whose holder died (%s s) is carried on by one', async (leaseSeconds) => {
    const resumed = aService({ looks: [anEarlier({ leaseSeconds })], takesOver: true }).service;
    expect(await resumed.begin(REQUEST, () => Promise.resolve())).toEqual({ kind: 'resumed', operationId: 'op_1' });
    const later = aService({ looks: [anEarlier({ leaseSeconds })], takesOver: false }).service;
    await expect(later.begin(REQUEST, () => Promise.resolve())).rejects.toThrow(code('IDEMPOTENCY_IN_FLIGHT', 1));
  });

  it('that somebody else was faster to take over is answered as that one did', async () => {
    const looks = [anEarlier({ leaseSeconds: 0 }), anEarlier({ statusCode: 200, responseBody: 'x' })];
    expect(await aService({ looks }).service.begin(REQUEST, () => Promise.resolve())).toMatchObject({
      kind: 'answered',
    });
  });

  it('that was rolled back in between is to be repeated', async () => {
    for (const looks of [[undefined], [anEarlier({ leaseSeconds: 0 }), undefined]])
      await expect(aService({ looks }).service.follow(aService({}).service.claimOf(REQUEST))).rejects.toThrow(
        code('IDEMPOTENCY_IN_FLIGHT'),
      );
  });
});

describe('an answer', () => {
  it('is kept when it is final, and frees the key when it is not', async () => {
    const { service, leases } = aService({});
    expect(await service.settle(TX, REQUEST, 201, { id: 1 })).toEqual({
      statusCode: 201,
      body: '{"id":1}',
      replayed: false,
    });
    expect(leases).toEqual([]);
    expect(await service.settleAlone(REQUEST, 202, {})).toMatchObject({ statusCode: 202, replayed: false });
    expect(leases).toEqual([0]);
    expect([isFinal(201), isFinal(202), isFinal(400)]).toEqual([true, false, true]);
  });

  it('that comes second is the first one', async () => {
    const looks = [anEarlier({ statusCode: 201, responseBody: 'first' })];
    const { service } = aService({ looks, settles: false });
    expect(await service.settle(TX, REQUEST, 201, {})).toEqual({ statusCode: 201, body: 'first', replayed: true });
    const none = aService({ looks: [anEarlier()], settles: false }).service;
    await expect(none.settle(TX, REQUEST, 201, {})).rejects.toThrow(code('IDEMPOTENCY_IN_FLIGHT', 21));
  });
});

describe('work that holds a key', () => {
  it('gives what it brings, and leaves the key to whoever settles it', async () => {
    const { service, leases } = aService({});
    expect(await service.hold(REQUEST, () => Promise.resolve('done'))).toBe('done');
    expect(leases).toEqual([]);
  });

  it('that fails frees the key, or says how long it is held', async () => {
    const error = new Error('broken');
    const { service, leases } = aService({});
    await expect(service.hold(REQUEST, () => Promise.reject(error))).rejects.toBe(error);
    expect(leases).toEqual([0]);
    const held = await aService({ sets: false })
      .service.hold(REQUEST, () => Promise.reject(error))
      .catch((reason: unknown) => reason);
    expect(held).toBeInstanceOf(KeyHeldError);
    expect(held).toMatchObject({ retryAfterSeconds: 35 });
  });

  it('has a lease of the whole call and ten seconds', () => {
    expect([leaseSecondsOf(25_000), leaseSecondsOf(25_001)]).toEqual([35, 36]);
  });
});
