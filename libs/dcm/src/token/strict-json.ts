import { isUtf8 } from 'node:buffer';

/** Levels of nesting; the deepest documented body has four. */
const MAX_DEPTH = 32;
const [QUOTE, COLON] = [0x22, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A JSON object in valid UTF-8 without duplicate members, at any level.
 * @throws StrictJsonError without a quotation of the text
 */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  if (!isUtf8(bytes)) throw new StrictJsonError('not_utf8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const written = countWrittenMembers(text);
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new StrictJsonError('not_an_object');
  if (countMembers(value) !== written) throw new StrictJsonError('duplicate_member');
  return value as JsonObject;
}

export type StrictJsonReason = 'not_utf8' | 'not_json' | 'not_an_object' | 'duplicate_member' | 'too_deep';

export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError';
  constructor(readonly reason: StrictJsonReason) {
    super(reason);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StrictJsonError('not_json');
  }
}

/** Colons outside strings: one for each member as written, before the parser lets the last of equal names win. */
function countWrittenMembers(text: string): number {
  let [members, depth] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) members++;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    if (depth > MAX_DEPTH) throw new StrictJsonError('too_deep');
  }
  return members;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charAt(at - 1 - backslashes) === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values: unknown[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : values.length;
  return values.reduce((sum: number, inner) => sum + countMembers(inner), own);
}
