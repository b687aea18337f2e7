import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import {
  type AccountCallId,
  AllianceClient,
  AllianceError,
  AllianceModule,
  type CallRow,
  CALLS,
  CommunicationKey,
  encryptCardData,
  encryptCardNumber,
  encryptCvv,
  encryptExpiry,
  encryptWalletData,
  formatBankTime,
  type Protocol,
  type PublicJwk,
  SigningKey,
} from '#libs/alliance';
import { Test, type TestingModule } from '@nestjs/testing';
import { OneAccount, Simulator } from './simulator-process.js';

export type Body = Record<string, unknown>;

export const SUCCESS = '4111111111111111';
export const WITH_3DS = '5555555555554444';
const ACCOUNT = 'acc_1';
const HOUR_MS = 3_600_000;

export const rowOf = (id: AccountCallId): CallRow => CALLS[id];

/** The authorizations that a call exists under. */
export const protocolsOf = (id: AccountCallId): Protocol[] => [
  ...(rowOf(id).v1 ? (['1.0'] as const) : []),
  ...(rowOf(id).v2 ? (['2.0'] as const) : []),
];

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Account {
  readonly merchantId: string;
  readonly paymentKey: PublicJwk;
  readonly kid: string;
  readonly key: KeyObject;
}

/** One strict bank, and one account of both authorizations at it. */
export class World {
  private constructor(
    readonly simulator: Simulator,
    private readonly module: TestingModule,
    private readonly account: Account,
  ) {}

  private get client(): AllianceClient {
    return this.module.get(AllianceClient);
  }

