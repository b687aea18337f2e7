import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { KeystoreError } from '../error/keystore-error.js';

/** The public half of an EC P-384 key. `x` and `y` are 48 bytes in base64url. */
export interface EcPublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-384';
  readonly x: string;
  readonly y: string;
}

const COORDINATE_BYTES = 48;
/** Node's name of P-384. */
const CURVE = 'secp384r1';
const PEM_BLOCK = /-----BEGIN ((?:EC )?PRIVATE KEY)-----[\s\S]*?-----END \1-----/;
/** What people put there instead, and what it is. */
const OTHER_PEM: readonly (readonly [RegExp, string])[] = [
  [/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: *4,ENCRYPTED/, 'the PEM is protected by a passphrase: decrypt it first'],
  [/BEGIN PUBLIC KEY/, 'the PEM is a public key: the private one is needed'],
  [/BEGIN CERTIFICATE/, 'the PEM is a certificate: the private key is needed'],
  [/BEGIN RSA PRIVATE KEY/, 'the PEM is an RSA key: an EC key on P-384 is needed'],
  [/BEGIN OPENSSH PRIVATE KEY/, 'the PEM is in OpenSSH form: convert it to PKCS#8'],
];

/**
 * Reads an EC P-384 private key: JWK as JSON, or PEM (PKCS#8 or SEC1; `\n` may be spelled out, as in environment
 * variables). The public half must belong to the private one.
 * @throws KeystoreError `KEYSTORE_INVALID_PRIVATE_KEY`, naming what is wrong and quoting nothing
 * @example
 * importPrivateKeyText(pem).asymmetricKeyDetails?.namedCurve; // => 'secp384r1'
 * importPrivateKeyText(''); // throws { code: 'KEYSTORE_INVALID_PRIVATE_KEY' }
 */
export function importPrivateKeyText(text: string): KeyObject {
  const trimmed = text.trim();
  if (trimmed === '') throw invalid('the text is empty');
  const key = trimmed.startsWith('{') ? importJwk(trimmed) : importPem(trimmed.replaceAll('\\n', '\n'));
  assertP384(key);
  assertPair(key);
  return key;
}

/**
 * The public half of a private or public key.
 * @throws KeystoreError `KEYSTORE_INVALID_PRIVATE_KEY` unless it is EC P-384
 * @example
 * Object.keys(publicJwkOf(importPrivateKeyText(pem))); // => ['kty', 'crv', 'x', 'y']
 */
export function publicJwkOf(key: KeyObject): EcPublicJwk {
  assertP384(key);
  const { x, y } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-384', x: String(x), y: String(y) };
}

function importJwk(text: string): KeyObject {
  const jwk = parseJwk(text);
  if (Array.isArray(jwk['keys'])) throw invalid('the JSON is a key set, not a key');
  if (jwk['kty'] !== 'EC') throw invalid('member "kty" is not "EC"');
  if (jwk['crv'] !== 'P-384') throw invalid('member "crv" is not "P-384"');
  if (jwk['d'] === undefined) throw invalid('member "d" is missing: this is a public key');
  for (const name of ['x', 'y', 'd']) assertCoordinate(name, jwk[name]);
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' });
  } catch {
    throw invalid('members "x" and "y" are no point of P-384, or "d" is out of range');
  }
}

function parseJwk(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw invalid('the text begins like a JWK but is not JSON'); // the parser's own message quotes it
  }
}

function assertCoordinate(name: string, value: unknown): void {
  if (value === undefined) throw invalid(`member "${name}" is missing`);
  if (typeof value !== 'string') throw invalid(`member "${name}" is not a text`);
  const bytes = Buffer.from(value, 'base64url');
  const { length } = bytes;
  const canonical = bytes.toString('base64url') === value;
  bytes.fill(0);
  if (!canonical) throw invalid(`member "${name}" is not base64url`);
  if (length !== COORDINATE_BYTES) throw invalid(`member "${name}" has ${length} bytes, not ${COORDINATE_BYTES}`);
}

function importPem(text: string): KeyObject {
  const [, other] = OTHER_PEM.find(([pattern]) => pattern.test(text)) ?? [];
  if (other !== undefined) throw invalid(other);
  const [block] = PEM_BLOCK.exec(text) ?? [];
  if (block === undefined) throw invalid('the text is neither a JWK nor a whole PEM private key');
  try {
    return createPrivateKey({ key: block, format: 'pem' });
  } catch {
    throw invalid('the PEM cannot be read: it is cut, changed or of an unknown kind');
  }
}

function assertP384({ type, asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  if (type === 'secret') throw invalid('the key is a secret, not an EC key on P-384');
  if (asymmetricKeyType !== 'ec') throw invalid(`the key is of type ${asymmetricKeyType ?? 'none'}, not EC on P-384`);
  const curve = asymmetricKeyDetails?.namedCurve;
  if (curve !== CURVE) throw invalid(`the key is on curve ${curve ?? 'none'}, not P-384`);
}

/** A key carries its public half: nothing checks on import that both belong together. */
function assertPair(key: KeyObject): void {
  const probe = randomBytes(32);
  if (!verify('sha384', probe, createPublicKey(key), sign('sha384', probe, key))) {
    throw invalid('the public half does not belong to the private one');
  }
}

const invalid = (message: string): KeystoreError => new KeystoreError('KEYSTORE_INVALID_PRIVATE_KEY', message);
