import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What stands before the replicas: each connection goes to one that is alive, in turns. */
export class Front {
  private ports: readonly number[] = [];
  private turn = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<Front> {
    const server = createServer();
    const front = new Front(server);
    server.on('connection', (client) => {
      front.join(client);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on connections go there; those that stand are left alone. */
  leadTo(ports: readonly number[]): void {
    this.ports = ports;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    const port = this.ports[this.turn++ % this.ports.length];
    const upstream = port === undefined ? undefined : connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      if (!socket) continue;
      this.sockets.add(socket);
      socket.on('error', () => undefined); // 'close' follows
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream?.destroy();
      });
    }
    if (upstream) client.pipe(upstream).pipe(client);
    else client.destroy();
  }
}
