import { AwsKmsKekProvider, type KekProvider, KekProviderChain, VaultTransitKekProvider } from '#libs/keystore';
import { type AwsKmsConfig, type GatewayConfig, type VaultConfig } from '../config/gateway-config.js';
import { readKeysFile } from '../config/keystore-keys.js';
import { FileKekProvider, LocalKekFile, NoKekFile } from './kek-file.js';
import { type KeysOptions } from './keys.module.js';

export interface OpenedKeys extends KeysOptions {
  /** True when a key file was made just now: tell the operator loudly to back it up. */
  readonly generated: boolean;
}

/** The KEKs as configured. @param obstacle why no key file may be made, as a remedy; undefined: one may @throws ConfigError | KeystoreError naming what is wrong */
export async function openKeys(config: GatewayConfig, obstacle: string | undefined): Promise<OpenedKeys> {
  const path = config.keystoreKeysFile;
  if (!config.remoteKeks) {
    const { generated } = readKeysFile(path, obstacle === undefined, obstacle);
    return { keks: new FileKekProvider(path), file: new LocalKekFile(path), remote: false, generated };
  }
  if (config.keysFileBesideRemote) readKeysFile(path, false, 'correct the path, or do not set it');
  const remote = await openRemote(config.remoteKeks);
  const keks = config.keysFileBesideRemote ? new KekProviderChain(remote, new FileKekProvider(path)) : remote;
  return { keks, file: new NoKekFile(), remote: true, generated: false };
}

async function openRemote(config: VaultConfig | AwsKmsConfig): Promise<KekProvider> {
  if (config.provider === 'vault') {
    const { address, key, mount, namespace, token } = config;
    return new VaultTransitKekProvider({ address: new URL(address), key, mount, namespace, token });
  }
  const { current, minVersion, keys, region, endpoint } = config;
  return AwsKmsKekProvider.create({
    current,
    minVersion,
    keys,
    region,
    endpoint: endpoint === undefined ? undefined : new URL(endpoint),
  });
}
