import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Paths of the secrets that the apps read; only the API key is meant for human eyes. */
export interface DemoCredentials {
  readonly merchantId: string;
  /** The terminal for transfers; undefined for a merchant that was made before there was one. */
  readonly a2aMerchantId: string | undefined;
  readonly apiKey: string;
  readonly apiKeyFile: string;
  /** Bearer of the gateway's operator routes. */
  readonly opsKeyFile: string;
  readonly serviceCodeFile: string;
  readonly privateKeyFile: string;
  /** The bank's side: the public half of the key. */
  readonly merchantsFile: string;
}

export interface CredentialOptions {
  readonly directory: string;
  readonly bankEnvironment: 'test' | 'live';
  /** For a new merchant; default: a random one. */
  readonly merchantId?: string | undefined;
}

interface BankMerchant {
  readonly merchantId: string;
}

/** Makes the demo merchant and API key on the first call and finds them on every later one. */
export function keepDemoCredentials({ directory, bankEnvironment, merchantId }: CredentialOptions): DemoCredentials {
  openDirectory(directory);
  const file = (name: string): string => path.join(directory, name);
  const files = {
    apiKeyFile: file(bankEnvironment === 'live' ? 'api-key-live' : 'api-key'),
    opsKeyFile: file('ops-key'),
    serviceCodeFile: file('service-code'),
    privateKeyFile: file('private-key.jwk'),
    merchantsFile: file('merchants.json'),
  };
  if (!existsSync(files.merchantsFile)) makeMerchant(files, merchantId ?? randomUUID());
  if (!existsSync(files.apiKeyFile)) keep(files.apiKeyFile, newApiKey(bankEnvironment));
  if (!existsSync(files.opsKeyFile)) keep(files.opsKeyFile, randomBytes(32).toString('base64url'));
  const [merchant, transfers] = JSON.parse(readFileSync(files.merchantsFile, 'utf8')) as [BankMerchant, BankMerchant?];
  const ids = { merchantId: merchant.merchantId, a2aMerchantId: transfers?.merchantId };
  return { ...files, ...ids, apiKey: readFileSync(files.apiKeyFile, 'utf8').trim() };
}

export function openDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Only root may let others pass through: the database then runs as another user. Nobody may list it.
  chmodSync(directory, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/** Written last, the merchants file says that all the others are whole. */
function makeMerchant(files: Record<'serviceCodeFile' | 'privateKeyFile' | 'merchantsFile', string>, id: string): void {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const serviceCode = randomUUID();
  const clientPublicKey = publicKey.export({ format: 'jwk' });
  const merchant = { serviceCode, merchantId: id, name: 'Demo shop', clientPublicKey, terminal: 'test' };
  keep(files.serviceCodeFile, serviceCode);
  keep(files.privateKeyFile, JSON.stringify(privateKey.export({ format: 'jwk' })));
  const transfers = { ...merchant, merchantId: randomUUID(), operations: ['ACCOUNT_2_ACCOUNT'] };
  keep(files.merchantsFile, JSON.stringify([merchant, transfers], null, 2));
}

/** 43 characters of base64url: 256 bits. */
function newApiKey(bankEnvironment: 'test' | 'live'): string {
  return `ap_${bankEnvironment}_${randomBytes(32).toString('base64url')}`;
}

export function keep(file: string, content: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${content}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
