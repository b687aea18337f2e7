import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { DcmControl, TokenTap } from '../support/dcm-control.js';
import { type OpsAnswer, OpsClient } from '../support/ops-client.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

interface Key {
  readonly id: string;
  readonly slot: string;
  readonly status: string;
  readonly publicJwk: object;
}
interface Keys {
  readonly keys: readonly Key[];
  readonly lastError: string | null;
}

/** Scheme BANK needs no log-in: the keys are managed with tokens of their own. */
describe('a bank without an employee at DCM', () => {
  let stack: Stack;
  let ops: OpsClient;
  let dcm: DcmControl;
  let beforeOnboarding: Keys & { readonly operations: readonly OpsAnswer<unknown>[] };

  beforeAll(async () => {
    const gateway = { DCM_EMPLOYEE_LOGIN: '', DCM_EMPLOYEE_PASSWORD_FILE: '' };
    stack = await startStack({ withShop: false, withDcm: true, gateway });
    ops = new OpsClient(stack.gatewayUrl, OPS_KEY);
    dcm = new DcmControl(stack.simulatorUrl, stack.dcm);
    await until('the first attempt', async () => (await keys()).lastError !== null);
    beforeOnboarding = {
      ...(await keys()),
      operations: [
        await create('olena', 'robot'),
        await ops.call('POST', 'dcm/operations', { operation: 'jwk-list', scheme: 'dcm' }),
      ],
    };
    await dcm.configureCounterparty({ firstJwk: beforeOnboarding.keys[0]!.publicJwk }); // as onboarding does
    expect((await ops.call('POST', 'dcm/keys/rotate')).status).toBe(200);
  }, 60_000);
  afterAll(() => stack.stop());

  const keys = async (): Promise<Keys> => (await ops.call<Keys>('GET', 'dcm/keys')).body;
  const living = async (): Promise<string[]> =>
    (await keys()).keys.filter(({ status }) => status !== 'retired').map(({ slot, status }) => `${slot} ${status}`);
  const signing = async (): Promise<string | undefined> =>
    (await keys()).keys.find(({ status }) => status === 'signing')?.id;
  const create = (login: string, sub: string) => {
    const body = { login, asset_code: 'UAH', asset_issuer: 'issuer' };
    const claims = { scheme: 'bank', flow: 'sign-up', obj: login, sub };
    return ops.call('POST', 'dcm/operations', { operation: 'customer-create', ...claims, body });
  };
  const ask = async (token: string) => {
    const answer = await fetch(`${stack.gatewayUrl}/dcm/auth/user_auth`, { headers: { 'x-session-id': token } });
    return { status: answer.status, text: await answer.text() };
  };

  it('is watched in readiness: its jobs have their claims seen', async () => {
    const answer = await fetch(`${stack.gatewayUrl}/metrics`, { headers: { authorization: `Bearer ${OPS_KEY}` } });
    const metrics = await answer.text();
    for (const worker of ['dcm-keys', 'dcm-callbacks'])
      expect(metrics).toMatch(new RegExp(`^gateway_worker_claim_age_seconds\\{worker="${worker}"\\} [0-9]`, 'mu'));
    expect((await fetch(`${stack.gatewayUrl}/health/ready`)).status).toBe(200);
  });

  it('waits with a staged key until DCM has taken its public half by another way', async () => {
    const { keys: all, lastError, operations } = beforeOnboarding;
    expect([all.map(({ status }) => status), lastError]).toEqual([['staged'], 'DCM_CONFIGURATION no_signing_key']);
    for (const { body } of operations) expect(body).toMatchObject({ code: 'DCM_NOT_READY' });
    expect((await keys()).keys.find(({ id }) => id === all[0]!.id)).not.toMatchObject({ status: 'staged' });
  });

  it('rotates and replaces its keys, signing for itself', async () => {
    const first = await signing();
    expect((await ops.call('POST', 'dcm/keys/rotate')).status).toBe(200);
    expect(await living()).toEqual(['A retiring', 'B signing']);
    expect(await ops.call('POST', 'dcm/keys/rotate')).toMatchObject({
      ...{ status: 409, body: { code: 'DCM_ROTATION_TOO_EARLY' } },
    });
    expect((await ops.call('POST', 'dcm/keys/replace', {})).status).toBe(200);
    expect(await living()).toEqual(['A retiring', 'B signing']);
    expect((await ops.call('POST', 'dcm/keys/replace', { key: first })).status).toBe(200);
    expect(await living()).toEqual(['B retiring', 'A signing']);
    await ops.call('POST', 'dcm/subjects', { sub: 'robot', kind: 'technical' });
    const { body } = await ops.call<{ id: string }>('POST', 'dcm/objects', { login: 'olena' });
    await ops.call('POST', 'dcm/rules', { sub: '*', flow: 'sign-up', object: body.id });
    expect((await create('olena', 'robot')).status).toBe(200);
  });

  // How long is the business of time-limit.spec.ts: here, that it is kept at all. Without it these would wait for ever.
  it('answers also while the keys of DCM do not come', async () => {
    await dcm.addFault({ kind: 'jwks_delay', delayMs: 60_000 });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [iat, encode] = [Math.floor(Date.now() / 1_000), (value: object) => Buffer.from(JSON.stringify(value))];
    const claims = { flow: 'sign-up', obj: 'olena', sub: 'robot', iat, exp: iat + 300 };
    const parts = [{ alg: 'RS256', kid: randomUUID(), typ: 'JWT' }, claims].map((part) =>
      encode(part).toString('base64url'),
    );
    const signature = sign('sha256', Buffer.from(parts.join('.')), privateKey).toString('base64url');
    expect((await ask([...parts, signature].join('.'))).status).toBe(401);
    await dcm.clearFaults();
  });

  it('says that it has no answer while the database does not answer', async () => {
    const tap = await TokenTap.open(`${stack.gatewayUrl}/dcm/auth`);
    await dcm.askAt(tap.url);
    await create('nobody', 'robot');
    await dcm.askAt(stack.dcm.counterparty.authServiceUrl);
    await tap.close();
    const [token] = tap.tokens;
    expect((await ask(token!)).status).toBe(401);
    const locked = await stack.database.lockTable('dcm_rule');
    expect(await ask(token!)).toEqual({ status: 503, text: '{"error":"Service unavailable"}' });
    await locked.release();
    expect((await ask(token!)).status).toBe(401);
  });

  it('turns away what is too much, and counts it', async () => {
    await stack.restartGateway({ env: { DCM_AUTH_RATE: '5' } });
    const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await ask('x')).status));
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    const away = statuses.filter((status) => status === 429).length;
    expect(away).toBeGreaterThan(15);
    await ops.call('GET', 'dcm/decisions'); // writes what waits
    const [row] = await stack.database.query<{ times: number }>(
      `SELECT sum(times)::int AS times FROM dcm_decision WHERE reason = 'RATE_LIMITED'`,
    );
    expect(row!.times).toBe(away);
    await stack.restartGateway({ env: { DCM_AUTH_RATE: '' } });
  });
});
