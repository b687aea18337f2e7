import { type JsonRules, parseStrictJson } from '../../../strict-json/src/index.js';

const PLAIN_INTEGER = /^-?(?:0|[1-9]\d{0,15})$/;

/** Amounts of money that decide: an integer of minor units, written as one. */
const AMOUNTS = new Set(['coinAmount', 'sourceAmount']);
/** Members that decide, or hold what decides. Written twice, nobody can tell which one the bank means. */
const DECIDING = new Set([
  ...AMOUNTS,
  ...['hppOrderId', 'merchantId', 'merchantRequestId', 'operationId', 'ecomOperationId'],
  ...['originalOperationId', 'originalEcomOperationId', 'transactionCurrency', 'sourceCurrencyCode'],
  ...['type', 'status', 'orderStatus', 'rrn', 'approvalCode', 'actionCode', 'responseCode', 'errorDetails'],
  ...['redirectUrl', 'operation', 'operations', 'transactionResponseInfo', 'msgCode', 'msgType', 'jwe'],
  ...['deviceId', 'refreshToken', 'serverPublic', 'serverPublicKey'],
]);
/** Members whose objects we read; in all others nothing decides. */
const READ_INTO = new Set(['operation', 'operations', 'transactionResponseInfo']);

/** As far as members decide about money; nothing else may make an answer unreadable. */
const OF_ANSWERS: JsonRules = {
  once: (key) => DECIDING.has(key),
  reads: (key) => READ_INTO.has(key),
  number: refuseAmountOf,
};
/** Every member once; amounts are as plain here as anywhere. */
const OF_EVERYTHING: JsonRules = { number: refuseAmountOf };

/**
 * JSON of the bank, strict in the members that decide: no duplicate of them, no amount with a fraction or an exponent.
 * Whatever else it holds is of no concern, in any form and at any depth; bytes that are no UTF-8 become U+FFFD.
 * @throws SyntaxError without a quotation of the text
 */
export function parseBankJson(body: Uint8Array | string): unknown {
  return parse(typeof body === 'string' ? body : new TextDecoder('utf-8').decode(body), OF_ANSWERS);
}

/**
 * JSON without duplicate members, valid UTF-8: for headers of tokens.
 * @throws SyntaxError as `parseBankJson`
 */
export function parseHeaderJson(body: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new SyntaxError('not UTF-8');
  }
  return parse(text, OF_EVERYTHING);
}

const parse = (text: string, rules: JsonRules): unknown =>
  parseStrictJson(text.startsWith('\uFEFF') ? text.slice(1) : text, rules);

function refuseAmountOf(literal: string, key: string): void {
  if (AMOUNTS.has(key) && !PLAIN_INTEGER.test(literal)) throw new SyntaxError('amount is not a plain integer');
}
