import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { keep, openDirectory } from './demo-credentials.js';

/** The gateway as a bank at DCM. The password is in a file only. */
export interface DemoCounterparty {
  readonly guid: string;
  readonly login: string;
  readonly passwordFile: string;
  /** DCM's side: the bank, where it answers questions, and its first employee. */
  readonly counterpartiesFile: string;
}

export interface CounterpartyOptions {
  readonly directory: string;
  /** Of the gateway, below which DCM asks its questions. */
  readonly authServiceUrl: string;
}

const LOGIN = 'operator@bank.example';

/** Makes guid and password on the first call and finds them on every later one; ports may change between. */
export function keepDemoCounterparty({ directory, authServiceUrl }: CounterpartyOptions): DemoCounterparty {
  openDirectory(directory);
  const file = (name: string): string => path.join(directory, name);
  const [guidFile, passwordFile] = [file('dcm-counterparty'), file('dcm-password')];
  if (!existsSync(guidFile)) keep(guidFile, randomUUID());
  if (!existsSync(passwordFile)) keep(passwordFile, `Aa1-${randomBytes(24).toString('base64url')}`);
  const [guid, password] = [read(guidFile), read(passwordFile)];
  const counterpartiesFile = file('counterparties.json');
  const employees = [{ login: LOGIN, password, roles: ['Administrator'] }];
  const counterparty = { guid, name: 'Demo bank', alias: 'demo', authServiceUrl, employees };
  keep(counterpartiesFile, JSON.stringify([counterparty], null, 2));
  return { guid, login: LOGIN, passwordFile, counterpartiesFile };
}

const read = (file: string): string => readFileSync(file, 'utf8').trim();
