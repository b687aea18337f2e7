import { type AppExit } from '../support/app-process.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { WebhookReceiver } from '../integration/webhook-receiver.js';

describe('a gateway that is killed after it has sent an event and before it has recorded that', () => {
  let stack: Stack;
  let receiver: WebhookReceiver;
  let exits: Promise<AppExit>[];

  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    stack = await startStack({ withShop: false, gateway: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' } });
    exits = [];
  }, 60_000);
  afterAll(async () => {
    await stack.stop();
    receiver.stop();
  });

  const timesOf = (id: string): number => receiver.ids.filter((received) => received === id).length;

  /** The event is in the receiver's hands, which has not answered yet, when the gateway dies. @returns its id */
  async function killAt(cause: () => Promise<unknown>): Promise<string> {
    let struck: string | undefined;
    receiver.answer = (response, { headers }) => {
      if (struck !== undefined) return response.writeHead(204).end();
      struck = String(headers['webhook-id']);
      exits.push(stack.gateway.kill());
      return undefined;
    };
    await cause().catch(() => undefined); // its answer may die with the gateway
    await until('the gateway is killed', () => Promise.resolve(struck !== undefined));
    await exits.at(-1);
    const attempts = await stack.database.query(
      `SELECT 1 FROM webhook_attempt a JOIN webhook_delivery d ON d.id = a.delivery_id WHERE d.event_id = $1`,
      [struck],
    );
    expect(attempts).toEqual([]);
    await stack.restartGateway();
    await stack.database.query(`UPDATE webhook_delivery SET next_attempt_at = now() WHERE status = 'pending'`); // the lease is over
    await until('the event comes again', () => Promise.resolve(timesOf(struck ?? '') > 1));
    return struck ?? '';
  }

  it('sends it again under the same id; no event is lost, and the events of a payment stay without a gap', async () => {
    await stack.client.call('POST', '/v1/webhook-endpoints', { body: { url: receiver.url } });
    const first = await killAt(() => stack.client.createPayment());
    const [came] = receiver.received;
    const { subject } = JSON.parse(came!.body) as { subject: { id: string } };
    const second = await killAt(() => stack.client.call('POST', `/v1/payments/${subject.id}/cancel`));
    await stack.client.createPayment();

    const events = await stack.database.query<{ id: string; subject: string; sequence: number }>(
      'SELECT id, subject_id AS subject, sequence FROM outbox_event ORDER BY number',
    );
    await until('every event has arrived', () => Promise.resolve(events.every(({ id }) => timesOf(id) > 0)));
    expect(await Promise.all(exits)).toEqual([expect.anything(), expect.anything()].map(() => SIGKILLED));
    expect([timesOf(first), timesOf(second)]).toEqual([2, 2]);
    for (const id of [first, second]) {
      const bodies = receiver.received.filter(({ headers }) => headers['webhook-id'] === id).map(({ body }) => body);
      expect(new Set(bodies).size).toBe(1);
    }
    expect(events.filter(({ id }) => id !== first && id !== second).map(({ id }) => timesOf(id))).toEqual([1]);
    const ofPayment = events.filter((event) => event.subject === subject.id).map(({ sequence }) => sequence);
    expect(ofPayment).toEqual([1, 2]);
    await until('all of it is on record', async () => {
      const open = await stack.database.query(`SELECT 1 FROM webhook_delivery WHERE status <> 'delivered'`);
      return open.length === 0;
    });
  }, 90_000);
});

const SIGKILLED = expect.objectContaining({ signal: 'SIGKILL' }) as AppExit;
