import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/* ---- other people's side of the wire, on node:crypto alone, so that a mistake in DCM's own code shows ---- */

export type Json = Record<string, unknown>;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const read = (token: string, part: 0 | 1): Json =>
  JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString()) as Json;

export class TestKey {
  readonly kid = randomUUID();
  private readonly pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly jwk = { ...this.pair.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: this.kid };
  sign(claims: Json): string {
    const input = `${encode({ alg: 'RS256', kid: this.kid, typ: 'JWT' })}.${encode(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), this.pair.privateKey).toString('base64url')}`;
  }
}

export interface Received {
  readonly path: string;
  readonly token: string;
  readonly type: string;
  readonly body: string;
}

/** Banks and merchants behind one address. Answers with the statuses it is given, then 200. */
export class PartyServer {
  readonly received: Received[] = [];
  statuses: number[] = [];
  answer = '';
  url = '';
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { 'cx-authorization': token = '', 'content-type': type = '' } = request.headers;
      const path = request.url ?? '';
      const special = this.serve(path);
      if (special === undefined) this.received.push({ path, token: String(token), type, body });
      response.writeHead(special === undefined ? (this.statuses.shift() ?? 200) : 200).end(special ?? this.answer);
    });
  });

  /** @param serve answers some paths, which are then not remembered */
  constructor(private readonly serve: (path: string) => string | undefined = () => undefined) {}

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
  forget(): void {
    this.received.length = 0;
    this.statuses = [];
    this.answer = '';
  }
  paths(): readonly string[] {
    return this.received.map(({ path }) => path);
  }
  claims(index: number): Json {
    const { body = '{}' } = this.received.at(index) ?? {};
    return read(String((JSON.parse(body) as Json)['jwt']), 1);
  }
}
