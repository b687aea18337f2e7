import { refuse } from '../refusal.js';
import { isObject, type JsonObject } from '../strict-json.js';

type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === 'string' && value !== '';
export const isAmount: Check = (value) => typeof value === 'number' && value > 0;
/** Opaque to DCM: only the encoding is looked at (G24). */
export const isBase64: Check = (value) =>
  typeof value === 'string' && value !== '' && value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
export const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
export const isOneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);

/** Section 10.2. A dot leads into a nested object. */
const CLAIMS: readonly (readonly [path: string, isGood: Check])[] = [
  ['jti', isText],
  ['payment_message_external_id', isText],
  ['amount', isAmount],
  ['currency', isText],
  ['debtor_agent_bic', isText],
  ['debtor.debtor_name', isBase64],
  ['debtor.debtor_id', isBase64],
  ['debtor.debtor_account', isText],
  ['creditor_agent_bic', isText],
  ['creditor.creditor_name', isBase64],
  ['creditor.creditor_id', isBase64],
  ['creditor.creditor_account', isText],
  ['order_id', isText],
  ['purpose', isText],
  ['msg_creation_date', matches(/^\d{4}-\d{2}-\d{2}$/)],
  ['msg_creation_time', matches(/^\d{2}:\d{2}:\d{2}$/)],
  ['pm_type', isOneOf('trade', 'p2p', 'return', 'aid')],
  ['sender_account_type', isOneOf('limit-related', 'aid-related')],
  ['encryption.nonce', isBase64],
  ['encryption.encrypted_key', isBase64],
];

export const claimAt = (claims: JsonObject, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), claims);

/** @throws WireError 400 that names the claim. */
export function checkMessageClaims(claims: JsonObject): void {
  const broken = CLAIMS.find(([path, isGood]) => !isGood(claimAt(claims, path)));
  if (broken) {
    const [path] = broken;
    throw refuse(
      400,
      `invalid payment message: ${path} is ${claimAt(claims, path) === undefined ? 'missing' : 'wrong'}`,
    );
  }
  if (claims['sender_account_type'] === 'aid-related' && claims['pm_type'] !== 'aid')
    throw refuse(400, 'invalid payment message: aid-related goes only with pm_type aid');
}
