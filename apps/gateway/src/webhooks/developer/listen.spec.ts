import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyWebhook } from '#libs/webhook-receiver';
import { LISTEN } from './listen.tool.js';

const servers: Server[] = [];
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const eventOf = (sequence: number, type = 'payment.succeeded') => ({
  ...{ object: 'event', id: `evt_${sequence}`, type, subject: { type: 'payment', id: 'pay_1' }, sequence, data: {} },
  ...{ livemode: false, createdAt: '2026-01-31T12:00:00.000Z' },
});

/** A terminal that ends when this many lines were printed. */
function terminalOf(lines: string[], enough: number, env: Record<string, string> = {}) {
  const ended = new AbortController();
  const print = (line: string): void => {
    if (lines.push(line) === enough) ended.abort();
  };
  return { env, print, signal: ended.signal };
}

const base = { types: [], fromStart: false };

describe('cli listen', () => {
  it('brings what happens from now on, signed with the secret that it prints, and goes on when the gateway was away', async () => {
    const asked: (string | null)[] = [];
    const gateway = await serve((request, response) => {
      const cursor = new URL(request.url ?? '', 'http://x').searchParams.get('cursor');
      asked.push(cursor);
      if (asked.length === 2) response.writeHead(503).end('{"code":"DATABASE_AWAY"}');
      else if (cursor === 'latest') response.end('{"data":[],"nextCursor":"c1","hasMore":false}');
      else if (cursor === 'c1')
        response.end(JSON.stringify({ data: [eventOf(1), eventOf(2)], nextCursor: 'c2', hasMore: true }));
      else response.end(JSON.stringify({ data: [eventOf(3, 'payment.failed')], nextCursor: 'c3', hasMore: false }));
    });
    const came: { headers: Record<string, unknown>; body: string }[] = [];
    const forward = await serve((request, response) => {
      void request.toArray().then((parts) => {
        came.push({ headers: request.headers, body: Buffer.concat(parts as Buffer[]).toString() });
        response.writeHead(came.length === 1 ? 204 : 500).end();
      });
    });
    const lines: string[] = [];
    expect(await LISTEN.run({ ...base, forward, gateway, apiKey: 'ap_test_1' }, terminalOf(lines, 6))).toBe(0);
    expect(asked.slice(0, 4)).toEqual(['latest', 'c1', 'c1', 'c2']);
    expect(came.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      eventOf(1),
      eventOf(2),
      eventOf(3, 'payment.failed'),
    ]);
    const secret = /whsec_\S+[^\s,]/u.exec(lines[1] ?? '')?.[0] ?? '';
    for (const request of came) expect(verifyWebhook(request as never, { secrets: [secret] })).toMatch(/^evt_\d$/u);
    expect(lines[2]).toBe('The gateway answered 503 DATABASE_AWAY. It is asked again.');
    expect(lines.slice(3).map((line) => line.replace(/ in \d+ ms$/u, ''))).toEqual([
      '2026-01-31T12:00:00.000Z payment.succeeded pay_1 1 -> 204',
      '2026-01-31T12:00:00.000Z payment.succeeded pay_1 2 -> 500',
      '2026-01-31T12:00:00.000Z payment.failed pay_1 3 -> 500',
    ]);
    expect(lines.join()).not.toContain('ap_test_1');
  });

  it('takes the key of the demo, from the start and of some types only', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'listen-'));
    mkdirSync(path.join(directory, 'demo'));
    writeFileSync(path.join(directory, 'demo', 'api-key'), 'ap_test_demo\n');
    const gateway = await serve((request, response) => {
      const isFirst = new URL(request.url ?? '', 'http://x').searchParams.get('cursor') === null;
      const data =
        isFirst && request.headers.authorization === 'Bearer ap_test_demo' ? [eventOf(1), eventOf(2, 'a.b')] : [];
      response.end(JSON.stringify({ data, nextCursor: 'c', hasMore: false }));
    });
    const lines: string[] = [];
    const terminal = terminalOf(lines, 3, { DATA_DIR: directory, GATEWAY_URL: `${gateway}/` });
    await LISTEN.run({ ...base, forward: 'http://127.0.0.1:1/', types: ['a.b'], fromStart: true }, terminal);
    expect(lines[2]).toMatch(/ a\.b pay_1 2 -> nobody listens in/u);
    rmSync(directory, { recursive: true });
  });

  it.each([
    [401, '{"code":"API_KEY_INVALID","detail":"no such key"}', 'The gateway answered 401 API_KEY_INVALID. no such key'],
    [200, '', 'The gateway does not answer at http://127.0.0.1:1.'],
  ])('says why it cannot begin: %i', async (status, body, message) => {
    const answering = await serve((_request, response) => response.writeHead(status).end(body));
    const gateway = status === 200 ? 'http://127.0.0.1:1/' : answering;
    const run = LISTEN.run({ ...base, forward: answering, gateway, apiKey: 'ap_test_1' }, terminalOf([], 9));
    await expect(run).rejects.toMatchObject({ code: 'TOOL_FAILED', message });
  });
});
