import { execFile, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { compactDecrypt, CompactEncrypt, importJWK } from 'jose';
import { Simulator } from './simulator-process.js';

/**
 * Clients that others have written, as they are: the bank's own SDKs, python3-jwcrypto, the José command line. None of them
 * is part of this repository; those that the machine has are tried, see docs/foreign-clients.md.
 */
const run = promisify(execFile);
const FOLDER = 'test/foreign';
const SUCCESS = '4111111111111111';
const PURCHASE = '/ecom/jws/payments/create/purchase_v3';

const has = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;
const holds = (variable: string, file: string): boolean => existsSync(`${process.env[variable] ?? ''}/${file}`);

/** What is missing, in words; undefined where the client can be run. */
const MISSING = {
  php: has('php', '-r', 'exit(extension_loaded("curl") && extension_loaded("gmp") ? 0 : 1);')
    ? holds('ALLIANCEPAY_PHP_SDK', 'lib') && holds('SIMPLEJWT', 'src/SimpleJWT')
      ? undefined
      : 'ALLIANCEPAY_PHP_SDK and SIMPLEJWT name no folders'
    : 'no php with curl and gmp',
  node: holds('ALLIANCEPAY_NODE_SDK', 'dist/client.js') ? undefined : 'ALLIANCEPAY_NODE_SDK names no built SDK',
  python: has('/usr/bin/python3', '-c', 'import jwcrypto') ? undefined : 'no python3-jwcrypto',
  jose: has('jose', 'alg') && has('curl', '--version') ? undefined : 'no jose',
} as const;

type Env = Readonly<Record<string, string>>;

describe('clients written elsewhere', () => {
  let simulator: Simulator;
  let env: Env;

  beforeAll(async () => {
    simulator = await Simulator.start(false);
    const client = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
    const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [merchantId, serviceCode, kid] = [randomUUID(), randomUUID(), randomUUID()];
    const { kty, crv, x, y } = client;
    await simulator.control('merchants', {
      ...{ merchantId, serviceCode, name: 'Foreign', terminal: 'live', clientPublicKey: { kty, crv, x, y } },
      signingKeys: [{ kid, publicKey: signing.publicKey.export({ type: 'spki', format: 'pem' }) }],
    });
    await simulator.control('callbacks', { mode: 'drop' });
    env = {
      BANK_URL: simulator.url,
      MERCHANT_ID: merchantId,
      SERVICE_CODE: serviceCode,
      KID: kid,
      CLIENT_KEY: JSON.stringify(client),
      SIGNING_KEY: signing.privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
      PAYMENT_KEY: JSON.stringify(await simulator.control(`merchants/${merchantId}/payment-key`)),
    };
  }, 30_000);
  afterAll(() => simulator.stop());

  const printed = async (command: string, args: readonly string[], more: Env = {}): Promise<unknown> => {
    const { stdout } = await run(command, [...args], { env: { ...process.env, ...env, ...more }, timeout: 20_000 });
    return JSON.parse(stdout);
  };
  const tried = (missing: string | undefined, what: string, test: () => Promise<void>): void => {
    (missing === undefined ? it : it.skip)(missing === undefined ? what : `${what} (not run: ${missing})`, test);
  };

  /** Order, payment on the page, order data and refund by a client with these two steps. */
  async function ordersAndRefunds(command: string, script: string): Promise<void> {
    const created = (await printed(command, [`${FOLDER}/${script}`, 'create'])) as { hppOrderId: string };
    await simulator.pay(created);
    const finished = await printed(command, [`${FOLDER}/${script}`, 'finish', created.hppOrderId]);
    expect(finished).toMatchObject({ orderStatus: 'SUCCESS', refund: { type: 'REFUND', coinAmount: 50 } });
    expect(await simulator.ledger('kind=money.charged')).toContainEqual(
      expect.objectContaining({ hppOrderId: created.hppOrderId, coinAmount: 10_050 }),
    );
  }

  tried(MISSING.php, "the bank's PHP SDK orders and refunds", () => ordersAndRefunds('php', 'sdk.php'));
  tried(MISSING.node, "the bank's Node SDK orders and refunds", () => ordersAndRefunds(process.execPath, 'sdk.mjs'));

  const first = (): string =>
    JSON.stringify({
      ...{ merchantId: env['MERCHANT_ID'], merchantRequestId: randomUUID(), coinAmount: 1_000 },
      ...{ desiredThreeDSMode: 'MUST_NOT', customerData: { senderCustomerId: 'c1' } },
      date: new Date().toISOString().replace('T', ' ').replace(/\dZ$/, '+00:00'),
    });

  tried(MISSING.python, 'python3-jwcrypto seals a card, signs a request and verifies the answer', async () => {
    const answer = await printed('/usr/bin/python3', [`${FOLDER}/signed_call.py`, PURCHASE, first()], { PAN: SUCCESS });
    expect(answer).toMatchObject({ type: 'PURCHASE', status: 'PENDING', coinAmount: 1_000 });
  });

  tried(MISSING.python, 'the printed snippet, whose ts is in seconds, is told so', async () => {
    const more = { PAN: SUCCESS, TS: 'seconds' };
    const answer = await printed('/usr/bin/python3', [`${FOLDER}/signed_call.py`, PURCHASE, first()], more);
    expect(answer).toMatchObject({ msgCode: 'b_invalid_request', msgText: expect.stringContaining('ts') as string });
  });

  tried(MISSING.jose, 'curl and the José command line open a session and refund', async () => {
    const operationId = 'none-of-this-bank';
    expect(await printed(`${FOLDER}/jose.sh`, [operationId])).toMatchObject({ msgCode: 'b_operation_not_found' });
  });

  describe("what the bank's PHP SDK sends", () => {
    const post = async (path: string, body: string, headers: Env = {}): Promise<Record<string, unknown>> => {
      const usual = {
        'x-api_version': 'V1',
        'x-device_id': '',
        'x-refresh_token': '',
        'x-request_id': '6565b2d3a8f1c',
      };
      const answer = await fetch(`${simulator.url}/${path}`, {
        method: 'POST',
        body,
        headers: { ...usual, ...headers },
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    const opened = async (jwe: unknown): Promise<Record<string, unknown>> => {
      const key = await importJWK(JSON.parse(env['CLIENT_KEY'] ?? '') as object, 'ECDH-ES+A256KW');
      const { plaintext } = await compactDecrypt(String(jwe), key);
      return JSON.parse(new TextDecoder().decode(plaintext)) as Record<string, unknown>;
    };

    it('is taken: two slashes after a base address with one, a JWE as a JSON string, a date with milliseconds', async () => {
      const json = { 'Content-Type': 'application/json', Accept: 'application/json' };
      const serviceCode = JSON.stringify({ serviceCode: env['SERVICE_CODE'] });
      const session = await opened((await post('/api-gateway/authorize_virtual_device', serviceCode, json))['jwe']);
      const refund = {
        ...{ merchantRequestId: randomUUID(), merchantId: env['MERCHANT_ID'], operationId: 'none', coinAmount: 50 },
        date: new Date().toISOString().replace('T', ' ').replace('Z', '+00:00'),
      };
      const bankKey = await importJWK(session['serverPublic'] as object, 'ECDH-ES+A256KW');
      const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(refund)))
        .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
        .encrypt(bankKey);
      const answer = await post('/ecom/execute_request/payments/v3/refund', JSON.stringify(sealed), {
        'Content-Type': 'text/plain',
        'x-device_id': String(session['deviceId']),
        'x-refresh_token': String(session['refreshToken']),
      });
      expect(await opened(answer['jwe'])).toMatchObject({ msgCode: 'b_operation_not_found' });
    });
  });
});
