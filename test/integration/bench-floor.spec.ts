import { FLOOR_SCHEMA, INSERT_PAYMENT, UPDATE_PAYMENT } from '../../bench/floor-schema.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

/** The statements that the benchmark holds the gateway against; the benchmark itself runs on demand only. */
describe('the floor of the payments benchmark', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    await database.query(FLOOR_SCHEMA);
  });
  afterAll(() => database.drop());

  it('keeps a payment, its operation and the answer of its key in two statements', async () => {
    const amount = 100;
    const shop = [amount, 'UAH', 'https://shop.example/return', null, null, { id: 'customer-1' }];
    await database.query(INSERT_PAYMENT.text, ['key-1', 'pay-1', ...shop, 'op-1', 'request-1']);
    await database.query(UPDATE_PAYMENT.text, ['key-1', 'pay-1', 'order-1', 'https://bank.example/1', 'op-1', '{}']);
    const rows = await database.query(
      `SELECT payment.status, redirect_url, operation.status AS operation, merchant_request_id, status_code, response_body
       FROM payment JOIN operation ON operation.payment_id = payment.id
       JOIN idempotency_key ON idempotency_key.payment_id = payment.id`,
    );
    expect(rows).toEqual([
      {
        ...{ status: 'requires_action', redirect_url: 'https://bank.example/1', operation: 'action_required' },
        ...{ merchant_request_id: 'request-1', status_code: 201, response_body: '{}' },
      },
    ]);
  });
});
