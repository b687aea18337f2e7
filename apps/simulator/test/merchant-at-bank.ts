import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { formatOrderDate } from '../src/protocol/bank-dates.js';
import { decryptCompact, encryptCompact, type PrivateJwk, publicHalf, type PublicJwk } from '../src/protocol/jwe.js';
import { type Merchant, parseMerchant } from '../src/bank/merchants.js';
import { type Simulator, startSimulator } from '../src/start-simulator.js';

export type Json = Record<string, unknown>;

export interface Reply {
  readonly status: number;
  readonly body: Json;
}

const HOUR_MS = 3_600_000;
export const API = '/ecom/execute_request';

interface Session {
  readonly deviceId: string;
  readonly refreshToken: string;
  readonly serverPublic: PublicJwk;
}

/** A merchant with a session at a simulator of its own: what the specs of single calls need. */
export class MerchantAtBank {
  private session: Session | undefined;

  private constructor(
    readonly simulator: Simulator,
    readonly merchant: Merchant,
    private readonly key: PrivateJwk,
  ) {}

  static async start(over: Json = {}, strict = false): Promise<MerchantAtBank> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const key = privateKey.export({ format: 'jwk' }) as PrivateJwk;
    const ids = { serviceCode: randomUUID(), merchantId: randomUUID(), name: 'Shop', terminal: 'live' };
    const merchant = parseMerchant({ ...ids, clientPublicKey: publicHalf(key), ...over });
    const simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [merchant], strict });
    return new MerchantAtBank(simulator, merchant, key);
  }

  get bank() {
    return this.simulator.bank;
  }

  /** The bank forgets everything but the merchant. */
  reset(): void {
    this.bank.reset();
    this.session = undefined;
  }

  /** A date as requests carry it, that long after now by the bank's clock. */
  date(aheadMs = 0): string {
    return formatOrderDate(this.bank.clock.now() + aheadMs);
  }

  async call(path: string, body: Json): Promise<Reply> {
    const { deviceId, refreshToken, serverPublic } = (this.session ??= await this.authorize());
    const sealed = await encryptCompact(JSON.stringify(body), serverPublic);
    return this.post(API + path, sealed, { 'x-device_id': deviceId, 'x-refresh_token': refreshToken });
  }

  order(over: Json = {}): Promise<Reply> {
    return this.call('/hpp/v1/create-order', {
      merchantRequestId: randomUUID(),
      merchantId: this.merchant.merchantId,
      hppPayType: 'PREAUTH',
      preAuthExpDate: this.date(3 * HOUR_MS),
      coinAmount: 1_000,
      paymentMethods: ['CARD'],
      successUrl: 'https://shop.example/ok',
      failUrl: 'https://shop.example/no',
      statusPageType: 'STATUS_REDIRECT_MERCHANT_PAGE',
      customerData: { senderCustomerId: 'c1' },
      ...over,
    });
  }

  async form(path: string, fields: Record<string, string>): Promise<Response> {
    const body = new URLSearchParams(fields);
    return fetch(this.simulator.url + path, { method: 'POST', body, redirect: 'manual' });
  }

  pay(hppOrderId: unknown, pan = '4111111111111111'): Promise<Response> {
    return this.form('/pay', { hpp_id: String(hppOrderId), 'card-number': pan, expiry: '12/49', cvv: '123' });
  }

  async control(method: string, path: string, body?: Json): Promise<Reply> {
    const init = body && { body: JSON.stringify(body) };
    const answer = await fetch(`${this.simulator.url}/control/${path}`, { method, ...init });
    return { status: answer.status, body: (await answer.json()) as Json };
  }

  /** Entries about money, as `kind coinAmount`. */
  money(): string[] {
    return this.bank.ledger
      .find()
      .filter(({ kind }) => kind.startsWith('money.'))
      .map(({ kind, coinAmount, by }) => `${kind} ${String(coinAmount)} ${typeof by === 'string' ? by : ''}`.trim());
  }

  async post(path: string, body: string, headers: Record<string, string> = {}): Promise<Reply> {
    const answer = await fetch(this.simulator.url + path, {
      method: 'POST',
      body,
      headers: { 'x-api_version': 'V1', ...headers },
    });
    const json = (await answer.json()) as Json;
    const { jwe } = json;
    const opened = typeof jwe === 'string' ? (JSON.parse(await decryptCompact(jwe, this.key)) as Json) : json;
    return { status: answer.status, body: opened };
  }

  private async authorize(): Promise<Session> {
    const body = JSON.stringify({ serviceCode: this.merchant.serviceCode });
    return (await this.post('/api-gateway/authorize_virtual_device', body)).body as unknown as Session;
  }
}
