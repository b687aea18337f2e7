import { within } from '../kek/deadline.js';
import { fingerprintOfIdentity } from '../kek/kek-fingerprint.js';
import { KekProvider, type WrappedDek } from '../kek/kek-provider.js';
import { KekRing } from '../kek/kek-ring.js';
import { KeystoreError } from '../error/keystore-error.js';
import { kmsFailure } from './kms-failure.js';
import { type AwsCredentials, type KmsClient, type KmsClientConfig, type KmsSdk, loadKmsSdk } from './kms-sdk.js';

/** Which KMS keys are the KEKs and how this process is let in. */
export interface AwsKmsOptions {
  /** Id of the KEK that seals; one of `keys`. */
  readonly current: string;
  /**
   * Key id, key ARN or `alias/…` by KEK id. `…_v<n>` is of version n, any other id of version 1. An alias that is
   * turned to another key closes what the first one wrapped: prefer key ids. Symmetric keys only.
   */
  readonly keys: Readonly<Record<string, string>>;
  /** KEKs of a lower version are refused. Default 1: none. */
  readonly minVersion?: number | undefined;
  /** Bound to every wrapping and shown in CloudTrail: nothing secret. To change it later is to lose what is sealed. */
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  /** Default: as the SDK finds it (AWS_REGION, profile). */
  readonly region?: string | undefined;
  /** Another endpoint than the region's own: VPC endpoint, FIPS, emulator. */
  readonly endpoint?: URL | undefined;
  /** Default: as the SDK finds them (environment, profile, role of the container or machine). */
  readonly credentials?: AwsCredentials | (() => Promise<AwsCredentials>) | undefined;
  /** Milliseconds for one call, the SDK's own repetitions included. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

/** Member of the encryption context that binds a wrapping to its KEK id. */
const KEK_CONTEXT = 'keystore-kek';

interface Parts {
  readonly kms: KmsClient;
  readonly ring: KekRing<string>;
  readonly context: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * KEKs that never leave AWS KMS. KMS's own yearly rotation is invisible here and needs no re-wrapping.
 * @example
 * const keys = { kms_v1: '1234abcd-12ab-34cd-56ef-1234567890ab' }; // key ids by KEK id
 * const keks = await AwsKmsKekProvider.create({ current: 'kms_v1', keys, region: 'eu-central-1' });
 * const keystore = new EnvelopeKeystore(keks, { dekCache: { maxEntries: 1_000, maxAgeMs: 60_000 } });
 */
export class AwsKmsKekProvider extends KekProvider {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    super();
    this.#parts = parts;
  }

  /**
   * Loads the optional package `@aws-sdk/client-kms`; asks KMS nothing yet. `load` is there for tests.
   * @throws KeystoreError `KEYSTORE_INVALID_KEYS` when the package or the region is missing, or naming the key id
   */
  static async create(options: AwsKmsOptions, load: () => Promise<KmsSdk> = loadKmsSdk): Promise<AwsKmsKekProvider> {
    const ring = new KekRing(options, new Map(Object.entries(options.keys)));
    const { KMS } = await load();
    const kms = new KMS(clientConfig(options));
    await assertRegion(kms);
    const { encryptionContext: context = {}, timeoutMs = 5000 } = options;
    return new AwsKmsKekProvider({ kms, ring, context: { ...context }, timeoutMs });
  }

  currentKek(): Promise<string> {
    return Promise.resolve(this.#parts.ring.current);
  }

  async wrap(dek: Uint8Array): Promise<WrappedDek> {
    const kekId = this.#parts.ring.current;
    const input = { ...this.#address(kekId), Plaintext: dek };
    const answer = await this.#call(kekId, (kms, options) => kms.encrypt(input, options));
    return { kekId, wrapped: present(answer.CiphertextBlob) };
  }

  async unwrap(kekId: string, wrapped: Uint8Array): Promise<Uint8Array> {
    const input = { ...this.#address(kekId), CiphertextBlob: wrapped };
    const answer = await this.#call(kekId, (kms, options) => kms.decrypt(input, options));
    return present(answer.Plaintext);
  }

  /** Of account and key id, as the key itself cannot be read; replicas of a multi-Region key are the same. */
  async fingerprints(): Promise<Readonly<Record<string, string>>> {
    const entries = this.#parts.ring.entries().map(async ([kekId, KeyId]) => {
      const answer = await this.#call(kekId, (kms, options) => kms.describeKey({ KeyId }, options));
      const { AWSAccountId, KeyId: id } = present(answer.KeyMetadata);
      return [kekId, fingerprintOfIdentity(['aws-kms', AWSAccountId ?? '', present(id)])] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  #address(kekId: string): { KeyId: string; EncryptionContext: Record<string, string> } {
    const { ring, context } = this.#parts;
    return { KeyId: ring.get(kekId), EncryptionContext: { ...context, [KEK_CONTEXT]: kekId } };
  }

  async #call<T>(
    kekId: string,
    call: (kms: KmsClient, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const { kms, timeoutMs } = this.#parts;
    try {
      return await within({ who: 'AWS KMS', timeoutMs }, (abortSignal) => call(kms, { abortSignal }));
    } catch (error) {
      throw kmsFailure(error, kekId);
    }
  }
}

const clientConfig = ({ region, endpoint, credentials }: AwsKmsOptions): KmsClientConfig => ({
  ...(region !== undefined && { region }),
  ...(endpoint && { endpoint: endpoint.href }),
  ...(credentials && { credentials }),
});

async function assertRegion(kms: KmsClient): Promise<void> {
  try {
    await kms.config.region();
  } catch {
    throw new KeystoreError('KEYSTORE_INVALID_KEYS', 'AWS KMS needs a region: set the option or AWS_REGION');
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new KeystoreError('KEYSTORE_UNAVAILABLE', 'what answers is not AWS KMS');
  return value;
}
