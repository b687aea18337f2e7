import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { type LedgerEntry } from '../bank/ledger.js';
import { type Simulator, startSimulator } from '../start-simulator.js';
import { parseCounterparty } from './counterparties.js';
import { ageOf } from './dcm-page.js';
import { operationSteps } from './operation-steps.js';

const entry = (seq: number, kind: LedgerEntry['kind'], facts: object): LedgerEntry => ({
  seq,
  at: '2026-01-01T00:00:00.000Z',
  kind,
  operationId: 'o1',
  ...facts,
});

it.each([
  [0, '0 min'],
  [3_600_000 + 59_999, '1 h 0 min'],
  [172_800_000, '2 days'],
  [-5, '0 min'],
])('an age of %d ms reads %s', (ms, text) => {
  expect(ageOf(ms)).toBe(text);
});

it('tells an operation in the order it happened, replays last', () => {
  const callback = { call: 'user_auth', flow: 'sign-up', obj: 'c1', kid: 'dcm-1', signer: 'dcm', durationMs: 4 };
  const operation = entry(2, 'dcm.operation', {
    scheme: 'bank',
    sub: 'op',
    kid: 'k1',
    outcome: 'done',
    httpStatus: 200,
  });
  const callbacks = [
    entry(1, 'dcm.callback', callback),
    entry(3, 'dcm.callback', { ...callback, replay: true, problem: 'response status code is not 200 but 401' }),
    entry(4, 'dcm.callback', { ...callback, operationId: 'other' }),
  ];
  expect(operationSteps(operation, callbacks).map(({ ok, text }) => [ok, text])).toEqual([
    [undefined, 'The bank sent its own token for op, key k1. DCM verified it with the registered key.'],
    [undefined, 'DCM signed a token: flow sign-up, obj c1, its key dcm-1.'],
    [true, 'DCM asked the bank GET /user_auth: 200 in 4 ms, granted.'],
    [true, 'DCM carried it out and answered 200.'],
    [false, 'DCM asked the bank again GET /user_auth: response status code is not 200 but 401 (4 ms).'],
  ]);
});

it('tells a payment message with its callbacks', () => {
  const operation = entry(1, 'dcm.operation', { scheme: 'platform', kid: 'k1', outcome: 'done', httpStatus: 200 });
  const callback = { callback: 'pay-in-merchant', attempt: 1, httpStatus: null };
  const callbacks = [
    entry(2, 'dcm.callback', callback),
    entry(3, 'dcm.callback', { ...callback, attempt: 2, httpStatus: 204 }),
  ];
  expect(operationSteps(operation, callbacks).map(({ ok, text }) => [ok, text])).toEqual([
    [undefined, 'The bank sent a request token and a signed payload, key k1. DCM verified both.'],
    [true, 'DCM carried it out and answered 200.'],
    [false, 'DCM sent the pay-in-merchant callback, attempt 1: no answer.'],
    [true, 'DCM sent the pay-in-merchant callback, attempt 2: 204.'],
  ]);
});

describe('a platform that is started again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dcm-'));
  const stateFile = join(folder, 'state.json');
  const guid = randomUUID();
  const login = 'operator@bank.example';
  const counterparty = parseCounterparty({
    guid,
    name: '<Bank A>',
    authServiceUrl: 'http://127.0.0.1:9/auth/',
    employees: [{ login, password: 'Test-only-1!' }],
  });
  let simulator: Simulator | undefined;
  const start = async (counterparties = [counterparty]): Promise<Simulator> =>
    (simulator = await startSimulator({
      host: '127.0.0.1',
      port: 0,
      merchants: [],
      strict: false,
      stateFile,
      counterparties,
    }));
  const page = async (): Promise<string> => (await fetch(`${simulator?.url ?? ''}/dcm`)).text();
  afterAll(async () => {
    await simulator?.close();
    rmSync(folder, { recursive: true });
  });

  it('shows its keys, rotates them by a button, and forgets nothing', async () => {
    const first = await start();
    const { dcm } = first.bank;
    const text = await page();
    expect(text).toContain('&lt;Bank A&gt;');
    expect(text).toContain(dcm.keys.signing().kid);
    const body = new URLSearchParams({ overlap: 'no' });
    const rotated = await fetch(`${first.url}/dcm/keys/rotate`, { method: 'POST', body, redirect: 'manual' });
    expect([rotated.status, rotated.headers.get('location')]).toEqual([303, '/dcm#keys']);
    const { kid } = dcm.keys.signing();
    expect(text).not.toContain(kid);
    const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    dcm.records.register(guid, { ...jwk, kid: 'k1', alg: 'RS256', use: 'sig' });
    dcm.configure({ signer: 'forward' });
    dcm.skewMs = 90_000;
    await first.close();
    expect(readFileSync(stateFile, 'utf8')).not.toContain('Test-only-1!');

    const { bank } = await start([]);
    expect([bank.dcm.settings.signer, bank.dcm.skewMs]).toEqual(['forward', 90_000]);
    expect(bank.dcm.keys.signing().kid).toBe(kid);
    expect(bank.dcm.records.keysOf(guid)).toMatchObject([{ kid: 'k1' }]);
    expect(bank.dcm.employees.authenticate(login, 'Test-only-1!')).toMatchObject({ roles: ['Administrator'] });
    expect(await page()).toContain(kid);
    bank.reset();
    expect([bank.dcm.keys.signing().kid, bank.dcm.records.keysOf(guid)]).toEqual([kid, []]);
    expect(bank.dcm.employees.find(login)).toBeDefined();
  });
});
