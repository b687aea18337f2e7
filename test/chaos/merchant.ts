import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, aPaymentRequest, type GatewayClient, type Payment } from '../support/gateway-client.js';
import { OPS_KEY, type Stack } from '../support/stack.js';
import { type Asked, type Expectation } from './evidence.js';

/** Milliseconds before a request is repeated, and between two looks. */
const PAUSE_MS = 150;
/** Looks until what is awaited is helped on. */
const HELP_EVERY = 3;
/** Milliseconds, counted from when the world is well: how long it stays bad depends on how busy the machine is. */
const PATIENCE_MS = 180_000;

type View = Pick<Payment, 'id' | 'status' | 'redirectUrl'>;

/** Whose links nobody can have: then the payment waits for its expiry. Source: docs/correctness.md. */
const MOST_ORDERS = 3;

/** The bank took three orders of a payment and said so to nobody who lived. */
export class OutOfOrders extends Error {}

/** A shop that never gives up: it repeats each request under its key until it is told what became of it. */
export class Merchant {
  readonly asked: Asked[] = [];
  readonly expected: Expectation[] = [];
  private giveUpAt = Infinity;

  constructor(
    private readonly client: GatewayClient,
    private readonly stack: Pick<Stack, 'database' | 'bank'>,
  ) {}

  /** Nobody dies any more, and nothing fails: what is asked now is answered in time. */
  worldIsWell(): void {
    this.giveUpAt = Date.now() + PATIENCE_MS;
  }

  create(over: Readonly<Record<string, unknown>>, path = '/v1/payments'): Promise<View> {
    return this.post(path, path === '/v1/payments' ? aPaymentRequest(over) : over);
  }

  /** Repeats until it is answered for good, or 202: then it is known that it is not known yet. */
  async post(path: string, body: object): Promise<View> {
    const asked: Asked = { key: randomUUID(), path, body, final: undefined, ids: new Set() };
    this.asked.push(asked);
    for (;;) {
      const answer = await this.tryOnce(asked);
      if (answer && answer.status < 300) return this.note(asked, answer);
      if (answer && !isPassing(answer)) throw new Error(`POST ${path} answered ${answer.status} ${answer.text}`);
      if (Date.now() > this.giveUpAt) throw new Error(`POST ${path} was never answered: ${answer?.text ?? 'cut off'}`);
      await sleep(PAUSE_MS);
    }
  }

  /** Repeats until it is done; that it was done before does not show. */
  async change(method: 'PATCH' | 'DELETE', path: string, body?: object): Promise<void> {
    for (;;) {
      const answer = await this.client.call(method, path, body && { body }).catch(() => undefined);
      if (answer && answer.status < 300) return;
      if (answer && !isPassing(answer)) throw new Error(`${method} ${path} answered ${answer.status} ${answer.text}`);
      if (Date.now() > this.giveUpAt) throw new Error(`${method} ${path} was never answered`);
      await sleep(PAUSE_MS);
    }
  }

  /** Long after all is over: what acts no more, and is answered as it was. */
  async repeat(asked: Asked): Promise<void> {
    const answer = await this.tryOnce(asked);
    if (!answer) throw new Error(`${asked.path} (${asked.key}) was cut off in a world that is well`);
    if (answer.status < 300) this.note(asked, answer);
    asked.again = { status: answer.status, text: answer.text };
  }

  /** Asks until it holds; what somebody died over is looked at again now and not in two minutes. */
  async until(id: string, holds: (payment: View) => boolean, path = '/v1/payments'): Promise<View> {
    for (let looks = 1; Date.now() < this.giveUpAt; looks += 1) {
      const answer = await this.client.call<View>('GET', `${path}/${id}`).catch(() => undefined);
      if (answer?.status === 200 && holds(answer.body)) return answer.body;
      if (answer?.status === 404) throw new Error(`${path}/${id} was acknowledged and is gone`);
      if (looks % HELP_EVERY === 0) {
        await this.makeDue(id);
        if (await this.isOutOfOrders(id)) throw new OutOfOrders(id);
      }
      await sleep(PAUSE_MS);
    }
    throw new Error(`${id} waits in vain: ${JSON.stringify(await this.rowsOf(id))}`);
  }

