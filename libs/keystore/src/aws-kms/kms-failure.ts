import { KeystoreError, type KeystoreErrorCode } from '../error/keystore-error.js';

/** By the error's name. Source: AWS KMS API reference, Encrypt, Decrypt, DescribeKey, and "Common errors". */
const CODES: Readonly<Record<string, KeystoreErrorCode>> = {
  InvalidCiphertextException: 'KEYSTORE_TAMPERED',
  IncorrectKeyException: 'KEYSTORE_TAMPERED',
  NotFoundException: 'KEYSTORE_UNKNOWN_KEK',
  DisabledException: 'KEYSTORE_RETIRED_KEK',
  KMSInvalidStateException: 'KEYSTORE_RETIRED_KEK', // awaits deletion or import
  AccessDeniedException: 'KEYSTORE_FORBIDDEN',
  UnrecognizedClientException: 'KEYSTORE_FORBIDDEN',
  InvalidClientTokenId: 'KEYSTORE_FORBIDDEN',
  IncompleteSignature: 'KEYSTORE_FORBIDDEN',
  InvalidSignatureException: 'KEYSTORE_FORBIDDEN',
  MissingAuthenticationTokenException: 'KEYSTORE_FORBIDDEN',
  ExpiredTokenException: 'KEYSTORE_FORBIDDEN',
  OptInRequired: 'KEYSTORE_FORBIDDEN',
  CredentialsProviderError: 'KEYSTORE_FORBIDDEN',
  InvalidKeyUsageException: 'KEYSTORE_INVALID_KEYS',
  InvalidArnException: 'KEYSTORE_INVALID_KEYS',
  ValidationException: 'KEYSTORE_INVALID_KEYS',
};

const SENTENCES: Readonly<Record<KeystoreErrorCode, string>> = {
  KEYSTORE_TAMPERED: 'the wrapped key does not open under',
  KEYSTORE_UNKNOWN_KEK: 'AWS KMS has no key for',
  KEYSTORE_RETIRED_KEK: 'AWS KMS has disabled the key of',
  KEYSTORE_FORBIDDEN: 'AWS KMS or its credentials refuse the use of',
  KEYSTORE_INVALID_KEYS: 'AWS KMS cannot use the key of',
  KEYSTORE_UNAVAILABLE: 'AWS KMS does not serve',
  KEYSTORE_MALFORMED: '',
  KEYSTORE_INVALID_PRIVATE_KEY: '',
  KEYSTORE_INVALID_OPTIONS: '',
};

/** The SDK's error itself holds the request: only its name is kept. */
export function kmsFailure(error: unknown, kekId: string): KeystoreError {
  if (error instanceof KeystoreError) return error;
  const { name = '', code } = error as { name?: string; code?: unknown };
  const mapped = Object.hasOwn(CODES, name) ? CODES[name] : undefined;
  const reason = [name, code].filter((word) => typeof word === 'string' && /^\w{1,64}$/.test(word)).join(' ');
  return failure(mapped ?? 'KEYSTORE_UNAVAILABLE', kekId, reason);
}

const failure = (code: KeystoreErrorCode, kekId: string, reason: string): KeystoreError =>
  new KeystoreError(code, `${SENTENCES[code]} KEK "${kekId}" (${reason})`);
