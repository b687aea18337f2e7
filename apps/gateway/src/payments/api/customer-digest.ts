import { createHmac, type KeyObject } from 'node:crypto';

/** What payments of one customer have in common. Keyed: whoever reads the table learns no id of a customer from it. */
export const customerDigestOf = (secret: KeyObject, customerId: string): Buffer =>
  createHmac('sha256', secret).update(`customer\n${customerId}`).digest();
