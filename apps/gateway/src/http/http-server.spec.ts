import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createHttpAdapter } from './http-server.js';

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
