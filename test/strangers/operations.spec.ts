import { OPERATIONS } from './expectations.js';
import { meetStrangers } from './meet-strangers.js';

describe('at a bank that is strange about operations', () => {
  meetStrangers(OPERATIONS);
});
