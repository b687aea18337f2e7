import fc from 'fast-check';
import { z } from 'zod';

type AnyValue = fc.Arbitrary<unknown>;

/** What stands for a whole member, because the schema alone does not tell its meaning; by the member's name. */
export type KnownMembers = Readonly<Record<string, AnyValue>>;

/** Longer texts show nothing that these do not, but for the longest that the schema takes. */
const USUAL_TEXT = 40;
const FEW = 3;
const SAFE = Number.MAX_SAFE_INTEGER;

/** Any value that the schema takes, as a caller gives it: what a transform makes of it is the schema's own business. */
export function anyOf(schema: z.core.$ZodType, known: KnownMembers = {}): AnyValue {
  return fromSchema(schema, known).filter((value) => (schema as z.ZodType).safeParse(value).success);
}

function fromSchema(schema: z.core.$ZodType, known: KnownMembers): AnyValue {
  const { type } = schema._zod.def;
  const kind = KINDS[type];
  if (!kind) throw new Error(`no value is known of a schema of ${type}`);
  return kind(schema as never, known);
}

type Kind = (schema: never, known: KnownMembers) => AnyValue;

const KINDS: Readonly<Record<string, Kind>> = {
  object: anyObject,
  array: anyList,
  string: (schema: z.ZodString | z.ZodURL) => (schema instanceof z.ZodURL ? anyUrl(schema) : anyText(schema)),
  number: anyWhole,
  boolean: () => fc.boolean(),
  date: () => fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
  enum: ({ options }: z.ZodEnum) => fc.constantFrom(...options),
  literal: ({ values }: z.ZodLiteral) => fc.constantFrom(...values),
  custom: () => fc.constant('e30.e30.e30.e30.e30'), // a JWE is the one thing of its own that the table has; scenes put in a real one
  undefined: () => fc.constant(undefined),
  optional: (schema: z.ZodOptional, known) => fromSchema(schema.unwrap(), known),
  pipe: (schema: z.ZodPipe, known) => fromSchema(schema.in, known),
  union: ({ options }: z.ZodUnion, known) => fc.oneof(...options.map((option) => fromSchema(option, known))),
};

/** Optional members come and go, each on its own. */
function anyObject({ shape }: z.ZodObject, known: KnownMembers): AnyValue {
  const members = Object.entries(shape).filter(([, schema]) => !isNever(schema));
  const values = members.map(([name, schema]) => [name, known[name] ?? anyOf(schema, known)] as const);
  const requiredKeys = members.filter(([, schema]) => !(schema instanceof z.ZodOptional)).map(([name]) => name);
  return fc.record<Record<string, unknown>>(Object.fromEntries(values), { requiredKeys, noNullPrototype: true });
}

/** `undefined` alone: the member must be absent. */
const isNever = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodOptional && schema.unwrap() instanceof z.ZodUndefined;

function anyList(schema: z.ZodArray, known: KnownMembers): AnyValue {
  const least = schema.safeParse([]).success ? 0 : 1;
  return fc.array(fromSchema(schema.element, known), { minLength: least, maxLength: FEW });
}

function anyText(schema: z.ZodString): AnyValue {
  const patterns = (schema.def.checks ?? []).flatMap(({ _zod: { def } }) =>
    'pattern' in def ? [def.pattern as RegExp] : [],
  );
  const [pattern] = patterns;
  if (pattern)
    return fc.stringMatching(pattern, {
      maxLength: Math.min(schema.maxLength ?? USUAL_TEXT, USUAL_TEXT),
      size: 'medium',
    });
  const [least, most] = [schema.minLength ?? 0, schema.maxLength ?? USUAL_TEXT];
  const text = (unit: 'grapheme' | 'grapheme-ascii' | 'binary') =>
    fc.string({ unit, minLength: Math.min(least, most), maxLength: Math.min(most, USUAL_TEXT) });
  const longest = fc.constant('Щ'.repeat(Math.min(most, 1_000)));
  return fc.oneof(text('grapheme'), text('grapheme-ascii'), text('binary'), longest);
}

function anyWhole({ minValue, maxValue }: z.ZodNumber): AnyValue {
  const [min, max] = [Math.ceil(minValue ?? -SAFE), Math.min(maxValue ?? SAFE, SAFE)];
  const small = fc.integer({ min, max: Math.min(max, min + 1_000) });
  return fc.oneof(small, fc.integer({ min, max }), fc.constant(max));
}

/** The longest is as long as the schema takes, where that is shorter than what a browser takes. */
function anyUrl({ maxLength }: z.ZodURL): AnyValue {
  const most = maxLength ?? SAFE;
  const usual = fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true, withFragments: true });
  const start = 'https://shop.example/';
  return most === SAFE ? usual : fc.oneof(usual, fc.constant(start + 'x'.repeat(most - start.length)));
}
