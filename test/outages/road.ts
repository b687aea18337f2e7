import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server on this machine that can be held, cut and led to another one, as a virtual address is. */
export class Road {
  private readonly sockets = new Set<Socket>();
  private isHeld = false;
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {}

  static async to(port: number): Promise<Road> {
    const server = createServer();
    const road = new Road(server, port);
    server.on('connection', (client) => {
      road.join(client);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return road;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What is on its way stays there, for good. */
  hold(): void {
    this.isHeld = true;
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  /** Connections end, and new ones are refused until it leads somewhere again. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  leadTo(port: number): void {
    this.target = port;
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(this.target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined); // 'close' follows
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    if (!this.isHeld) client.pipe(upstream).pipe(client);
  }
}
