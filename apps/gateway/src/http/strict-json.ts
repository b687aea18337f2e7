import { parseStrictJson, StrictJsonError } from '#libs/strict-json';
import { HttpProblem } from './http-problem.js';
import { invalid } from './validation.js';

/** Levels of nesting; the deepest body of the API has three. */
const MAX_DEPTH = 64;

/**
 * Parses one JSON value of a request; refuses fractions, exponents, duplicate members, prototype tricks, and texts
 * that Postgres cannot hold.
 */
export function parseRequestJson(text: string): unknown {
  try {
    return parseStrictJson(text, {
      number: refuseFraction,
      member: refuseDangerous,
      text: refuseUnstorable,
      maxDepth: MAX_DEPTH,
    });
  } catch (error) {
    throw error instanceof StrictJsonError ? notJson(error) : error;
  }
}

/** Whether a number is in range is the schema's business; how it is written is ours: `1e2` and `1.0` are no amounts. */
function refuseFraction(text: string, _member: string, path: string): void {
  if (/^-?\d{1,15}$/u.test(text)) return;
  throw invalid([{ path, message: `must be a whole number of at most 15 digits, not ${text.slice(0, 30)}` }]);
}

function refuseDangerous(key: string): void {
  if (key === '__proto__' || key === 'constructor') {
    throw new HttpProblem('BODY_NOT_JSON', `A member must not be called "${key}".`);
  }
  refuseUnstorable(key);
}

function refuseUnstorable(text: string): void {
  if (text.includes('\0')) throw new HttpProblem('BODY_NOT_JSON', 'A text must not hold the character U+0000.');
  if (!text.isWellFormed()) {
    throw new HttpProblem('BODY_NOT_JSON', 'A text must not hold half a character (a lone UTF-16 surrogate).');
  }
}

function notJson({ reason, member = '', position }: StrictJsonError): HttpProblem {
  const why = {
    not_json: `The body is not acceptable JSON${position === undefined ? '' : ` at position ${position}`}.`,
    duplicate_member: `The member "${member.slice(0, 40)}" is there twice.`,
    too_deep: `The body is nested deeper than ${MAX_DEPTH} levels.`,
  };
  return new HttpProblem('BODY_NOT_JSON', why[reason]);
}
