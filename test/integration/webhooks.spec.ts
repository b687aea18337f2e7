import { type Room } from '../../apps/gateway/src/database/claim-due.js';
import { Deliverer } from '../../apps/gateway/src/webhooks/delivery/deliverer.service.js';
import { DeliveryRepository, type DueDelivery } from '../../apps/gateway/src/webhooks/store/delivery.repository.js';
import { EventFeedRepository } from '../../apps/gateway/src/webhooks/store/event-feed.repository.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { isSigned, WebhookReceiver } from './webhook-receiver.js';
import { addAccount, type NewAccount, startGateway, type WholeGateway } from './whole-gateway.js';

const ROUTE = '/v1/webhook-endpoints';
const HOUR = 3_600;

describe('webhooks', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let receiver: WebhookReceiver;
  let account: NewAccount;
  let made = 0;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database, { env: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' } });
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await database.query('DELETE FROM webhook_delivery');
    receiver = await WebhookReceiver.start();
    account = await addAccount(gateway);
  });
  afterEach(() => {
    receiver.stop();
  });

  type Endpoint = Readonly<{ id: string; secret: string; url: string }>;
  const call = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown) =>
    gateway.call(method, `${ROUTE}${path}`, { key: account.apiKey, ...(body === undefined ? {} : { body }) });
  async function anEndpoint(over: Readonly<Record<string, unknown>> = {}): Promise<Endpoint> {
    const { status, body, text } = await call('POST', '', { url: receiver.url, ...over });
    if (status !== 201) throw new Error(text);
    return body as unknown as Endpoint;
  }
  async function anEvent(type = 'payment.succeeded', over: { ageSeconds?: number } = {}): Promise<string> {
    const id = `evt_${(Date.now() - (over.ageSeconds ?? 0) * 1_000).toString(16).padStart(12, '0')}${String(++made).padStart(20, '0')}`;
    await database.query(
      `INSERT INTO outbox_event (merchant_account_id, id, subject_id, sequence, type, data, created_at)
       VALUES ($1, $2, $3, 1, $4, '{"paymentId":"pay_1"}', now() - make_interval(secs => $5))`,
      [account.id, id, `pay_${made}`, type, over.ageSeconds ?? 0],
    );
    return id;
  }
  const publish = () => gateway.app.get(EventFeedRepository).publish();
  const claim = (room: Room | number = 256): Promise<DueDelivery[]> =>
    gateway.app.get(DeliveryRepository).claimDue(room, 60);
  const attempt = (delivery: DueDelivery) => gateway.app.get(Deliverer).attempt(delivery);
  /** One round of the workers. */
  async function deliver(): Promise<void> {
    await publish();
    await Promise.all((await claim()).map(attempt));
  }
  interface Row {
    readonly status: string;
    readonly attempts: number;
    readonly inSeconds: number | null;
    readonly claims: number;
  }
  async function rowOf(eventId: string, endpointId?: string): Promise<Row> {
    const rows = await database.query<Row>(
      `SELECT status, attempts, claims, extract(epoch FROM next_attempt_at - now())::float AS "inSeconds"
       FROM webhook_delivery WHERE event_id = $1 AND endpoint_id = coalesce($2, endpoint_id)`,
      [eventId, endpointId],
    );
    expect(rows).toHaveLength(1);
    return rows[0]!;
  }
  const makeDue = () => database.query(`UPDATE webhook_delivery SET next_attempt_at = now() WHERE status = 'pending'`);
  const deliveriesOf = async (endpoint: Endpoint, query = '') => {
    const { text } = await call('GET', `/${endpoint.id}/deliveries?${query}`);
    return (JSON.parse(text) as { data: { id: string; event: { id: string }; status: string }[] }).data;
  };

  const onlyDelivery = async (endpoint: Endpoint): Promise<string> => {
    const deliveries = await deliveriesOf(endpoint);
    expect(deliveries).toHaveLength(1);
    return deliveries[0]!.id;
  };

  /** As a receiver verifies it, written here once more from the specification. */

  describe('an endpoint', () => {
    it('is made with a secret that is shown once, and read, listed and changed without it', async () => {
      const endpoint = await anEndpoint({ eventTypes: ['refund.created', 'payment.succeeded', 'refund.created'] });
      expect(endpoint).toMatchObject({
        ...{ object: 'webhook_endpoint', url: receiver.url, enabled: true, livemode: false },
        eventTypes: ['payment.succeeded', 'refund.created'],
      });
      expect(endpoint.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/u);
      const later = [
        await call('GET', `/${endpoint.id}`),
        await call('GET', ''),
        await call('PATCH', `/${endpoint.id}`, { description: 'Orders' }),
      ];
      for (const { status, text } of later) expect([status, text.includes('whsec_')]).toEqual([200, false]);
      expect(later[2]!.body).toMatchObject({ description: 'Orders', url: receiver.url });
    });

    it('is made once for each idempotency key; the repeat has the same secret, another body is refused', async () => {
      const headers = { 'idempotency-key': 'one' };
      const ask = (url: string) => gateway.call('POST', ROUTE, { key: account.apiKey, headers, body: { url } });
      const [first, second] = await Promise.all([ask(receiver.url), ask(receiver.url)]);
      const third = await ask(receiver.url);
      expect([first, second, third].map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(new Set([first, second, third].map(({ body }) => body['secret'])).size).toBe(1);
      expect(third.headers['idempotent-replayed']).toBe('true');
      expect((JSON.parse((await call('GET', '')).text) as { data: unknown[] }).data).toHaveLength(1);
      expect(await ask(`${receiver.url}/other`)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_MISMATCH' } });
      expect(
        (
          await gateway.call('POST', ROUTE, {
            key: account.apiKey,
            headers: { 'idempotency-key': '' },
            body: { url: receiver.url },
          })
        ).body['code'],
      ).toBe('IDEMPOTENCY_KEY_MISSING');
    });

    it.each([
      'https://10.0.0.1/',
      'http://[::1]/',
      'http://192.168.1.1:8080/',
      'http://169.254.169.254/latest/meta-data',
      'http://3232235777/',
      'ftp://shop.example/',
      'https://user:pass@shop.example/',
      'https://shop.example/#part',
      'shop.example',
      `https://shop.example/${'x'.repeat(2_100)}`,
    ])('refuses the address %s', async (url) => {
      expect(await call('POST', '', { url })).toMatchObject({ status: 400, body: { errors: [{ path: 'url' }] } });
    });

    it.each([{ eventTypes: ['payment.paid'] }, { secret: 'whsec_mine' }, { url: undefined }])(
      'refuses %j',
      async (over) => {
        expect((await call('POST', '', { url: receiver.url, ...over })).status).toBe(400);
      },
    );

    it('is one of at most 16', async () => {
      for (let count = 0; count < 16; count++) await anEndpoint();
      expect(await call('POST', '', { url: receiver.url })).toMatchObject({
        status: 409,
        body: { code: 'WEBHOOK_ENDPOINT_LIMIT' },
      });
    });

    it('of another account is not there', async () => {
      const endpoint = await anEndpoint();
      await anEvent();
      await publish();
      const [delivery] = await deliveriesOf(endpoint);
      const { apiKey } = await addAccount(gateway);
      const paths: ['GET' | 'POST' | 'PATCH', string, object?][] = [
        ['GET', ''],
        ['PATCH', '', { enabled: false }],
        ['POST', '/rotate-secret', {}],
        ['POST', '/test'],
        ['POST', '/recover', { since: '2026-01-01T00:00:00Z' }],
        ['GET', '/deliveries'],
        ['GET', `/deliveries/${delivery!.id}`],
        ['POST', `/deliveries/${delivery!.id}/resend`],
      ];
      for (const [method, path, body] of paths) {
        const answer = await gateway.call(method, `${ROUTE}/${endpoint.id}${path}`, {
          key: apiKey,
          ...(body && { body }),
        });
        expect([path, answer.status]).toEqual([path, 404]);
      }
      expect((await call('GET', `/${endpoint.id}`)).body).toMatchObject({ enabled: true });
    });
  });

  describe('a delivery', () => {
    it('is a signed post of the thin event', async () => {
      const endpoint = await anEndpoint();
      const id = await anEvent();
      await deliver();
      const [came] = receiver.received;
      expect(isSigned(came!, endpoint.secret)).toBe(true);
      expect(isSigned({ ...came!, body: `${came!.body} ` }, endpoint.secret)).toBe(false);
      expect(came!.headers).toMatchObject({ 'webhook-id': id, 'content-type': 'application/json; charset=utf-8' });
      const shown = await gateway.call('GET', `/v1/events/${id}`, { key: account.apiKey });
      expect(JSON.parse(came!.body)).toEqual(shown.body);
      expect(await rowOf(id)).toMatchObject({ status: 'delivered', attempts: 1, inSeconds: null });
    });

    it('goes to each endpoint of the account that wants the type, and to nobody else', async () => {
      const refunds = await anEndpoint({ eventTypes: ['refund.created'] });
      const all = await anEndpoint();
      const theirs = await addAccount(gateway);
      await gateway.call('POST', ROUTE, { key: theirs.apiKey, body: { url: `${receiver.url}/theirs` } });
      const paid = await anEvent('payment.succeeded');
      const refunded = await anEvent('refund.created');
      await deliver();
      expect((await deliveriesOf(refunds)).map(({ event }) => event.id)).toEqual([refunded]);
      expect((await deliveriesOf(all)).map(({ event }) => event.id)).toEqual([refunded, paid]);
      expect(receiver.received.filter(({ path }) => path.includes('theirs'))).toEqual([]);
    });

    it('is tried ten times on the schedule, then it is a dead letter', async () => {
      const endpoint = await anEndpoint();
      const id = await anEvent();
      receiver.answer = (response) => response.writeHead(500).end('out of order');
      for (const seconds of [5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR]) {
        await deliver();
        const { inSeconds, status } = await rowOf(id);
        expect(status).toBe('pending');
        expect(inSeconds).toBeGreaterThan(seconds * 0.8 - 30);
        expect(inSeconds).toBeLessThanOrEqual(seconds * 1.2);
        await makeDue();
      }
      await deliver();
      const last = await rowOf(id);
      expect(last.inSeconds).toBeGreaterThan(72 * HOUR); // the whole schedule, since no time has really passed
      await makeDue();
      await deliver();
      expect(await rowOf(id)).toMatchObject({ status: 'dead', attempts: 10, inSeconds: null });
      expect(receiver.ids).toEqual(Array.from({ length: 10 }, () => id));
      expect(await deliveriesOf(endpoint, 'status=dead')).toHaveLength(1);
      expect((await call('GET', `/${endpoint.id}`)).body['failingSince']).toEqual(expect.any(String));
    });

    it('of a receiver that is down for three days arrives when it is back', async () => {
      await anEndpoint();
      const ids: string[] = [];
      for (let count = 0; count < 20; count++) ids.push(await anEvent());
      receiver.answer = (response) => response.destroy();
      await deliver();
      // Every worker that looks within 72 hours of the first attempt finds it down.
      for (let hour = 0; hour < 72; hour++) {
        await database.query(
          `UPDATE webhook_delivery SET next_attempt_at = next_attempt_at - interval '1 hour', started_at = started_at - interval '1 hour'
           WHERE status = 'pending'`,
        );
        await deliver();
      }
      expect(await database.query(`SELECT DISTINCT status FROM webhook_delivery`)).toEqual([{ status: 'pending' }]);
      receiver.answer = (response) => response.writeHead(200).end();
      receiver.received = [];
      await makeDue();
      await deliver();
      expect(receiver.ids.toSorted()).toEqual(ids.toSorted());
      expect(await database.query(`SELECT DISTINCT status FROM webhook_delivery`)).toEqual([{ status: 'delivered' }]);
    });

    it.each([200, 201, 202, 204, 299])('has arrived with %i', async (status) => {
      await anEndpoint();
      const id = await anEvent();
      receiver.answer = (response) => response.writeHead(status).end();
      await deliver();
      expect((await rowOf(id)).status).toBe('delivered');
    });

    it.each([300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503])(
      'has failed with %i',
      async (status) => {
        await anEndpoint();
        const id = await anEvent();
        receiver.answer = (response) => response.writeHead(status, { location: `${receiver.url}/elsewhere` }).end();
        await deliver();
        expect(await rowOf(id)).toMatchObject({ status: 'pending', attempts: 1 });
        expect(receiver.received).toHaveLength(1);
      },
    );

    it('that is answered with 410 switches the endpoint off, until its owner switches it on', async () => {
      const endpoint = await anEndpoint();
      const [first, second] = [await anEvent(), await anEvent()];
      receiver.answer = (response) => response.writeHead(410).end();
      await publish();
      await attempt((await claim(1))[0]!);
      expect(await rowOf(first)).toMatchObject({ status: 'dead', attempts: 1 });
      expect((await call('GET', `/${endpoint.id}`)).body).toMatchObject({ enabled: false, disabledReason: 'gone' });
      await makeDue();
      expect(await claim()).toEqual([]);
      expect(await rowOf(second)).toMatchObject({ status: 'pending' });
      receiver.answer = (response) => response.writeHead(200).end();
      expect((await call('PATCH', `/${endpoint.id}`, { enabled: true })).body).toMatchObject({
        enabled: true,
        disabledReason: null,
      });
      await deliver();
      expect((await rowOf(second)).status).toBe('delivered');
    });

    it.each<[string, string, number, number]>([
      ['seconds', '900', 890, 901],
      ['a date', new Date(Date.now() + 3_600_000).toUTCString(), 3_000, 3_700],
      ['less than the schedule', '1', 3, 7],
      ['a year', '31536000', 24 * HOUR - 10, 24 * HOUR + 1],
      ['nonsense', 'later', 3, 7],
    ])('waits as Retry-After says: %s', async (_what, header, least, most) => {
      await anEndpoint();
      const id = await anEvent();
      receiver.answer = (response) => response.writeHead(503, { 'retry-after': header }).end();
      await deliver();
      const { inSeconds } = await rowOf(id);
      expect(inSeconds).toBeGreaterThan(least);
      expect(inSeconds).toBeLessThan(most);
    });

    it('is logged with answer, without secrets, and how long it took', async () => {
      const endpoint = await anEndpoint();
      await anEvent();
      receiver.answer = (response) =>
        response.writeHead(500).end(`trace ${endpoint.secret} 4242424242424242 ${'x'.repeat(10_000)}`);
      await deliver();
      const id = await onlyDelivery(endpoint);
      const { body, text } = await call('GET', `/${endpoint.id}/deliveries/${id}`);
      expect(body).toMatchObject({
        ...{ object: 'webhook_delivery', status: 'pending', attempts: 1, event: { type: 'payment.succeeded' } },
        log: [
          {
            statusCode: 500,
            error: null,
            durationMs: expect.any(Number),
            answer: expect.stringMatching(/^trace whsec_… … x+$/u),
          },
        ],
      });
      expect(text.length).toBeLessThan(3_000);
    });

    it('to an address that became private is refused', async () => {
      const endpoint = await anEndpoint();
      await database.query(`UPDATE webhook_endpoint SET url = 'http://10.0.0.1/' WHERE id = $1`, [endpoint.id]);
      const id = await anEvent();
      await deliver();
      expect(await rowOf(id)).toMatchObject({ status: 'pending', attempts: 1 });
      const delivery = await onlyDelivery(endpoint);
      expect((await call('GET', `/${endpoint.id}/deliveries/${delivery}`)).body).toMatchObject({
        log: [{ statusCode: null, error: 'address_refused' }],
      });
    });
  });

  describe('a secret', () => {
    it('is rotated: both sign for a while, then the new one alone', async () => {
      const endpoint = await anEndpoint();
      const { body } = await call('POST', `/${endpoint.id}/rotate-secret`, { overlapHours: 2 });
      const next = body['secret'] as string;
      expect(next).not.toBe(endpoint.secret);
      await anEvent();
      await deliver();
      expect([endpoint.secret, next].map((secret) => isSigned(receiver.received[0]!, secret))).toEqual([true, true]);
      await database.query(`UPDATE webhook_secret SET ends_at = now() WHERE ends_at IS NOT NULL`);
      await anEvent();
      await deliver();
      expect([endpoint.secret, next].map((secret) => isSigned(receiver.received[1]!, secret))).toEqual([false, true]);
    });

    it('never has more than one beside it, and a repeated request makes no other one', async () => {
      const endpoint = await anEndpoint();
      const rotate = (key: string, overlapHours = 24) =>
        gateway.call('POST', `${ROUTE}/${endpoint.id}/rotate-secret`, {
          key: account.apiKey,
          headers: { 'idempotency-key': key },
          body: { overlapHours },
        });
      const first = await rotate('r1');
      expect((await rotate('r1')).body['secret']).toBe(first.body['secret']);
      const second = (await rotate('r2')).body['secret'] as string;
      await anEvent();
      await deliver();
      expect(String(receiver.received[0]!.headers['webhook-signature']).split(' ')).toHaveLength(2);
      expect(
        [endpoint.secret, first.body['secret'] as string, second].map((secret) =>
          isSigned(receiver.received[0]!, secret),
        ),
      ).toEqual([false, true, true]);
      const third = (await rotate('r3', 0)).body['secret'] as string;
      await anEvent();
      await deliver();
      expect([second, third].map((secret) => isSigned(receiver.received[1]!, secret))).toEqual([false, true]);
    });

    it('stands in no table and no log of deliveries', async () => {
      const endpoint = await anEndpoint();
      const core = endpoint.secret.slice(6, 30);
      const tables = await database.query<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
      );
      for (const { name } of tables) {
        const found = await database.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE '%' || $1 || '%'`, [core]);
        expect([name, found]).toEqual([name, []]);
      }
    });
  });

  describe('sending again', () => {
    it('a test event goes to its endpoint alone, whatever types that wants', async () => {
      const tested = await anEndpoint({ eventTypes: ['refund.created'] });
      const other = await anEndpoint();
      const { status, body } = await call('POST', `/${tested.id}/test`);
      await call('POST', `/${tested.id}/test`);
      expect(status).toBe(202);
      await deliver();
      expect(receiver.ids).toContain(body['eventId']);
      expect(
        receiver.received.map(({ body: text }) => (JSON.parse(text) as { sequence: number }).sequence).toSorted(),
      ).toEqual([1, 2]);
      expect(await deliveriesOf(tested)).toHaveLength(2);
      expect(await deliveriesOf(other)).toEqual([]);
    });

    it('one delivery is sent again, also one that has arrived, with its whole schedule', async () => {
      const endpoint = await anEndpoint();
      const id = await anEvent();
      await deliver();
      const delivery = await onlyDelivery(endpoint);
      expect(await call('POST', `/${endpoint.id}/deliveries/${delivery}/resend`)).toMatchObject({
        status: 202,
        body: { status: 'pending', attempts: 0 },
      });
      await deliver();
      expect(receiver.ids).toEqual([id, id]);
      expect((await call('GET', `/${endpoint.id}/deliveries/${delivery}`)).body['log']).toHaveLength(2);
    });

    it('all that was missed since a time is recovered, after a dry run', async () => {
      const endpoint = await anEndpoint({ eventTypes: ['payment.succeeded'] });
      const old = await anEvent('payment.succeeded', { ageSeconds: 10 * HOUR });
      const dead = await anEvent('payment.succeeded', { ageSeconds: HOUR });
      const arrived = await anEvent('payment.succeeded', { ageSeconds: HOUR });
      await publish();
      await database.query(
        `UPDATE webhook_delivery SET status = 'dead', next_attempt_at = NULL WHERE event_id = ANY($1)`,
        [[old, dead]],
      );
      await deliver();
      expect(receiver.ids).toEqual([arrived]);
      await call('PATCH', `/${endpoint.id}`, { enabled: false });
      const missed = await anEvent('payment.succeeded');
      const unwanted = await anEvent('refund.created');
      await publish();
      await call('PATCH', `/${endpoint.id}`, { enabled: true });
      const since = new Date(Date.now() - 2 * HOUR * 1_000).toISOString();
      const recover = (dryRun: boolean) => call('POST', `/${endpoint.id}/recover`, { since, dryRun });
      receiver.received = [];
      expect((await recover(true)).body).toEqual({ dryRun: true, events: 2, hasMore: false });
      await deliver();
      expect(receiver.ids).toEqual([]);
      expect((await recover(false)).body).toEqual({ dryRun: false, events: 2, hasMore: false });
      await deliver();
      expect(receiver.ids.toSorted()).toEqual([dead, missed].toSorted());
      expect(receiver.ids).not.toContain(unwanted);
      expect((await recover(false)).body).toMatchObject({ events: 0 });
    });
  });

  describe('workers', () => {
    it('one that dies between sending and recording sends again after its lease; nothing is lost', async () => {
      await anEndpoint();
      const id = await anEvent();
      await publish();
      const [taken] = await claim();
      expect(await claim()).toEqual([]);
      await makeDue(); // the lease is over
      await deliver();
      expect(await rowOf(id)).toMatchObject({ status: 'delivered', claims: 2 });
      await attempt(taken!); // it was only asleep: there is nothing to send any more
      expect(receiver.ids).toEqual([id]);
    });

    it('one that was overtaken records no failure over what the other did, but a success', async () => {
      const endpoint = await anEndpoint();
      const id = await anEvent();
      await publish();
      const [slow] = await claim();
      let answerSlow = (): void => undefined;
      receiver.answer = (response) => (answerSlow = () => response.writeHead(500).end());
      const slowAttempt = attempt(slow!);
      while (receiver.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
      receiver.answer = (response) => response.writeHead(503).end();
      await makeDue();
      await attempt((await claim())[0]!);
      const before = await rowOf(id);
      answerSlow();
      await slowAttempt;
      expect(await rowOf(id)).toMatchObject({ attempts: before.attempts, claims: before.claims });
      const delivery = await onlyDelivery(endpoint);
      expect((await call('GET', `/${endpoint.id}/deliveries/${delivery}`)).body['log']).toHaveLength(2);
    });

    it('a large backlog of one endpoint takes nothing from another, however old it is', async () => {
      const dead = await anEndpoint();
      await anEvent();
      await publish();
      await database.query(
        `INSERT INTO webhook_delivery (merchant_account_id, id, endpoint_id, event_id, next_attempt_at)
         SELECT $1, 'wd_old_' || n, $2, 'evt_old_' || n, now() - interval '1 day' FROM generate_series(1, 5000) AS n`,
        [account.id, dead.id],
      );
      const healthy = await anEndpoint();
      const id = await anEvent();
      await publish();
      const busy: Room = { most: 252, spare: 16, inHand: new Map([[dead.id, 4]]), shut: [], careful: [] };
      const claimed = await claim(busy);
      expect(claimed.map(({ endpointId }) => endpointId)).toEqual([healthy.id]);
      await attempt(claimed[0]!);
      expect((await rowOf(id, healthy.id)).status).toBe('delivered');
      const shut = await claim({ most: 256, spare: 20, inHand: new Map(), shut: [dead.id], careful: [] });
      expect(shut).toEqual([]);
    });
  });
});
