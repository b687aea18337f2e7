import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { compactDecrypt, CompactEncrypt } from 'jose';

/** An answer of the bank. Status 200 and no other headers where nothing is said. */
export interface Reply {
  readonly status?: number;
  readonly body: string | Buffer;
  readonly headers?: Record<string, string>;
}
/** `stall` sends the head and never the body; `cut` ends the connection in the middle of the body. */
export type Behaviour = Reply | 'hang' | 'reset' | 'stall' | 'cut';

/** A call that has arrived. */
export interface BankRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  /** Undefined where the body does not open with the key of the session named in the headers. */
  readonly json: Record<string, unknown> | undefined;
  /** 1 for the first session that the bank gave out; 0 for none. */
  readonly session: number;
}

const AUTHORIZE = '/api-gateway/authorize_virtual_device';

/**
 * A refusal with one of the bank's codes; 401 where no status is given.
 * @example
 * errorReply('b_overload_error', 503).status; // => 503
 */
export const errorReply = (msgCode: string, status = 401): Reply & { readonly body: string } => ({
  status,
  body: JSON.stringify({ requestId: 'req-1', serviceId: 'api-gateway', msgCode, msgType: 'ERROR', msgText: '@text' }),
});

/**
 * The bank on a real socket, with a crypto of its own: enough of it to test a client against.
 * @example
 * const bank = await FakeBank.start();
 * bank.answer = ({ path }) => (path.endsWith('/refund') ? 'reset' : { body: '{"status":"SUCCESS"}' });
 * const shop = { id: 'shop', baseUrl: bank.url, merchantId: 'm-1', serviceCode: bank.serviceCode };
 * bank.requests.length; // => 0
 * await bank.stop();
 */
export class FakeBank {
  readonly requests: BankRequest[] = [];
  readonly authorizeBodies: string[] = [];
  readonly clientKeys = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  readonly serviceCode = randomUUID();
  /** Answers all calls but authorize. */
  answer: (request: BankRequest) => Behaviour | Promise<Behaviour> = () => ({ body: '{}' });
  /** Answers authorize; the session where it returns undefined. */
  answerAuthorize: () => Behaviour | undefined | Promise<Behaviour | undefined> = () => undefined;
  /** Laid over the members of the session. */
  sessionMembers: () => Record<string, unknown> = () => ({});
  private readonly sessions: { readonly deviceId: string; readonly privateKey: KeyObject }[] = [];
  /** Sockets accepted so far. */
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      void this.handle(request, response);
    });
    this.server.on('connection', (socket) => {
      this.connections++;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeBank> {
    const bank = new FakeBank();
    await new Promise<void>((resolve) => bank.server.listen(0, '127.0.0.1', resolve));
    return bank;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`);
  }

  get authorizes(): number {
    return this.authorizeBodies.length;
  }

  /** Says goodbye on every connection. Resolves when the other side has heard it and closed, too. */
  async dropConnections(): Promise<void> {
    const closed = [...this.sockets].map((socket) => once(socket, 'close'));
    for (const socket of this.sockets) socket.end();
    await Promise.all(closed);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Encrypts an answer to the merchant's communication key. */
  seal(body: object | string): Promise<string> {
    return new CompactEncrypt(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
      .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
      .encrypt(this.clientKeys.publicKey);
  }

  async sealed(body: object | string, status = 200): Promise<Reply & { readonly body: string }> {
    return { status, body: JSON.stringify({ jwe: await this.seal(body) }) };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString();
    const behaviour = request.url === AUTHORIZE ? await this.authorize(raw) : await this.serve(request, raw);
    if (typeof behaviour === 'string') {
      misbehave(behaviour, request, response);
      return;
    }
    response.writeHead(behaviour.status ?? 200, { 'Content-Type': 'application/json', ...behaviour.headers });
    response.end(behaviour.body);
  }

  private async serve(request: IncomingMessage, raw: string): Promise<Behaviour> {
    const session = this.sessions.findIndex(({ deviceId }) => deviceId === request.headers['x-device_id']) + 1;
    const json = await this.read(raw, session);
    const seen = { path: request.url ?? '', headers: request.headers, raw, json, session };
    this.requests.push(seen);
    return this.answer(seen);
  }

  private async read(raw: string, session: number): Promise<Record<string, unknown> | undefined> {
    if (raw.startsWith('{')) return JSON.parse(raw) as Record<string, unknown>;
    const key = this.sessions[session - 1]?.privateKey;
    if (!key) return undefined;
    const opened = await compactDecrypt(raw, key).catch(() => undefined);
    return opened && (JSON.parse(Buffer.from(opened.plaintext).toString()) as Record<string, unknown>);
  }

  private async authorize(raw: string): Promise<Behaviour> {
    this.authorizeBodies.push(raw);
    const scripted = await this.answerAuthorize();
    if (scripted) return scripted;
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const deviceId = randomUUID();
    this.sessions.push({ deviceId, privateKey });
    const tokenExpiration = new Date(Date.now() + 24 * 3_600_000)
      .toISOString()
      .replace('T', ' ')
      .replace('Z', '+00:00');
    return this.sealed({
      deviceId,
      refreshToken: randomUUID(),
      authToken: randomUUID(),
      serverPublic: publicKey.export({ format: 'jwk' }),
      tokenExpiration,
      ...this.sessionMembers(),
    });
  }
}

function misbehave(how: Exclude<Behaviour, Reply>, request: IncomingMessage, response: ServerResponse): void {
  if (how === 'hang') return;
  if (how === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(200, { 'Content-Length': 100 });
  response.write('{"type":', () => {
    if (how === 'cut') request.socket.destroy();
  });
}
