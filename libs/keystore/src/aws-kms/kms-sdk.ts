import { KeystoreError } from '../error/keystore-error.js';

/** Not a literal: a process without the optional package must compile and start. */
const PACKAGE = '@aws-sdk/client-kms';

interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** An access key pair, or the temporary one of a role. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface KmsClientConfig {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentials | (() => Promise<AwsCredentials>);
}

interface KmsContext {
  readonly KeyId: string;
  readonly EncryptionContext: Record<string, string>;
}

interface KmsKeyMetadata {
  readonly KeyId: string | undefined;
  readonly AWSAccountId?: string | undefined;
}

/** What of the SDK's `KMS` class is used here. */
export interface KmsClient {
  readonly config: { region(): Promise<string> };
  encrypt(
    input: KmsContext & { readonly Plaintext: Uint8Array },
    options: CallOptions,
  ): Promise<{ readonly CiphertextBlob?: Uint8Array | undefined }>;
  decrypt(
    input: KmsContext & { readonly CiphertextBlob: Uint8Array },
    options: CallOptions,
  ): Promise<{ readonly Plaintext?: Uint8Array | undefined }>;
  describeKey(
    input: { readonly KeyId: string },
    options: CallOptions,
  ): Promise<{ readonly KeyMetadata?: KmsKeyMetadata | undefined }>;
}

export interface KmsSdk {
  readonly KMS: new (config: KmsClientConfig) => KmsClient;
}

/** @throws KeystoreError `KEYSTORE_INVALID_KEYS` when the package is not installed */
export async function loadKmsSdk(name = PACKAGE): Promise<KmsSdk> {
  try {
    return (await import(name)) as KmsSdk;
  } catch {
    throw new KeystoreError(
      'KEYSTORE_INVALID_KEYS',
      `AWS KMS needs the package ${name}, which is missing or does not load: add it with \`npm install ${name}\`, in the version that package.json names`,
    );
  }
}
