import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A call that has arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Below the base path, query included. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
/** An answer: `json`, or `text` instead. Status 200 and `{}` where nothing is said. */
export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Record<string, string>;
  readonly delayMs?: number;
}
/** `hang` never answers, `reset` ends the connection. */
export type Behaviour = Reply | 'hang' | 'reset';

const BASE = '/dcm';
const JWKS = '/api/v1/.well-known/jwks.json';

/**
 * DCM on a real socket, just enough of it to test a client against.
 * @example
 * const fake = await FakeDcm.start();
 * fake.answer = ({ path }) => (path.startsWith('/api/v1/merchants') ? { status: 503 } : { json: {} });
 * fake.requests.length; // => 0
 * await fake.stop();
 */
export class FakeDcm {
  readonly requests: SeenRequest[] = [];
  jwks: unknown = { keys: [] };
  jwksFetches = 0;
  logins = 0;
  password = 'Correct-horse-1!';
  /** The session that is accepted; a log-in makes the next one. */
  session = 'none';
  /** Answers the key set where it returns something. */
  answerJwks: () => Behaviour | undefined = () => undefined;
  /** Answers the log-in where it returns something. */
  answerLogin: (request: SeenRequest) => Behaviour | undefined = () => undefined;
  /** Answers everything else. */
  answer: (request: SeenRequest) => Behaviour = () => ({ json: {} });
  private readonly server = createServer((request, response) => {
    void this.handle(request, response);
  });

  static async start(): Promise<FakeDcm> {
    const dcm = new FakeDcm();
    await new Promise<void>((resolve) => dcm.server.listen(0, '127.0.0.1', resolve));
    return dcm;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}${BASE}`);
  }

  get jwksUrl(): URL {
    return new URL(this.url.href + JWKS);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').replace(BASE, '');
    const body = Buffer.concat(chunks).toString();
    const behaviour = this.route({ method: request.method ?? '', path, headers: request.headers, body });
    if (behaviour === 'hang') return;
    if (behaviour === 'reset') request.socket.resetAndDestroy();
    else await reply(response, behaviour);
  }

  private route(seen: SeenRequest): Behaviour {
    if (seen.path === JWKS) {
      this.jwksFetches++;
      return this.answerJwks() ?? { json: this.jwks };
    }
    this.requests.push(seen);
    if (!seen.path.startsWith('/kratos')) return this.answer(seen);
    return this.answerLogin(seen) ?? this.logIn(seen);
  }

  private logIn({ method, headers, body }: SeenRequest): Behaviour {
    const node = { attributes: { name: 'csrf_token', value: 'csrf-1' } };
    const action = 'https://elsewhere.example/kratos/self-service/login?flow=f1';
    if (method === 'GET') return { json: { id: 'flow/1', ui: { action, nodes: [node] } } };
    const form = new URLSearchParams(body);
    const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
    if (!isForm || form.get('password') !== this.password) return { status: 400, json: { ui: { messages: [] } } };
    this.logins++;
    this.session = `employee-session-${this.logins}`;
    return { json: { session_token: this.session, session: {} } };
  }
}

async function reply(response: ServerResponse, { delayMs = 0, ...rest }: Reply): Promise<void> {
  const { status = 200, json = {}, text = JSON.stringify(json), headers } = rest;
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(text);
}
