import { createHmac, createPublicKey, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { JWS_ALGORITHMS, type JwsAlgorithm } from './algorithms.js';
import { openJws, readJws, signJws } from './jws-codec.js';
import { SigningKey } from './signing-key.js';

interface Vectors {
  readonly keys: readonly { readonly id: string; readonly polarity: string; readonly pem: string }[];
  readonly vectors: readonly {
    readonly id: string;
    readonly jws: string;
    readonly payload?: object;
    readonly expect?: string;
    readonly verifiableWith: string | null;
  }[];
}
const PUBLISHED = JSON.parse(readFileSync('test/fixtures/alliance/jwe/jws.json', 'utf8')) as Vectors;
const pemOf = (id: string): string => PUBLISHED.keys.find((key) => key.id === id)?.pem ?? '';

const KID = '9a3f6e6d-4f56-4b8b-99d3-24db19f54d8a';
const NOW = new Date(1_769_174_930_000);
const TARGET = '/ecom/jws/payments/create/purchase_v3';
const BODY = '{"operationId":"1697008393082nW0c1jr6KVv"}';
const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;

const privateKeyFor = (alg: JwsAlgorithm): KeyObject =>
  alg in CURVES
    ? generateKeyPairSync('ec', { namedCurve: CURVES[alg as keyof typeof CURVES] }).privateKey
    : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const pemFor = (key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1'): string =>
  (type === 'sec1' ? key.export({ type, format: 'pem' }) : key.export({ type: type, format: 'pem' })).toString();
const only = (key: KeyObject) => (): Promise<KeyObject> => Promise.resolve(key);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const refused = (reason: string): Error => expect.objectContaining({ code: 'ALLIANCE_JWS_REFUSED', reason }) as Error;

const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const sampleKey = SigningKey.import(pemFor(EC.privateKey, 'pkcs8'), { kid: KID });
const signed = (): string => signJws(BODY, sampleKey, { targetUrl: TARGET, now: NOW });

describe('SigningKey', () => {
  it.each(Object.keys(JWS_ALGORITHMS) as JwsAlgorithm[])('signs with %s what the public half verifies', async (alg) => {
    const privateKey = privateKeyFor(alg);
    const key = SigningKey.import(pemFor(privateKey, 'pkcs8'), { kid: KID, alg });
    const token = signJws(BODY, key, { targetUrl: TARGET, now: NOW });
    expect(text(await openJws(token, only(createPublicKey(privateKey))))).toBe(BODY);
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toEqual({
      ...{ alg, kid: KID, ts: NOW.getTime(), targetUrl: TARGET },
    });
  });

  it('reads PKCS#8, SEC1, PKCS#1 and JWK', () => {
    const forms = [
      [pemFor(EC.privateKey, 'pkcs8'), 'ES256'],
      [pemFor(EC.privateKey, 'sec1'), 'ES256'],
      [pemFor(RSA.privateKey, 'pkcs1'), 'RS256'],
      [EC.privateKey.export({ format: 'jwk' }), 'ES256'],
    ] as const;
    expect(forms.map(([material]) => SigningKey.import(material, { kid: KID }).alg)).toEqual(
      forms.map(([, alg]) => alg),
    );
  });

  it('sends the time as text where that is wanted', () => {
    const token = signJws(BODY, sampleKey, { targetUrl: TARGET, now: NOW, tsAsText: true });
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({
      ts: '1769174930000',
    });
  });

  it.each([
    ['the published key whose point is not on its curve', pemOf('jws-sample-sec1'), {}],
    ['no key at all', 'secret', {}],
    ['RSA of 1,024 bits', pemFor(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey, 'pkcs8'), {}],
    ['another curve', pemFor(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey, 'pkcs8'), {}],
    ['Ed25519', pemFor(generateKeyPairSync('ed25519').privateKey, 'pkcs8'), {}],
    ['an algorithm of another key', pemFor(EC.privateKey, 'pkcs8'), { alg: 'RS256' }],
  ] as const)('refuses %s', (_name, pem, options) => {
    expect(() => SigningKey.import(pem, { kid: KID, ...options })).toThrow(
      expect.objectContaining({
        code: 'ALLIANCE_INVALID_KEY',
        message: expect.not.stringContaining('BEGIN') as unknown,
      }),
    );
  });

  it('never shows itself', () => {
    const secret = pemFor(EC.privateKey, 'pkcs8').slice(60, 100);
    expect(inspect(sampleKey, { depth: 9, showHidden: true }) + JSON.stringify({ sampleKey })).not.toContain(secret);
    expect(String(sampleKey)).toBe(`SigningKey(${KID}, ES256)`);
  });
});

describe('openJws', () => {
  const samplePublic = createPublicKey(pemOf('jws-sample-spki'));

  it('opens the published vector that is right', async () => {
    const vector = PUBLISHED.vectors.find(({ id }) => id === 'generated-valid');
    expect(JSON.parse(text(await openJws(vector?.jws ?? '', only(samplePublic))))).toEqual(vector?.payload);
  });

  it('refuses the published vector with a DER signature, and those without a signature', async () => {
    const bad = PUBLISHED.vectors.filter(({ id }) => /der-signature|^docs-/.test(id));
    expect(bad).toHaveLength(3);
    for (const { jws } of bad) {
      await expect(openJws(jws, only(samplePublic))).rejects.toThrow(
        expect.objectContaining({ code: 'ALLIANCE_JWS_REFUSED' }),
      );
    }
  });

  const forge = (header: object, signature: string | Buffer): string =>
    `${encode(header)}.${Buffer.from(BODY).toString('base64url')}.${
      typeof signature === 'string' ? signature : signature.toString('base64url')
    }`;
  const spki = EC.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const input = (header: object): string => forge(header, '').slice(0, -1);
  const HS = { alg: 'HS256', kid: KID };

  it.each([
    ['alg none', forge({ alg: 'none', kid: KID }, 'AAAA'), 'alg'],
    ['HS256 with the public key', forge(HS, createHmac('sha256', spki).update(input(HS)).digest()), 'alg'],
    ['RS256 for an EC key', forge({ alg: 'RS256', kid: KID }, 'AAAA'), 'alg'],
    ['ES384 for a P-256 key', forge({ alg: 'ES384', kid: KID }, 'AAAA'), 'alg'],
    [
      'its own key in jwk',
      forge({ alg: 'ES256', kid: KID, jwk: EC.publicKey.export({ format: 'jwk' }) }, 'AAAA'),
      'header',
    ],
    ...['jku', 'x5u', 'x5c', 'crit', 'b64', 'zip'].map(
      (member) => [member, forge({ alg: 'ES256', kid: KID, [member]: 'x' }, 'AAAA'), 'header'] as const,
    ),
    ['no kid', forge({ alg: 'ES256' }, 'AAAA'), 'header'],
    [
      'alg twice',
      `${Buffer.from(`{"alg":"none","alg":"ES256","kid":"${KID}"}`).toString('base64url')}.e30.AAAA`,
      'header',
    ],
    [
      'a header that is no UTF-8',
      `${Buffer.from('{"alg":"ES256","kid":"\xff"}', 'latin1').toString('base64url')}.e30.AAAA`,
      'header',
    ],
    ['a header that is no JSON', `AAAA.${encode({})}.AAAA`, 'header'],
    ['a header of 5 kB', forge({ alg: 'ES256', kid: KID, x: 'x'.repeat(5_000) }, 'AAAA'), 'header'],
    ['no signature', forge({ alg: 'ES256', kid: KID }, ''), 'malformed'],
    ['two segments', `${encode({ alg: 'ES256', kid: KID })}.AAAA`, 'malformed'],
    ['four segments', forge({ alg: 'ES256', kid: KID }, 'AAAA.AAAA'), 'malformed'],
    ['more than 1 MB', forge({ alg: 'ES256', kid: KID }, 'A'.repeat(1024 * 1024)), 'too_large'],
    ['a signature of zeros', forge({ alg: 'ES256', kid: KID }, Buffer.alloc(64)), 'signature'],
    [
      'a DER signature',
      forge(
        { alg: 'ES256', kid: KID },
        createSign('sha256')
          .update(input({ alg: 'ES256', kid: KID }))
          .sign(EC.privateKey),
      ),
      'signature',
    ],
  ] as const)('refuses %s', async (_name, token, reason) => {
    await expect(openJws(token, only(EC.publicKey))).rejects.toThrow(refused(reason));
  });

  it('refuses padding and a last character with bits to spare, and a body that was changed', async () => {
    const [header = '', , signature = ''] = signed().split('.');
    const other = Buffer.from('{"operationId":"another"}').toString('base64url');
    await expect(openJws(`${signed()}==`, only(EC.publicKey))).rejects.toThrow(refused('malformed'));
    await expect(openJws(signed().replace(/.$/, 'B'), only(EC.publicKey))).rejects.toThrow(refused('malformed'));
    await expect(openJws(`${header}.${other}.${signature}`, only(EC.publicKey))).rejects.toThrow(refused('signature'));
  });

  it('remembers a header that it has verified, and nothing else of the token', async () => {
    const token = signed();
    const [header = '', payload = ''] = token.split('.');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    for (let time = 0; time < 2; time++) {
      expect(text(await openJws(token, only(EC.publicKey)))).toBe(BODY);
      await expect(openJws(token, only(other))).rejects.toThrow(refused('signature'));
      await expect(openJws(token, only(RSA.publicKey))).rejects.toThrow(refused('alg'));
      await expect(openJws(`${header}.e30.AAAA`, only(EC.publicKey))).rejects.toThrow(refused('signature'));
      await expect(openJws(`${header}.${payload}=.AAAA`, only(EC.publicKey))).rejects.toThrow(refused('malformed'));
    }
  });

  it('asks for the key by the kid of the header, and refuses what another key signed', async () => {
    const asked: string[] = [];
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const opened = openJws(signed(), (kid) => {
      asked.push(kid);
      return Promise.resolve(other);
    });
    await expect(opened).rejects.toThrow(refused('signature'));
    expect(asked).toEqual([KID]);
  });

  /** (r, s) and (r, n − s) verify alike. Source: SEC 1, section 4.1.4. */
  const mirrored = (token: string): string => {
    const [header = '', payload = '', text = ''] = token.split('.');
    const signature = Buffer.from(text, 'base64url');
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n; // of P-256
    const s = order - BigInt(`0x${signature.subarray(32).toString('hex')}`);
    const other = Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
    return `${header}.${payload}.${other.toString('base64url')}`;
  };

  it('takes the mirror image of a signature, which anybody can make: the same payload, another text', async () => {
    const token = signed();
    const other = mirrored(token);
    expect(other).not.toBe(token);
    expect(text(await openJws(other, only(EC.publicKey)))).toBe(BODY);
  });

  it('takes a second signature of the same body: tokens are not told apart by their text', () => {
    expect(signed()).not.toBe(signed());
    expect(readJws(signed()).header).toEqual({ alg: 'ES256', kid: KID });
  });
});
