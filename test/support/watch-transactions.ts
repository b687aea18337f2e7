import { transactionGuard } from '../../apps/gateway/src/database/transaction-guard.js';

// In every test file that has the gateway's parts in its own process; gateways in processes of their own get NODE_ENV=test.
transactionGuard.enable();
