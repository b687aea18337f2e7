import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createHttpAdapter } from './http-server.js';

/** What the gateway takes for the caller's address. */
async function seenFrom(peer: string, forwardedFor: string, trusted?: readonly string[]): Promise<string> {
  const server = createHttpAdapter('https://pay.example', trusted).getInstance();
  server.get('/seen', ({ ip }) => ip);
  const headers = { 'x-forwarded-for': forwardedFor };
  const { body } = await server.inject({ method: 'GET', url: '/seen', remoteAddress: peer, headers });
  await server.close();
  return body;
}

describe('the address of a caller', () => {
  it('is that of the connection, whatever a header says', async () => {
    expect(await seenFrom('198.51.100.1', '203.0.113.7')).toBe('198.51.100.1');
    expect(await seenFrom('198.51.100.1', '203.0.113.7', ['10.0.0.0/8'])).toBe('198.51.100.1');
  });

  it.each<[string, string, string]>([
    ['behind a proxy of ours', '203.0.113.7', '203.0.113.7'],
    ['behind two of them', '203.0.113.7, 10.9.9.9', '203.0.113.7'],
    ['not what the caller wrote into the header himself', '192.0.2.1, 203.0.113.7', '203.0.113.7'],
  ])('is what the nearest trusted proxy says: %s', async (_what, header, seen) => {
    expect(await seenFrom('10.0.0.1', header, ['10.0.0.0/8'])).toBe(seen);
  });
});

describe('a server that closes', () => {
  it('says nothing of its own to a request that was on its way: our routes answer, or nobody does', async () => {
    const server = createHttpAdapter('http://localhost:1').getInstance();
    server.get('/hello', (_request, reply) => reply.send('hello'));
    await server.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
    let answers = '';
    socket.on('data', (text: string) => (answers += text));
    socket.write('GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\n'); // in the middle of the second
    await once(socket, 'data');
    const closed = server.close();
    while (server.server.listening) await new Promise((resolve) => setImmediate(resolve));
    socket.write('Host: x\r\n\r\n');
    await once(socket, 'close');
    await closed;
    expect(answers.match(/HTTP\/1\.1 \d+/gu)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
    expect(answers).not.toContain('"statusCode":503');
  });
});
