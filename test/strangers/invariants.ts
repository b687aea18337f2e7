import { type World } from './world.js';

const OPEN_REFUNDS = ['pending', 'unknown', 'needs_review'];
const NOT_DONE = ['created', 'requires_action', 'processing'];

interface Waiting {
  readonly table: string;
  readonly status: string;
  readonly due: Date | null;
}

/** What must hold whatever the bank is like, by its own ledger and the database. */
export async function checkInvariants(world: World, paymentId: string): Promise<void> {
  const payment = await world.payment(paymentId);
  const refunds = await world.refunds(paymentId);
  const { charged, refunded } = await world.money(paymentId);

  if (payment.status === 'succeeded') {
    expect(charged.length).toBeGreaterThanOrEqual(1);
    expect(payment.amountCaptured).toBe(charged[0]!.coinAmount);
  }
  if (charged.length > 0) expect(['failed', 'expired', 'canceled']).not.toContain(payment.status);

  const ids = refunded.map(({ merchantRequestId }) => merchantRequestId);
  expect(new Set(ids).size).toBe(ids.length); // each refund once
  const succeeded = refunds.filter(({ status }) => status === 'succeeded');
  const held = refunds.filter(({ status }) => OPEN_REFUNDS.includes(status));
  expect(refunded.length).toBeGreaterThanOrEqual(succeeded.length);
  expect(refunded.length).toBeLessThanOrEqual(succeeded.length + held.length); // none that we call failed
  const given = refunded.reduce((sum, { coinAmount = 0 }) => sum + coinAmount, 0);
  expect(given).toBeLessThanOrEqual(payment.amount);

  await checkNothingIsStuck(world, paymentId);
}

/** While a refund is in doubt its money is not given away a second time. */
export async function checkReservation(world: World, paymentId: string): Promise<void> {
  const openIds = async () =>
    (await world.refunds(paymentId)).filter(({ status }) => OPEN_REFUNDS.includes(status)).map(({ id }) => id);
  const before = await openIds();
  if (before.length === 0) return;
  const answer = await world.refund(paymentId);
  // A worker may have ended the first refund meanwhile; one that is open on both sides of the second stood in its way.
  const stillOpen = (await openIds()).filter((id) => before.includes(id));
  if (stillOpen.length > 0) expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await world.reserved(paymentId)).toBeLessThanOrEqual((await world.payment(paymentId)).amount);
}

/** What has not ended is looked at again, or a person is asked. */
async function checkNothingIsStuck(world: World, paymentId: string): Promise<void> {
  const rows = await world.stack.database.query<Waiting>(
    `SELECT 'payment' AS table, p.status, least(p.next_sync_at, o.due) AS due FROM payment p,
            LATERAL (SELECT min(next_query_at) AS due FROM operation WHERE subject_id = p.id AND kind = 'purchase') o
      WHERE p.id = $1
     UNION ALL
     SELECT 'refund', status, next_query_at FROM operation WHERE subject_id = $1 AND kind = 'refund'`,
    [paymentId],
  );
  const unfinished = [...NOT_DONE, 'pending', 'unknown', 'sending'];
  expect(rows.filter(({ status, due }) => unfinished.includes(status) && due === null)).toEqual([]);
}
