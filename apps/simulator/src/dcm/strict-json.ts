export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}:]/g;

/** Two members of one name are read differently by different parsers (G26). The text must be valid JSON. */
function hasTwins(text: string): boolean {
  const open: Set<string>[] = [];
  const tokens = text.match(TOKENS) ?? [];
  for (const [index, token] of tokens.entries()) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token !== ':' && tokens[index + 1] === ':') {
      const name = JSON.parse(token) as string;
      if (open.at(-1)?.has(name)) return true;
      open.at(-1)?.add(name);
    }
  }
  return false;
}

/** A JSON object without twin members, else undefined. */
export function parseStrictObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && !hasTwins(text) ? value : undefined;
  } catch {
    return undefined;
  }
}
