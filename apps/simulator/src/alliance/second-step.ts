import { type OperationType } from '../bank/operation-types.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type CallContext } from './call.js';
import { browserInfo, date, operationId } from './fields.js';

/** The second call of a wallet or token, for 3DS alone. */
export const threeDsFields = [operationId, date, browserInfo()];

export const authenticate =
  (type: OperationType) =>
  ({ bank, caller, body }: CallContext): JsonObject =>
    bank.payments.authenticate(body, caller, [type]);
