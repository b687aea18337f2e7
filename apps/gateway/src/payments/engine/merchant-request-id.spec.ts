import { createSecretKey, type KeyObject } from 'node:crypto';
import { merchantRequestIdOf } from './merchant-request-id.js';

const SECRET = createSecretKey(Buffer.alloc(32, 7));
const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;

describe('merchantRequestIdOf', () => {
  it('is the same for the same request, for ever', () => {
    expect(merchantRequestIdOf(SECRET, 'purchase', 'key-1')).toBe(merchantRequestIdOf(SECRET, 'purchase', 'key-1'));
    // Made by another implementation of HMAC; a change here breaks retries across the release that makes it.
    expect(merchantRequestIdOf(SECRET, 'purchase', 'key-1')).toBe('fa985e9c-5da6-821a-aaab-6727235d2ea2');
  });

  it('is a UUIDv8 of 36 characters', () => {
    for (let number = 0; number < 200; number++) {
      const id = merchantRequestIdOf(SECRET, 'purchase', number);
      expect(id).toMatch(UUID_V8);
      expect(id).toHaveLength(36);
    }
  });

  it.each<[string, readonly (string | number)[], KeyObject?]>([
    ['another key', ['purchase', 'key-2']],
    ['another kind', ['refund', 'key-1']],
    ['parts that only look alike when joined', ['purchasekey-1']],
    ['the parts in another order', ['key-1', 'purchase']],
    ['one part more', ['purchase', 'key-1', '']],
    ['another account', ['purchase', 'key-1'], createSecretKey(Buffer.alloc(32, 8))],
  ])('differs for %s', (_what, parts, secret = SECRET) => {
    expect(merchantRequestIdOf(secret, ...parts)).not.toBe(merchantRequestIdOf(SECRET, 'purchase', 'key-1'));
  });

  it('does not meet itself among many', () => {
    const ids = Array.from({ length: 5_000 }, (_none, number) => merchantRequestIdOf(SECRET, 'purchase', `k${number}`));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
