import { cardMeans } from '../bank/means.js';
import { type OperationType } from '../bank/operation-types.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type AllianceCall, type CallContext } from './call.js';
import {
  amount,
  bothSides,
  browserInfo,
  date,
  integer,
  jwe,
  operationId,
  payer,
  payerOfSamples,
  paymentMembers,
  recipientAndSender,
  required,
  text,
  txnType,
  typeToken,
} from './fields.js';

const encryptedCardNumber = jwe('encryptedCardNumber', required);
/** Whether the operation is a card's is known to the bank alone, so the handler asks for it. */
const encryptedCardData = jwe('encryptedCardData', required);
const executeFields = [operationId, encryptedCardData, date, browserInfo()];

/** Section f.2: a card needs two calls, and no money moves in the first. */
const byCard =
  (type: OperationType, amountOf: (body: JsonObject) => number = ({ coinAmount }) => Number(coinAmount)) =>
  async ({ bank, caller, body }: CallContext): Promise<JsonObject> => {
    const card = await bank.cardData.card(body['encryptedCardNumber'], String(body['merchantId']));
    const means = cardMeans(card);
    return bank.payments.begin({ type, body, caller, means, coinAmount: amountOf(body), second: 'always' });
  };

const execute =
  (...types: OperationType[]) =>
  ({ bank, caller, body }: CallContext): Promise<JsonObject> =>
    bank.payments.execute(body, caller, types);

const merchantCommission = integer('merchantCommission', {
  min: 0,
  strict: { required: true },
  v2: { required: false }, // required in the 1.0 table alone
});

export const CARD_CALLS = {
  'h2h.purchase.create': {
    v1: { path: '/payments/v3/create/purchase', encoding: 'jwe' },
    v2: { path: '/payments/create/purchase_v3' },
    fields: [...paymentMembers, encryptedCardNumber, amount, txnType, typeToken, payerOfSamples],
    handle: byCard('PURCHASE'),
  },
  'h2h.purchase.execute': {
    v1: { path: '/payments/v1/execute/purchase', encoding: 'jwe' },
    v2: { path: '/payments/execute/purchase_v1' },
    fields: executeFields,
    handle: execute('PURCHASE'),
  },
  'h2h.c2a.create': {
    v1: { path: '/payments/v3/create/card_to_account', encoding: 'jwe' },
    v2: { path: '/payments/create/card_to_account_v3' },
    fields: [
      ...paymentMembers,
      encryptedCardNumber,
      amount,
      txnType,
      typeToken,
      merchantCommission,
      text('recipientAccount', 34),
      bothSides,
    ],
    handle: byCard('CARD_2_ACCOUNT'),
  },
  'h2h.c2a.execute': {
    v1: { path: '/payments/v1/execute/card_to_account', encoding: 'jwe' },
    v2: { path: '/payments/execute/card_to_account_v1' },
    fields: executeFields,
    handle: execute('CARD_2_ACCOUNT'),
  },
  'h2h.verification.create': {
    v1: { path: '/payments/v1/create/verification', encoding: 'jwe' },
    v2: { path: '/payments/create/verification_v1' },
    fields: [...paymentMembers, encryptedCardNumber, payer],
    handle: byCard('VERIFICATION', () => 0),
  },
  'h2h.verification.execute': {
    v1: { path: '/payments/v1/execute/verification', encoding: 'jwe' },
    v2: { path: '/payments/execute/verification_v1' },
    fields: executeFields,
    handle: execute('VERIFICATION'),
  },
  'h2h.a2c': {
    // 1.0 is v4 on its page; the walkthrough of the keys still shows v3 (trap 66).
    v1: { path: '/payments/v4/account_to_card', encoding: 'jwe', aliases: ['/payments/v3/account_to_card'] },
    v2: { path: '/payments/account_to_card_v3' },
    fields: [
      ...paymentMembers.filter(({ name }) => name !== 'desiredThreeDSMode' && name !== 'resultRedirectUrl'),
      encryptedCardNumber,
      amount,
      text('senderAccount', 34),
      recipientAndSender,
    ],
    handle: async ({ bank, caller, body }) => {
      const card = await bank.cardData.card(body['encryptedCardNumber'], String(body['merchantId']));
      return bank.payments.payOut(body, caller, card);
    },
  },
} as const satisfies Record<string, AllianceCall>;
