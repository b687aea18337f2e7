import {
  constants,
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { DcmError, tokenError } from '../error/dcm-error.js';
import { importPublicKey, type RsaPublicJwk } from './rsa-jwk.js';

/** How the AES key is wrapped. The pages that would say so have no text, so that your contract has to: no default. */
export const KEY_WRAPS = {
  'oaep-sha256': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
  'oaep-sha1': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  pkcs1: { padding: constants.RSA_PKCS1_PADDING },
} as const;
/** Name of a way to wrap. */
export type KeyWrap = keyof typeof KEY_WRAPS;

/** Standard base64 with padding. */
export interface DataEncryption {
  readonly nonce: string;
  readonly encrypted_key: string;
}

const KEY_BYTES = 32;
/** Of AES-GCM; the published samples do not show theirs. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Names and tax numbers for another bank, which DCM cannot read: AES-256-GCM under a key of this one message, wrapped
 * with the other bank's RSA key. Never copy this: the published scheme has one nonce for several values, so that whoever
 * knows one of them learns the beginnings of the others. Interoperability forces it.
 * @param recipient its JWK says `use: sig`, so that strict importers refuse it: the bare `n` and `e` are imported again
 * @example
 * const { values, encryption } = sealPersonalData({ name: 'Olena Koval' }, jwk, 'oaep-sha256');
 * Buffer.from(encryption.nonce, 'base64').length; // => 12
 */
export function sealPersonalData<Name extends string>(
  values: Readonly<Record<Name, string>>,
  recipient: Pick<RsaPublicJwk, 'n' | 'e'>,
  wrap: KeyWrap,
): { readonly values: Readonly<Record<Name, string>>; readonly encryption: DataEncryption } {
  const [key, nonce] = [randomBytes(KEY_BYTES), randomBytes(NONCE_BYTES)];
  const sealed = Object.entries<string>(values).map(([name, text]) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [name, bytes.toString('base64')];
  });
  const publicKey = importPublicKey({ kty: 'RSA', ...recipient });
  const wrapped = publicEncrypt({ key: publicKey, ...KEY_WRAPS[wrap] }, key);
  const encryption = { nonce: nonce.toString('base64'), encrypted_key: wrapped.toString('base64') };
  key.fill(0);
  return { values: Object.fromEntries(sealed) as Record<Name, string>, encryption };
}

/**
 * What {@link sealPersonalData} has sealed.
 * @throws DcmError `DCM_MALFORMED`, the same for whatever is wrong
 * @example
 * const { values, encryption } = sealPersonalData({ name: 'Olena Koval' }, jwk, 'oaep-sha256');
 * const { privateKey } = signingKey;
 * openPersonalData(values, encryption, { privateKey, wrap: 'oaep-sha256' }).name; // => 'Olena Koval'
 */
export function openPersonalData<Name extends string>(
  values: Readonly<Record<Name, string>>,
  { nonce, encrypted_key }: DataEncryption,
  { privateKey, wrap }: { readonly privateKey: KeyObject; readonly wrap: KeyWrap },
): Readonly<Record<Name, string>> {
  try {
    const key = privateDecrypt({ key: privateKey, ...KEY_WRAPS[wrap] }, Buffer.from(encrypted_key, 'base64'));
    const opened = Object.entries<string>(values).map(([name, text]) => {
      const bytes = Buffer.from(text, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return [name, Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')];
    });
    return Object.fromEntries(opened) as Record<Name, string>;
  } catch (error) {
    if (error instanceof DcmError) throw error;
    throw tokenError('DCM_MALFORMED', { reason: 'not_decryptable' });
  }
}