  /** As an operator does it; the same file once more changes nothing. */
  async importRegister(file: Uint8Array<ArrayBuffer>): Promise<void> {
    const [account] = await this.stack.database.query<{ id: string }>('SELECT id FROM merchant_account LIMIT 1');
    const url = `${this.client.baseUrl}/ops/merchant-accounts/${account?.id}/registers`;
    const headers = { authorization: `Bearer ${OPS_KEY}`, 'content-type': 'text/csv' };
    while (Date.now() < this.giveUpAt) {
      const answer = await fetch(url, { method: 'POST', headers, body: file }).catch(() => undefined);
      if (answer && answer.status < 300) return;
      if (answer && answer.status < 500) throw new Error(`the register was answered ${answer.status}`);
      await sleep(PAUSE_MS);
    }
    throw new Error('the register was never taken in');
  }

  expect(activity: string, paymentId: string, ends: readonly string[]): void {
    this.expected.push({ activity, paymentId, ends });
  }

  async orderOf(paymentId: string): Promise<string> {
    const [row] = await this.stack.database.query<{ id: string }>(
      `SELECT bank_order_id AS id FROM operation WHERE subject_id = $1 AND bank_order_id IS NOT NULL
       ORDER BY number DESC LIMIT 1`,
      [paymentId],
    );
    return row?.id ?? '';
  }

  private async isOutOfOrders(id: string): Promise<boolean> {
    const rows = await this.stack.database.query(
      `SELECT 1 FROM operation WHERE subject_id = $1 AND status = 'abandoned' AND step LIKE 'order%'`,
      [id],
    );
    return rows.length >= MOST_ORDERS;
  }

  private rowsOf(id: string): Promise<unknown> {
    return this.stack.database.query(
      `SELECT p.status AS payment, p.next_sync_at - now() AS sync, o.step, o.status, o.sends, o.unsent, o.queries,
              now() - o.sent_at AS sent, o.next_query_at - now() AS query, o.session_awaited_at IS NOT NULL AS awaits,
              s.version, s.lease_until - now() AS lease, s.failures, s.last_error, s.expires_at
       FROM payment p JOIN operation o ON o.subject_id = p.id, bank_session s WHERE p.id = $1`,
      [id],
    );
  }

  /**
   * The leases of whoever died are over, and no back-off is waited for. A hint does the same at any time. Whoever sends may
   * only be slow, on a machine that is busy with others: each time it is given longer.
   */
  private async makeDue(id: string): Promise<void> {
    const { database } = this.stack;
    await database.query(
      `UPDATE payment SET next_sync_at = now() WHERE id = $1 AND next_sync_at > now() + interval '1 second'`,
      [id],
    );
    await database.query(
      `UPDATE operation SET next_query_at = now() WHERE subject_id = $1 AND next_query_at > now() + interval '1 second'
         AND (status IN ('unknown', 'pending') OR (status = 'sending' AND updated_at < now() - make_interval(secs => 5 * sends)))`,
      [id],
    );
    await database.query(
      `UPDATE subscription SET next_look_at = now() WHERE id = $1 AND next_look_at > now() + interval '1 second'`,
      [id],
    );
    await database.query(
      `UPDATE recurring_request SET next_attempt_at = now() WHERE subject_id = $1
         AND next_attempt_at > now() + interval '1 second'
         AND (status = 'unknown' OR (status = 'sending' AND updated_at < now() - interval '5 seconds'))`,
      [id],
    );
  }

  /** @returns undefined when the connection broke: whoever had the request in hand is dead, and its lease may end */
  private async tryOnce({ key, path, body }: Asked): Promise<Answer<View> | undefined> {
    try {
      return await this.client.call<View>('POST', path, { body, idempotencyKey: key });
    } catch {
      await this.stack.database.query(
        `UPDATE idempotency_key SET lease_until = now() WHERE key = $1 AND status_code IS NULL`,
        [key],
      );
      return undefined;
    }
  }

  private note(asked: Asked, { status, text, body }: Answer<View>): View {
    asked.ids.add(body.id);
    if (status !== 202) asked.final ??= { status, text };
    return body;
  }
}

/** In flight under the same key, or the gateway or its database is away for a moment. */
const isPassing = ({ status, text }: Answer<unknown>): boolean =>
  status >= 500 || status === 429 || (status === 409 && text.includes('IDEMPOTENCY_IN_FLIGHT'));
