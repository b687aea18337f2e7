import { findCard } from '../bank/cards.js';
import { orderErrors, ORDER_FIELDS, withDefaults } from '../protocol/create-order.fields.js';
import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type AllianceCall, type CallContext } from './call.js';
import { jwe, merchantId, required, text } from './fields.js';

const balance = ({ bank, caller }: CallContext): JsonObject => {
  const [merchant] = caller.merchants;
  const amount = merchant && bank.balances.of(merchant);
  if (!merchant || amount === undefined) throw new BankError('b_merchant_balances_not_found');
  const shown = bank.switches.get('balanceUnit') === 'kopiyky' ? amount : amount / 100;
  return { merchantId: merchant.merchantId, balanceAmount: shown, balanceLimit: 0, totalAmount: shown };
};

const outcome = (result: boolean, msgText: string): JsonObject => ({ result, msgText });

/** Section h.6: its refusals are not the bank's envelope. */
const CHECK_REFUSALS: Readonly<Record<string, readonly [httpStatus: number, msgText: string]>> = {
  disabled: [503, 'Verification is disabled'],
  unavailable: [503, 'AFHUB verification unavailable'],
  hub_401: [401, 'AFHUB authentication failed'],
};

const verifyCardholder = async ({ bank, caller, body }: CallContext): Promise<JsonObject> => {
  bank.merchants.require(String(body['merchantId']), caller);
  const refusal = CHECK_REFUSALS[bank.switches.get('cardholderCheck')];
  if (refusal) throw new BankError('', { httpStatus: refusal[0], body: { msgText: refusal[1] } });
  const pan = await bank.cardData.open(body['encryptedCardNumber'], String(body['merchantId']));
  const card = findCard(pan);
  if (!card) return outcome(false, 'Card not found');
  return card.taxId === body['inn'] ? outcome(true, 'Success') : outcome(false, 'INN mismatch');
};

const checkInn = (value: string): string | undefined => (/^\d{10}$/.test(value) ? undefined : 'must be 10 digits');

export const ACCOUNT_CALLS = {
  'hpp.create-order': {
    v1: { path: '/hpp/v1/create-order', encoding: 'json' },
    fields: ORDER_FIELDS,
    errors: orderErrors,
    handle: ({ bank, caller, body }) => bank.orders.create(withDefaults(body), caller),
  },
  'hpp.operations': {
    v1: { path: '/hpp/v1/operations', encoding: 'json' },
    fields: [text('hppOrderId', 36, required)],
    handle: ({ bank, caller, body }) => bank.orders.data(String(body['hppOrderId']), caller),
  },
  'h2h.operations.get': {
    v1: { path: '/payments/v1/operations', encoding: 'json' },
    v2: { path: '/payments/operations_v1' },
    // The member is `id`; lenient mode takes `operationId` too (trap 70).
    fields: [
      text('id', 36, { when: ({ operationId }) => operationId === undefined, strict: { required: true } }),
      text('operationId', 36),
    ],
    handle: ({ bank, caller, body }) => bank.orders.operation(String(body['id'] ?? body['operationId']), caller),
  },
  'h2h.operations.by-merchant-request-id': {
    v1: { path: '/payments/v1/operation/by_merchant_request_id', encoding: 'json' },
    v2: { path: '/payments/operation/by_merchant_request_id_v1' },
    fields: [text('merchantRequestId', 50, required)],
    handle: ({ bank, caller, body }) => bank.orders.operationByRequest(String(body['merchantRequestId']), caller),
  },
  'h2h.balance.get': {
    v1: { path: '/merchant/ecom_balance/v1/get', encoding: 'json' },
    v2: { path: '/balance/get_v1' },
    fields: [],
    handle: balance,
  },
  'jws.cardholder.verify-card-inn': {
    v2: { path: '/cardholder/verify_card_inn_v1' },
    fields: [
      merchantId,
      jwe('encryptedCardNumber', required),
      text('inn', 10, { ...required, strict: { check: checkInn } }),
      text('requestId', 36, required),
      text('requestType', 20, { ...required, values: ['CREDIT', 'PAYMENT', 'BETTING'] }),
      { name: 'userApproval', type: 'boolean', required: true },
    ],
    handle: verifyCardholder,
  },
} as const satisfies Record<string, AllianceCall>;
