import { kyivIso } from '../../protocol/bank-dates.js';
import { type JsonObject } from '../strict-json.js';
import { WireError } from '../refusal.js';
import { claimAt, isAmount, isBase64, isOneOf, isText, matches } from './message-claims.js';

/** Section 11: the codes that a p2p call answers with 400. */
export type P2pCode =
  | 'INVALID_DEBTOR_ACCOUNT'
  | 'INVALID_CREDITOR_ACCOUNT'
  | 'INVALID_NONCE'
  | 'INVALID_ENCRYPTED_KEY'
  | 'INVALID_DEBTOR_NAME'
  | 'INVALID_DEBTOR_ID'
  | 'INVALID_DEBTOR_PHONE'
  | 'INVALID_CREDITOR_ID'
  | 'INVALID_CREDITOR_NAME'
  | 'INVALID_CURRENCY'
  | 'UNSUPPORTED_CURRENCY'
  | 'ORDER_NOT_FOUND'
  | 'SENDER_COUNTERPARTY_NOT_FOUND'
  | 'RECEIVER_COUNTERPARTY_NOT_FOUND'
  | 'EXTERNAL_ID_IS_ALREADY_TAKEN'
  | 'ORDER_IS_EXPIRED'
  | 'INVALID_EXTERNAL_ID'
  | 'INVALID_AMOUNT'
  | 'INVALID_PURPOSE'
  | 'INVALID_CREATION_DATE'
  | 'INVALID_CREATION_TIME'
  | 'CREATION_DATE_IS_NOT_PAST'
  | 'INVALID_REQUEST'
  | 'INVALID_PAYMENT_MESSAGE_GUID'
  | 'PAYMENT_MESSAGE_NOT_FOUND'
  | 'AUTHORIZATION_FAILED';

/** The envelope that the page of the alias database shows, taken for the whole family. */
export const refuseP2p = (code: P2pCode, message: string, httpStatus = 400): WireError =>
  new WireError(httpStatus, { code, message });

const IBAN = /^UA\d{27}$/;
const PHONE = /^\+380\d{9}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_EXTERNAL_ID = 255;

export const isIban = matches(IBAN);
export const isPhone = matches(PHONE);
export const isUuid = matches(UUID);

const isAbsentOr =
  (isGood: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || isGood(value);
const isRealDate = (value: unknown): boolean => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
};

type Rule = readonly [path: string, isGood: (value: unknown) => boolean, code: P2pCode];

/** In the order of the members in section 10.2; the first that is broken is told. */
const RULES: readonly Rule[] = [
  ['jti', isText, 'INVALID_REQUEST'],
  [
    'payment_message_external_id',
    (value) => isText(value) && String(value).length <= MAX_EXTERNAL_ID,
    'INVALID_EXTERNAL_ID',
  ],
  ['amount', isAmount, 'INVALID_AMOUNT'],
  ['currency', matches(/^[A-Z]{3}$/), 'INVALID_CURRENCY'],
  ['currency', (value) => value === 'UAH', 'UNSUPPORTED_CURRENCY'],
  ['debtor_agent_bic', isText, 'INVALID_REQUEST'],
  ['debtor.debtor_name', isBase64, 'INVALID_DEBTOR_NAME'],
  ['debtor.debtor_id', isBase64, 'INVALID_DEBTOR_ID'],
  ['debtor.debtor_account', isIban, 'INVALID_DEBTOR_ACCOUNT'],
  ['debtor.debtor_phone', isAbsentOr(isPhone), 'INVALID_DEBTOR_PHONE'],
  ['creditor_agent_bic', isText, 'INVALID_REQUEST'],
  ['creditor.creditor_name', isBase64, 'INVALID_CREDITOR_NAME'],
  ['creditor.creditor_id', isBase64, 'INVALID_CREDITOR_ID'],
  ['creditor.creditor_account', isIban, 'INVALID_CREDITOR_ACCOUNT'],
  ['order_id', isText, 'ORDER_NOT_FOUND'],
  ['purpose', isText, 'INVALID_PURPOSE'],
  ['msg_creation_date', isRealDate, 'INVALID_CREATION_DATE'],
  ['msg_creation_time', matches(/^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/), 'INVALID_CREATION_TIME'],
  ['pm_type', isOneOf('trade', 'p2p', 'return', 'aid'), 'INVALID_REQUEST'],
  ['sender_account_type', isOneOf('limit-related', 'aid-related'), 'INVALID_REQUEST'],
  ['encryption.nonce', isBase64, 'INVALID_NONCE'],
  ['encryption.encrypted_key', isBase64, 'INVALID_ENCRYPTED_KEY'],
];

/** Milliseconds, as for the claims of a token (G2). */
const SKEW_MS = 60_000;

/** @param clocks epoch milliseconds by each clock that the sender may go by @throws WireError 400 with a code */
export function checkP2pClaims(claims: JsonObject, clocks: readonly number[]): void {
  const broken = RULES.find(([path, isGood]) => !isGood(claimAt(claims, path)));
  if (broken) throw refuseP2p(broken[2], `${broken[0]} is not acceptable`);
  if (claims['sender_account_type'] === 'aid-related' && claims['pm_type'] !== 'aid')
    throw refuseP2p('INVALID_REQUEST', 'aid-related goes only with pm_type aid');
  const written = `${String(claims['msg_creation_date'])}T${String(claims['msg_creation_time'])}`;
  if (clocks.every((now) => written > kyivIso(now + SKEW_MS).slice(0, written.length)))
    throw refuseP2p('CREATION_DATE_IS_NOT_PAST', 'the message was made in the future');
}
