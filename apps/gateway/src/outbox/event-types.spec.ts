import { EVENT_TYPES as KNOWN_TO_RECEIVERS } from '#libs/webhook-receiver';
import { EVENT_TYPE_NAMES } from './event-types.js';

describe('the types of events', () => {
  it('are those that libs/webhook-receiver has handlers for', () => {
    expect([...KNOWN_TO_RECEIVERS].toSorted()).toEqual(EVENT_TYPE_NAMES.toSorted());
  });
});
