// What a consumer's own Jest runs.
import { opensAnOrder } from './readme/alliance/checkout.test.js';
import { keepsItsPromises } from './readme/alliance/redis-session.store.test.js';
import { listsKeys } from './readme/dcm/customers.test.js';
import { opensInItsPlaceAlone } from './readme/keystore/sealed-customers.test.js';

test('opens an order', opensAnOrder);
test('keeps its promises', keepsItsPromises, 20_000);
test('lists keys', listsKeys);
test('opens in its place alone', opensInItsPlaceAlone);
