import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { selfSigned } from './self-signed.js';

/** A server behind a certificate of a private authority: what comes through the handshake is passed on. */
export interface TlsFront {
  readonly url: string;
  /** PEM of the authority, for `NODE_EXTRA_CA_CERTS`. */
  readonly authority: string;
  /** Connections that came as far as the handshake, and those that came through. */
  readonly seen: { readonly tried: number; readonly through: number };
  stop(): Promise<void>;
}

export async function startTlsFront(behind: string): Promise<TlsFront> {
  const { key, cert } = selfSigned();
  const open = new Set<Socket>();
  const seen = { tried: 0, through: 0 };
  const server = createServer({ key, cert }, (socket) => {
    seen.through++;
    const upstream = connect(Number(new URL(behind).port), '127.0.0.1');
    for (const side of [socket, upstream]) side.on('error', () => side.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.on('connection', (socket: Socket) => {
    seen.tried++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('tlsClientError', () => undefined); // counted
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority: cert,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of open) socket.destroy();
      }),
  };
}
