/** What is wrong with a text: no JSON, a member that is there twice, or nesting past the limit. */
export type StrictJsonReason = 'not_json' | 'duplicate_member' | 'too_deep';

/** Never quotes values of the text. */
export class StrictJsonError extends SyntaxError {
  override readonly name = 'StrictJsonError';
  constructor(
    readonly reason: StrictJsonReason,
    /** Of `duplicate_member`: its name. */
    readonly member?: string,
    /** Of `not_json`: the character at which it stops being JSON, where that is known. From 0. */
    readonly position?: number,
  ) {
    super({ not_json: 'not JSON', duplicate_member: 'duplicate member', too_deep: 'too deep' }[reason]);
  }
}

/** Without rules every member may be there once, at any depth, and numbers are whatever JSON allows. */
export interface JsonRules {
  /** Whether a member may be there only once. Default: every one. */
  readonly once?: (member: string) => boolean;
  /** Whether what a member holds is read as strictly as what surrounds it. Default: everything. */
  readonly reads?: (member: string) => boolean;
  /** Called with each number as it is written, the member that holds it, and where that is: `lines.0.price`. @throws to refuse it */
  readonly number?: (literal: string, member: string, path: string) => void;
  /** Called with each name of a member. @throws to refuse it */
  readonly member?: (name: string) => void;
  /** Called with each text. @throws to refuse it */
  readonly text?: (text: string) => void;
  /** Levels of nesting. Default: any number. */
  readonly maxDepth?: number;
}

/** Texts, what structures them, and numbers; a literal in between cannot be mistaken for any of them. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|-?\d[\d.eE+-]*/g;

interface Level {
  /** Members seen so far that may be there once; undefined in an array. */
  readonly members: Set<string> | undefined;
  /** Whether the rules hold here. */
  readonly isRead: boolean;
  member: string;
  /** In a list: the place of the entry that is being read. */
  entry: number;
  expectsName: boolean;
}

/**
 * Parses JSON, and refuses what parsers disagree about: `JSON.parse` alone lets the last of equal members win and forgets
 * how a number was written. A member called `__proto__` is a member like any other.
 *
 * @throws StrictJsonError, or what a rule throws
 * @example
 * parseStrictJson('{"amount":12550}'); // => { amount: 12550 }
 * parseStrictJson('{"amount":1,"amount":2}'); // throws { reason: 'duplicate_member', member: 'amount' }
 */
export function parseStrictJson(text: string, rules: JsonRules = {}): unknown {
  const value = parse(text);
  const levels: Level[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') levels.push(open(levels, token, rules));
    else if (token === '}' || token === ']') levels.pop();
    else read(levels, token, rules);
  }
  return value;
}

/** What surrounds a value that is no object and no list. */
const ROOT: Level = { members: undefined, isRead: true, member: '', entry: 0, expectsName: false };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = /at position (\d+)/u.exec((error as Error).message)?.[1];
    throw new StrictJsonError('not_json', undefined, place === undefined ? undefined : Number(place));
  }
}

function open(levels: readonly Level[], token: '{' | '[', { reads, maxDepth = Infinity }: JsonRules): Level {
  if (levels.length >= maxDepth) throw new StrictJsonError('too_deep');
  const parent = levels.at(-1) ?? ROOT;
  const isRead = parent.isRead && (parent.members === undefined || reads?.(parent.member) !== false);
  return { members: token === '{' ? new Set() : undefined, isRead, member: '', entry: 0, expectsName: token === '{' };
}

function read(levels: readonly Level[], token: string, rules: JsonRules): void {
  const level = levels.at(-1) ?? ROOT;
  if (!level.isRead) return;
  if (token === ',') next(level);
  else if (token === ':') level.expectsName = false;
  else if (level.expectsName) readName(level, JSON.parse(token) as string, rules);
  else if (!token.startsWith('"')) rules.number?.(token, level.member, levels.map(placeIn).join('.'));
  else if (rules.text) rules.text(JSON.parse(token) as string);
}

function next(level: Level): void {
  level.entry += 1;
  level.expectsName = level.members !== undefined;
}

const placeIn = ({ members, member, entry }: Level): string => (members ? member : String(entry));

function readName(level: Level, name: string, { once, member }: JsonRules): void {
  member?.(name);
  level.member = name;
  if (!level.members || once?.(name) === false) return;
  if (level.members.has(name)) throw new StrictJsonError('duplicate_member', name);
  level.members.add(name);
}
