import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { aKey } from '../../test/raw-token.js';
import {
  DcmError,
  FixedKeySet,
  generateSigningKey,
  importSigningKey,
  kidOf,
  readRsaPublicJwk,
  thumbprintOf,
} from '../index.js';

const seed = JSON.parse(readFileSync('test/fixtures/dcm/jwk-public-sample.json', 'utf8')) as Record<string, string>;
const SEED_THUMBPRINT = 'Cuz1Tr_a8P_GhYC6xFtlLytyRFGA9AWqf70g-foWOQA';

function caught(work: () => unknown): DcmError {
  try {
    work();
  } catch (error) {
    if (error instanceof DcmError) return error;
  }
  throw new Error('no DcmError');
}

describe('the published sample key', () => {
  it('reads with its documented thumbprint', () => {
    expect(thumbprintOf(readRsaPublicJwk(seed))).toBe(SEED_THUMBPRINT);
  });

  it('becomes a key object of 2048 bits', () => {
    const key = new FixedKeySet([seed]).find('54321')?.key;
    expect(key?.asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65537n });
  });
});

describe('readRsaPublicJwk', () => {
  const n = seed['n']!;
  it.each<[string, object | null, string]>([
    ['no object', null, 'kty'],
    ['an EC key', { ...seed, kty: 'EC' }, 'kty'],
    ['another algorithm', { ...seed, alg: 'RS512' }, 'alg'],
    ['no algorithm', { ...seed, alg: undefined }, 'alg'],
    ['encryption', { ...seed, use: 'enc' }, 'use'],
    ['no kid', { ...seed, kid: '' }, 'kid'],
    ['a kid with a space', { ...seed, kid: 'a b' }, 'kid'],
    ['a long kid', { ...seed, kid: 'k'.repeat(129) }, 'kid'],
    ['exponent 3', { ...seed, e: 'Aw' }, 'e'],
    ['no modulus', { ...seed, n: undefined }, 'n'],
    ['padding', { ...seed, n: `${n}==` }, 'n'],
    ['1024 bits', { ...seed, n: aKey('weak', 1024).jwk.n }, 'n'],
    ['an even modulus', { ...seed, n: Buffer.alloc(256, 0xfe).toString('base64url') }, 'n'],
    ['more than 8192 bits', { ...seed, n: Buffer.alloc(1025, 0xff).toString('base64url') }, 'n'],
    [
      'a leading zero',
      { ...seed, n: Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')]).toString('base64url') },
      'n',
    ],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map(
      (member) =>
        [`the private member ${member}`, { ...seed, [member]: 'canary-private' }, member] as [string, object, string],
    ),
  ])('refuses %s', (_, jwk, member) => {
    const error = caught(() => readRsaPublicJwk(jwk));
    expect(error).toMatchObject({ code: 'DCM_INVALID_KEY', member, noEffect: true });
    expect(inspect(error)).not.toContain('canary-private');
  });

  it('drops other public members', () => {
    expect(Object.keys(readRsaPublicJwk({ ...seed, x5t: 'x', key_ops: ['verify'] }))).toEqual([
      'kty',
      'alg',
      'use',
      'kid',
      'n',
      'e',
    ]);
  });
});

describe('signing keys', () => {
  it('are named by prefix and thumbprint, from a JWK, a PEM text or a KeyObject alike', async () => {
    const made = await generateSigningKey('test-bank');
    const { privateKey, publicJwk, kid } = made;
    const sources = [
      privateKey,
      privateKey.export({ format: 'jwk' }),
      privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    ];
    expect(kid).toBe(kidOf('test-bank', publicJwk));
    expect(kid).toMatch(/^test-bank-[\w-]{43}$/);
    expect(sources.map((source) => importSigningKey(source, 'test-bank').kid)).toEqual([kid, kid, kid]);
    expect(importSigningKey(privateKey, 'live-bank').kid).not.toBe(kid);
  });

  it('refuse weak keys and nonsense without a word of it', () => {
    const weak = aKey('weak', 1024).privateKey;
    expect(caught(() => importSigningKey(weak, 'test'))).toMatchObject({ code: 'DCM_INVALID_KEY' });
    const error = caught(() => importSigningKey('-----BEGIN canary-private', 'test'));
    expect(inspect(error, { depth: 9 })).not.toContain('BEGIN');
    expect(caught(() => importSigningKey(aKey('public').publicKey, 'test')).code).toBe('DCM_INVALID_KEY');
    expect(inspect(caught(() => importSigningKey({ kty: 'RSA', d: 'canary-private' }, 'test')))).not.toContain(
      'canary',
    );
  });
});

describe('FixedKeySet', () => {
  const [one, two] = [aKey('same'), aKey('same')];

  it('takes the usable of two keys with one kid, and neither of two usable ones', () => {
    expect(new FixedKeySet([{ ...one.jwk, use: 'enc' }, two.jwk]).find('same')?.key).toBeDefined();
    expect(new FixedKeySet([one.jwk, { ...two.jwk, use: 'enc' }]).find('same')?.key).toBeDefined();
    expect(new FixedKeySet([one.jwk, two.jwk]).find('same')).toEqual({ kid: 'same' });
  });

  it('leaves out what has no kid, and survives nonsense', () => {
    const set = new FixedKeySet([
      null,
      1,
      'x',
      {},
      { kty: 'RSA', kid: 5 },
      { ...one.jwk, alg: undefined, use: undefined },
    ]);
    expect(set.onlyUsable()?.kid).toBe('same');
  });
});
