import { aPaymentRequest } from '../support/gateway-client.js';
import { until } from '../support/until.js';
import { createMigratedDatabase } from './gateway-parts.js';
import { isSigned, WebhookReceiver } from './webhook-receiver.js';
import { addAccount, someKeks, startGateway } from './whole-gateway.js';

describe('workers of another process', () => {
  it('tell a receiver what happened to a payment of this one', async () => {
    const [database, receiver, keks] = [await createMigratedDatabase(), await WebhookReceiver.start(), someKeks()];
    const env = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' };
    const gateway = await startGateway(database, { keks, env });
    const worker = await startGateway(database, { keks, env: { ...env, ROLE: 'worker' } });
    try {
      const { apiKey: key } = await addAccount(gateway);
      const body = { url: receiver.url };
      const { body: endpoint } = await gateway.call('POST', '/v1/webhook-endpoints', { key, body });
      const payment = await gateway.call('POST', '/v1/payments', { key, body: aPaymentRequest() });
      await until('the receiver is told', () => Promise.resolve(receiver.received.length > 0));
      const [came] = receiver.received;
      expect(isSigned(came!, endpoint['secret'] as string)).toBe(true);
      expect(JSON.parse(came!.body)).toMatchObject({
        ...{ type: 'payment.requires_action', sequence: 1 },
        subject: { type: 'payment', id: payment.body['id'] },
      });
    } finally {
      await worker.app.close();
      await gateway.app.close();
      await database.drop();
      receiver.stop();
    }
  });
});
