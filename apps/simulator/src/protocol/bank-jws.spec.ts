import { readFileSync } from 'node:fs';
import { parseCompact, parseSigningKey, verifyRequest } from './bank-jws.js';

interface Published {
  readonly keys: readonly { readonly id: string; readonly pem: string }[];
  readonly vectors: readonly { readonly id: string; readonly jws: string; readonly payload?: object }[];
}
const { keys, vectors } = JSON.parse(readFileSync('test/fixtures/alliance/jwe/jws.json', 'utf8')) as Published;
const key = parseSigningKey(keys.find(({ id }) => id === 'jws-sample-spki')?.pem);
const SIGNED_AT = 1_769_174_930_000;
const path = '/ecom/jws/payments/create/purchase_v3';

const check = (id: string, now = SIGNED_AT): object => {
  const jws = parseCompact(vectors.find((vector) => vector.id === id)?.jws ?? '');
  verifyRequest(jws, { key, path, clocks: [now] });
  return jws.payload;
};

describe('the published signatures', () => {
  it.each([-60_000, 0, 60_000])('the good one is taken %i ms from its moment', (offMs) => {
    expect(check('generated-valid', SIGNED_AT + offMs)).toEqual(
      vectors.find(({ id }) => id === 'generated-valid')?.payload,
    );
  });

  it.each([-60_001, 60_001])('and not %i ms from it', (offMs) => {
    expect(() => check('generated-valid', SIGNED_AT + offMs)).toThrow('b_invalid_request');
  });

  it.each(['generated-seconds-ts', 'generated-der-signature', 'docs-response-a2c', 'docs-toy'])(
    '%s is refused',
    (id) => {
      expect(() => check(id)).toThrow('b_invalid_request');
    },
  );
});
