import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { keep, openDirectory } from './demo-credentials.js';

/** The gateway as a bank at DCM. The password is in a file only. */
export interface DemoCounterparty {
  readonly guid: string;
  readonly login: string;
  readonly passwordFile: string;
  readonly bankCode: string;
  /** The demo shop at DCM. */
  readonly merchantUid: string;
  /** DCM's side: the bank, where it answers questions, and its first employee. */
  readonly counterpartiesFile: string;
}

export interface CounterpartyOptions {
  readonly directory: string;
  /** Where DCM asks its questions and tells of payments. */
  readonly gatewayUrl: string;
}

const LOGIN = 'operator@bank.example';
/** Six digits of no bank. */
const BANK_CODE = '999991';

/** Makes guid and password on the first call and finds them on every later one; ports may change between. */
export function keepDemoCounterparty({ directory, gatewayUrl }: CounterpartyOptions): DemoCounterparty {
  openDirectory(directory);
  const file = (name: string): string => path.join(directory, name);
  const [guidFile, merchantFile, passwordFile] = [file('dcm-counterparty'), file('dcm-merchant'), file('dcm-password')];
  for (const idFile of [guidFile, merchantFile]) if (!existsSync(idFile)) keep(idFile, randomUUID());
  if (!existsSync(passwordFile)) keep(passwordFile, `Aa1-${randomBytes(24).toString('base64url')}`);
  const [guid, merchantUid, password] = [read(guidFile), read(merchantFile), read(passwordFile)];
  const counterpartiesFile = file('counterparties.json');
  const employees = [{ login: LOGIN, password, roles: ['Administrator'] }];
  const counterparty = {
    guid,
    name: 'Demo bank',
    alias: 'demo',
    bic: BANK_CODE,
    employees,
    ...addressesAt(gatewayUrl),
  };
  const shop = { uid: merchantUid, name: 'Demo shop', ...shopAt(gatewayUrl) };
  keep(counterpartiesFile, JSON.stringify([{ ...counterparty, merchants: [shop] }], null, 2));
  return { guid, login: LOGIN, passwordFile, bankCode: BANK_CODE, merchantUid, counterpartiesFile };
}

/** Where the gateway, as a bank, is asked and told. */
const addressesAt = (gatewayUrl: string) => ({
  authServiceUrl: `${gatewayUrl}/dcm/auth`,
  notifyUrl: gatewayUrl,
  creditorDataUrl: `${gatewayUrl}/dcm/creditor-data`,
  callbackUrls: {
    payIn: `${gatewayUrl}/callbacks/dcm/pay-in`,
    payOut: `${gatewayUrl}/callbacks/dcm/pay-out`,
    credit: `${gatewayUrl}/callbacks/dcm/credit`,
    grossSettlement: `${gatewayUrl}/callbacks/dcm/gross-settlement`,
  },
});

const shopAt = (gatewayUrl: string) => ({
  jwksUrl: `${gatewayUrl}/.well-known/jwks.json`,
  callbackUrl: `${gatewayUrl}/callbacks/dcm/merchant`,
});

const read = (file: string): string => readFileSync(file, 'utf8').trim();
