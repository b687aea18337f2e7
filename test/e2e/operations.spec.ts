import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { APP_ENVIRONMENT } from '../support/app-environment.js';
import { GatewayClient } from '../support/gateway-client.js';
import { OPS_KEY, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

interface OpsAnswer<T> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
}

/** What the bank was asked to make. Workers ask about payments of other accounts meanwhile. */
const newsOf = async ({ bank }: Stack): Promise<number> => {
  const orders = await bank.ledger({ kind: 'request', path: 'create-order' });
  return orders.length + (await bank.ledger({ kind: 'authorize' })).length;
};

/** What an operator does, over the routes and at the command line. */
describe('operations', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ withShop: false });
  }, 60_000);
  afterAll(() => stack.stop());

  const ops = async <T>(method: string, route: string, body?: unknown, key = OPS_KEY): Promise<OpsAnswer<T>> => {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${stack.gatewayUrl}${route}`, { method, headers, ...sent });
    const text = await response.text();
    return { status: response.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as T, text };
  };
  const cli = async (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, ['dist/apps/gateway/src/cli.js', ...args], {
      env: { ...APP_ENVIRONMENT, DATABASE_URL: stack.database.url, DATA_DIR: stack.dataDir },
    });

  interface Account {
    readonly id: string;
    readonly clientKeys: { id: string; status: string }[];
    readonly publicKey?: { id: string; publicKey: object };
  }
  interface Session {
    readonly accountId: string;
    readonly state: string;
    readonly version: number;
    readonly alarm: string | null;
    readonly nextRenewalAt: string | null;
    readonly daysToIdleLimit: number | null;
  }
  interface AuditLine {
    readonly merchantAccountId: string;
    readonly actor: string;
    readonly action: string;
    readonly detail: object;
  }
  const sessionOf = async (accountId: string): Promise<Session> => {
    const { body } = await ops<{ data: Session[] }>('GET', '/ops/sessions');
    return body.data.find((session) => session.accountId === accountId)!;
  };

  it('are for whoever has the operator key, and for nobody else', async () => {
    expect((await ops('GET', '/ops/sessions', undefined, stack.apiKey)).status).toBe(401);
    expect((await ops('GET', '/metrics', undefined, 'x'.repeat(32))).status).toBe(401);
    expect((await stack.client.call('GET', '/ops/merchant-accounts', { headers: { authorization: '' } })).status).toBe(
      401,
    );
  });

  /** One more account, which the bank knows, too, with an API key. */
  async function anAccount(name: string) {
    const [bankMerchantId, serviceCode] = [randomUUID(), randomUUID()];
    const settings = { name, environment: 'test', baseUrl: stack.simulatorUrl, bankMerchantId, serviceCode };
    const created = await ops<Account>('POST', '/ops/merchant-accounts', settings);
    expect(created.status).toBe(201);
    const clientPublicKey = created.body.publicKey!.publicKey;
    await stack.bank.addMerchant({ serviceCode, merchantId: bankMerchantId, name, clientPublicKey, terminal: 'test' });
    const { body } = await ops<{ key: string }>('POST', `/ops/merchant-accounts/${created.body.id}/api-keys`, {});
    return { id: created.body.id, apiKey: body.key, bankMerchantId, serviceCode, text: created.text };
  }

  it('add a second merchant account whose money and keys are its own', async () => {
    const { id, apiKey, bankMerchantId, serviceCode, text } = await anAccount('Second shop');
    expect(text).not.toContain(serviceCode);
    expect(text).not.toContain('"d"');
    const second = new GatewayClient(stack.gatewayUrl, apiKey);

    const { status, body: payment } = await second.createPayment();
    expect(status).toBe(201);
    expect((await stack.client.payment(payment.id)).status).toBe(404);
    expect((await stack.client.payments()).body.data.map(({ id }) => id)).not.toContain(payment.id);
    expect(
      (
        await ops('POST', '/ops/merchant-accounts', {
          name: 'Again',
          environment: 'test',
          baseUrl: stack.simulatorUrl,
          bankMerchantId,
          serviceCode,
        })
      ).body,
    ).toMatchObject({ code: 'ACCOUNT_EXISTS' });
    const { body: keys } = await ops<{ data: { id: string; hint: string }[] }>(
      'GET',
      `/ops/merchant-accounts/${id}/api-keys`,
    );
    expect((await ops('DELETE', `/ops/merchant-accounts/${id}/api-keys/${keys.data[0]!.id}`)).status).toBe(204);
    expect((await second.payment(payment.id)).status).toBe(401);
  });

  it('switch an account to another client key while the bank still uses the old one', async () => {
    const { body: list } = await ops<{ data: Account[] }>('GET', '/ops/merchant-accounts');
    const account = list.data[0]!.id;
    const file = path.join(stack.dataDir, 'next-key.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const imported = JSON.parse((await cli('keys', 'import', account, '--file', file)).stdout) as {
      id: string;
      publicKey: object;
    };
    expect(JSON.stringify(imported)).not.toContain('"d"');
    await cli('keys', 'activate', account, imported.id);
    const renewed = JSON.parse((await cli('sessions', 'renew', account)).stdout) as { version: number }; // answered under the old key
    expect(renewed.version).toBeGreaterThan(0);
    const { body } = await ops<Account>('GET', `/ops/merchant-accounts/${account}`);
    expect(body.clientKeys.map(({ status }) => status).toSorted()).toEqual(['active', 'standby']);
    await cli('keys', 'activate', account, body.clientKeys[0]!.id);
  });

  it('refuse a key that cannot work, and name the member', async () => {
    const { body: list } = await ops<{ data: Account[] }>('GET', '/ops/merchant-accounts');
    const jwk = { ...(JSON.parse(stack.merchant.privateKey) as object), x: 'AAAA' };
    const answer = await ops('POST', `/ops/merchant-accounts/${list.data[0]!.id}/client-keys`, { jwk });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'CLIENT_KEY_INVALID', detail: expect.stringContaining('x') },
    });
  });

  it('renew, block and unblock a session, and show what comes next', async () => {
    expect((await stack.client.createPayment()).status).toBe(201);
    const [{ accountId }] = (await stack.database.query<{ accountId: string }>(
      'SELECT merchant_account_id AS "accountId" FROM payment ORDER BY created_at DESC LIMIT 1',
    )) as [{ accountId: string }];
    const before = await sessionOf(accountId);
    expect(before).toMatchObject({ state: 'active', alarm: null, daysToIdleLimit: 200 });
    expect(Date.parse(before.nextRenewalAt!)).toBeGreaterThan(Date.now() + 7.9 * 3_600_000);

    expect((await ops('POST', `/ops/sessions/${accountId}/renew`)).body).toEqual({ version: before.version + 1 });
    expect((await ops('POST', `/ops/sessions/${accountId}/block`, { reason: 'contract ended' })).status).toBe(204);
    expect(await sessionOf(accountId)).toMatchObject({ state: 'blocked', alarm: 'blocked' });
    // A session is trusted for two seconds.
    await until('the block is seen', async () => (await stack.client.createPayment()).status === 202);
    const heard = await newsOf(stack);
    expect((await stack.client.createPayment()).status).toBe(202);
    expect(await newsOf(stack)).toBe(heard);
    const { body: list } = await ops<{ data: object[] }>('GET', '/ops/merchant-accounts');
    const ready = await fetch(`${stack.gatewayUrl}/health/ready`);
    expect(await ready.json()).toEqual({ status: 'ok', accounts: { total: list.data.length, blocked: 1 } });
    const { text: metrics } = await ops('GET', '/metrics');
    expect(metrics).toContain(`alliance_session_blocked{account="${accountId}"} 1`);

    expect((await ops('POST', `/ops/sessions/${accountId}/unblock`)).status).toBe(204);
    expect((await stack.client.createPayment()).status).toBe(201);
  });

  it('leave one line each in the audit: who, which account, what, and nothing secret', async () => {
    const { id, apiKey, serviceCode } = await anAccount('Audited');
    const route = `/ops/merchant-accounts/${id}`;
    const { body: made } = await ops<{ id: string }>('POST', `${route}/client-keys`, {});
    const [first] = (await ops<Account>('GET', route)).body.clientKeys;
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
    const { body: imported } = await ops<{ id: string }>('POST', `${route}/client-keys`, { jwk });
    await cli('keys', 'activate', id, made.id);
    await ops('POST', `${route}/client-keys/${first!.id}/activate`);
    await ops('POST', `${route}/client-keys/${imported.id}/retire`);
    await ops('PATCH', route, { name: 'Renamed' });
    await cli('sessions', 'block', id, '--reason', 'on holiday');
    await ops('POST', `/ops/sessions/${id}/unblock`);
    const { version } = JSON.parse((await cli('sessions', 'renew', id)).stdout) as { version: number };
    const [key] = (await ops<{ data: { id: string }[] }>('GET', `${route}/api-keys`)).body.data;
    await ops('DELETE', `${route}/api-keys/${key!.id}`);
    await ops('DELETE', `${route}/api-keys/${key!.id}`); // there is nothing to revoke any more: no line
    await ops('POST', `${route}/client-keys/ck_unknown/activate`);

    const { body, text } = await ops<{ data: AuditLine[] }>('GET', '/ops/audit?limit=500');
    const lines = body.data.filter(({ merchantAccountId }) => merchantAccountId === id).toReversed();
    expect(lines.map(({ actor, action, detail }) => ({ actor, action, detail }))).toEqual([
      { actor: 'ops-api', action: 'account.create', detail: { name: 'Audited' } },
      { actor: 'ops-api', action: 'client_key.generate', detail: { keyId: first!.id } },
      { actor: 'ops-api', action: 'api_key.create', detail: { keyId: expect.any(String), hint: apiKey.slice(0, 12) } },
      { actor: 'ops-api', action: 'client_key.generate', detail: { keyId: made.id } },
      { actor: 'ops-api', action: 'client_key.import', detail: { keyId: imported.id } },
      { actor: 'cli', action: 'client_key.activate', detail: { keyId: made.id } },
      { actor: 'ops-api', action: 'client_key.activate', detail: { keyId: first!.id } },
      { actor: 'ops-api', action: 'client_key.retire', detail: { keyId: imported.id } },
      { actor: 'ops-api', action: 'account.change', detail: { changed: ['name'] } },
      { actor: 'cli', action: 'session.block', detail: { reason: 'on holiday' } },
      { actor: 'ops-api', action: 'session.unblock', detail: { wasBlocked: true } },
      { actor: 'cli', action: 'session.renew', detail: { version } },
      { actor: 'ops-api', action: 'api_key.revoke', detail: { keyId: key!.id } },
    ]);
    for (const secret of [apiKey, serviceCode, jwk.d!]) expect(text).not.toContain(secret);
  }, 60_000);

  it('rotate the key-encrypting key under load, without one failed request, and prove it', async () => {
    const status = JSON.parse((await cli('keys', 'rotate', '--dry-run')).stdout) as {
      currentKek: string;
      rowsUnderOthers: number;
    };
    expect(status.rowsUnderOthers).toBe(0);
    const load = { goesOn: true };
    const answers: number[] = [];
    const customers = (async () => {
      while (load.goesOn) answers.push((await stack.client.createPayment()).status);
    })();
    const { stdout } = await cli('keys', 'rotate');
    load.goesOn = false;
    await customers;
    expect(answers.length).toBeGreaterThan(10);
    expect(new Set(answers)).toEqual(new Set([201]));
    const proof = JSON.parse(stdout) as { currentKek: string; rowsUnderOthers: number; rowsUnderCurrent: number };
    expect(proof).toMatchObject({ rowsUnderOthers: 0 });
    expect(proof.currentKek).not.toBe(status.currentKek);
    await stack.restartGateway();
    expect((await stack.client.createPayment()).status).toBe(201);
  }, 60_000);

  it('a gateway with another key file refuses to start, and writes nothing', async () => {
    const counted = await stack.database.query('SELECT count(*) FROM kek');
    const start = stack.addGateway({ KEYSTORE_KEYS_FILE: path.join(stack.dataDir, 'another.json') });
    await expect(start).rejects.toThrow('names a file that does not exist');
    expect(await stack.database.query('SELECT count(*) FROM kek')).toEqual(counted);
  });

  it('a restart with the same environment undoes nothing that an operator changed; another environment is applied', async () => {
    const { body: list } = await ops<{ data: { id: string; name: string }[] }>('GET', '/ops/merchant-accounts');
    const account = list.data[0]!.id;
    const nameNow = async (): Promise<string> =>
      (await ops<{ name: string }>('GET', `/ops/merchant-accounts/${account}`)).body.name;
    expect((await ops('PATCH', `/ops/merchant-accounts/${account}`, { name: 'Renamed by an operator' })).status).toBe(
      200,
    );
    await stack.restartGateway();
    expect(await nameNow()).toBe('Renamed by an operator');
    await stack.restartGateway({ env: { ALLIANCE_ACCOUNT_NAME: 'Named by the environment' } });
    expect(await nameNow()).toBe('Named by the environment');
  }, 30_000);

  it('a command that is wrong says what is right', async () => {
    await expect(cli('keys', 'import')).rejects.toMatchObject({
      stderr: expect.stringContaining('<account> is missing'),
    });
    await expect(cli('sessions', 'block', 'acc_nothing')).rejects.toMatchObject({
      stderr: expect.stringContaining('--reason is missing'),
    });
    expect((await cli('help')).stdout).toContain('keys rotate [--dry-run] [--rewrap-only]');
  });
});
