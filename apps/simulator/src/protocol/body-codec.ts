import { BankError } from './bank-error.js';
import { decryptCompact, encryptCompact, type PrivateJwk, type PublicJwk } from './jwe.js';

export type BodyEncoding = 'json' | 'jwe';
export type JsonObject = Readonly<Record<string, unknown>>;

const COMPACT_JWE = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){4}$/;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws BankError `b_error_parse_json` | `b_request_is_not_correct` */
export function parseObject(body: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BankError('b_error_parse_json', { attrs: { info: 'the body is not valid JSON' } });
  }
  if (!isObject(value)) throw new BankError('b_request_is_not_correct');
  return value;
}

/** By content, never by Content-Type: published clients send `plain/text` (section b.4). */
export const detectEncoding = (body: string): BodyEncoding => (COMPACT_JWE.test(body.trim()) ? 'jwe' : 'json');

/** The bank's own PHP SDK, where it has no Guzzle, sends a token as a JSON string. */
export const unquoted = (body: string): string => /^\s*"([\w.-]*)"\s*$/.exec(body)?.[1] ?? body;

/** @throws BankError `b_encryptor_failed_decrypt_message` | `b_error_parse_json` | `b_request_is_not_correct` */
export async function decodeBody(body: string, key: PrivateJwk): Promise<JsonObject> {
  if (detectEncoding(body) === 'json') return parseObject(body);
  let plaintext: string;
  try {
    plaintext = await decryptCompact(body.trim(), key);
  } catch {
    throw new BankError('b_encryptor_failed_decrypt_message');
  }
  return parseObject(plaintext);
}

/** JSON text in the encoding of the request that it answers. */
export async function encodeAnswer(
  json: string,
  encoding: BodyEncoding,
  { recipient, header }: { readonly recipient: PublicJwk; readonly header?: JsonObject },
): Promise<string> {
  return encoding === 'json' ? json : JSON.stringify({ jwe: await encryptCompact(json, recipient, header) });
}
