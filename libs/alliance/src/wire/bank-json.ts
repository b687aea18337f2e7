const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|-?\d[\d.eE+-]*/g;
const PLAIN_INTEGER = /^-?(?:0|[1-9]\d{0,15})$/;

/** Amounts of money that decide: an integer of minor units, written as one. */
const AMOUNTS = new Set(['coinAmount', 'sourceAmount']);
/** Members that decide, or hold what decides. Written twice, nobody can tell which one the bank means. */
const DECIDING = new Set([
  ...AMOUNTS,
  ...['hppOrderId', 'merchantId', 'merchantRequestId', 'operationId', 'ecomOperationId'],
  ...['originalOperationId', 'originalEcomOperationId', 'transactionCurrency', 'sourceCurrencyCode'],
  ...['type', 'status', 'orderStatus', 'rrn', 'approvalCode', 'actionCode', 'responseCode', 'errorDetails'],
  ...['redirectUrl', 'operation', 'operations', 'transactionResponseInfo', 'msgCode', 'msgType', 'jwe'],
  ...['deviceId', 'refreshToken', 'serverPublic', 'serverPublicKey'],
]);
/** Members whose objects we read; in all others nothing decides. */
const READ_INTO = new Set(['operation', 'operations', 'transactionResponseInfo']);

interface Level {
  /** Deciding members seen so far; undefined in an array. */
  readonly keys: Set<string> | undefined;
  /** Whether members of objects here decide. */
  readonly isRead: boolean;
  key: string;
  expectsKey: boolean;
}

interface Strictness {
  /** Whether a member may be written only once. */
  readonly once: (key: string) => boolean;
  /** Whether what a member holds is read as strictly as what surrounds it. */
  readonly reads: (key: string) => boolean;
}

/** As far as members decide about money; nothing else may make an answer unreadable. */
const OF_ANSWERS: Strictness = { once: (key) => DECIDING.has(key), reads: (key) => READ_INTO.has(key) };
const OF_EVERYTHING: Strictness = { once: () => true, reads: () => true };

/**
 * JSON of the bank, strict in the members that decide: no duplicate of them, no amount with a fraction or an exponent.
 * Whatever else it holds is of no concern, in any form and at any depth; bytes that are no UTF-8 become U+FFFD.
 * @throws SyntaxError without a quotation of the text
 */
export function parseBankJson(body: Uint8Array | string): unknown {
  return parse(typeof body === 'string' ? body : new TextDecoder('utf-8').decode(body), OF_ANSWERS);
}

/**
 * JSON without duplicate members, valid UTF-8: for headers of tokens.
 * @throws SyntaxError as `parseBankJson`
 */
export function parseHeaderJson(body: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new SyntaxError('not UTF-8');
  }
  return parse(text, OF_EVERYTHING);
}

function parse(text: string, strictness: Strictness): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    throw new SyntaxError('not JSON');
  }
  assertStrict(text, strictness);
  return value;
}

/** The text is known to be JSON, so that the tokens alone tell its structure. */
function assertStrict(text: string, strictness: Strictness): void {
  const levels: Level[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') levels.push(open(levels.at(-1), token, strictness));
    else if (token === '}' || token === ']') levels.pop();
    else readToken(levels.at(-1), token, strictness);
  }
}

function open(parent: Level | undefined, token: '{' | '[', { reads }: Strictness): Level {
  const isObject = token === '{';
  const isRead = !parent || (parent.isRead && (parent.keys === undefined || reads(parent.key)));
  return { keys: isObject ? new Set() : undefined, isRead, key: '', expectsKey: isObject };
}

function readToken(level: Level | undefined, token: string, { once }: Strictness): void {
  if (!level?.isRead) return;
  if (token === ',') level.expectsKey = level.keys !== undefined;
  else if (token === ':') level.expectsKey = false;
  else if (level.expectsKey) readKey(level, JSON.parse(token) as string, once);
  else if (!token.startsWith('"') && AMOUNTS.has(level.key)) assertAmount(token);
}

function readKey(level: Level, key: string, once: Strictness['once']): void {
  level.key = key;
  if (!level.keys || !once(key)) return;
  if (level.keys.has(key)) throw new SyntaxError('duplicate member');
  level.keys.add(key);
}

function assertAmount(literal: string): void {
  if (!PLAIN_INTEGER.test(literal)) throw new SyntaxError('amount is not a plain integer');
}
