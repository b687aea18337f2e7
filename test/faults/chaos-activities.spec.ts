import { ACTIVITIES, leads } from '../chaos/activities.js';
import { REACHABLE } from '../chaos/epoch.js';

/** Of the campaign of crashes: otherwise it waits in vain, and nobody dies there. */
describe('the failpoints of the campaign', () => {
  it.each(REACHABLE)('%s is where some activity leads', (failpoint) => {
    expect(Object.values(ACTIVITIES).filter((activity) => leads(activity, failpoint))).not.toEqual([]);
  });

  it.each(Object.entries(ACTIVITIES))('%s leads to failpoints that there are', (_name, { leadsTo }) => {
    for (const beginning of leadsTo) expect(REACHABLE.filter((name) => name.startsWith(beginning))).not.toEqual([]);
  });
});
