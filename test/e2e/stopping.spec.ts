import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

/** One connection, spoken over byte by byte. */
class RawClient {
  private received = '';
  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => (this.received += text));
    socket.on('error', () => undefined); // cut off: seen by `closed`
  }

  static async open(url: string): Promise<RawClient> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  send(text: string): void {
    this.socket.write(text);
  }

  get closed(): boolean {
    return this.socket.closed;
  }

  /** Status line, headers and body of what came so far. */
  get text(): string {
    return this.received;
  }

  async answer(): Promise<string> {
    const before = this.received.length;
    await until('an answer', () => Promise.resolve(this.received.length > before || this.closed), 25_000);
    return this.received.slice(before);
  }

  destroy(): void {
    this.socket.destroy();
  }
}

const UNENDING =
  'POST /v1/payments HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"amount":';

describe('a gateway that is told to stop', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ withShop: false });
  }, 60_000);
  beforeEach(async () => {
    if (!stack.gateway.isRunning) await stack.gateway.restart(); // the first one runs
  }, 60_000);
  afterEach(async () => {
    await stack.gateway.stop(); // a test that failed may have left it stopping
    await stack.bank.clearFaults();
    await stack.bank.switchOff();
  }, 60_000);
  afterAll(() => stack.stop(), 60_000);

  const aPost = (): string => {
    const body = JSON.stringify({
      amount: 1_000,
      currency: 'UAH',
      returnUrl: 'https://shop.example/back',
      customer: { id: 'customer-1' },
    });
    return [
      'POST /v1/payments HTTP/1.1',
      'Host: gateway',
      `Authorization: Bearer ${stack.apiKey}`,
      `Idempotency-Key: ${randomUUID()}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  };
  const GET_READY = 'GET /health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n';

  it('answers what it has in hand with the bank still there, and takes no new connections', async () => {
    await stack.client.createPayment();
    const [inHand, keptAlive] = [await RawClient.open(stack.gatewayUrl), await RawClient.open(stack.gatewayUrl)];
    keptAlive.send(GET_READY);
    expect(await keptAlive.answer()).toContain('200 OK');
    keptAlive.send('GET /health/ready HTTP/1.1\r\n'); // in the middle of a request, and so not idle
    await stack.bank.addFault({ kind: 'slow', path: 'create-order', delayMs: 4_000 });
    inHand.send(aPost());
    await until('the bank has it', async () => (await stack.bank.faults()).every(({ fired }) => fired > 0));

    const stopped = stack.gateway.stop();
    await until('nobody listens', async () => {
      const probe = connect(Number(new URL(stack.gatewayUrl).port), '127.0.0.1');
      const refused = await new Promise<boolean>((resolve) => {
        probe.once('connect', () => {
          resolve(false);
        });
        probe.once('error', () => {
          resolve(true);
        });
      });
      probe.destroy();
      return refused;
    });
    keptAlive.send('Host: gateway\r\n\r\n');
    const ready = await keptAlive.answer();
    expect(ready).toMatch(/^HTTP\/1\.1 503 /u);
    expect(ready).toContain('the process is stopping');
    expect(ready.toLowerCase()).toContain('connection: close');
    const created = await inHand.answer();
    expect(created).toMatch(/^HTTP\/1\.1 201 /u);
    expect(created).toContain('"redirectUrl":"http');
    expect(await stopped).toEqual({ code: 0, signal: null });
  }, 60_000);

  it('ends although a client never ends its body, and without a key', async () => {
    const client = await RawClient.open(stack.gatewayUrl);
    client.send(UNENDING);
    const other = await RawClient.open(stack.gatewayUrl); // by its answer the first bytes have come in, too
    other.send(GET_READY);
    await other.answer();
    expect(await stack.gateway.stop()).toEqual({ code: 0, signal: null });
    expect(client.closed).toBe(true);
  }, 60_000);

  it('ends although the bank hangs under its workers and its requests; what was cut off is on record', async () => {
    const { body: payment } = await stack.client.createPayment();
    await stack.bank.switchOn('hangs', { acts: false });
    await stack.database.query('UPDATE payment SET next_sync_at = now() WHERE id = $1', [payment.id]);
    const client = await RawClient.open(stack.gatewayUrl);
    client.send(aPost());
    await until('both hang', async () => (await stack.bank.usesOf('hangs')).length >= 2);
    expect(await stack.gateway.stop()).toEqual({ code: 0, signal: null });
    await until('the client is let go', () => Promise.resolve(client.closed));
    const rows = await stack.database.query<{ status: string; due: boolean }>(
      `SELECT p.status, o.next_query_at IS NOT NULL AS due FROM payment p JOIN operation o ON o.subject_id = p.id
       WHERE p.id >= $1 ORDER BY p.id`,
      [payment.id],
    );
    expect(rows).toEqual([
      { status: 'requires_action', due: false },
      { status: 'created', due: true },
    ]);
  }, 60_000);

  it('keeps the session that the bank is giving, though that takes longer than anything else', async () => {
    await stack.client.createPayment();
    const session = async () => {
      const [row] = await stack.database.query<{ version: number }>('SELECT version FROM bank_session');
      return row!.version;
    };
    const before = await session();
    await stack.bank.switchOn('slow_authorize', { delayMs: 8_000 });
    await stack.database.query(`UPDATE bank_session SET obtained_at = obtained_at - interval '23 hours'`);
    await until('the bank is asked', async () => (await stack.bank.usesOf('slow_authorize')).length > 0);
    expect(await stack.gateway.stop()).toEqual({ code: 0, signal: null });
    expect(await session()).toBe(before + 1);
    await stack.gateway.restart();
    expect((await stack.client.createPayment()).status).toBe(201);
    expect(await session()).toBe(before + 1);
    expect(await stack.bank.usesOf('slow_authorize')).toHaveLength(1);
  }, 60_000);

  it('ends although the database holds every statement', async () => {
    await stack.client.createPayment();
    const locker = new pg.Client({ connectionString: stack.database.url });
    await locker.connect();
    try {
      await locker.query('BEGIN; LOCK TABLE payment IN ACCESS EXCLUSIVE MODE');
      const client = await RawClient.open(stack.gatewayUrl);
      client.send(aPost());
      await until('it waits for the lock', async () => {
        const waiting = await stack.database.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
          AND datname = current_database() AND query LIKE '%INSERT INTO payment %'`);
        return waiting.length > 0;
      });
      expect(await stack.gateway.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await locker.end();
    }
  }, 60_000);
});
