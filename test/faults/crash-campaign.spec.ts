import { ACTIVITIES } from '../chaos/activities.js';
import { REACHABLE } from '../chaos/epoch.js';
import { buildNursery } from '../chaos/nursery/nursery.js';
import { runEpoch } from '../chaos/run-epoch.js';
import { faultsOf, killsOf, newToll } from '../chaos/toll.js';
import { isFullSize } from '../support/full-size.js';

/**
 * Where a gateway dies here: in each step of what moves money and is not a purchase by page alone, and of what tells the
 * merchant. The long campaign (`npm run test:chaos`) dies everywhere; its report is docs/evidence/chaos.md.
 */
const DEATHS =
  /^(authorization\.order_hold|capture|void|refund|cancel|purchase\.order_purchase|payout|session|webhook|callback|return|sync|transaction)\./u;
const FAILPOINTS = REACHABLE.filter((name) => DEATHS.test(name));
/** Some moments pass nobody by within a life on a busy machine: then the process dies elsewhere. */
const REACHED_AT_LEAST = 0.7;
const MINUTES_20 = 1_200_000;
/** It takes five minutes and more on a busy machine: with `npm run test:endurance` only. */
const itInFull = isFullSize ? it : it.skip;

describe('gateways that are killed one after the other', () => {
  itInFull(
    `agree with the bank, the database, the webhook and the shop after ${FAILPOINTS.length} deaths`,
    async () => {
      const toll = newToll();
      const isForking = buildNursery() === undefined;
      const plan = { failpoints: FAILPOINTS, merchants: 6, replicas: 3, patienceMs: 8_000 };
      await runEpoch({ toll, seed: 20_270_101, isForking, ...plan });

      expect(toll.violations).toEqual([]);
      expect(killsOf(toll)).toBeGreaterThanOrEqual(FAILPOINTS.length);
      expect(Object.keys(toll.killsAt).length).toBeGreaterThan(REACHED_AT_LEAST * FAILPOINTS.length);
      expect(faultsOf(toll)).toBeGreaterThan(20);
      expect(toll.payments).toBeGreaterThan(Object.keys(ACTIVITIES).length);
    },
    MINUTES_20,
  );
});
