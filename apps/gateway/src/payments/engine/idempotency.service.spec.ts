import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { fingerprintOf } from './idempotency.service.js';

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
