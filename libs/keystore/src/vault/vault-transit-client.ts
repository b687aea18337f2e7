import { within } from '../kek/deadline.js';
import { KeystoreError } from '../error/keystore-error.js';
import { type VaultTransitOptions } from './vault-transit-options.js';

/** What of `GET transit/keys/:key` matters here. Source: Vault API documentation, "Transit secrets engine". */
export interface TransitKey {
  readonly type: string;
  readonly derived: boolean;
  readonly latestVersion: number;
  readonly minDecryptionVersion: number;
  /** Creation time by version, in whatever form Vault gives it; versions below the minimum are not listed. */
  readonly versions: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown>;
}

type Failure = readonly [code: KeystoreError['code'], message: string];

/** 400 is not here: what it means depends on the call. */
const FAILURES: Readonly<Record<number, Failure>> = {
  403: ['KEYSTORE_FORBIDDEN', 'Vault refuses the token or its policy'],
  404: ['KEYSTORE_UNKNOWN_KEK', 'Vault has no such transit mount or key'],
  429: ['KEYSTORE_UNAVAILABLE', 'Vault throttles'],
  503: ['KEYSTORE_UNAVAILABLE', 'Vault is sealed or down for maintenance'],
};

/** Speaks the transit engine's HTTP API. Tokens and answers appear in no error. */
export class VaultTransitClient {
  readonly #options: VaultTransitOptions;
  readonly #base: string;
  readonly #timeoutMs: number;

  constructor(options: VaultTransitOptions) {
    this.#options = options;
    this.#base = `${options.address.href.replace(/\/+$/, '')}/v1/${options.mount ?? 'transit'}`;
    this.#timeoutMs = options.timeoutMs ?? 5000;
  }

  async readKey(): Promise<TransitKey> {
    const { data } = okay(await this.#call('GET', `keys/${this.#options.key}`));
    const { type, derived, latest_version: latest, min_decryption_version: min, keys } = data;
    if (typeof type !== 'string' || !isVersion(latest) || !isVersion(min) || !isObject(keys)) throw noVault();
    return { type, derived: derived === true, latestVersion: latest, minDecryptionVersion: min, versions: keys };
  }

  /** `vault:v<version>:<base64>` */
  async encrypt(plaintext: Uint8Array): Promise<string> {
    const body = { plaintext: Buffer.from(plaintext).toString('base64') };
    return textOf(okay(await this.#call('POST', `encrypt/${this.#options.key}`, body)), 'ciphertext');
  }

  /** Undefined when Vault refuses the ciphertext (400). */
  async decrypt(ciphertext: string): Promise<Buffer | undefined> {
    const answer = await this.#call('POST', `decrypt/${this.#options.key}`, { ciphertext });
    return answer.status === 400 ? undefined : Buffer.from(textOf(answer, 'plaintext'), 'base64');
  }

  /** Undefined when Vault refuses the ciphertext (400). */
  async rewrap(ciphertext: string): Promise<string | undefined> {
    const answer = await this.#call('POST', `rewrap/${this.#options.key}`, { ciphertext });
    return answer.status === 400 ? undefined : textOf(answer, 'ciphertext');
  }

  #call(method: string, path: string, body?: object): Promise<Answer> {
    return within({ who: 'Vault', timeoutMs: this.#timeoutMs }, async (signal) => {
      const headers = await this.#headers();
      const init = {
        method,
        headers,
        signal,
        redirect: 'manual',
        ...(body && { body: JSON.stringify(body) }),
      } as const;
      const { status, text } = await fetchText(`${this.#base}/${path}`, init);
      return { status, data: readData(status, text) };
    });
  }

  async #headers(): Promise<Record<string, string>> {
    const { namespace } = this.#options;
    const token = await this.#token();
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new KeystoreError('KEYSTORE_FORBIDDEN', 'the Vault token is empty or holds white space');
    }
    return { 'x-vault-token': token, 'x-vault-request': 'true', ...(namespace && { 'x-vault-namespace': namespace }) };
  }

  async #token(): Promise<string> {
    try {
      return await this.#options.token();
    } catch {
      throw new KeystoreError('KEYSTORE_UNAVAILABLE', 'the Vault token could not be obtained');
    }
  }
}

async function fetchText(url: string, init: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const reason = (error as { cause?: { code?: unknown } }).cause?.code;
    const suffix = typeof reason === 'string' ? ` (${reason})` : '';
    throw new KeystoreError('KEYSTORE_UNAVAILABLE', `Vault cannot be reached${suffix}`);
  }
}

/** @throws KeystoreError for everything but 200 and 400 */
function readData(status: number, text: string): Record<string, unknown> {
  if (status === 400) return {};
  if (status !== 200) throw failureOf(status);
  const data = parseData(text);
  if (!isObject(data)) throw noVault();
  return data;
}

function parseData(text: string): unknown {
  try {
    return (JSON.parse(text) as { data?: unknown } | null)?.data;
  } catch {
    return undefined;
  }
}

function failureOf(status: number): KeystoreError {
  const [code, message] = FAILURES[status] ?? ['KEYSTORE_UNAVAILABLE', 'Vault does not serve'];
  return new KeystoreError(code, `${message} (HTTP ${status})`);
}

function okay(answer: Answer): Answer {
  if (answer.status !== 400) return answer;
  throw new KeystoreError('KEYSTORE_INVALID_KEYS', 'Vault refuses to use the transit key this way (HTTP 400)');
}

function textOf({ data }: Answer, member: string): string {
  const value = data[member];
  if (typeof value !== 'string') throw noVault();
  return value;
}

const noVault = (): KeystoreError => new KeystoreError('KEYSTORE_UNAVAILABLE', 'what answers is not Vault transit');
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isVersion = (value: unknown): value is number => Number.isSafeInteger(value);
