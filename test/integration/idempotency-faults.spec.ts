import { connect } from 'node:net';
import { KeyHeldError } from '../../apps/gateway/src/payments/domain/payment-error.js';
import { type RefundView } from '../../apps/gateway/src/payments/api/payment.dto.js';
import { aPaymentRequest } from '../support/gateway-client.js';
import { until } from '../support/until.js';
import { type EdgeApp, startEdgeApp } from './edge-app.js';
import { aBankRefund, anOpenOrder } from './fake-payment-bank.js';
import {
  aKey,
  aRequest,
  create,
  createMigratedDatabase,
  createPaid,
  type MigratedDatabase,
  type Parts,
  startParts,
} from './gateway-parts.js';

/** The default of the bank call's whole deadline and 10 s. Source: docs/correctness.md, "Idempotency". */
const LEASE_SECONDS = 35;

/** Makes every UPDATE of a table fail; a sequence counts how often, since it is not rolled back. */
async function breakUpdatesOf(database: MigratedDatabase, table: string) {
  await database.query(`CREATE SEQUENCE IF NOT EXISTS broken_${table}`);
  await database.query(
    `CREATE OR REPLACE FUNCTION break_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN PERFORM nextval('broken_${table}'); RAISE EXCEPTION 'broken' USING ERRCODE = '53300'; END $$`,
  );
  await database.query(
    `CREATE TRIGGER break_it BEFORE UPDATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION break_${table}()`,
  );
  return {
    mend: () => database.query(`DROP TRIGGER break_it ON ${table}`),
    fired: async () => {
      const [row] = await database.query<{ n: number }>(
        `SELECT CASE WHEN is_called THEN last_value ELSE 0 END::int AS n FROM broken_${table}`,
      );
      return row!.n;
    },
  };
}

describe('an idempotency key', () => {
  let database: MigratedDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    parts = await startParts(database);
  });
  afterAll(() => database.drop());
  afterEach(() => {
    parts.bank.onOrder = anOpenOrder;
  });

  const pay = (key: string) => parts.payments.create({ accountId: parts.accountId, key }, aRequest());
  const leaseOf = async (key: string): Promise<number> => {
    const [row] = await database.query<{ left: number }>(
      `SELECT extract(epoch FROM lease_until - clock_timestamp())::float AS left FROM idempotency_key WHERE key = $1`,
      [key],
    );
    return row!.left;
  };
  const loseLease = (key: string) =>
    database.query(`UPDATE idempotency_key SET lease_until = clock_timestamp() - interval '1 s' WHERE key = $1`, [key]);

  it('of a payment is free at once when the transaction after the bank call fails', async () => {
    const key = aKey();
    const { mend, fired } = await breakUpdatesOf(database, 'payment');
    await expect(pay(key)).rejects.toThrow('broken');
    await mend();
    expect(await fired()).toBeGreaterThan(0);
    expect(await leaseOf(key)).toBeLessThanOrEqual(0);
    expect(await pay(key)).toMatchObject({ statusCode: 201, replayed: false });
    const [first, second] = parts.bank.orders.slice(-2);
    expect(second!.merchantRequestId).toBe(first!.merchantRequestId);
  });

  it('of a refund is free at once, and the repeat asks before anything is sent again', async () => {
    const key = aKey();
    const { id: paymentId } = await createPaid(parts);
    const refund = () => parts.refunds.create({ accountId: parts.accountId, paymentId, key }, {});
    parts.bank.onRefund = ({ merchantRequestId }) => ({ kind: 'answered', facts: aBankRefund(merchantRequestId) });
    parts.bank.onReadOperation = (requestId) => ({ kind: 'found', facts: aBankRefund(requestId) });
    const refunds = parts.bank.refunds.length;
    const { mend, fired } = await breakUpdatesOf(database, 'operation');
    await expect(refund()).rejects.toThrow('broken');
    await mend();
    expect(await fired()).toBeGreaterThan(0);
    const { statusCode, body } = await refund();
    expect([statusCode, (JSON.parse(body) as RefundView).status]).toEqual([201, 'succeeded']);
    expect(parts.bank.refunds).toHaveLength(refunds + 1);
  });

  it('that cannot be freed says how long it is held, to the request and to its repeat', async () => {
    const key = aKey();
    const payment = await breakUpdatesOf(database, 'payment');
    const keys = await breakUpdatesOf(database, 'idempotency_key');
    const error: unknown = await pay(key).catch((thrown: unknown) => thrown);
    const repeated: unknown = await pay(key).catch((thrown: unknown) => thrown);
    const left = await leaseOf(key);
    await payment.mend();
    await keys.mend();
    expect(await keys.fired()).toBeGreaterThan(0);
    expect(error).toBeInstanceOf(KeyHeldError);
    for (const seconds of [
      (error as KeyHeldError).retryAfterSeconds,
      (repeated as { retryAfterSeconds: number }).retryAfterSeconds,
    ]) {
      expect(seconds).toBeGreaterThanOrEqual(left);
      expect(seconds).toBeLessThanOrEqual(LEASE_SECONDS);
    }
    await loseLease(key);
    expect(await pay(key)).toMatchObject({ statusCode: 201 });
  });

  it('is freed by whoever holds it only: a slow loser frees nothing of its successor', async () => {
    const key = aKey();
    const slow = Promise.withResolvers<never>();
    const calls = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const slower = Promise.withResolvers<never>();
    const answers = [slow.promise, slower.promise];
    parts.bank.onOrder = () => {
      calls.shift()?.resolve(undefined);
      return answers.shift()!;
    };
    const [first, second] = calls;
    const loser = pay(key);
    await first!.promise;
    await loseLease(key);
    const successor = pay(key);
    await second!.promise;
    slow.reject(new Error('too late'));
    await expect(loser).rejects.toThrow('too late');
    expect(await leaseOf(key)).toBeGreaterThan(LEASE_SECONDS - 10);
    await expect(pay(key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
    slower.reject(new Error('too late as well'));
    await expect(successor).rejects.toThrow('too late as well');
  });

  it('keeps the first final answer of two that race after a take-over', async () => {
    const key = aKey();
    const slow = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<undefined>();
    parts.bank.onOrder = async (request) => {
      parts.bank.onOrder = anOpenOrder;
      asked.resolve(undefined);
      await slow.promise;
      return anOpenOrder(request);
    };
    const original = pay(key);
    await asked.promise;
    await loseLease(key);
    const taken = await pay(key);
    slow.resolve(undefined);
    expect(taken).toMatchObject({ statusCode: 201, replayed: false });
    expect(await original).toEqual({ ...taken, replayed: true });
  });

  it('does not keep what an older version kept of an answer that was not final', async () => {
    const key = aKey();
    parts.bank.onOrder = () => ({ kind: 'unknown', reason: 'timeout' });
    expect(await pay(key)).toMatchObject({ statusCode: 202 });
    expect(await database.query('SELECT status_code FROM idempotency_key WHERE key = $1', [key])).toEqual([
      { status_code: null },
    ]);
  });

  it('is claimed for the whole deadline of the bank call and ten seconds', async () => {
    const key = aKey();
    let left = 0;
    parts.bank.onOrder = async (request) => {
      left = await leaseOf(key);
      return anOpenOrder(request);
    };
    await create(parts, {}, key);
    expect(left).toBeLessThanOrEqual(LEASE_SECONDS);
    expect(left).toBeGreaterThan(LEASE_SECONDS - 10); // ten for a busy machine
  });
});

