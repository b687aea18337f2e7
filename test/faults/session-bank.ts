import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type CommunicationKey, type PublicJwk, sealJwe } from '#libs/alliance';

const LIFETIME_MS = 23 * 3_600_000;

interface Given {
  readonly deviceId: string;
  /** Whether the bank gave it to a stranger. */
  readonly stranger: boolean;
  ended: string | undefined;
}

export interface HeldAnswer {
  /** Resolves when the bank was asked and has acted. */
  readonly came: Promise<unknown>;
  readonly letGo: () => void;
}

/** The sessions of one service code at a bank whose every answer a test can hold back. */
export class SessionBank {
  readonly given: Given[] = [];
  /** Device ids of the calls, in the order they came. */
  readonly asked: string[] = [];
  /** Code of the next refusal, whatever the session. */
  nextRefusal: string | undefined;
  private gate: (() => Promise<unknown>) | undefined;

  constructor(private readonly clientKey: PublicJwk) {}

  get authorizes(): number {
    return this.given.filter(({ stranger }) => !stranger).length;
  }

  get current(): Given | undefined {
    return this.given.at(-1);
  }

  /** The bank acts on the next authorize at once, but its answer waits. */
  holdNext(): HeldAnswer {
    const came = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    this.gate = () => {
      came.resolve(undefined);
      return gate.promise;
    };
    return {
      came: came.promise,
      letGo: () => {
        gate.resolve(undefined);
      },
    };
  }

  supersede(stranger: boolean): Given {
    const last = this.current;
    if (last) last.ended ??= 'b_session_doesnt_exists';
    const fresh: Given = { deviceId: randomUUID(), stranger, ended: undefined };
    this.given.push(fresh);
    return fresh;
  }

  expire(): void {
    const last = this.current;
    if (last) last.ended ??= 'b_expired_token';
  }

  async authorize(): Promise<object> {
    const { gate } = this;
    this.gate = undefined;
    const { deviceId } = this.supersede(false);
    await gate?.();
    const tokenExpiration = new Date(Date.now() + LIFETIME_MS).toISOString();
    const session = { deviceId, refreshToken: 'token', serverPublic: this.clientKey, tokenExpiration };
    return { jwe: await sealJwe(JSON.stringify(session), this.clientKey) };
  }

  /** Why a call under this session is refused. */
  refusalOf(deviceId: string): string | undefined {
    this.asked.push(deviceId);
    const refusal = this.nextRefusal ?? this.given.find((one) => one.deviceId === deviceId)?.ended;
    this.nextRefusal = undefined;
    return refusal;
  }
}

/** Many {@link SessionBank}s behind one socket, told apart by service code and device. */
export class SessionBanks {
  private readonly byServiceCode = new Map<string, SessionBank>();

  private constructor(
    private readonly server: Server,
    private readonly clientKey: CommunicationKey,
  ) {}

  static async listen(clientKey: CommunicationKey): Promise<SessionBanks> {
    const server = createServer();
    const banks = new SessionBanks(server, clientKey);
    server.on('request', (request, response) => void banks.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return banks;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  open(serviceCode: string): SessionBank {
    const bank = new SessionBank(this.clientKey.publicJwk());
    this.byServiceCode.set(serviceCode, bank);
    return bank;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { serviceCode?: string };
    const bank = this.byServiceCode.get(body.serviceCode ?? '');
    const json = bank ? await bank.authorize() : this.order(String(request.headers['x-device_id']));
    response.writeHead('msgCode' in json ? 401 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  }

  private order(deviceId: string): object {
    const bank = [...this.byServiceCode.values()].find(({ given }) => given.some((one) => one.deviceId === deviceId));
    const msgCode = bank ? bank.refusalOf(deviceId) : 'b_unknown_device';
    if (msgCode !== undefined) return { msgCode, msgType: 'ERROR' };
    const ids = { hppOrderId: randomUUID(), merchantRequestId: randomUUID(), merchantId: randomUUID() };
    return { ...ids, orderStatus: 'PENDING', coinAmount: 100, operations: [] };
  }
}
