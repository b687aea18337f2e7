import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { AllianceError, type AllianceErrorCode, type BankRefusal } from '../error/alliance-error.js';
import { parseBankJson } from './bank-json.js';
import { type BankCodeMeaning, meaningOfCode, NOT_FOUND_CODES, VALIDATION_ERROR } from '../error/error-codes.js';
import { type CommunicationKeys, looksLikeJwe, openJwe } from '../jwe/jwe-codec.js';
import { blankToAbsent, present } from './wire-member.js';

/** Bytes of one answer of the bank, unpacked. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/** Either the answer's JSON object or the bank's refusal; found in the outer layer or inside the JWE. */
export type BankAnswer = { readonly json: object } | { readonly refusal: BankRefusal };

/** Why an answer cannot be read; never its text. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** The bank's word as it may be logged; anything else that stands in its place is one unknown code. */
const word = (pattern: RegExp) => z.preprocess(blankToAbsent, z.string().regex(pattern).optional());

/** Source: bank docs, "Errors". Presence of either member makes an answer an error, whatever the HTTP status. */
const envelopeWire = z.object({
  msgCode: word(/^\w{1,100}$/).catch('unreadable'),
  msgType: word(/^\w{1,100}$/).catch('unreadable'),
  requestId: word(/^[\w-]{1,100}$/).catch(undefined),
});
/** Types of a message that says nothing against the answer it comes with. */
const GOOD_TYPES: ReadonlySet<string> = new Set(['SUCCESS', 'OK', 'INFO', 'WARNING']);

/**
 * Reads an answer by its form, whatever its media type: `{"jwe"}`, bare compact JWE, or plain JSON; gzipped once or not.
 * @throws UnreadableAnswer where the HTTP status is an error's, with the status as its reason
 */
export async function readAnswer(httpStatus: number, body: Uint8Array, keys: CommunicationKeys): Promise<BankAnswer> {
  const isGood = httpStatus >= 200 && httpStatus <= 299;
  try {
    const answer = await readLayers(httpStatus, inflate(body), keys);
    if (isGood || 'refusal' in answer) return answer;
  } catch (error) {
    if (isGood || !(error instanceof UnreadableAnswer)) throw error;
  }
  throw new UnreadableAnswer(`http_${httpStatus}`);
}

async function readLayers(httpStatus: number, body: Uint8Array, keys: CommunicationKeys): Promise<BankAnswer> {
  const outer = await openOuter(body, keys);
  const jwe = 'jwe' in outer && typeof outer.jwe === 'string' ? outer.jwe.trim() : undefined;
  const json = jwe === undefined ? outer : parseObject(await openLayer(jwe, keys));
  const refusal = readRefusal(outer, httpStatus) ?? readRefusal(json, httpStatus);
  return refusal ? { refusal } : { json };
}

/** By its first bytes, which no JSON and no token has: a proxy may leave the header out, or add one that is wrong. */
function inflate(body: Uint8Array): Uint8Array {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return gunzipSync(body, { maxOutputLength: MAX_ANSWER_BYTES });
  } catch (error) {
    const isTooLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw new UnreadableAnswer(isTooLarge ? 'too_large' : 'not_gzip');
  }
}

async function openOuter(body: Uint8Array, keys: CommunicationKeys): Promise<object> {
  const jwe = /^\uFEFF?\s*"?([\w.-]+)"?\s*$/u.exec(Buffer.from(body).toString())?.[1];
  return parseObject(jwe !== undefined && looksLikeJwe(jwe) ? await openLayer(jwe, keys) : body);
}

async function openLayer(jwe: string, keys: CommunicationKeys): Promise<Uint8Array> {
  try {
    return await openJwe(jwe, keys);
  } catch (error) {
    if (error instanceof AllianceError && error.code === 'ALLIANCE_INVALID_KEY') throw error;
    throw new UnreadableAnswer('undecryptable');
  }
}

/** @throws UnreadableAnswer */
export function parseObject(body: Uint8Array): object {
  let json: unknown;
  try {
    json = parseBankJson(body);
  } catch {
    throw new UnreadableAnswer('not_json');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new UnreadableAnswer('not_an_object');
  return json;
}

/** The bank's refusal, where the object is one. */
export function readRefusal(json: object, httpStatus: number): BankRefusal | undefined {
  const { msgCode, msgType, requestId } = envelopeWire.parse(json);
  const isGood = msgType !== undefined && GOOD_TYPES.has(msgType.toUpperCase());
  const code = isGood && !isKnown(msgCode) ? undefined : (msgCode ?? msgType);
  return code === undefined ? undefined : present({ msgCode: code, httpStatus, requestId });
}

const isKnown = (msgCode: string | undefined): boolean => msgCode !== undefined && meaningOfCode(msgCode) !== undefined;

/** What the code means for a call; unknown codes prove nothing. */
export function meaningOf(refusal: BankRefusal, effect: boolean): BankCodeMeaning {
  if (refusal.msgCode === 'VALIDATION_ERROR') return VALIDATION_ERROR;
  return meaningOfCode(refusal.msgCode) ?? { action: effect ? 'query' : 'fail', noEffect: false };
}

const CODE_OF_ACTION = {
  fail: 'ALLIANCE_REFUSED',
  retry: 'ALLIANCE_UNKNOWN_OUTCOME',
  query: 'ALLIANCE_UNKNOWN_OUTCOME',
  reauthorize: 'ALLIANCE_UNKNOWN_OUTCOME', // only where renewing did not help
} as const satisfies Record<BankCodeMeaning['action'], AllianceErrorCode>;

/** `effect`: whether the refused call could start something. */
export function toError(refusal: BankRefusal, effect: boolean): AllianceError {
  const meaning = meaningOf(refusal, effect);
  const code = NOT_FOUND_CODES.has(refusal.msgCode) ? 'ALLIANCE_NOT_FOUND' : CODE_OF_ACTION[meaning.action];
  const details = { bank: refusal, reason: refusal.msgCode, noEffect: meaning.noEffect || !effect };
  return new AllianceError(code, `The bank answered ${refusal.msgCode} (HTTP ${refusal.httpStatus})`, details);
}
