import pg from 'pg';
import { EventFeedRepository } from '../../apps/gateway/src/webhooks/store/event-feed.repository.js';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';
import { addAccount, type NewAccount, startGateway, type WholeGateway } from './whole-gateway.js';

interface Page {
  readonly data: readonly { id: string; type: string; sequence: number; subject: { id: string } }[];
  readonly nextCursor: string;
  readonly hasMore: boolean;
}

/** The feed of events: whoever reads on from where they were misses nothing. */
describe('GET /v1/events', () => {
  let database: MigratedDatabase;
  let gateway: WholeGateway;
  let account: NewAccount;
  let feed: EventFeedRepository;
  let made = 0;

  beforeAll(async () => {
    database = await createMigratedDatabase();
    gateway = await startGateway(database);
    feed = gateway.app.get(EventFeedRepository);
  });
  afterAll(async () => {
    await gateway.app.close();
    await database.drop();
  });
  beforeEach(async () => {
    account = await addAccount(gateway);
  });

  const INSERT = `INSERT INTO outbox_event (merchant_account_id, id, subject_id, sequence, type, data)
    VALUES ($1, $2, $3, $4, $5, '{}')`;
  const values = ({ subject = `pay_${++made}`, sequence = 1, type = 'payment.succeeded' } = {}): [
    string,
    unknown[],
  ] => {
    const id = `evt_${String(++made).padStart(32, '0')}`;
    return [id, [account.id, id, subject, sequence, type]];
  };
  async function anEvent(over?: Parameters<typeof values>[0]): Promise<string> {
    const [id, row] = values(over);
    await database.query(INSERT, row);
    return id;
  }
  const read = async (query = '', key = account.apiKey): Promise<Page> => {
    const { status, text } = await gateway.call('GET', `/v1/events?${query}`, { key });
    expect(status).toBe(200);
    return JSON.parse(text) as Page;
  };
  const idsOf = ({ data }: Page): string[] => data.map(({ id }) => id);

  it('pages through all of them, oldest first, and goes on from an empty page', async () => {
    const ids = [await anEvent(), await anEvent(), await anEvent()];
    expect(idsOf(await read())).toEqual([]); // not published yet
    await feed.publish();
    const first = await read('limit=2');
    expect([idsOf(first), first.hasMore]).toEqual([ids.slice(0, 2), true]);
    const second = await read(`limit=2&cursor=${first.nextCursor}`);
    expect([idsOf(second), second.hasMore]).toEqual([ids.slice(2), false]);
    const end = await read(`cursor=${second.nextCursor}`);
    expect([idsOf(end), end.nextCursor]).toEqual([[], second.nextCursor]);
    const next = await anEvent();
    await feed.publish();
    expect(idsOf(await read(`cursor=${end.nextCursor}`))).toEqual([next]);
  });

  it('is read by type and by subject, and from its end', async () => {
    const paid = await anEvent({ subject: 'pay_a' });
    const refunded = await anEvent({ subject: 'pay_a', sequence: 2, type: 'refund.created' });
    const other = await anEvent({ subject: 'pay_b', type: 'refund.created' });
    await feed.publish();
    expect(idsOf(await read('type=refund.created'))).toEqual([refunded, other]);
    expect(idsOf(await read('subject=pay_a'))).toEqual([paid, refunded]);
    expect(idsOf(await read('subject=pay_a&type=refund.created'))).toEqual([refunded]);
    const one = await read('type=refund.created&limit=1');
    expect(idsOf(one)).toEqual([refunded]);
    expect(idsOf(await read(`type=refund.created&limit=1&cursor=${one.nextCursor}`))).toEqual([other]);
    const latest = await read('cursor=latest');
    expect(idsOf(latest)).toEqual([]);
    const next = await anEvent();
    await feed.publish();
    expect(idsOf(await read(`cursor=${latest.nextCursor}`))).toEqual([next]);
  });

  it('moves its cursor past what a filter leaves out', async () => {
    await anEvent();
    await feed.publish();
    const none = await read('type=payment.failed');
    expect(none.data).toEqual([]);
    const failed = await anEvent({ type: 'payment.failed' });
    await feed.publish();
    expect(idsOf(await read(`type=payment.failed&cursor=${none.nextCursor}`))).toEqual([failed]);
  });

  it.each(['cursor=nonsense', 'cursor=LTE', 'limit=0', 'limit=101', 'type=payment.paid', 'since=1'])(
    'refuses ?%s',
    async (query) => {
      expect((await gateway.call('GET', `/v1/events?${query}`, { key: account.apiKey })).status).toBe(400);
    },
  );

  it('shows an event by its id, and nothing of another account', async () => {
    const id = await anEvent({ subject: 'pay_c' });
    await feed.publish();
    const { body } = await gateway.call('GET', `/v1/events/${id}`, { key: account.apiKey });
    expect(body).toMatchObject({ object: 'event', id, type: 'payment.succeeded', sequence: 1, livemode: false });
    expect(body['subject']).toEqual({ type: 'payment', id: 'pay_c' });
    const { apiKey } = await addAccount(gateway);
    expect(await gateway.call('GET', `/v1/events/${id}`, { key: apiKey })).toMatchObject({
      status: 404,
      body: { code: 'EVENT_NOT_FOUND' },
    });
    expect((await read('', apiKey)).data).toEqual([]);
  });

  it('an event that was written first and committed last is not passed over', async () => {
    const late = new pg.Client({ connectionString: database.url });
    await late.connect();
    const [first, row] = values();
    await late.query('BEGIN');
    await late.query(INSERT, row);
    const second = await anEvent();
    await feed.publish();
    const before = await read();
    expect(idsOf(before)).toEqual([second]);
    await late.query('COMMIT');
    await late.end();
    const numbers = await database.query<{ id: string }>(
      'SELECT id FROM outbox_event WHERE id = ANY($1) ORDER BY number',
      [[first, second]],
    );
    expect(numbers.map(({ id }) => id)).toEqual([first, second]);
    await feed.publish();
    expect(idsOf(await read(`cursor=${before.nextCursor}`))).toEqual([first]);
  });

  it('two publishers and many writers that commit in any order: a reader gets each event once, a subject in order', async () => {
    const WRITERS = 6;
    const EACH = 20;
    const writing = Array.from({ length: WRITERS }, async (_none, writer) => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      for (let sequence = 1; sequence <= EACH; sequence++) {
        await client.query('BEGIN');
        await client.query(INSERT, values({ subject: `pay_w${writer}`, sequence })[1]);
        await client.query(`SELECT pg_sleep(random() * 0.01)`);
        await client.query('COMMIT');
      }
      await client.end();
    });
    const progress = { isWritten: false };
    const written = Promise.all(writing).then(() => (progress.isWritten = true));
    const publishing = [1, 2].map(async () => {
      while (!progress.isWritten) await feed.publish();
    });
    const seen: Page['data'][number][] = [];
    let cursor = '';
    const readOn = async (): Promise<void> => {
      const page = await read(`limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.data);
      cursor = page.nextCursor;
    };
    while (!progress.isWritten) await readOn();
    await Promise.all([written, ...publishing]);
    await feed.publish();
    for (let size = -1; size !== seen.length;) {
      size = seen.length;
      await readOn();
    }
    expect(seen).toHaveLength(WRITERS * EACH);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(WRITERS * EACH);
    for (let writer = 0; writer < WRITERS; writer++) {
      const sequences = seen.filter(({ subject }) => subject.id === `pay_w${writer}`).map(({ sequence }) => sequence);
      expect(sequences).toEqual(Array.from({ length: EACH }, (_none, index) => index + 1));
    }
  });
});
