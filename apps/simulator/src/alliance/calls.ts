import { ACCOUNT_CALLS } from './account.calls.js';
import { type AllianceCall } from './call.js';
import { type CallName } from './call-names.js';
import { CARD_CALLS } from './card.calls.js';
import { HOLD_CALLS } from './hold.calls.js';
import { PLAN_CALLS } from './plan.calls.js';
import { RECURRING_CALLS } from './recurring.calls.js';
import { SEARCH_CALLS } from './search.calls.js';
import { TOKEN_CALLS } from './token.calls.js';
import { WALLET_CALLS } from './wallet.calls.js';

/** Every call of the bank: row and handler. */
export const CALLS: Readonly<Record<CallName, AllianceCall>> = {
  ...ACCOUNT_CALLS,
  ...CARD_CALLS,
  ...WALLET_CALLS,
  ...TOKEN_CALLS,
  ...HOLD_CALLS,
  ...PLAN_CALLS,
  ...RECURRING_CALLS,
  ...SEARCH_CALLS,
};
