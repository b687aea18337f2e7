import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

/**
 * The same compact JWE (ECDH-ES+A256KW, A256GCM, P-384) with nothing but OpenSSL calls: no checks of the profile, no
 * errors worth reading. Not for use; it is what the codec is measured against. Source: RFC 7516, RFC 7518 section 4.6.
 */
const ALG = 'ECDH-ES+A256KW';
/** RFC 3394 section 2.2.3.1 */
const WRAP_IV = Buffer.alloc(8, 0xa6);

export function sealBare(plaintext: Uint8Array, recipient: KeyObject): string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const header = encode(Buffer.from(JSON.stringify({ alg: ALG, enc: 'A256GCM', epk: { kty, crv, x, y } })));
  const [cek, iv] = [randomBytes(32), randomBytes(12)];
  const wrap = createCipheriv(
    'id-aes256-wrap',
    concatKdf(diffieHellman({ privateKey, publicKey: recipient })),
    WRAP_IV,
  );
  const wrapped = Buffer.concat([wrap.update(cek), wrap.final()]);
  const cipher = createCipheriv('aes-256-gcm', cek, iv, { authTagLength: 16 }).setAAD(Buffer.from(header, 'ascii'));
  const box = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return [header, encode(wrapped), encode(iv), encode(box), encode(cipher.getAuthTag())].join('.');
}

export function openBare(jwe: string, privateKey: KeyObject): Buffer {
  const [header = '', wrapped = '', iv = '', box = '', tag = ''] = jwe.split('.');
  const { epk } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { epk: JsonWebKey };
  const publicKey = createPublicKey({ key: epk, format: 'jwk' });
  const unwrap = createDecipheriv('id-aes256-wrap', concatKdf(diffieHellman({ privateKey, publicKey })), WRAP_IV);
  const cek = Buffer.concat([unwrap.update(Buffer.from(wrapped, 'base64url')), unwrap.final()]);
  const decipher = createDecipheriv('aes-256-gcm', cek, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
    .setAAD(Buffer.from(header, 'ascii'))
    .setAuthTag(Buffer.from(tag, 'base64url'));
  return Buffer.concat([decipher.update(Buffer.from(box, 'base64url')), decipher.final()]);
}

/** One SHA-256 block gives all 256 bits; apu and apv are empty. Source: RFC 7518 section 4.6.2. */
function concatKdf(sharedSecret: Buffer): Buffer {
  const info = Buffer.concat([uint32(ALG.length), Buffer.from(ALG), uint32(0), uint32(0), uint32(256)]);
  return createHash('sha256').update(uint32(1)).update(sharedSecret).update(info).digest();
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The same compact JWS with nothing but the two encodings and one OpenSSL call. Source: RFC 7515. */
export function signBare(header: object, payload: string, key: KeyObject): string {
  const signed = `${encode(Buffer.from(JSON.stringify(header)))}.${encode(Buffer.from(payload))}`;
  return `${signed}.${encode(sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }))}`;
}

/** @throws Error for a signature that is not the key's */
export function verifyBare(token: string, key: KeyObject): Buffer {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const proof = Buffer.from(signature, 'base64url');
  JSON.parse(Buffer.from(header, 'base64url').toString());
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, proof)) {
    throw new Error('not signed with this key');
  }
  return Buffer.from(payload, 'base64url');
}

const encode = (bytes: Buffer): string => bytes.toString('base64url');
