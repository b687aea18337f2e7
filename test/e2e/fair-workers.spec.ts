import { Replicas, shopOf } from '../support/replicas.js';
import { until } from '../support/until.js';

const HANGING = 200;

describe('workers', () => {
  let replicas: Replicas;
  beforeAll(async () => {
    replicas = await Replicas.start(1, { DATABASE_POOL_SIZE: '2' });
  }, 60_000);
  afterAll(() => replicas.stop());

  it(`confirm a payment while ${HANGING} of another account hang at the bank`, async () => {
    const { bank, database } = replicas.stack;
    const [hanging, healthy] = await Promise.all([replicas.addAccount(), replicas.addAccount()]);
    const [slow, quick] = [shopOf(replicas.first, hanging), shopOf(replicas.first, healthy)];
    for (let made = 0; made < HANGING; made += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => slow.createPayment()));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    }
    const { body: payment } = await quick.createPayment();
    const [order] = await database.query<{ id: string }>(
      'SELECT bank_order_id AS id FROM operation WHERE subject_id = $1',
      [payment.id],
    );

    await bank.switchOn('hangs', { merchantId: hanging.bank.merchantId, acts: false });
    await database.query('UPDATE payment SET next_sync_at = now() WHERE merchant_account_id = $1', [hanging.id]);
    await until('as many hang as may', async () => (await bank.usesOf('hangs')).length >= 20);
    await bank.chargeAgain(order!.id);
    await quick.untilPayment(payment.id, ['succeeded'], 20_000);

    // Not one of them has come back yet: the bank has 20 s for an answer, and the payment took none of them.
    const cameBack = replicas.stack
      .logs()
      .split('\n')
      .filter((line) => line.includes('no usable answer of the bank'));
    expect(cameBack).toEqual([]);
    expect((await fetch(`${replicas.first.url}/health/ready`)).status).toBe(200);
  }, 90_000);
});
