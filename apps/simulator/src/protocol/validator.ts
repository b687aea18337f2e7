import { type FieldError } from './bank-error.js';
import { type JsonObject } from './body-codec.js';

type FieldType = 'string' | 'integer' | 'boolean' | 'strings' | 'object' | 'objects' | 'any';

export type Protocol = '1.0' | '2.0';

/** How a body is judged: `strict` enforces what the documentation's own samples break. */
export interface Judging {
  readonly strict: boolean;
  readonly protocol: Protocol;
}

export interface FieldRule {
  readonly name: string;
  readonly type: FieldType;
  readonly required?: boolean;
  /** Required where the whole body says so. */
  readonly when?: (body: JsonObject) => boolean;
  /** Characters of a string, value of an integer. */
  readonly max?: number;
  readonly min?: number;
  readonly values?: readonly string[];
  /** Wrong = the message; undefined = fine. */
  readonly check?: (value: string) => string | undefined;
  /** Of an object, or of each element of a list of objects. */
  readonly members?: readonly FieldRule[];
  /** What strict mode changes. */
  readonly strict?: Omit<Partial<FieldRule>, 'name' | 'type'>;
  /** What the tables of Authorization 2.0 change; strict mode alone keeps to the difference. */
  readonly v2?: Omit<Partial<FieldRule>, 'name' | 'type'>;
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
  const unknown = raw.find(
    (item) => typeof item !== 'string' || (rule.values && !rule.values.includes(item)),
  ) as unknown;
  return unknown === undefined ? { value: raw } : { message: `must hold only ${rule.values?.join(', ') ?? 'strings'}` };
};

const isRecord = (raw: unknown): raw is JsonObject => typeof raw === 'object' && raw !== null && !Array.isArray(raw);

const parseRecord = (raw: unknown): Parsed => (isRecord(raw) ? { value: raw } : { message: 'must be an object' });

const parseRecords = (raw: unknown): Parsed =>
  Array.isArray(raw) && raw.length > 0 && raw.every(isRecord)
    ? { value: raw }
    : { message: 'must be a list of objects with at least one element' };

const PARSERS: Record<FieldType, (raw: unknown, rule: FieldRule) => Parsed> = {
  string: parseString,
  integer: parseInteger,
  boolean: parseBoolean,
  strings: parseStrings,
  object: parseRecord,
  objects: parseRecords,
  any: (value) => ({ value }),
};

/** Only web addresses: a `javascript:` one would run on the hosted page. */
export const checkUrl = (value: string): string | undefined =>
  URL.canParse(value) && /^https?:/i.test(value) ? undefined : 'must be an http(s) URL';

const isBlank = (raw: unknown): boolean => raw === undefined || raw === null || raw === '';

const ruleFor = (rule: FieldRule, { strict, protocol }: Judging): FieldRule => ({
  ...rule,
  ...(strict ? rule.strict : {}),
  ...(strict && protocol === '2.0' ? rule.v2 : {}),
});

/** One walk over a body: unknown members are ignored (U28). Strict mode refuses null and empty optional members (section i.1). */
class Walk {
  readonly errors: FieldError[] = [];

  constructor(
    private readonly body: JsonObject,
    private readonly judging: Judging,
  ) {}

  object(raw: JsonObject, rules: readonly FieldRule[], prefix: string): JsonObject {
    const value: Record<string, unknown> = {};
    for (const one of rules) {
      const rule = ruleFor(one, this.judging);
      const parsed = this.field(raw[rule.name], rule);
      if (!parsed) continue;
      const path = prefix + rule.name;
      if ('message' in parsed) this.errors.push({ field: path, message: parsed.message });
      else value[rule.name] = this.nested(parsed.value, rule, path);
    }
    return value;
  }

  private field(raw: unknown, rule: FieldRule): Parsed | undefined {
    if (!isBlank(raw)) return PARSERS[rule.type](raw, rule);
    if (rule.required || rule.when?.(this.body)) return { message: 'is required' };
    return this.judging.strict && raw !== undefined
      ? { message: 'must be omitted rather than null or empty' }
      : undefined;
  }

  private nested(value: unknown, { members, type }: FieldRule, path: string): unknown {
    if (!members) return value;
    if (type === 'object') return this.object(value as JsonObject, members, `${path}.`);
    return (value as JsonObject[]).map((one, index) => this.object(one, members, `${path}[${index}].`));
  }
}

/** Reads a body by its rules: what they name, in their types. */
export function validate(body: JsonObject, rules: readonly FieldRule[], judging: Judging): Validated {
  const walk = new Walk(body, judging);
  const value = walk.object(body, rules, '');
  return { value, errors: walk.errors };
}
