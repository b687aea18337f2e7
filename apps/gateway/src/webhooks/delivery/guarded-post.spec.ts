import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { NameServer } from '../../../../../test/support/name-server.js';
import { AddressGuard } from './address-guard.js';
import { AddressResolver } from './address-resolver.js';
import { guardedPost, Reach } from './guarded-post.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('a post to an address of a merchant', () => {
  let server: Server;
  let handle: Handler;
  let reached: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const atLoopback = new AddressGuard(['127.0.0.1']);

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        reached.push({ url: request.url ?? '', headers: request.headers, body });
        handle(request, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    reached = [];
    handle = (_request, response) => response.end('ok');
  });

  const portOf = (listening: { address(): unknown }): number => (listening.address() as AddressInfo).port;
  const post = (url: string, { guard = atLoopback, resolver = new AddressResolver(), timeoutMs = 5_000 } = {}) =>
    guardedPost(
      { url: new URL(url), headers: { 'webhook-id': 'evt_1' }, body: '{"a":"ї"}' },
      new Reach(guard, resolver),
      timeoutMs,
    );
  const here = (host = '127.0.0.1'): string => `http://${host}:${portOf(server)}/hooks?a=1`;

  it('arrives as it is, at the path and query of the address', async () => {
    const result = await post(here());
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect(reached).toMatchObject([{ url: '/hooks?a=1', body: '{"a":"ї"}', headers: { 'webhook-id': 'evt_1' } }]);
    expect(reached[0]?.headers.host).toBe(new URL(here()).host);
  });

  it('does not follow a redirect', async () => {
    handle = (_request, response) => response.writeHead(302, { location: here() }).end();
    expect(await post(here())).toMatchObject({ kind: 'answered', status: 302 });
    expect(reached).toHaveLength(1);
  });

  it('goes nowhere near an address that is private', async () => {
    expect(await post(here(), { guard: new AddressGuard() })).toEqual({ kind: 'failed', reason: 'address_refused' });
    expect(await post(here('localhost'), { guard: new AddressGuard() })).toMatchObject({ reason: 'address_refused' });
    expect(reached).toEqual([]);
  });

  it('goes to the address that was checked, although the name means another one by then', async () => {
    const names = await NameServer.start((_name, asked) => (asked === 0 ? ['127.0.0.1'] : ['127.0.0.2']));
    const seen: string[] = [];
    const guard = new (class extends AddressGuard {
      override permits(address: string): boolean {
        seen.push(address);
        return address === '127.0.0.1';
      }
    })();
    const result = await post(here('rebind.example'), { guard, resolver: new AddressResolver([names.address]) });
    names.stop();
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect(names.questions.filter(({ type }) => type === 1)).toHaveLength(1);
    expect(seen).toEqual(['127.0.0.1']);
    expect(reached[0]?.headers.host).toBe(`rebind.example:${portOf(server)}`);
  });

  it.each([
    ['a private address', ['127.0.0.1']],
    ['a public and a private one', ['8.8.8.8', '127.0.0.1']],
    ['a private and a public one', ['169.254.169.254', '8.8.8.8']],
  ])('a name that means %s is refused', async (_what, addresses) => {
    const names = await NameServer.start(() => addresses);
    const result = await post(here('evil.example'), {
      guard: new AddressGuard(),
      resolver: new AddressResolver([names.address]),
    });
    names.stop();
    expect(result).toEqual({ kind: 'failed', reason: 'address_refused' });
    expect(reached).toEqual([]);
  });

  it('a name that nobody knows is no address, and a name server that is silent uses up the time', async () => {
    const names = await NameServer.start((name) => (name.startsWith('silent') ? undefined : []));
    const resolver = new AddressResolver([names.address]);
    expect(await post(here('nobody.example'), { resolver })).toEqual({ kind: 'failed', reason: 'name_unknown' });
    expect(await post(here('silent.example'), { resolver, timeoutMs: 200 })).toEqual({
      kind: 'failed',
      reason: 'timeout',
    });
    resolver.close();
    names.stop();
  });

  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => undefined],
    ['never ends its headers', (socket) => socket.write('HTTP/1.1 200 OK\r\nx: ')],
  ])('a receiver that %s is given up in time', async (_what, behave) => {
    const sockets = new Set<Socket>();
    const silent = createTcpServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      behave(socket);
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    expect(await post(`http://127.0.0.1:${portOf(silent)}/`, { timeoutMs: 300 })).toEqual({
      kind: 'failed',
      reason: 'timeout',
    });
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('an answer whose body never ends has been given all the same', async () => {
    handle = (_request, response) => response.writeHead(202).write('thanks');
    const result = await post(here(), { timeoutMs: 500 });
    expect(result).toMatchObject({ kind: 'answered', status: 202 });
  });

  it('reads the beginning of a large answer, and no more', async () => {
    handle = (_request, response) => response.end('x'.repeat(5_000_000));
    const result = await post(here());
    expect(result).toMatchObject({ kind: 'answered', status: 200 });
    expect(result.kind === 'answered' && result.answer.length).toBe(1_024);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closes the connection', (socket) => socket.destroy()],
    ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH\r\n')],
    [
      'wants another protocol',
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['sends endless headers', (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`)],
  ])('a receiver that %s has failed', async (_what, behave) => {
    const odd = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        behave(socket);
      });
    }).listen(0, '127.0.0.1');
    await once(odd, 'listening');
    expect(await post(`http://127.0.0.1:${portOf(odd)}/`)).toEqual({ kind: 'failed', reason: 'connection' });
    odd.close();
  });

  it('nobody listens', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const port = portOf(closed);
    closed.close();
    await once(closed, 'close');
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ kind: 'failed', reason: 'connection' });
  });
});
