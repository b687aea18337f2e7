// What the README of client shows, against a stand-in of the gateway on a real socket.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { GatewayClient } from '@alliance-gateway/client';
import { newsOf, payFor, paymentsOf, refund } from './readme/client/payments.js';

/** Answers by method and path; the first creation is lost. */
export async function callsTheGateway(): Promise<void> {
  const keys: unknown[] = [];
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key'];
    if (request.method === 'POST' && request.url === '/v1/payments' && keys.push(key) === 1) {
      request.socket.destroy();
      return;
    }
    const isRefund = request.url?.endsWith('/refunds') === true;
    const page = { data: [{ id: 'pay_1' }], nextCursor: null };
    const problem = { code: 'REFUND_TOO_LARGE', outcome: 'none', retry: 'never', detail: 'nothing is left' };
    const body = isRefund ? problem : request.url?.includes('?') ? page : { id: 'pay_1', status: 'succeeded' };
    response.writeHead(isRefund ? 422 : 200).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gateway = new GatewayClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: 'ap_test_key' });
  assert.equal((await payFor(gateway, { id: '7', amount: 100, customerId: 'c' })).id, 'pay_1');
  assert.deepEqual(keys, ['order-7', 'order-7']);
  assert.equal((await newsOf(gateway, 'pay_1')).status, 'succeeded');
  assert.deepEqual(
    (await paymentsOf(gateway, '7')).map(({ id }) => id),
    ['pay_1'],
  );
  assert.equal(await refund(gateway, 'pay_1', 'refund-7'), 'The money was given back already.');
  server.closeAllConnections();
  server.close();
}