describe('a request over HTTP', () => {
  let edge: EdgeApp;

  beforeAll(async () => {
    edge = await startEdgeApp();
  });
  afterAll(() => edge.stop());

  const post = (key: string) =>
    fetch(`http://127.0.0.1:${edge.port}/v1/payments`, {
      method: 'POST',
      body: JSON.stringify(aPaymentRequest()),
      headers: { authorization: `Bearer ${edge.apiKey}`, 'content-type': 'application/json', 'idempotency-key': key },
    });

  it('says when it is worth repeating while the first one is under way, also after its client is gone', async () => {
    const key = aKey();
    const slow = Promise.withResolvers<undefined>();
    edge.bank.onOrder = async (request) => {
      await slow.promise;
      return anOpenOrder(request);
    };
    const body = JSON.stringify(aPaymentRequest());
    const socket = connect(edge.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST /v1/payments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${edge.apiKey}\r\nIdempotency-Key: ${key}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until('the bank was asked', () => Promise.resolve(edge.bank.orders.length === 1));
    socket.destroy();
    const early = await post(key);
    expect(early.status).toBe(409);
    const wait = Number(early.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(LEASE_SECONDS - 15);
    expect(wait).toBeLessThanOrEqual(LEASE_SECONDS);
    slow.resolve(undefined);
    await until('the first request is done', async () => (await post(key)).status !== 409);
    const late = await post(key);
    expect([late.status, late.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(edge.bank.orders).toHaveLength(1);
  });

  it('is answered 503 when the database breaks after the bank call, and its repeat in some seconds 201', async () => {
    const key = aKey();
    edge.bank.onOrder = anOpenOrder;
    const { mend, fired } = await breakUpdatesOf(edge.database, 'payment');
    const broken = await post(key);
    await mend();
    expect(await fired()).toBeGreaterThan(0);
    expect([broken.status, broken.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await post(key)).status).toBe(201);
  });
});
