import { isUtf8 } from 'node:buffer';
import {
  parseStrictJson,
  StrictJsonError as TextError,
  type StrictJsonReason as TextReason,
} from '../../../strict-json/src/index.js';

/** Levels of nesting; the deepest documented body has four. */
const MAX_DEPTH = 32;

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A JSON object in valid UTF-8 without duplicate members, at any level.
 * @throws StrictJsonError without a quotation of the text
 */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  if (!isUtf8(bytes)) throw new StrictJsonError('not_utf8');
  const value = parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new StrictJsonError('not_an_object');
  return value as JsonObject;
}

export type StrictJsonReason = 'not_utf8' | 'not_an_object' | TextReason;

export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError';
  constructor(readonly reason: StrictJsonReason) {
    super(reason);
  }
}

function parse(text: string): unknown {
  try {
    return parseStrictJson(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    throw error instanceof TextError ? new StrictJsonError(error.reason) : error;
  }
}
