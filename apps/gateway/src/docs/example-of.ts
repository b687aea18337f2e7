import { type Json } from './api-description.js';

/** A moment of the examples. */
const MOMENT = '2026-01-31T12:00:00.000Z';

/** Schemas and ready examples of a document, by name. */
export interface Known {
  readonly schemas: Readonly<Record<string, Json>>;
  readonly examples: Readonly<Record<string, unknown>>;
  /** Examples of members by their name, for schemas that show none. Others show their own name. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/**
 * An example of what a schema describes: its own, or one made of those of its members. Optional members that come in are
 * left out where they have none.
 * @throws Error naming the member that has no example
 */
export function exampleOf(schema: Json, known: Known, path = ''): unknown {
  const { $ref } = schema;
  if (typeof $ref === 'string') return exampleNamed($ref.split('/').at(-1) ?? '', known, path);
  const [own] = wordsOf(schema);
  if (own !== undefined) return own;
  const branches = (schema['anyOf'] ?? schema['oneOf']) as readonly Json[] | undefined;
  if (branches) return exampleOfBranch(branches, known, path);
  const { type } = schema;
  if (Array.isArray(type) && type.includes('null')) return null;
  const make = MAKERS[String(type)];
  return make ? make(schema, known, path) : exampleOfMember(schema, known, path);
}

/** What a schema says itself. */
const wordsOf = ({ examples, const: constant, default: usual, enum: words, format }: Json): readonly unknown[] =>
  [examples, [constant], [usual], words, [format === 'date-time' ? MOMENT : undefined]]
    .flatMap((list) => (Array.isArray(list) ? (list.slice(0, 1) as unknown[]) : []))
    .filter((word) => word !== undefined);

const MAKERS: Readonly<Record<string, (schema: Json, known: Known, path: string) => unknown>> = {
  object: (schema, known, path) => exampleOfObject(schema, known, path),
  array: ({ items }, known, path) => [exampleOf(items as Json, known, path)],
  boolean: () => false,
  null: () => null,
};

function exampleOfMember({ type }: Json, { members }: Known, path: string): unknown {
  if (!members) throw new Error(`no example of ${path}: give its schema one with .meta({ examples: […] })`);
  const member = path.split('.').at(-1) ?? '';
  return members[member] ?? (type === 'string' ? member : 1);
}

/** An example for every schema of the document and for the operations that have one of their own. */
export const examplesOf = (known: Known): Json =>
  Object.fromEntries(
    [...new Set([...Object.keys(known.schemas), ...Object.keys(known.examples)])]
      .filter((name) => name !== 'Problem') // problems have one for each code
      .map((name) => [name, { value: exampleNamed(name, known, '') }]),
  );

function exampleNamed(name: string, known: Known, path: string): unknown {
  if (Object.hasOwn(known.examples, name)) return known.examples[name];
  const schema = known.schemas[name];
  if (!schema) throw new Error(`no schema ${name} at ${path}`);
  return exampleOf(schema, known, `${path}${name}`);
}

/** Null says least, so it is what a member shows that has no example of its own. */
function exampleOfBranch(branches: readonly Json[], known: Known, path: string): unknown {
  const [first = {}] = branches;
  const isNullable = branches.some(({ type }) => type === 'null');
  if (!isNullable) return exampleOf(first, known, path);
  return 'examples' in first ? exampleOf(first, known, path) : null;
}

function exampleOfObject(schema: Json, known: Known, path: string): Json {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Json>; required?: string[] };
  const shown = Object.entries(properties).filter(
    ([name, member]) => required.includes(name) || Array.isArray(member['examples']),
  );
  return Object.fromEntries(shown.map(([name, member]) => [name, exampleOf(member, known, `${path}.${name}`)]));
}