  static async start(): Promise<World> {
    const simulator = await Simulator.start();
    const ids = { serviceCode: randomUUID(), merchantId: randomUUID() };
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
    const clientKey = await CommunicationKey.import(jwk);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const kid = randomUUID();
    const signingKey = SigningKey.import(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), { kid });
    await simulator.control('merchants', {
      ...ids,
      name: 'Contract',
      clientPublicKey: clientKey.publicJwk(),
      signingKeys: [{ kid, publicKey: signingKey.publicPem() }],
      terminal: 'live',
    });
    const paymentKey = await simulator.control<PublicJwk>(`merchants/${ids.merchantId}/payment-key`);
    const accounts = new OneAccount({ id: ACCOUNT, baseUrl: new URL(simulator.url), clientKey, signingKey, ...ids });
    const imports = [AllianceModule.forRoot({ accounts, timeoutMs: 4_000 })];
    const module = await Test.createTestingModule({ imports }).compile();
    await simulator.control('callbacks', { mode: 'drop' }); // the printed addresses are nobody's
    const { merchantId } = ids;
    return new World(simulator, module, { merchantId, paymentKey, kid, key: privateKey });
  }

  async stop(): Promise<void> {
    await this.module.close();
    await this.simulator.stop();
  }

  /** The client builds it, the bank takes it, the client reads the answer. */
  async call(id: AccountCallId, body: unknown, protocol: Protocol = '2.0'): Promise<Body> {
    return (await this.client.call(ACCOUNT, id, body as never, { protocol } as never)) as Body;
  }

  readCallback(body: string): Promise<Body> {
    return this.client.readCallback(ACCOUNT, body) as Promise<unknown> as Promise<Body>;
  }

  /** What the bank shows of an operation, whole; what it has answered where that was none. */
  async shownOf(answer: Body): Promise<Body> {
    const { type, merchantRequestId } = answer;
    if (type === undefined || merchantRequestId === undefined) return answer;
    const { v1 } = rowOf('h2h.operations.by-merchant-request-id');
    if (!v1) throw new Error('operations can be asked for under both authorizations');
    return (await this.client.request({
      accountId: ACCOUNT,
      ...v1,
      body: { merchantRequestId },
      effect: false,
    })) as Body;
  }

  pageUrl(id: 'browser.three-ds-redirect' | 'browser.receipt', members: Body): Promise<string> {
    return this.client.pageUrl(ACCOUNT, id, members as never);
  }

  /** What the client would put on the wire. */
  wireOf(id: AccountCallId, given: Body): Body {
    const { body, fills } = rowOf(id);
    const wire = JSON.parse(JSON.stringify(body.parse(given))) as Body;
    return {
      ...wire,
      ...(fills.includes('merchantId') && { merchantId: this.account.merchantId }),
      ...(fills.includes('date') && { date: formatBankTime(new Date()) }),
    };
  }

  /** Sends a body past the client's own checks. @returns the bank's refusal; undefined = it was taken */
  async refusalOf(id: AccountCallId, protocol: Protocol, body: Body): Promise<string | undefined> {
    return protocol === '1.0' ? this.refusalOfSession(id, body) : this.refusalOfSignature(id, body);
  }

  private async refusalOfSession(id: AccountCallId, body: Body): Promise<string | undefined> {
    const { v1 } = rowOf(id);
    if (!v1) throw new Error(`${id} is none of 1.0`);
    try {
      await this.client.request({ accountId: ACCOUNT, ...v1, body, effect: false });
      return undefined;
    } catch (error) {
      if (error instanceof AllianceError && error.bank) return error.bank.msgCode;
      throw error;
    }
  }

  private async refusalOfSignature(id: AccountCallId, body: Body): Promise<string | undefined> {
    const path = rowOf(id).v2?.path ?? '';
    const { kid, key } = this.account;
    const input = `${base64url({ alg: 'ES256', kid, ts: Date.now(), targetUrl: path })}.${base64url(body)}`;
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    const answer = await fetch(this.simulator.url + path, { method: 'POST', body: `${input}.${signature}` });
    const text = await answer.text();
    const payload = text.startsWith('{') ? text : Buffer.from(text.split('.')[1] ?? '', 'base64url').toString();
    const { msgCode, validation } = JSON.parse(payload) as { msgCode?: string; validation?: unknown };
    return validation === undefined ? msgCode : `${msgCode ?? ''} ${JSON.stringify(validation)}`;
  }

  readonly number = (pan: string): Promise<unknown> => encryptCardNumber(pan, this.account.paymentKey);
  readonly cardData = (): Promise<unknown> =>
    encryptCardData({ month: 12, year: 2049, cvv: '123' }, this.account.paymentKey);
  readonly expiry = (): Promise<unknown> => encryptExpiry({ month: 12, year: 2049 }, this.account.paymentKey);
  readonly cvv = (): Promise<unknown> => encryptCvv('123', this.account.paymentKey);
  readonly sealed = (data: object): Promise<unknown> => encryptWalletData(data, this.account.paymentKey);

  /** A telephone of the simulator hands out a token. */
  async walletToken(wallet: 'apple' | 'google', pan: string): Promise<unknown> {
    return (await this.simulator.control<{ token: unknown }>(`wallets/${wallet}`, { pan })).token;
  }

  /** The step 1 of a payment, by card or whatever `over` says; undefined takes a member away. */
  first(over: Body = {}): Body {
    const usual = { merchantRequestId: randomUUID(), desiredThreeDSMode: 'MUST_NOT', coinAmount: 1_000 };
    const body: Body = { ...usual, customerData: { senderCustomerId: 'c1' }, ...over };
    return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  }

  async begun(id: AccountCallId, pan: string, over: Body = {}): Promise<string> {
    const desiredThreeDSMode = pan === WITH_3DS ? 'MUST' : 'MUST_NOT';
    const body = this.first({ encryptedCardNumber: await this.number(pan), desiredThreeDSMode, ...over });
    return String((await this.call(id, body))['operationId']);
  }

  /** A hold that is held. */
  async held(coinAmount: number): Promise<string> {
    const over = { coinAmount, paymentMethodType: 'CARD', preAuthExpDate: new Date(Date.now() + 3 * HOUR_MS) };
    const operationId = await this.begun('h2h.preauth.create', SUCCESS, over);
    await this.call('h2h.preauth.execute', { operationId, encryptedCardData: await this.cardData() });
    return operationId;
  }

  async paid(coinAmount = 1_000): Promise<Body> {
    const operationId = await this.begun('h2h.purchase.create', SUCCESS, { coinAmount });
    return this.call('h2h.purchase.execute', { operationId, encryptedCardData: await this.cardData() });
  }

  async token(pan = SUCCESS): Promise<unknown> {
    const card = { encryptedCardNumber: await this.number(pan), encryptedExpDate: await this.expiry() };
    const body = { merchantRequestId: randomUUID(), customerId: randomUUID(), ...card };
    return (await this.call('h2h.token.create', body))['token'];
  }

  async plan(): Promise<unknown> {
    const rule = { intervalValue: 1, intervalUnit: 'DAY', coinAmount: 100, currency: '980' };
    const rules = [{ ...rule, paymentNumberFrom: 1, paymentNumberTo: 2 }];
    return (await this.call('recurring.plan.create', { name: 'Plan', categorySubcategoryIndicator: 'C103', rules }))[
      'planId'
    ];
  }

  async subscription(planId?: unknown): Promise<unknown> {
    const body = {
      planId: planId ?? (await this.plan()),
      merchantRequestId: randomUUID(),
      customerData: { senderCustomerId: 'c1' },
    };
    return (await this.call('recurring.subscription.create', body))['hppOrderId'];
  }
}
