// The receiver of the tutorial: prints each webhook whose signature is right.
import { createServer } from 'node:http';
// In a project of your own: from '@alliance-gateway/webhook-receiver'
import { WebhookReceiver } from '../../dist/libs/webhook-receiver/src/index.js';

const webhooks = new WebhookReceiver({
  secrets: [process.env.WEBHOOK_SECRET],
  handlers: {
    'payment.succeeded': ({ subject }) => console.log(`paid: ship the order of ${subject.id}`),
    'refund.updated': ({ data }) => console.log(`look at the refund ${data.refundId}`),
  },
  otherwise: () => undefined,
});

createServer(webhooks.listener()).listen(Number(process.env.PORT ?? 3000), () => console.log('The receiver listens.'));
