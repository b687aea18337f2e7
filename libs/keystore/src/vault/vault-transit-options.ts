import { isKekId } from '../kek/kek-ring.js';
import { KeystoreError } from '../error/keystore-error.js';

/** Where the transit key is and how this process is let in. */
export interface VaultTransitOptions {
  /** Base address, `https://vault.example:8200`. Plain HTTP only to this machine, unless `allowPlainHttp`. */
  readonly address: URL;
  /** Name of the transit key. It must exist, be AEAD (aes256-gcm96 …) and not be derived. */
  readonly key: string;
  /** Path of the transit engine. Default `transit`. */
  readonly mount?: string | undefined;
  /** Vault Enterprise namespace. */
  readonly namespace?: string | undefined;
  /** Asked before every call, within its time-out: cache and renew the token there. It is never printed. */
  readonly token: () => string | Promise<string>;
  /** KEK ids are `<prefix>_v<key version>`. Default `vault_<key>`; needed when the key's name has a dot. */
  readonly kekIdPrefix?: string | undefined;
  /** Milliseconds for one call, the token included. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds that the key's latest version is believed. Default 60 000. */
  readonly refreshMs?: number | undefined;
  /** DEKs cross the network in the clear then. Default false. */
  readonly allowPlainHttp?: boolean | undefined;
}

const KEY_NAME = /^\w(?:[\w.-]*\w)?$/;
const MOUNT = /^[\w-]+(?:\/[\w-]+)*$/;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The prefix of the KEK ids. @throws KeystoreError `KEYSTORE_INVALID_KEYS`, naming the option */
export function checkVaultOptions(options: VaultTransitOptions): string {
  const { address, key, mount = 'transit', kekIdPrefix = `vault_${key}` } = options;
  assert(['https:', 'http:'].includes(address.protocol), 'address is no HTTP address');
  assert(address.protocol === 'https:' || isLocal(options), 'address is plain HTTP to another machine');
  assert(!address.username && !address.password && !address.search, 'address holds more than host, port and path');
  assert(KEY_NAME.test(key), 'key is not the name of a transit key');
  assert(MOUNT.test(mount), 'mount is not the path of a secrets engine');
  assert(isKekId(`${kekIdPrefix}_v999999999`), 'kekIdPrefix (by default from key) cannot begin a KEK id');
  return kekIdPrefix;
}

const isLocal = ({ address, allowPlainHttp = false }: VaultTransitOptions): boolean =>
  allowPlainHttp || LOOPBACK.includes(address.hostname);

function assert(holds: boolean, problem: string): void {
  if (!holds) throw new KeystoreError('KEYSTORE_INVALID_KEYS', `Vault: ${problem}`);
}
