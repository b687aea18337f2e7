import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotSigned, signCompact, thumbprintOf } from './jws/compact-jws.js';
import { PROOF } from './proof-example.js';
import { type ProofKey, type ProofStatement } from './statement.js';
import { readProof } from './verify-proof.js';
import { VERIFY } from './verify.tool.js';

interface Signer {
  readonly private: KeyObject;
  readonly key: ProofKey;
}

function aSigner(over: Partial<ProofKey> = {}): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const;
  const kid = `proof_${thumbprintOf(jwk)}`;
  const key: ProofKey = {
    ...jwk,
    use: 'sig',
    alg: 'ES256',
    kid,
    createdAt: '2026-01-01T00:00:00.000Z',
    retiredAt: null,
  };
  return { private: privateKey, key: { ...key, ...over } };
}

const OURS = aSigner();
const OTHERS = aSigner();
const { statement: STATEMENT } = PROOF;

const jwsOf = (statement: unknown, { private: secret, key }: Signer = OURS): string =>
  signCompact(JSON.stringify(statement), secret, key.kid);
const fileOf = (jws: string, statement: unknown = STATEMENT): string =>
  `${JSON.stringify({ object: 'payment_proof', statement, jws }, null, 2)}\n`;
const setOf = (...signers: Signer[]) => ({ keys: signers.map(({ key }) => key) });
const read = (file: string, keys = setOf(OURS)) => readProof(file, keys);

/** The same payload under another header, signed by us or not at all. */
const withHeader = (header: unknown, signature = jwsOf(STATEMENT).split('.')[2]!): string => {
  const [, payload] = jwsOf(STATEMENT).split('.');
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.');
};

describe('a proof', () => {
  it.each<[string, string]>([
    ['as the API answers it', fileOf(jwsOf(STATEMENT))],
    ['as its signature alone', jwsOf(STATEMENT)],
    ['on one line', JSON.stringify(JSON.parse(fileOf(jwsOf(STATEMENT))))],
  ])('is proven %s', (_how, file) => {
    expect(read(file)).toEqual({ statement: STATEMENT, kid: OURS.key.kid, key: OURS.key });
  });

  it('of a later version may say more', () => {
    const more = { ...STATEMENT, payment: { ...STATEMENT.payment, colour: 'blue' } };
    expect(read(fileOf(jwsOf(more), more)).statement).toEqual(STATEMENT);
  });

  it('is not proven with any character changed', () => {
    const file = fileOf(jwsOf(STATEMENT));
    const jwsAt = file.lastIndexOf('"jws": "');
    const places = Array.from({ length: file.length }, (_none, at) => at).filter(
      (at) =>
        /\S/u.test(file[at]!) &&
        (at % 43 === 0 || at < 60 || at > file.length - 100 || (at > jwsAt && at < jwsAt + 200)),
    );
    expect(places.length).toBeGreaterThan(300);
    for (const at of places) {
      const other = file[at] === 'A' ? 'B' : 'A';
      const changed = file.slice(0, at) + other + file.slice(at + 1);
      expect(() => read(changed)).toThrow(NotSigned);
    }
  });

  const paid: ProofStatement = { ...STATEMENT, payment: { ...STATEMENT.payment, amount: 99_999 } };
  const otherBytes = Buffer.from(JSON.stringify(paid)).toString('base64url');
  it.each<[string, () => string, RegExp]>([
    ['of a foreign key', () => fileOf(jwsOf(STATEMENT, OTHERS)), /not in the key set/u],
    [
      'of a foreign key that calls itself ours',
      () => fileOf(signCompact(JSON.stringify(STATEMENT), OTHERS.private, OURS.key.kid)),
      /does not fit/u,
    ],
    ['that shows another amount than was signed', () => fileOf(jwsOf(STATEMENT), paid), /not what was signed/u],
    ['with another payload', () => jwsOf(STATEMENT).replace(/\.[^.]+\./u, `.${otherBytes}.`), /does not fit/u],
    ['with alg none and no signature', () => withHeader({ alg: 'none', kid: OURS.key.kid }, ''), /compact JWS/u],
    ['with alg none and a signature', () => withHeader({ alg: 'none', kid: OURS.key.kid }), /ES256/u],
    ['with HMAC by the public key', () => withHeader({ alg: 'HS256', kid: OURS.key.kid }), /ES256/u],
    [
      'for another purpose',
      () => withHeader({ alg: 'ES256', kid: OURS.key.kid, typ: 'JWT' }),
      /no proof of a payment/u,
    ],
    [
      'that brings its key along',
      () => withHeader({ alg: 'ES256', kid: OURS.key.kid, typ: 'payment-proof+json', jwk: OTHERS.key }),
      /says more/u,
    ],
    ['without a key’s name', () => withHeader({ alg: 'ES256', typ: 'payment-proof+json' }), /name the key/u],
    [
      'with bits that a decoder drops',
      () => `${jwsOf(STATEMENT).slice(0, -1)}${nextOf(jwsOf(STATEMENT).at(-1)!)}`,
      /compact/u,
    ],
    ['of something else', () => jwsOf({ amount: 1 }), /no statement/u],
    ['with a member twice', () => signed(`{"version":1,${JSON.stringify(STATEMENT).slice(1)}`), /member twice/u],
    ['that is no JSON', () => '{"jws":', /no JSON/u],
    ['that is a page', () => '<html></html>', /compact JWS/u],
    ['that is blank', () => '', /compact JWS/u],
  ])('%s is none', (_what, file, why) => {
    expect(() => read(file())).toThrow(why);
  });

  const signed = (payload: string): string => signCompact(payload, OURS.private, OURS.key.kid);
  /** Of 64 bytes the last character has four bits to spare. */
  const nextOf = (char: string): string => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return alphabet[alphabet.indexOf(char) + 1]!;
  };

  describe('of an old key', () => {
    const given = (retiredAt: string): Signer => ({ ...OURS, key: { ...OURS.key, retiredAt } });

    it('goes on verifying', () => {
      const old = given('2026-03-01T00:00:00.000Z');
      expect(readProof(jwsOf(STATEMENT), setOf(OTHERS, old)).key).toEqual(old.key);
    });

    it('that was signed after it was given up is none', () => {
      const old = given('2026-02-01T00:00:00.000Z');
      expect(() => readProof(jwsOf(STATEMENT), setOf(OTHERS, old))).toThrow(/given up/u);
    });
  });
});

