import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { parseMerchant } from '../../apps/simulator/src/bank/merchants.js';
import { type Simulator, startSimulator } from '../../apps/simulator/src/start-simulator.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

export const DAY_MS = 24 * 3_600_000;

/** What a plan costs in these tests: a hryvnia a day. */
export const DAILY = { fromNumber: 1, toNumber: 4, amount: 100, intervalCount: 1, intervalUnit: 'day' };
export const A_PLAN = { name: 'Coffee', currency: 'UAH', rules: [DAILY] };

type Json = Readonly<Record<string, unknown>>;

/** A gateway, and a simulator that it speaks to over sockets, signing under Authorization 2.0. */
export interface AtBank {
  readonly database: MigratedDatabase;
  readonly gateway: WholeGateway;
  readonly simulator: Simulator;
  readonly account: NewAccount;
  readonly post: (path: string, body?: object, headers?: Readonly<Record<string, string>>) => Promise<Posted>;
  readonly read: (path: string) => Promise<Json>;
  /** What the simulator's control routes do. */
  readonly control: (method: string, path: string, body?: object) => Promise<Json>;
  readonly advance: (advanceMs: number) => Promise<void>;
  /** A session that the bank ended by its own clock is renewed at once, whatever was renewed before. */
  readonly freshSession: () => Promise<void>;
  /** Money that moved at the bank, in its own ledger: `charged 100`. */
  readonly money: () => string[];
  /** Events about something, in their order. */
  readonly told: (subjectId: string) => Promise<string[]>;
  readonly stop: () => Promise<void>;
}
export interface Posted {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Json;
}

export async function startAtBank(): Promise<AtBank> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  const bankMerchantId = randomUUID();
  const serviceCode = randomUUID();
  const merchant = parseMerchant({
    ...{ serviceCode, merchantId: bankMerchantId, name: 'Shop', terminal: 'live' },
    clientPublicKey: keys.publicKey.export({ format: 'jwk' }),
    signingKeys: [{ kid, publicKey: signing.publicKey.export({ type: 'spki', format: 'pem' }) }],
  });
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [merchant], strict: false });
  const database = await createMigratedDatabase();
  const gateway = await startGateway(database, { atBank: true });
  const clientKey = keys.privateKey.export({ format: 'jwk' });
  const account = await addAccount(gateway, { baseUrl: simulator.url, bankMerchantId, serviceCode, clientKey });
  const jwk = signing.privateKey.export({ format: 'jwk' });
  const route = `/ops/merchant-accounts/${account.id}/signing-keys`;
  const installed = await gateway.call('POST', route, { key: OPS_KEY, body: { id: kid, jwk } });
  if (installed.status !== 201) throw new Error(`no signing key: ${installed.text}`);
  const control = async (method: string, path: string, body?: object): Promise<Json> => {
    const answer = await fetch(`${simulator.url}/control/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text.startsWith('{') ? (JSON.parse(text) as Json) : {};
  };
  const freshSession = async (): Promise<void> => {
    await database.query('UPDATE bank_session SET renewal_tokens = 5, tokens_counted_at = now()');
  };
  return {
    ...{ database, gateway, simulator, account, control },
    post: (path, body = {}, headers = {}) => gateway.call('POST', path, { key: account.apiKey, body, headers }),
    read: async (path) => (await gateway.call('GET', path, { key: account.apiKey })).body,
    advance: async (advanceMs) => {
      await control('POST', 'clock', { advanceMs });
      await freshSession();
    },
    freshSession,
    money: () =>
      simulator.bank.ledger
        .find()
        .filter(({ kind }) => kind.startsWith('money.'))
        .map(({ kind, coinAmount }) => `${kind.slice('money.'.length)} ${String(coinAmount)}`),
    told: async (subjectId) => {
      const sql = 'SELECT type FROM outbox_event WHERE subject_id = $1 ORDER BY sequence';
      return (await database.query<{ type: string }>(sql, [subjectId])).map(({ type }) => type);
    },
    stop: async () => {
      await gateway.app.close();
      await simulator.close();
      await database.drop();
    },
  };
}
