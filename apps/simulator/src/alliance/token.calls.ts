import { type CardToken, type TokenStatus } from '../bank/card-tokens.js';
import { traceOfCard } from '../bank/operation.js';
import { type OperationType } from '../bank/operation-types.js';
import { BankError } from '../protocol/bank-error.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { type AllianceCall, type CallContext } from './call.js';
import {
  amount,
  bothSides,
  date,
  integer,
  jwe,
  merchantId,
  merchantRequestId,
  payerOfSamples,
  paymentMembers,
  required,
  text,
  txnType,
  typeToken,
} from './fields.js';
import { tokenMeans } from './means.js';
import { authenticate, threeDsFields } from './second-step.js';

const TOKEN_CHARACTERS = 40;
const token = text('token', TOKEN_CHARACTERS, required);

export const isNonCvv = ({ txnType: type }: JsonObject): boolean =>
  typeof type === 'string' && type.toUpperCase() === 'NONCVV';
/** Marked required although NONCVV exists (section h.1). */
export const cvv = jwe('cvv', { when: (body) => !isNonCvv(body) });

const view = ({ token: id, customerId, merchantId: owner, card, status }: CardToken): JsonObject => ({
  customerId,
  token: id,
  maskedPan: card.mask,
  merchantId: owner,
  status,
});

/** The last day of a card's month, in epoch milliseconds: `YYMM`. */
const endOf = (yearMonth: string): number =>
  Date.UTC(2_000 + Number(yearMonth.slice(0, 2)), Number(yearMonth.slice(2)), 1) - 1;

const createToken = async ({ bank, caller, body }: CallContext): Promise<JsonObject> => {
  const owner = String(body['merchantId']);
  const requestId = String(body['merchantRequestId']);
  const { merchantId: id } = bank.merchants.require(owner, caller);
  const card = await bank.cardData.card(body['encryptedCardNumber'], id);
  const expiry = await bank.cardData.requireExpiry(body['encryptedExpDate'], id, false);
  bank.dates.requireFresh(String(body['date']), id);
  bank.book.useRequestId(id, requestId);
  const trace = traceOfCard(card);
  const wanted = { merchantId: id, customerId: String(body['customerId']), card: trace, cardEndsAt: endOf(expiry) };
  return view(bank.tokens.create(wanted));
};

const ownToken = ({ bank, caller, body }: CallContext): CardToken | undefined => {
  const found = bank.tokens.find(String(body['token']));
  return caller.merchants.some((merchant) => merchant.merchantId === found?.merchantId) ? found : undefined;
};

const getToken = (context: CallContext): JsonObject => {
  const found = ownToken(context);
  return { result: found ? [view(found)] : [] };
};

const listTokens = ({ bank, caller, body }: CallContext): JsonObject => ({
  result: caller.merchants
    .flatMap((merchant) => bank.tokens.of(merchant.merchantId, String(body['customerId'])))
    .map(view),
});

const updateToken = (context: CallContext): JsonObject => {
  const found = ownToken(context);
  if (!found) throw new BankError('b_invalid_request', { text: 'Token not found' });
  const changed = context.bank.tokens.change(found, context.body['state'] as TokenStatus);
  return { tokenUpdated: true, customerId: changed.customerId, token: changed.token };
};

const byToken =
  (type: OperationType) =>
  async ({ bank, caller, body }: CallContext): Promise<JsonObject> => {
    const means = await tokenMeans(bank, body);
    return bank.payments.begin({
      type,
      body,
      caller,
      means,
      coinAmount: Number(body['coinAmount']),
      second: 'for_3ds',
    });
  };

export const TOKEN_CALLS = {
  'h2h.token.create': {
    v1: { path: '/token/v1/create', encoding: 'json' },
    v2: { path: '/token/create_v1' },
    fields: [
      merchantRequestId,
      merchantId,
      text('customerId', 255, required),
      jwe('encryptedCardNumber', required),
      jwe('encryptedExpDate', required),
      date,
    ],
    handle: createToken,
  },
  'h2h.token.get': {
    v1: { path: '/token/v1/get', encoding: 'json' },
    v2: { path: '/token/get_v1' },
    fields: [token],
    handle: getToken,
  },
  'h2h.token.list-by-customer': {
    v1: { path: '/token/v1/list/by-customer-id', encoding: 'json' },
    v2: { path: '/token/list/by-customer-id_v1' },
    fields: [text('customerId', 255, required)],
    handle: listTokens,
  },
  'h2h.token.state-update': {
    v1: { path: '/token/v1/state/update', encoding: 'json' },
    v2: { path: '/token/state/update_v1' },
    fields: [token, text('state', 20, { ...required, values: ['ACTIVE', 'SUSPENDED', 'DELETED'] })],
    handle: updateToken,
  },
  'h2h.token.purchase': {
    v1: { path: '/payments/v1/token_purchase', encoding: 'jwe' },
    v2: { path: '/payments/token_purchase_v1' },
    fields: [...paymentMembers, token, cvv, amount, txnType, payerOfSamples],
    handle: byToken('PURCHASE'),
  },
  'h2h.token.purchase-3ds': {
    v1: { path: '/payments/v1/purchase/token_3ds', encoding: 'jwe' },
    v2: { path: '/payments/purchase/token_3ds_v1' },
    fields: threeDsFields,
    handle: authenticate('PURCHASE'),
  },
  'h2h.token.c2a': {
    v1: { path: '/payments/v1/token_card_2_terminal', encoding: 'jwe' },
    v2: { path: '/payments/token_card_2_terminal_v1' },
    fields: [
      ...paymentMembers,
      token,
      cvv,
      amount, // missing from the table (trap 15)
      txnType,
      typeToken,
      integer('merchantCommission', { min: 0 }),
      text('recipientAccount', 34),
      bothSides,
    ],
    handle: byToken('CARD_2_ACCOUNT'),
  },
  'h2h.token.c2a-3ds': {
    v1: { path: '/payments/v1/card_2_terminal/token_3ds', encoding: 'jwe' },
    v2: { path: '/payments/card_2_terminal/token_3ds_v1' },
    fields: threeDsFields,
    handle: authenticate('CARD_2_ACCOUNT'),
  },
} as const satisfies Record<string, AllianceCall>;
