import { AllianceError } from '../error/alliance-error.js';
import { parseBankJson } from './bank-json.js';
import { type BankCallback } from '../client/bank-order.js';
import { type CommunicationKeys, looksLikeJwe, openJwe } from '../jwe/jwe-codec.js';
import { looksLikeJws } from '../jws/jws-codec.js';
import { parseCallback } from './callback.wire.js';

/** Bytes. */
const MAX_CALLBACK_BYTES = 64 * 1024;

/**
 * Reads a callback body by its form: JSON, compact JWE, or `{"jwe"}`.
 * @throws AllianceError `ALLIANCE_INVALID_CALLBACK`, `ALLIANCE_CALLBACK_UNSUPPORTED` (signed), `ALLIANCE_JWE_REFUSED`
 * @example
 * const { hppOrderId = '' } = await decodeCallback(body, clientKeysOf(account)); // a hint that proves nothing
 * const order = await alliance.hppOrder(account.id, hppOrderId);
 */
export async function decodeCallback(body: Uint8Array | string, keys: CommunicationKeys): Promise<BankCallback> {
  const text = readText(body);
  if (looksLikeJwe(text)) return openCallback(text, keys);
  if (looksLikeJws(text)) {
    throw new AllianceError(
      'ALLIANCE_CALLBACK_UNSUPPORTED',
      'A signed callback is read by AllianceClient.readCallback',
    );
  }
  const json = parseObject(text);
  if ('jwe' in json && typeof json.jwe === 'string') return openCallback(json.jwe, keys);
  return toCallback(json, 'plain');
}

/**
 * Reads a signed callback; undefined for a body that is none.
 * @param open verifies the token and gives its payload
 */
export async function decodeSignedCallback(
  body: Uint8Array | string,
  open: (token: string) => Promise<Uint8Array>,
): Promise<BankCallback | undefined> {
  const text = readText(body);
  return looksLikeJws(text) ? toCallback(parseObject(await open(text)), 'signed') : undefined;
}

function readText(body: Uint8Array | string): string {
  if (typeof body !== 'string' && !ArrayBuffer.isView(body)) throw invalid('not_text'); // a body that was parsed already
  if (Buffer.byteLength(body) > MAX_CALLBACK_BYTES) throw invalid('too_large');
  const text = typeof body === 'string' ? body : new TextDecoder('utf-8').decode(body);
  return text.trim(); // a byte order mark is a blank, too
}

async function openCallback(jwe: string, keys: CommunicationKeys): Promise<BankCallback> {
  return toCallback(parseObject(await openJwe(jwe, keys)), 'encrypted');
}

function parseObject(body: Uint8Array | string): object {
  try {
    const json = parseBankJson(body);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch {
    throw invalid('not_json');
  }
  throw invalid('not_an_object');
}

function toCallback(json: object, encoding: BankCallback['encoding']): BankCallback {
  const parsed = parseCallback(json);
  if (!parsed.success) throw invalid('schema_mismatch');
  return { encoding, ...parsed.data };
}

function invalid(reason: string): AllianceError {
  return new AllianceError('ALLIANCE_INVALID_CALLBACK', `The callback is invalid: ${reason}`, { reason });
}
