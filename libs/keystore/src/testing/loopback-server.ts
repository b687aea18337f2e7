import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  /** A text goes out as it is, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** What happens to the next request instead of its answer. */
export type Fault = 'hang' | 'reset' | 'half' | Reply;

/** A JSON server on a real socket of this machine; faults are used up in order. */
export abstract class LoopbackServer {
  readonly faults: Fault[] = [];
  readonly seen: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    void this.#serve(request, response);
  });
  readonly #sockets = new Set<Socket>();

  async listen(): Promise<URL> {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  protected abstract answer(request: IncomingMessage, body: Record<string, unknown>): Reply;
  protected abstract nameOf(request: IncomingMessage): string;

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    this.seen.push(this.nameOf(request));
    const fault = this.faults.shift();
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    send(response, fault === undefined || fault === 'half' ? this.answer(request, body) : fault, fault === 'half');
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply, half: boolean): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  if (!half) return void response.end(text);
  response.write(text.slice(0, text.length / 2), () => {
    response.socket?.resetAndDestroy();
  });
}
