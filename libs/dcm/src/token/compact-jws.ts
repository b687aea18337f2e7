import { type DcmError, tokenError } from '../error/dcm-error.js';
import { type JsonObject, parseJsonObject, StrictJsonError } from './strict-json.js';

/** A token taken apart, nothing of it verified. */
export interface CompactJws {
  readonly headerText: string;
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** What the signature is made over. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

const BASE64URL = /^[\w-]+$/;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** By length modulo 4: how many low bits of the last character carry nothing and must be zero; a rest of 1 cannot be. */
const SPARE_BITS = [0, undefined, 4, 2] as const;

const MAX_HEADERS = 32;

/** The headers of verified tokens: a signer's header stays the same, and reading it anew costs 1 µs of 20. */
export class KnownHeaders {
  readonly #headers = new Map<string, JsonObject>();

  get(text: string): JsonObject | undefined {
    return this.#headers.get(text);
  }

  /** Only after the signature was verified, so that nobody else decides what is kept. */
  keep({ headerText, header }: CompactJws): void {
    if (this.#headers.size >= MAX_HEADERS) this.#headers.clear();
    this.#headers.set(headerText, header);
  }
}

/**
 * Check 1: size, three segments in the only spelling that base64url without padding has, JSON objects in two of them.
 * @throws DcmError `DCM_MALFORMED`; `DCM_ALG_NOT_ALLOWED` for an unsigned token that says so
 */
export function readCompactJws(token: unknown, maxBytes: number, known?: KnownHeaders): CompactJws {
  if (typeof token !== 'string' || token === '') throw malformed('missing');
  if (token.length > maxBytes) throw malformed('too_large');
  const [first, last] = [token.indexOf('.'), token.lastIndexOf('.')];
  if (first === last || token.indexOf('.', first + 1) !== last) throw malformed('segments');
  const headerText = token.slice(0, first);
  const header = known?.get(headerText) ?? readObject(headerText);
  const payload = readObject(token.slice(first + 1, last));
  if (last === token.length - 1 && header['alg'] !== 'RS256') throw tokenError('DCM_ALG_NOT_ALLOWED');
  const signature = decode(token.slice(last + 1));
  return { headerText, header, payload, signed: Buffer.from(token.slice(0, last), 'latin1'), signature };
}

function readObject(segment: string): JsonObject {
  const bytes = decode(segment);
  try {
    return parseJsonObject(bytes);
  } catch (error) {
    throw malformed(error instanceof StrictJsonError ? error.reason : 'not_json');
  }
}

function decode(segment: string): Buffer {
  const spareBits = SPARE_BITS[segment.length % 4];
  if (spareBits === undefined || !BASE64URL.test(segment)) throw malformed('not_base64url');
  const last = ALPHABET.indexOf(segment.charAt(segment.length - 1));
  if ((last & ((1 << spareBits) - 1)) !== 0) throw malformed('not_canonical');
  return Buffer.from(segment, 'base64url');
}

const malformed = (reason: string): DcmError => tokenError('DCM_MALFORMED', { reason });
