import { type JsonObject } from './body-codec.js';
import { type FieldError } from './bank-error.js';

type FieldType = 'string' | 'integer' | 'boolean' | 'strings' | 'object';

export interface FieldRule {
  readonly name: string;
  readonly type: FieldType;
  readonly required?: boolean;
  /** Characters of a string, value of an integer. */
  readonly max?: number;
  readonly min?: number;
  readonly values?: readonly string[];
  /** Wrong = the message; undefined = fine. */
  readonly check?: (value: string) => string | undefined;
}

export interface Validated {
  readonly value: JsonObject;
  readonly errors: readonly FieldError[];
}

type Parsed = { readonly value: unknown } | { readonly message: string };

const INTEGER = /^-?\d{1,15}$/;

const parseString = (raw: unknown, rule: FieldRule): Parsed => {
  if (typeof raw !== 'string' && typeof raw !== 'number') return { message: 'must be a string' };
  const value = String(raw);
  if (rule.max !== undefined && value.length > rule.max) return { message: `must be at most ${rule.max} characters` };
  if (rule.values && !rule.values.includes(value)) return { message: `must be one of ${rule.values.join(', ')}` };
  const message = rule.check?.(value);
  return message ? { message } : { value };
};

const parseInteger = (raw: unknown, rule: FieldRule): Parsed => {
  const value = typeof raw === 'string' && INTEGER.test(raw) ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return { message: 'must be an integer' };
  if (rule.min !== undefined && value < rule.min) return { message: `must be at least ${rule.min}` };
  if (rule.max !== undefined && value > rule.max) return { message: `must be at most ${rule.max}` };
  return { value };
};

const parseBoolean = (raw: unknown): Parsed => {
  if (typeof raw === 'boolean') return { value: raw };
  return raw === 'true' || raw === 'false' ? { value: raw === 'true' } : { message: 'must be a boolean' };
};

const parseStrings = (raw: unknown, rule: FieldRule): Parsed => {
  if (!Array.isArray(raw) || raw.length === 0) return { message: 'must be a list with at least one value' };
  const unknown = raw.find((item) => typeof item !== 'string' || !rule.values?.includes(item)) as unknown;
  return unknown === undefined ? { value: raw } : { message: `must hold only ${rule.values?.join(', ') ?? 'strings'}` };
};

const parseRecord = (raw: unknown): Parsed =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? { value: raw } : { message: 'must be an object' };

const PARSERS: Record<FieldType, (raw: unknown, rule: FieldRule) => Parsed> = {
  string: parseString,
  integer: parseInteger,
  boolean: parseBoolean,
  strings: parseStrings,
  object: parseRecord,
};

/** Only web addresses: a `javascript:` one would run on the hosted page. */
export const checkUrl = (value: string): string | undefined =>
  URL.canParse(value) && /^https?:/i.test(value) ? undefined : 'must be an http(s) URL';

const isBlank = (raw: unknown): boolean => raw === undefined || raw === null || raw === '';

function parseField(raw: unknown, rule: FieldRule, strict: boolean): Parsed | undefined {
  if (!isBlank(raw)) return PARSERS[rule.type](raw, rule);
  if (rule.required) return { message: 'is required' };
  return strict && raw !== undefined ? { message: 'must be omitted rather than null or empty' } : undefined;
}

/** Unknown members are ignored (U28). Strict mode refuses null and empty optional members (section i.1). */
export function validate(body: JsonObject, rules: readonly FieldRule[], strict: boolean, prefix = ''): Validated {
  const value: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  for (const rule of rules) {
    const parsed = parseField(body[rule.name], rule, strict);
    if (!parsed) continue;
    if ('message' in parsed) errors.push({ field: prefix + rule.name, message: parsed.message });
    else value[rule.name] = parsed.value;
  }
  return { value, errors };
}
