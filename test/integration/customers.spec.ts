import fc from 'fast-check';
import { parseCreateOrder } from '../../apps/simulator/src/protocol/create-order.fields.js';
import { AlliancePaymentBank } from '../../apps/gateway/src/payments/bank/alliance-payment-bank.js';
import { type AllianceClient, CALLS } from '#libs/alliance';
import { aPaymentRequest } from '../support/gateway-client.js';
import { type EdgeApp, startEdgeApp } from './edge-app.js';
import { anOpenOrder } from './fake-payment-bank.js';
import { aKey } from './gateway-parts.js';

const MEMBERS = [
  'firstName',
  'lastName',
  'middleName',
  'email',
  'phone',
  'ip',
  'country',
  'region',
  'city',
  'street',
  'zipCode',
];

/** Letters of many scripts, marks, signs and numbers, as people and forms write them. */
const typed = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom(...'АІїґʼ’–—-. "Ő√ßłñ١😀\u0301\u200d\u00ad'.match(/./gu)!), maxLength: 40 }),
  fc.constantFrom<unknown>(null, '', ' ', 'NULL', 'Cardholder', 380931234567, 'Müller', 'x'.repeat(300)),
  fc.emailAddress(),
  fc.ipV6(),
);
const customers = fc.record(Object.fromEntries(MEMBERS.map((member) => [member, typed])), { requiredKeys: [] });

describe('customers', () => {
  let edge: EdgeApp;

  beforeAll(async () => {
    edge = await startEdgeApp();
  });
  afterAll(() => edge.stop());

  const post = (over: Record<string, unknown>, key = aKey()) =>
    edge.app.inject({
      method: 'POST',
      url: '/v1/payments',
      payload: JSON.stringify(aPaymentRequest(over)),
      headers: { authorization: `Bearer ${edge.apiKey}`, 'content-type': 'application/json', 'idempotency-key': key },
    });

  it('are sold to, whatever they type, in words that a strict bank takes', async () => {
    await fc.assert(
      fc.asyncProperty(customers, async (customer) => {
        const bodies: object[] = [];
        const sent = new AlliancePaymentBank({
          call: (_account: string, _call: string, body: object) => {
            bodies.push(body);
            return Promise.reject(new Error('only the body is of interest'));
          },
        } as unknown as AllianceClient);
        edge.bank.onOrder = async (request) => {
          await sent.send(request, request).catch(() => undefined);
          return anOpenOrder(request);
        };
        const answer = await post({ customer: { id: 'c', ...customer } });
        expect([answer.statusCode, customer]).toEqual([201, customer]);
        expect(CALLS['hpp.create-order'].body.safeParse(bodies[0]).success).toBe(true);
        const wire = JSON.parse(JSON.stringify({ ...bodies[0], merchantId: 'm' })) as Record<string, unknown>;
        expect(parseCreateOrder(wire, true).customerData['senderCustomerId']).toBe('c');
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it.each([
    ['an e-mail that is left out', { email: 'олена@example.com' }, { email: 'ольга@example.com' }],
    ['a name that is cut', { lastName: `${'x'.repeat(30)}a` }, { lastName: `${'x'.repeat(30)}b` }],
    ['a name that is transliterated', { lastName: 'Müller' }, { lastName: 'Muller' }],
  ])('are told apart under one key by %s', async (_what, one, other) => {
    edge.bank.onOrder = anOpenOrder;
    const key = aKey();
    expect((await post({ customer: { id: 'c', ...one } }, key)).statusCode).toBe(201);
    expect((await post({ customer: { id: 'c', ...other } }, key)).statusCode).toBe(422);
    expect((await post({ customer: { id: 'c', ...one } }, key)).headers['idempotent-replayed']).toBe('true');
  });
});
