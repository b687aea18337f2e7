import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepShopEndpoint } from './shop-endpoint.js';

describe('keepShopEndpoint', () => {
  let directory: string;
  let server: Server;
  let asked: string[];
  let endpoints: Map<string, { id: string; url: string }>;

  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'endpoint-'));
    [asked, endpoints] = [[], new Map()];
    server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      void request.toArray().then((parts) => {
        const body = JSON.parse(Buffer.concat(parts as Buffer[]).toString() || '{}') as { url: string };
        asked.push([method, headers['idempotency-key'], body.url].filter(Boolean).join(' '));
        const id = method === 'POST' ? `we_${endpoints.size + 1}` : path.basename(url);
        const known = endpoints.get(id);
        const answer = method === 'GET' ? known : { ...known, ...body, id, secret: `whsec_of_${id}` };
        if (answer) endpoints.set(id, answer);
        response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? {}));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  });

  const URL_1 = 'http://127.0.0.1:4002/webhooks';
  const URL_2 = 'http://127.0.0.1:5002/webhooks';
  const keep = async (url: string): Promise<string> => {
    asked = [];
    const gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return readFileSync(await keepShopEndpoint({ gatewayUrl, apiKey: 'ap_test_1', url, directory }), 'utf8').trim();
  };

  it('makes it once, finds it again, and moves it with the port', async () => {
    expect(await keep(URL_1)).toBe('whsec_of_we_1');
    expect(asked).toEqual([`POST demo-shop-4002 ${URL_1}`]);
    expect(statSync(path.join(directory, 'webhook-secret')).mode & 0o077).toBe(0);
    expect(await keep(URL_1)).toBe('whsec_of_we_1');
    expect(asked).toEqual(['GET']);
    expect(await keep(URL_2)).toBe('whsec_of_we_1');
    expect(asked).toEqual(['GET', `PATCH ${URL_2}`]);
  });

  it('makes another one when the database was thrown away', async () => {
    await keep(URL_1);
    endpoints = new Map([['we_other', { id: 'we_other', url: URL_2 }]]);
    expect(await keep(URL_1)).toBe('whsec_of_we_2');
    expect(asked).toEqual(['GET', `POST demo-shop-4002 ${URL_1}`]);
  });
});