describe('proof verify', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'proof-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  async function verify(file: string, keys?: string): Promise<{ code: number; text: string }> {
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    const input = { file, ...(keys === undefined ? {} : { keys: JSON.parse(keys) as unknown }) };
    const code = await VERIFY.run(input, { env: {}, print, signal: new AbortController().signal });
    return { code, text: lines.join('\n') };
  }

  it('says in plain words what was proven', async () => {
    const file = write('proof.json', fileOf(jwsOf(STATEMENT)));
    const keys = JSON.stringify({ keys: [{ kty: 'RSA', n: 'x' }, OURS.key] });
    const { code, text } = await verify(file, keys);
    expect(code).toBe(0);
    for (const part of [
      'Payment pay_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f of merchant account acc_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f: succeeded',
      'Asked for: 125.50 UAH. In hryvnias: held 125.50 UAH, taken 125.50 UAH, given back 0.00 UAH.',
      'card 411111******1111, RRN 629812000001',
      `at 2026-01-31T12:03:11.402Z the bank, asked for hppOrderId ${STATEMENT.operations[0]!.hppOrderId!}, said: status SUCCESS`,
      `PROVEN: nothing was changed since it was signed, with the key ${OURS.key.kid}.`,
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('NOT');
  });

  it('says so where it was changed', async () => {
    const file = write('changed.json', fileOf(jwsOf(STATEMENT)).replace('"amount": 12550', '"amount": 12551'));
    const keys = JSON.stringify(setOf(OURS));
    const { code, text } = await verify(file, keys);
    expect([code, text]).toEqual([1, 'NOT PROVEN: what it shows under "statement" is not what was signed.']);
  });

  it('proves nothing where nobody says whose keys are to be trusted', async () => {
    const { code, text } = await verify(write('alone.json', fileOf(jwsOf(STATEMENT, OTHERS))));
    expect(code).toBe(1);
    expect(text).toContain('NOT CHECKED');
    expect(text).toContain('Payment pay_');
  });

  it('lets no text of the file steer the terminal', async () => {
    const rude = { ...STATEMENT, payment: { ...STATEMENT.payment, reference: 'a\u001b[2Jb\nPROVEN: yes' } };
    const { text } = await verify(write('rude.json', fileOf(jwsOf(rude), rude)));
    expect(text).toContain('a?[2Jb?PROVEN: yes');
  });

  it.each<[string, string]>([
    ['no key set', '[]'],
    ['a set without such keys', '{"keys":[]}'],
  ])('refuses %s', async (_what, keys) => {
    const file = write('p.json', jwsOf(STATEMENT));
    const { code, text } = await verify(file, keys);
    expect([code, text]).toEqual([1, 'NOT PROVEN: the file of keys holds no key of proofs.']);
  });
});
