import { randomUUID } from 'node:crypto';
import { type AppProcess } from './app-process.js';
import { type BankMerchant } from './bank-control.js';
import { GatewayClient } from './gateway-client.js';
import { OpsClient } from './ops-client.js';
import { PostgresProxy } from './postgres-proxy.js';
import { OPS_KEY, type Stack, startStack } from './stack.js';

/** One of several gateways over the same database, bank and keys. */
export interface Replica {
  readonly url: string;
  readonly process: AppProcess;
  readonly ops: OpsClient;
}

/** A merchant account and what its shop and the bank know of it. */
export interface ShopAccount {
  readonly id: string;
  readonly apiKey: string;
  readonly bank: BankMerchant;
}

/** What the bank and the database say about the session of one account. */
export interface SessionEvidence {
  /** Authorize calls that worked, from the bank's own ledger. */
  readonly authorizes: number;
  readonly version: number;
  /** Attempts that the database has as renewed. */
  readonly renewed: number;
  readonly outcomes: readonly (string | null)[];
}

/** Gateways as replicas of one installation. The first belongs to the stack, the rest come and go. */
export class Replicas {
  private readonly proxies: PostgresProxy[] = [];

  private constructor(
    readonly stack: Stack,
    readonly all: readonly Replica[],
  ) {}

  static async start(count: number, env: Readonly<Record<string, string>> = {}): Promise<Replicas> {
    const stack = await startStack({ withShop: false, gateway: env });
    const first = { url: stack.gatewayUrl, process: stack.gateway, ops: new OpsClient(stack.gatewayUrl, OPS_KEY) };
    const rest = await Promise.all(Array.from({ length: count - 1 }, () => addReplica(stack)));
    return new Replicas(stack, [first, ...rest]);
  }

  get first(): Replica {
    return this.all[0]!;
  }

  addReplica(env: Readonly<Record<string, string>> = {}): Promise<Replica> {
    return addReplica(this.stack, env);
  }

  /** A replica that reaches the database by way of a proxy. */
  async addProxied(
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly replica: Replica; readonly proxy: PostgresProxy }> {
    const proxy = await PostgresProxy.listen(this.stack.database.url);
    this.proxies.push(proxy);
    return { replica: await addReplica(this.stack, { DATABASE_URL: proxy.url, ...env }), proxy };
  }

  /** A merchant account that the bank knows too, made through the operators' routes. @param baseUrl where the bank is */
  async addAccount(baseUrl = this.stack.simulatorUrl): Promise<ShopAccount> {
    const { ops } = this.first;
    const codes = { serviceCode: randomUUID(), bankMerchantId: randomUUID() };
    const settings = { name: 'Shop', environment: 'test', baseUrl, ...codes };
    const { body } = await ops.call<{ id: string; publicKey: { publicKey: object } }>(
      'POST',
      'merchant-accounts',
      settings,
    );
    const bank: BankMerchant = {
      serviceCode: codes.serviceCode,
      merchantId: codes.bankMerchantId,
      name: settings.name,
      clientPublicKey: body.publicKey.publicKey,
      terminal: 'test',
    };
    await this.stack.bank.addMerchant(bank);
    const key = await ops.call<{ key: string }>('POST', `merchant-accounts/${body.id}/api-keys`, {});
    return { id: body.id, apiKey: key.body.key, bank };
  }

  async addAccounts(count: number): Promise<ShopAccount[]> {
    const accounts: ShopAccount[] = [];
    for (let made = 0; made < count; made++) accounts.push(await this.addAccount());
    return accounts;
  }

  async evidence({ id, bank }: ShopAccount): Promise<SessionEvidence> {
    const [row] = await this.stack.database.query<{ version: number; outcomes: (string | null)[] | null }>(
      `SELECT version, (SELECT array_agg(outcome ORDER BY epoch) FROM session_renewal r
                        WHERE r.merchant_account_id = s.merchant_account_id) AS outcomes
       FROM bank_session s WHERE merchant_account_id = $1`,
      [id],
    );
    const outcomes = row?.outcomes ?? [];
    return {
      authorizes: await this.authorizesOf(bank),
      version: row?.version ?? 0,
      renewed: outcomes.filter((outcome) => outcome === 'renewed').length,
      outcomes,
    };
  }

  async authorizesOf({ merchantId }: BankMerchant): Promise<number> {
    const entries = await this.stack.bank.ledger({ kind: 'authorize' });
    return entries.filter((entry) => entry.ok === true && entry.merchantId === merchantId).length;
  }

  /** Instead of waiting until a lease, a back-off or the like is over. */
  async changeSession({ id }: ShopAccount, assignment: string): Promise<void> {
    await this.stack.database.query(`UPDATE bank_session SET ${assignment} WHERE merchant_account_id = $1`, [id]);
  }

  endLease(account: ShopAccount): Promise<void> {
    return this.changeSession(account, `lease_until = clock_timestamp() - interval '1 second'`);
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    for (const proxy of this.proxies) await proxy.close();
  }
}

export const shopOf = ({ url }: Replica, { apiKey }: ShopAccount): GatewayClient => new GatewayClient(url, apiKey);

async function addReplica(stack: Stack, env: Readonly<Record<string, string>> = {}): Promise<Replica> {
  const { url, process } = await stack.addGateway(env);
  return { url, process, ops: new OpsClient(url, OPS_KEY) };
}
