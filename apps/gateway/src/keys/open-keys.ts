import { writeFileSync, mkdirSync, readFileSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { AwsKmsKekProvider, generateLocalKeys, type KekProvider, KekProviderChain, KeystoreError, parseLocalKeys, VaultTransitKekProvider } from '#libs/keystore';
import { ConfigError, type GatewayConfig } from '../config/gateway-config.js';
import { FileKekProvider, LocalKekFile, NoKekFile } from './kek-file.js';
import { type KeysOptions } from './keys.module.js';

export interface OpenedKeys extends KeysOptions {
  /** Path of a key file that was made just now: tell the operator loudly to back it up. */
  readonly generated: string | undefined;
}

/** The KEKs as configured. @throws ConfigError naming the variable */
export async function openKeys(config: GatewayConfig): Promise<OpenedKeys> {
  const { keystore } = config;
  if (keystore.provider === 'local') return openLocal(keystore.keysFile, !config.production);
  const remote = await openRemote(keystore);
  const older = keystore.keysFileGiven ? [new FileKekProvider(checkedFile(keystore.keysFile))] : [];
  const keks = older.length > 0 ? new KekProviderChain(remote, ...older) : remote;
  return { keks, file: new NoKekFile(), remote: true, generated: undefined };
}
