/** Levels of nesting; the deepest documented body has five. */
const MAX_DEPTH = 32;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|-?\d[\d.eE+-]*/g;
const PLAIN_INTEGER = /^-?(?:0|[1-9]\d{0,15})$/;

interface Level {
  readonly keys: Set<string> | undefined;
  key: string;
  expectsKey: boolean;
}

/**
 * JSON as strict as money needs: valid UTF-8, no duplicate members, no amount written with a fraction or an exponent.
 * @throws SyntaxError without a quotation of the text
 */
export function parseBankJson(body: Uint8Array | string): unknown {
  let value: unknown;
  let text: string;
  try {
    text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
    value = JSON.parse(text);
  } catch {
    throw new SyntaxError('not JSON');
  }
  assertStrict(text);
  return value;
}

/** The text is known to be JSON, so that the tokens alone tell its structure. */
function assertStrict(text: string): void {
  const levels: Level[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open(levels, token);
    else if (token === '}' || token === ']') levels.pop();
    else readToken(levels.at(-1), token);
  }
}

function open(levels: Level[], token: '{' | '['): void {
  if (levels.length === MAX_DEPTH) throw new SyntaxError('nested too deeply');
  const isObject = token === '{';
  levels.push({ keys: isObject ? new Set() : undefined, key: '', expectsKey: isObject });
}

function readToken(level: Level | undefined, token: string): void {
  if (!level) return;
  if (token === ',') level.expectsKey = level.keys !== undefined;
  else if (token === ':') level.expectsKey = false;
  else if (level.expectsKey) readKey(level, JSON.parse(token) as string);
  else if (!token.startsWith('"')) assertAmount(level.key, token);
}

function readKey(level: Level, key: string): void {
  if (level.keys?.has(key)) throw new SyntaxError('duplicate member');
  level.keys?.add(key);
  level.key = key;
}

function assertAmount(key: string, literal: string): void {
  if (/amount/i.test(key) && !PLAIN_INTEGER.test(literal)) throw new SyntaxError('amount is not a plain integer');
}
