import { randomUUID } from 'node:crypto';
import { fastify, type FastifyRequest } from 'fastify';
import pg from 'pg';
import { Pool } from 'undici';
import { FLOOR_SCHEMA, INSERT_PAYMENT, UPDATE_PAYMENT } from './floor-schema.js';

/**
 * The least that can answer `POST /v1/payments`: three rows written, the bank asked, the rows updated. It trusts its
 * caller, encrypts nothing, knows one session and recovers from nothing. Settings come from the bench.
 */
interface PaymentBody {
  readonly amount: number;
  readonly currency: string;
  readonly returnUrl: string;
  readonly reference?: string;
  readonly description?: string;
  readonly customer: Readonly<Record<string, string>>;
}

interface Order {
  readonly hppOrderId: string;
  readonly redirectUrl: string;
  readonly expiredOrderDate: string;
}

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
};

const database = new pg.Pool({ connectionString: setting('DATABASE_URL'), max: Number(setting('DATABASE_POOL_SIZE')) });
const bank = new Pool(setting('BANK_URL'), { connections: 128 });
const merchantId = setting('MERCHANT_ID');
const bankHeaders = {
  'x-api_version': 'V1',
  'x-device_id': setting('DEVICE_ID'),
  'x-refresh_token': setting('REFRESH_TOKEN'),
  'content-type': 'application/json',
};
const callbackUrl = 'http://127.0.0.1:9/callback';

async function createOrder(merchantRequestId: string, body: PaymentBody): Promise<Order> {
  const { id, firstName, lastName, email } = body.customer;
  const order = {
    ...{ merchantRequestId, merchantId, coinAmount: body.amount, currencyCode: '980' },
    ...{ hppPayType: 'PURCHASE', directType: 'REDIRECT', hppTryMode: 'ONE_TRY', expirationTimeMinutes: 60 },
    ...{ paymentMethods: ['CARD', 'APPLE_PAY', 'GOOGLE_PAY'], language: 'uk', purpose: body.description },
    ...{ notificationUrl: callbackUrl, notificationEncryption: true, statusPageType: 'STATUS_TIMER_PAGE' },
    ...{ successUrl: body.returnUrl, failUrl: body.returnUrl },
    customerData: { senderCustomerId: id, senderFirstName: firstName, senderLastName: lastName, senderEmail: email },
  };
  const answer = await bank.request({
    method: 'POST',
    path: '/ecom/execute_request/hpp/v1/create-order',
    headers: bankHeaders,
    body: JSON.stringify(order),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`The bank answered ${answer.statusCode}: ${text}`);
  return JSON.parse(text) as Order;
}

async function createPayment(key: string, body: PaymentBody): Promise<string> {
  const [id, operationId, merchantRequestId] = [randomUUID(), randomUUID(), randomUUID()];
  const { amount, currency, returnUrl, reference = null, description = null, customer } = body;
  const { rows } = await database.query<{ created_at: Date }>({
    ...INSERT_PAYMENT,
    values: [key, id, amount, currency, returnUrl, reference, description, customer, operationId, merchantRequestId],
  });
  const { hppOrderId, redirectUrl, expiredOrderDate } = await createOrder(merchantRequestId, body);
  const answer = JSON.stringify({
    ...{ object: 'payment', id, status: 'requires_action', amount, currency },
    ...{ amountAuthorized: 0, amountCaptured: 0, amountRefunded: 0, reference, description, redirectUrl, returnUrl },
    ...{ livemode: false, failure: null, metadata: {}, expiresAt: expiredOrderDate },
    ...{ createdAt: rows[0]?.created_at, updatedAt: new Date() },
  });
  await database.query({ ...UPDATE_PAYMENT, values: [key, id, hppOrderId, redirectUrl, operationId, answer] });
  return answer;
}

const server = fastify();

server.post('/v1/payments', async (request: FastifyRequest<{ Body: PaymentBody }>, reply) => {
  const key = String(request.headers['idempotency-key']);
  return reply
    .status(201)
    .type('application/json')
    .send(await createPayment(key, request.body));
});

process.once('SIGTERM', () => {
  void Promise.all([server.close(), bank.close()])
    .then(() => database.end())
    .then(() => process.exit(0));
});

await database.query(FLOOR_SCHEMA);
const url = await server.listen({ port: Number(setting('PORT')), host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ msg: 'listening', url })}\n`);
