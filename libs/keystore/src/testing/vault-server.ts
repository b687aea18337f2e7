import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { LoopbackServer, type Reply } from './loopback-server.js';

interface Key {
  readonly type: string;
  readonly derived: boolean;
  readonly versions: { readonly key: Buffer; readonly madeAt: number }[];
  minDecryptionVersion: number;
}

type Body = Record<string, unknown>;

const refusal = (status: number, ...errors: string[]): Reply => ({ status, body: { errors } });
const data = (content: unknown): Reply => ({ status: 200, body: { request_id: 'r', lease_id: '', data: content } });

/**
 * The transit engine's HTTP API with real AES-256-GCM inside. Source: Vault API documentation and `keysutil`.
 * @example
 * const vault = new VaultServer();
 * const address = await vault.listen();
 * vault.create('gateway');
 * const keks = new VaultTransitKekProvider({ address, key: 'gateway', token: () => vault.token });
 * await keks.currentKek(); // => 'vault_gateway_v1'
 * await vault.close();
 */
export class VaultServer extends LoopbackServer {
  readonly token = `hvs.${randomBytes(12).toString('base64url')}`;
  sealed = false;
  /** Paths the token's policy does not cover. */
  denied: RegExp | undefined;
  readonly #keys = new Map<string, Key>();

  create(name: string, over: { type?: string; derived?: boolean } = {}): void {
    this.#keys.set(name, { type: 'aes256-gcm96', derived: false, versions: [], minDecryptionVersion: 1, ...over });
    this.rotate(name);
  }

  rotate(name: string): void {
    const { versions } = this.#known(name);
    versions.push({ key: randomBytes(32), madeAt: 1_700_000_000 + versions.length });
  }

  /** `transit/keys/:key/config`. */
  setMinDecryptionVersion(name: string, version: number): void {
    this.#known(name).minDecryptionVersion = version;
  }

  /** Deleted and made anew under the same name, a second later. */
  recreate(name: string): void {
    this.#known(name).versions.splice(0, Infinity, { key: randomBytes(32), madeAt: 1_800_000_000 });
  }

  has(name: string): boolean {
    return this.#keys.has(name);
  }

  protected override nameOf({ method, url }: IncomingMessage): string {
    return `${method ?? ''} ${url ?? ''}`;
  }

  protected override answer({ url = '', headers }: IncomingMessage, body: Body): Reply {
    if (this.sealed) return refusal(503, 'Vault is sealed');
    if (headers['x-vault-token'] !== this.token || this.denied?.test(url)) {
      return refusal(403, '1 error occurred:\n\t* permission denied\n\n');
    }
    const [, action, name] = /^\/v1\/transit\/(keys|encrypt|decrypt|rewrap)\/([^/]+)$/.exec(url) ?? [];
    if (!action || !name) return refusal(404, `no handler for route "${url.slice(4)}". route entry not found.`);
    return this.#route(action, name, body);
  }

  #known(name: string): Key {
    const key = this.#keys.get(name);
    if (!key) throw new Error(`no key ${name}`);
    return key;
  }

  #route(action: string, name: string, body: Body): Reply {
    if (action === 'encrypt' && !this.has(name)) this.create(name); // with the capability "create"
    const key = this.#keys.get(name);
    if (!key) return action === 'keys' ? refusal(404) : refusal(400, 'encryption key not found');
    if (action === 'keys') return data(metadata(name, key));
    if (action === 'encrypt') return encrypted(key, Buffer.from(body['plaintext'] as string, 'base64'));
    const plaintext = decrypt(key, body['ciphertext'] as string);
    if (typeof plaintext === 'string') return refusal(400, plaintext);
    return action === 'rewrap' ? encrypted(key, plaintext) : data({ plaintext: plaintext.toString('base64') });
  }
}

function metadata(name: string, { type, derived, versions, minDecryptionVersion }: Key): Body {
  const listed = versions.map(({ madeAt }, index) => [index + 1, madeAt] as const);
  return {
    name,
    type,
    derived,
    latest_version: versions.length,
    min_decryption_version: minDecryptionVersion,
    min_encryption_version: 0,
    min_available_version: 0,
    deletion_allowed: false,
    exportable: false,
    supports_encryption: true,
    supports_decryption: true,
    keys: Object.fromEntries(listed.filter(([version]) => version >= minDecryptionVersion)),
  };
}

function encrypted({ versions }: Key, plaintext: Buffer): Reply {
  const [iv, latest] = [randomBytes(12), versions.at(-1)];
  if (!latest) return refusal(500, 'no version');
  const cipher = createCipheriv('aes-256-gcm', latest.key, iv);
  const box = Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return data({ ciphertext: `vault:v${versions.length}:${box.toString('base64')}`, key_version: versions.length });
}

function decrypt({ versions, minDecryptionVersion }: Key, ciphertext: string): Buffer | string {
  const [, version, base64] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? [];
  if (!version || !base64) return 'invalid ciphertext: no prefix';
  if (Number(version) < minDecryptionVersion)
    return 'ciphertext or signature version is disallowed by policy (too old)';
  const key = versions[Number(version) - 1]?.key;
  if (!key) return 'invalid ciphertext: version is too new';
  return openBox(key, Buffer.from(base64, 'base64'));
}

function openBox(key: Buffer, box: Buffer): Buffer | string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(box.subarray(-16));
    return Buffer.concat([decipher.update(box.subarray(12, -16)), decipher.final()]);
  } catch {
    return 'cipher: message authentication failed';
  }
}
