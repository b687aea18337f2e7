import './node-version.js';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DemoClient, type LedgerLine } from './demo-client.js';
import { ConfigError, readLauncherConfig } from './launcher-config.js';

const KEY_PATIENCE_MS = 20_000;
const EMPLOYEE = 'operator@bank.example';
const STRANGER = 'stranger@bank.example';

const print = (line = ''): void => void process.stdout.write(`${line}\n`);

interface Customer {
  readonly login: string;
  readonly objectId: string;
}

/** DCM asks the bank before it does anything; what it asked, as its own ledger has it. */
function printCallbacks(lines: readonly LedgerLine[]): void {
  for (const { call, obj, sub, kid, httpStatus, durationMs } of lines) {
    print(`     DCM asked us   GET /dcm/auth/${call}: may ${sub} act on ${obj}?  (X-Session-ID, key ${kid})`);
    print(`     we answered    ${httpStatus ?? 'nothing'} in ${durationMs} ms`);
  }
}

async function signingKey(client: DemoClient): Promise<string> {
  const giveUpAt = Date.now() + KEY_PATIENCE_MS;
  for (;;) {
    const { keys, lastError } = await client.keys();
    const signing = keys.find(({ status }) => status === 'signing');
    if (signing) return signing.id;
    if (Date.now() > giveUpAt) throw new ConfigError(`No key signs yet: ${lastError ?? 'the rotation is under way'}.`);
    await sleep(200);
  }
}

async function makeCustomer(client: DemoClient, run: string, way: string): Promise<Customer> {
  const login = `customer-${run}-${way}`;
  const { id: objectId } = await client.ops<{ id: string }>('POST', 'objects', { login, firstName: 'Olena' });
  return { login, objectId };
}

const customerBody = ({ login }: Customer) => ({ login, asset_code: 'UAH', asset_issuer: 'demo' });

/** One operation, told step by step. */
async function tell(client: DemoClient, operation: object): Promise<Record<string, unknown> | undefined> {
  const mark = await client.ledgerEnd();
  const { status, body } = await client.call(operation);
  printCallbacks(await client.callbacksAfter(mark));
  if (status === 200) return (body as { answer: Record<string, unknown> }).answer;
  const { code, detail } = body as { code: string; detail: string };
  print(`     DCM answered   no: ${code}, ${detail}`);
  return undefined;
}

async function createCustomers(client: DemoClient, run: string): Promise<(string | undefined)[]> {
  const [ours, theirs] = [await makeCustomer(client, run, 'bank'), await makeCustomer(client, run, 'dcm')];
  const create = { operation: 'customer-create' };
  for (const { objectId } of [ours, theirs]) {
    await client.ops('POST', 'rules', { sub: EMPLOYEE, flow: 'sign-up', object: objectId });
    await client.ops('POST', 'rules', { sub: EMPLOYEE, flow: 'sign-in', object: objectId });
  }
  print(`  2. Scheme BANK: we sign. customer-create for ${ours.login}`);
  print('     we sent        CX-Authorization: a token of our own key, no Authorization');
  const claims = { scheme: 'bank', flow: 'sign-up', obj: ours.login, sub: EMPLOYEE };
  const first = await tell(client, { ...create, ...claims, body: customerBody(ours) });
  if (first) print(`     DCM answered   yes: account ${String(first['guid'])}`);
  print(`\n  3. Scheme DCM: the employee logs in, DCM signs. customer-create for ${theirs.login}`);
  print('     we sent        Authorization: Bearer <session of the employee>, no CX-Authorization');
  const second = await tell(client, { ...create, scheme: 'dcm', body: customerBody(theirs) });
  if (second) print(`     DCM answered   yes: account ${String(second['guid'])}`);
  return [first, second].map((answer) => answer && String(answer['guid']));
}

async function tryAsStranger(client: DemoClient, run: string): Promise<void> {
  const customer = await makeCustomer(client, run, 'nobody');
  print(`\n  4. Without the right: the same in scheme BANK, in the name of ${STRANGER}`);
  const claims = { scheme: 'bank', flow: 'sign-up', obj: customer.login, sub: STRANGER };
  const done = await tell(client, { operation: 'customer-create', ...claims, body: customerBody(customer) });
  if (done) throw new Error('A stranger was let in: that must not be.');
}

async function printDecisions(client: DemoClient): Promise<void> {
  print('\n  5. What our decisions say (newest first)');
  for (const { call, subject, flow, allowed, reason } of await client.decisions(3)) {
    print(
      `     ${allowed ? 'allowed' : 'denied '}  ${call ?? '-'}  ${subject ?? '-'}  ${flow ?? '-'}  ${reason ?? ''}`.trimEnd(),
    );
  }
}

async function demo(client: DemoClient): Promise<void> {
  const run = randomBytes(3).toString('hex');
  print('One operation of DCM, authorized in both ways.\n');
  print(`  1. Our key ${await signingKey(client)} is registered at DCM and signs.`);
  await client.addSubject(EMPLOYEE);
  print(`     ${EMPLOYEE} is known to us; two new customers are his to sign up.\n`);
  const accounts = await createCustomers(client, run);
  await tryAsStranger(client, run);
  await printDecisions(client);
  if (accounts.includes(undefined)) throw new Error('\nAn operation that has the right to was declined: see above.');
  print('\nSee also: npm run --silent cli -- help, and what happened at DCM: the start page of the simulator.');
}

try {
  const config = readLauncherConfig(process.env);
  if (config.bankUrl !== undefined || config.dcmUrl !== undefined)
    throw new ConfigError('The demo plays with the simulator only: unset ALLIANCE_BASE_URL and DCM_BASE_URL.');
  const opsKey = readFileSync(path.join(config.dataDir, 'demo', 'ops-key'), 'utf8').trim();
  await demo(new DemoClient(config, opsKey));
} catch (error) {
  const isAway = (error as { code?: string }).code === 'ENOENT' || error instanceof TypeError;
  process.stderr.write(
    `${isAway ? 'Nothing runs here: start it with "npm start" first.' : (error as Error).message}\n`,
  );
  process.exitCode = 1;
}
