import { SCOPE_NAMES, type Scope } from '../../apps/gateway/src/accounts/scopes.js';
import { buildOpenApi } from '../../apps/gateway/src/app/openapi.js';
import { MerchantAccountsService } from '../../apps/gateway/src/accounts/merchant-accounts.service.js';
import { PaymentLinks } from '../../apps/gateway/src/payments/bank/payment-links.js';
import { PaymentSyncService } from '../../apps/gateway/src/payments/engine/payment-sync.service.js';
import { EventFeedRepository } from '../../apps/gateway/src/webhooks/store/event-feed.repository.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { DATA, NUMBER } from './encrypted.js';
import { paid } from './fake-payment-bank.js';
import { aPaymentKey } from '../support/payment-key.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, OPS_KEY, startGateway, type WholeGateway } from './whole-gateway.js';

interface ApiRoute {
  /** As `GET /v1/payments/{id}`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly scopes: readonly Scope[];
}

/** Routes that take no key, because the pages of shops read them. */
const KEYLESS = ['GET /v1/merchant-accounts/{id}/payment-key'];

interface Described {
  readonly 'x-scopes'?: readonly Scope[];
}

/** Whoever the customer is, it shows one's own. */
const LIST_OF_CARDS = 'GET /v1/customers/{customerId}/cards';

/** What the document says of itself, so that a new route is tried without being named here. */
const ALL_ROUTES: readonly ApiRoute[] = Object.entries(
  buildOpenApi()['paths'] as Record<string, Record<string, Described>>,
)
  .filter(([path]) => path.startsWith('/v1/'))
  .flatMap(([path, item]) =>
    Object.entries(item).map(([verb, { 'x-scopes': scopes = [] }]) => {
      const method = verb.toUpperCase() as ApiRoute['method'];
      return { name: `${method} ${path}`, method, path, scopes };
    }),
  );
const API_ROUTES = ALL_ROUTES.filter(({ name }) => !KEYLESS.includes(name));

/** Both accounts have a customer of this id. */
const CUSTOMER = 'customer-1';
const CARDS = `/v1/customers/${CUSTOMER}/cards`;

interface Owned extends NewAccount {
  /** A paid payment and a refund of it. */
  readonly payment: string;
  readonly refund: string;
  readonly link: string;
  readonly card: string;
  /** A webhook endpoint with a delivery of an event about the payment. */
  readonly endpoint: string;
  readonly delivery: string;
  readonly event: string;
}

/** Two merchants over one gateway: neither sees, moves or hears of what is the other's. */
describe('two merchant accounts', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let ours: Owned;
  let theirs: Owned;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    ours = await withPayment(await addAccount(gateway, { paymentKey: aPaymentKey() }));
    theirs = await withPayment(await addAccount(gateway, { paymentKey: aPaymentKey() }));
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });

  const as = ({ apiKey }: NewAccount) => ({ key: apiKey });
  const idsOf = (text: string): string[] => (JSON.parse(text) as { data: { id: string }[] }).data.map(({ id }) => id);

  /** Both use the same reference, the same customer and the same amount. */
  async function withPayment(account: NewAccount): Promise<Owned> {
    const { call, bank, app } = gateway;
    const body = aPaymentRequest({ reference: 'order-7', amount: 1_000 });
    const payment = (await call('POST', '/v1/payments', { ...as(account), body })).body['id'] as string;
    bank.onReadOrder = paid({ amount: 1_000, merchantId: account.bankMerchantId, operationId: `paid-${account.id}` });
    await app.get(PaymentSyncService).syncWithBank(account.id, payment);
    const refund = await call('POST', `/v1/payments/${payment}/refunds`, { ...as(account), body: { amount: 10 } });
    expect(refund.status).toBe(202);
    const terms = { ...as(account), body: { amount: 1_000, currency: 'UAH' } };
    const link = (await call('POST', '/v1/payment-links', terms)).body['id'] as string;
    const encrypted = { encryptedNumber: NUMBER, encryptedExpiry: DATA };
    const card = (await call('POST', CARDS, { ...as(account), body: encrypted })).body['id'] as string;
    return { ...account, payment, link, card, refund: refund.body['id'] as string, ...(await told(account)) };
  }

  /** An endpoint of webhooks, and an event that was put down for it. */
  async function told(account: NewAccount): Promise<Pick<Owned, 'endpoint' | 'delivery' | 'event'>> {
    const { call, app } = gateway;
    const url = '/v1/webhook-endpoints';
    const made = await call('POST', url, { ...as(account), body: { url: 'https://shop.example/' } });
    const endpoint = made.body['id'] as string;
    const event = (await call('POST', `${url}/${endpoint}/test`, as(account))).body['eventId'] as string;
    await app.get(EventFeedRepository).publish();
    const [delivery] = idsOf((await call('GET', `${url}/${endpoint}/deliveries`, as(account))).text);
    return { endpoint, delivery: delivery!, event };
  }

  it.each([
    ['all', ''],
    ['by reference', '?reference=order-7'],
    ['by status', '?status=succeeded'],
    ['by both', '?status=succeeded&reference=order-7'],
    ['in a long page', '?limit=100'],
    ['by customer', '?customerId=customer-1'],
    ['by date', '?createdFrom=2020-01-01T00:00:00Z'],
  ])('a list, %s, holds what is one’s own', async (_what, query) => {
    for (const account of [ours, theirs])
      expect(idsOf((await gateway.call('GET', `/v1/payments${query}`, as(account))).text)).toEqual([account.payment]);
  });

  it('a list of all refunds, and one of a payment, hold what is one’s own', async () => {
    for (const account of [ours, theirs]) {
      const lists = ['', '?createdFrom=2020-01-01T00:00:00Z', `?paymentId=${account.payment}`];
      for (const query of lists)
        expect(idsOf((await gateway.call('GET', `/v1/refunds${query}`, as(account))).text)).toEqual([account.refund]);
    }
    expect(idsOf((await gateway.call('GET', `/v1/refunds?paymentId=${theirs.payment}`, as(ours))).text)).toEqual([]);
    const read = await gateway.call('GET', `/v1/refunds/${theirs.refund}`, as(ours));
    expect(read).toMatchObject({ status: 404, body: { code: 'REFUND_NOT_FOUND' } });
  });

  it('cards of one customer id are one’s own, and the other’s are not there', async () => {
    const { call } = gateway;
    for (const account of [ours, theirs])
      expect(idsOf((await call('GET', CARDS, as(account))).text)).toEqual([account.card]);
    const url = `${CARDS}/${theirs.card}`;
    const asked = gateway.bank.errands.length;
    const suspended = { ...as(ours), body: { status: 'suspended' } };
    for (const answer of [
      await call('GET', url, as(ours)),
      await call('PATCH', url, suspended),
      await call('DELETE', url, as(ours)),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'CARD_NOT_FOUND' } });
    expect(gateway.bank.errands).toHaveLength(asked);
  });

  it('a cursor of the other one leads to nothing of the other one', async () => {
    const cursor = Buffer.from(`pay_${'f'.repeat(32)}`).toString('base64url');
    for (const reference of ['', '&reference=order-7']) {
      const { text } = await gateway.call('GET', `/v1/payments?cursor=${cursor}${reference}`, as(ours));
      expect(idsOf(text)).toEqual([ours.payment]);
    }
  });

  it('what is the other’s is not there', async () => {
    const unknown = { status: 404, body: { code: 'PAYMENT_NOT_FOUND' } };
    const { call } = gateway;
    expect(await call('GET', `/v1/payments/${theirs.payment}`, as(ours))).toMatchObject(unknown);
    expect(await call('GET', `/v1/payments/${theirs.payment}/refunds`, as(ours))).toMatchObject(unknown);
    const refund = { ...as(ours), body: { amount: 1 } };
    const asked = gateway.bank.refunds.length;
    expect(await call('POST', `/v1/payments/${theirs.payment}/refunds`, refund)).toMatchObject(unknown);
    expect(gateway.bank.refunds).toHaveLength(asked);
    const [row] = await database.query(
      'SELECT count(*)::int AS refunds FROM operation WHERE subject_id = $1 AND kind = $2',
      [theirs.payment, 'refund'],
    );
    expect(row).toEqual({ refunds: 1 });
  });

  it('a list of refunds holds those of the payment, and none of another payment of the same account', async () => {
    const more = await withPayment(ours);
    for (const { payment, refund } of [ours, more]) {
      const { text } = await gateway.call('GET', `/v1/payments/${payment}/refunds`, as(ours));
      expect(idsOf(text)).toEqual([refund]);
    }
    await database.query('DELETE FROM outbox_event WHERE subject_id = $1', [more.payment]);
    await database.query('DELETE FROM operation WHERE subject_id = $1', [more.payment]);
    await database.query('DELETE FROM payment WHERE id = $1', [more.payment]);
  });

  it('the same idempotency key is two keys', async () => {
    const headers = { 'idempotency-key': 'one-for-both' };
    const mine = await gateway.call('POST', '/v1/payments', {
      ...as(ours),
      headers,
      body: aPaymentRequest({ amount: 1 }),
    });
    const yours = await gateway.call('POST', '/v1/payments', {
      ...as(theirs),
      headers,
      body: aPaymentRequest({ amount: 2 }),
    });
    expect([mine.status, yours.status]).toEqual([201, 201]);
    expect(mine.body['id']).not.toBe(yours.body['id']);
    const [first, second] = gateway.bank.orders.slice(-2);
    expect(first!.merchantRequestId).not.toBe(second!.merchantRequestId);
    for (const id of [mine.body['id'], yours.body['id']]) await forget(id as string);
  });

  describe('addresses for the bank and for the returning customer', () => {
    const pathOf = async (kind: 'callbackUrl' | 'returnUrl', { id, payment }: Owned): Promise<string> => {
      const account = await gateway.app.get(MerchantAccountsService).open(id);
      return new URL(gateway.app.get(PaymentLinks)[kind](account, payment)).pathname;
    };
    const kept = () =>
      database.query('SELECT merchant_account_id AS account, subject_id AS payment FROM callback_inbox');

    it.each<[string, (path: string) => string]>([
      ['their payment under our account and token', (path) => path.replace(ours.payment, theirs.payment)],
      ['our payment and token under their account', (path) => path.replace(ours.id, theirs.id)],
      [
        'their account and payment under our token',
        (path) => path.replace(ours.id, theirs.id).replace(ours.payment, theirs.payment),
      ],
    ])('%s are nobody’s', async (_what, change) => {
      const before = await kept();
      const callback = change(await pathOf('callbackUrl', ours));
      expect((await gateway.call('POST', callback, { body: {} })).status).toBe(404);
      const back = change(await pathOf('returnUrl', ours));
      expect((await gateway.call('GET', back)).status).toBe(404);
      expect(await kept()).toEqual(before);
    });

    it('a callback address is no return address, and the other way round', async () => {
      const swapped = (await pathOf('callbackUrl', ours)).replace('/callbacks/alliance/', '/return/');
      expect((await gateway.call('GET', swapped)).status).toBe(404);
      const other = (await pathOf('returnUrl', ours)).replace('/return/', '/callbacks/alliance/');
      expect((await gateway.call('POST', other, { body: {} })).status).toBe(404);
    });

    it('a callback wakes the payment it names and no other', async () => {
      const due = () =>
        database.query<{ id: string }>('SELECT id FROM payment WHERE next_sync_at <= now() AND id = ANY($1)', [
          [ours.payment, theirs.payment],
        ]);
      expect((await gateway.call('POST', await pathOf('callbackUrl', theirs), { body: { any: 'thing' } })).status).toBe(
        200,
      );
      expect(await kept()).toEqual([{ account: theirs.id, payment: theirs.payment }]);
      expect((await due()).map(({ id }) => id).filter((id) => id === ours.payment)).toEqual([]);
    });

    it('a customer who returns is sent to the merchant’s own address', async () => {
      const answer = await gateway.call('GET', await pathOf('returnUrl', ours));
      expect([answer.status, answer.headers['location']]).toEqual([303, 'https://shop.example/return']);
    });
  });

  /** Ids in a path, each of something that the other account has. */
  const idsIn = (path: string, { payment, link, card, endpoint, delivery, event }: Owned): string => {
    const ids = new Map([
      ['webhook-endpoints', endpoint],
      ['events', event],
      ['payment-links', link],
      ['payouts', payment],
      ['customers', card],
    ]);
    const id = ids.get(path.split('/')[2] ?? '') ?? payment;
    return path.replace('{id}', id).replace('{deliveryId}', delivery).replace('{customerId}', CUSTOMER);
  };

  describe('every route of the document', () => {
    const keys = {} as Record<Scope, string>;
    beforeAll(async () => {
      for (const scope of SCOPE_NAMES) {
        const route = `/ops/merchant-accounts/${ours.id}/api-keys`;
        keys[scope] = (await gateway.call('POST', route, { key: OPS_KEY, body: { scopes: [scope] } })).body[
          'key'
        ] as string;
      }
    });
    const ask = async ({ method, path }: ApiRoute, key?: string) => {
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
      return gateway.call(method, idsIn(path, theirs), { ...(key === undefined ? {} : { key }), ...body });
    };

    it('is all that is served under /v1', () => {
      const served = gateway.routes.filter((route) => route.includes(' /v1/') && !/^(?:HEAD|OPTIONS) /u.test(route));
      expect(served.toSorted()).toEqual(ALL_ROUTES.map(({ name }) => name).toSorted());
    });

    it.each(KEYLESS)(
      '%s is open to all, and shows nothing but the public key of the account that it names',
      async (name) => {
        const route = ALL_ROUTES.find((one) => one.name === name)!;
        expect(route.scopes).toEqual([]);
        const path = route.path.replace('{id}', theirs.id);
        const answer = await gateway.call(route.method, path);
        expect([answer.status, answer.body['merchantAccountId']]).toEqual([200, theirs.id]);
        expect(Object.keys(answer.body).toSorted()).toEqual(['jwk', 'livemode', 'merchantAccountId', 'object']);
        expect((await gateway.call(route.method, path.replace(theirs.id, ours.id))).body['jwk']).not.toEqual(
          answer.body['jwk'],
        );
      },
    );

    it.each(API_ROUTES)('$name needs a key', async (route) => {
      expect(await ask(route)).toMatchObject({ status: 401, body: { code: 'API_KEY_MISSING' } });
    });

    it.each(API_ROUTES)('$name is closed to keys of other scopes', async (route) => {
      const closed = SCOPE_NAMES.filter((scope) => !route.scopes.includes(scope));
      expect(closed.length).toBeLessThan(SCOPE_NAMES.length);
      for (const scope of closed)
        expect([scope, await ask(route, keys[scope])]).toMatchObject([
          scope,
          { status: 403, body: { code: 'API_KEY_SCOPE_MISSING' } },
        ]);
    });

    it.each(API_ROUTES)(
      '$name is open to the scopes that it names, and shows nothing of the other one',
      async (route) => {
        for (const scope of route.scopes) {
          const { status, text } = await ask(route, keys[scope]);
          expect([401, 403]).not.toContain(status);
          if (route.path.includes('{') && route.name !== LIST_OF_CARDS) expect([400, 404]).toContain(status);
          for (const secret of [
            theirs.payment,
            theirs.card,
            theirs.link,
            theirs.refund,
            theirs.bankMerchantId,
            theirs.event,
            theirs.endpoint,
          ])
            expect(
              text
                .replace(idsIn(route.path, theirs), '')
                .replace(/there is no \w+(?: \w+)? \w+/u, '')
                .replace(/has no delivery \w+/u, ''),
            ).not.toContain(secret);
        }
      },
    );
  });

  describe('of the operator', () => {
    it('an API key is revoked under its own account only', async () => {
      const route = (account: NewAccount) => `/ops/merchant-accounts/${account.id}/api-keys`;
      const list = await gateway.call('GET', route(theirs), { key: OPS_KEY });
      const [key] = idsOf(list.text);
      expect(idsOf((await gateway.call('GET', route(ours), { key: OPS_KEY })).text)).not.toContain(key);
      const answer = await gateway.call('DELETE', `${route(ours)}/${key!}`, { key: OPS_KEY });
      expect([answer.status, answer.body['code']]).toEqual([404, 'API_KEY_NOT_FOUND']);
      expect((await gateway.call('GET', '/v1/payments', as(theirs))).status).toBe(200);
    });

    it('a client key is activated and retired under its own account only', async () => {
      const { body } = await gateway.call('POST', `/ops/merchant-accounts/${theirs.id}/client-keys`, {
        key: OPS_KEY,
        body: {},
      });
      const key = body['id'] as string;
      for (const verb of ['activate', 'retire']) {
        const url = `/ops/merchant-accounts/${ours.id}/client-keys/${key}/${verb}`;
        expect(await gateway.call('POST', url, { key: OPS_KEY })).toMatchObject({ status: 404 });
      }
      const rows = await database.query(
        'SELECT status FROM client_key WHERE merchant_account_id = $1 ORDER BY created_at',
        [theirs.id],
      );
      expect(rows).toEqual([{ status: 'active' }, { status: 'standby' }]);
    });

    it('a block hits the account it names', async () => {
      const url = `/ops/sessions/${theirs.id}/block`;
      expect((await gateway.call('POST', url, { key: OPS_KEY, body: { reason: 'test' } })).status).toBe(204);
      const rows = await database.query<{ id: string }>(
        'SELECT merchant_account_id AS id FROM bank_session WHERE blocked_by IS NOT NULL',
      );
      expect(rows.map(({ id }) => id)).toEqual([theirs.id]);
      expect((await gateway.call('POST', `/ops/sessions/${ours.id}/unblock`, { key: OPS_KEY })).status).toBe(204);
      expect(await database.query('SELECT 1 FROM bank_session WHERE blocked_by IS NOT NULL')).toHaveLength(1);
      await gateway.call('POST', `/ops/sessions/${theirs.id}/unblock`, { key: OPS_KEY });
    });
  });

  async function forget(paymentId: string): Promise<void> {
    for (const table of ['outbox_event', 'callback_inbox', 'operation'])
      await database.query(`DELETE FROM ${table} WHERE subject_id = $1`, [paymentId]);
    await database.query('DELETE FROM payment WHERE id = $1', [paymentId]);
  }
});
