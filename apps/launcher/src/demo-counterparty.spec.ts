import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepDemoCounterparty } from './demo-counterparty.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'demo-'))));
afterEach(() => {
  rmSync(directory, { recursive: true });
});

it('makes a bank once, follows the port of the gateway, and keeps the password to its owner', () => {
  const first = keepDemoCounterparty({ directory, gatewayUrl: 'http://127.0.0.1:4000' });
  const password = readFileSync(first.passwordFile, 'utf8').trim();
  expect(keepDemoCounterparty({ directory, gatewayUrl: 'http://127.0.0.1:5000' })).toEqual(first);
  expect(JSON.parse(readFileSync(first.counterpartiesFile, 'utf8'))).toMatchObject([
    {
      guid: first.guid,
      authServiceUrl: 'http://127.0.0.1:5000/dcm/auth',
      bic: first.bankCode,
      callbackUrls: { payIn: 'http://127.0.0.1:5000/callbacks/dcm/pay-in' },
      creditorDataUrl: 'http://127.0.0.1:5000/dcm/creditor-data',
      merchants: [{ uid: first.merchantUid, callbackUrl: 'http://127.0.0.1:5000/callbacks/dcm/merchant' }],
      employees: [{ login: first.login, password }],
    },
  ]);
  for (const file of [first.passwordFile, first.counterpartiesFile]) expect(statSync(file).mode & 0o777).toBe(0o600);
});
