import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

/** What Postgres refuses names tables and quotes values: neither goes into the log or to a caller. */
describe('statements that fail', () => {
  const CANARIES = {
    reference: 'canary-reference-5512',
    description: 'canary-description-5512',
    email: 'canary.5512@example.com',
    note: 'canary-note-5512',
  };
  let stack: Stack;
  let quiet: string;

  beforeAll(async () => {
    stack = await startStack({ withShop: false, gateway: { LOG_LEVEL: 'trace' } });
    await stack.database.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the row is %', NEW USING DETAIL = NEW::text, HINT = TG_TABLE_NAME; END $$`,
    );
  }, 60_000);
  afterAll(() => stack.stop());

  const body = {
    ...{ reference: CANARIES.reference, description: CANARIES.description, metadata: { note: CANARIES.note } },
    customer: { id: 'c', email: CANARIES.email },
  };
  const refuse = (table: string, event: string) =>
    stack.database.query(`CREATE TRIGGER refusing BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const accept = (table: string) => stack.database.query(`DROP TRIGGER refusing ON ${table}`);

  function expectClean(text: string): void {
    for (const canary of Object.values(CANARIES)) expect(text).not.toContain(canary);
    expect(text).not.toMatch(/\b(?:INSERT INTO|UPDATE|SELECT|DELETE FROM|RETURNING|VALUES|WHERE)\b/u);
    expect(text).not.toMatch(/the row is|"parameters"|driverError/u);
    expect(text).not.toContain(stack.apiKey);
  }

  it.each([
    ['payment', 'INSERT'],
    ['payment', 'UPDATE'],
    ['operation', 'INSERT'],
    ['idempotency_key', 'INSERT'],
  ])('of a request, on %s at %s: a reason in the log, nobody’s data', async (table, event) => {
    quiet = stack.logs();
    await refuse(table, event);
    const answer = await stack.client.createPayment(body);
    await accept(table);
    expect([answer.status, (answer.body as unknown as { code: string }).code]).toEqual([500, 'INTERNAL_ERROR']);
    expectClean(answer.text);
    await until('the log tells of it', () =>
      Promise.resolve(stack.logs().slice(quiet.length).includes('QueryFailedError')),
    );
    expectClean(stack.logs().slice(quiet.length));
  });

  it('of a worker: the same', async () => {
    const { body: payment } = await stack.client.createPayment(body);
    quiet = stack.logs();
    await refuse('payment', 'UPDATE');
    await stack.database.query('ALTER TABLE payment DISABLE TRIGGER refusing');
    await stack.database.query('UPDATE payment SET next_sync_at = now() WHERE id = $1', [payment.id]);
    await stack.database.query('ALTER TABLE payment ENABLE TRIGGER refusing');
    await until('the log tells of it', () =>
      Promise.resolve(stack.logs().slice(quiet.length).includes('QueryFailedError')),
    );
    await accept('payment');
    expectClean(stack.logs().slice(quiet.length));
  });
});
