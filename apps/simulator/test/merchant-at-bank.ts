import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
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
export const SIGNED_API = '/ecom/jws';

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A compact JWS over a payload, on node:crypto alone. */
export function signed(
  header: Json,
  payload: Json,
  key: KeyObject,
  dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363',
): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding });
  return `${input}.${signature.toString('base64url')}`;
}

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
    readonly kid: string,
    readonly signingKey: KeyObject,
  ) {}

  static async start(over: Json = {}, strict = false): Promise<MerchantAtBank> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const key = privateKey.export({ format: 'jwk' }) as PrivateJwk;
    const ids = { serviceCode: randomUUID(), merchantId: randomUUID(), name: 'Shop', terminal: 'live' };
    const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const kid = randomUUID();
    const signingKeys = [{ kid, publicKey: signing.publicKey.export({ type: 'spki', format: 'pem' }) }];
    const merchant = parseMerchant({ ...ids, clientPublicKey: publicHalf(key), signingKeys, ...over });
    const simulator = await startSimulator({ host: '127.0.0.1', port: 0, merchants: [merchant], strict });
    return new MerchantAtBank(simulator, merchant, key, kid, signing.privateKey);
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

  /** Authorization 2.0: the payload signed, the answer read without a look at its signature. */
  async callSigned(path: string, body: Json): Promise<Reply> {
    const header = { alg: 'ES256', kid: this.kid, ts: Date.now(), targetUrl: SIGNED_API + path };
    return this.postSigned(path, signed(header, body, this.signingKey));
  }

  async postSigned(path: string, token: string): Promise<Reply> {
    const answer = await fetch(this.simulator.url + SIGNED_API + path, { method: 'POST', body: token });
    const text = await answer.text();
    const json = text.startsWith('{') ? text : Buffer.from(text.split('.')[1] ?? '', 'base64url').toString();
    return { status: answer.status, body: JSON.parse(json) as Json };
  }

  /** Card data as a merchant seals them. */
  seal(text: string): Promise<string> {
    return encryptCompact(text, this.bank.keys.paymentPublicKey(this.merchant.merchantId));
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
