import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepDemoCredentials } from './demo-credentials.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'demo-'))));
afterEach(() => {
  rmSync(directory, { recursive: true });
});

it('makes a merchant once, readable by nobody else, with the public half only for the bank', () => {
  const first = keepDemoCredentials({ directory, bankEnvironment: 'test' });
  expect(keepDemoCredentials({ directory, bankEnvironment: 'test' })).toEqual(first);
  expect(first.apiKey).toMatch(/^ap_test_[A-Za-z0-9_-]{43}$/);
  const modes = readdirSync(directory).map((name) => statSync(path.join(directory, name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600, 0o600, 0o600, 0o600]);
  const [merchant] = JSON.parse(readFileSync(first.merchantsFile, 'utf8')) as [Record<string, unknown>];
  expect(merchant).toMatchObject({ merchantId: first.merchantId, terminal: 'test' });
  expect(Object.keys(merchant['clientPublicKey'] as object).sort()).toEqual(['crv', 'kty', 'x', 'y']);
});

it('keeps a key of its own for a live bank', () => {
  const live = keepDemoCredentials({ directory, bankEnvironment: 'live' });
  expect(live.apiKey).toMatch(/^ap_live_/);
  expect(keepDemoCredentials({ directory, bankEnvironment: 'test' }).apiKey).toMatch(/^ap_test_/);
});
