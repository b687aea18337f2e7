import { ORDERS } from './expectations.js';
import { meetStrangers } from './meet-strangers.js';

describe('at a bank that is strange about orders', () => {
  meetStrangers(ORDERS);
});
