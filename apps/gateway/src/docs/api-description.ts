import { z } from 'zod';
import { type ProblemTable } from '../problems/coded-error.js';

export type Json = Record<string, unknown>;

/** What a room says of its routes, for the document at /openapi.json. */
export interface ApiDescription {
  readonly tags: readonly string[];
  readonly paths: Json;
  /** Schemas by name. Bodies that come in show what may be sent; bodies that go out, what is sent. */
  readonly incoming?: Readonly<Record<string, z.ZodType>>;
  readonly outgoing?: Readonly<Record<string, z.ZodType>>;
  /**
   * Examples by the name of a schema, or by `operationId` for the answer of one operation. Where there is none, one is
   * made of the examples of the schema's members, see `exampleOf`.
   */
  readonly examples?: Readonly<Record<string, unknown>>;
}

export const refTo = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
/** @param required false where a request without a body is one without members */
export const body = (name: string, required = true): Json => ({
  required,
  content: { 'application/json': { schema: refTo(name) } },
});
export const answer = (name: string, description: string, more: Json = {}): Json => ({
  description,
  ...more,
  content: { 'application/json': { schema: refTo(name) } },
});

/** @param example as a client may have it from an earlier answer */
export const pathParameter = (name: string, example?: string): Json => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', ...(example === undefined ? {} : { examples: [example] }) },
});
export const idempotencyKey = (description: string): Json => ({
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', minLength: 1, maxLength: 255, examples: ['order-1001'] },
});

/** Problems by status; several codes of one status share the entry. Each has its example under its code. */
export function problemsOf<Code extends string>(table: ProblemTable<Code>, codes: readonly Code[]): Json {
  const byStatus = Map.groupBy(codes, (code) => table[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${table[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: refTo('Problem'), examples: examplesNamed(group) } },
      },
    ]),
  );
}

/** References to examples of the document. */
export const examplesNamed = (names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/examples/${name}` }]));

export function queryParameters(schema: z.ZodObject): Json[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as Json;
    const style = rest['type'] === 'object' ? { style: 'deepObject', explode: true } : {};
    return {
      ...{ name, in: 'query', required: false, ...style },
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

export function schemasOf(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: made } = z.toJSONSchema(registry, {
    io,
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties; // answers may gain members
    },
  });
  return Object.fromEntries(Object.entries(made).map(([id, schema]) => [id, withoutOwnAddress(schema)]));
}

/** The document says the dialect and the place of its schemas; each need not repeat it. */
function withoutOwnAddress(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([member]) => member !== '$schema' && member !== '$id'));
}
