import { parse } from 'lossless-json';
import { HttpProblem } from './http-problem.js';

/**
 * Parses one JSON value; refuses fractions, exponents, duplicate members, prototype tricks, and texts
 * that Postgres cannot hold.
 */
export function parseStrictJson(text: string): unknown {
  try {
    const value = parse(text, refuseDangerous, parseInteger);
    refuseDuplicates(text);
    return value;
  } catch (error) {
    throw error instanceof HttpProblem ? error : notJson(error);
  }
}

/** The parser lets equal duplicates pass; we do not guess which one was meant. @param text known to be JSON */
function refuseDuplicates(text: string): void {
  const open: Set<string>[] = [];
  let name: string | undefined;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') remember(open.at(-1), name);
    else name = token;
  }
}

/** Texts and what structures them; a number or literal in between cannot be mistaken for either. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gu;

function remember(members: Set<string> | undefined, quoted = '""'): void {
  const name = JSON.parse(quoted) as string;
  if (members?.has(name)) throw new HttpProblem('BODY_NOT_JSON', `The member "${name.slice(0, 40)}" is there twice.`);
  members?.add(name);
}

/** Whether a number is whole is the schema's business; how it is written is ours: `1e2` and `1.0` are no amounts. */
function parseInteger(text: string): number {
  if (/^-?\d{1,15}$/u.test(text)) return Number(text);
  throw new HttpProblem('VALIDATION_FAILED', `"${text.slice(0, 30)}" is not a plain whole number.`, [
    { path: '', message: `numbers are whole, written in at most 15 digits; got ${text.slice(0, 30)}` },
  ]);
}

function refuseDangerous(key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor') {
    throw new HttpProblem('BODY_NOT_JSON', `A member must not be called "${key}".`);
  }
  refuseUnstorable(key);
  if (typeof value === 'string') refuseUnstorable(value);
  return value;
}

function refuseUnstorable(text: string): void {
  if (text.includes('\0')) throw new HttpProblem('BODY_NOT_JSON', 'A text must not hold the character U+0000.');
  if (!text.isWellFormed()) {
    throw new HttpProblem('BODY_NOT_JSON', 'A text must not hold half a character (a lone UTF-16 surrogate).');
  }
}

/** The parser's message quotes the input: keep only where it stopped. */
function notJson(error: unknown): HttpProblem {
  const message = error instanceof Error ? error.message : '';
  const duplicate = /Duplicate key '[^']{0,40}' encountered/u.exec(message)?.[0];
  const place = /at position \d+/u.exec(message)?.[0];
  return new HttpProblem(
    'BODY_NOT_JSON',
    `The body is not acceptable JSON${duplicate ? `: ${duplicate}` : ''}${place ? ` ${place}` : ''}.`,
  );
}
