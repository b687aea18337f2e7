type Json = Readonly<Record<string, unknown>>;

/** A parsed openapi.json. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}
interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Media & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Media>>;
}
interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Json;
}
interface Media {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}
interface Route {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/** Which way a value goes: what comes in may hold words that are not known yet, what goes out may not. */
type Way = 'sent' | 'received';

/** The source text of `src/api-types.ts`: schemas as types, and operations with what they take and answer. */
export function apiTypesOf({ paths, components }: ApiDocument): string {
  const routes = Object.entries(paths)
    .flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })))
    .filter(({ path, operation }) => path.startsWith('/v1/') && answerOf(operation) !== undefined);
  const received = namesIn(
    routes.map(({ operation }) => answerOf(operation)),
    components.schemas,
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `${commentOf({ description: `\`${name}\` of the API document.`, ...schema })}export type ${name} = ${typeOf(schema, received.has(name) ? 'received' : 'sent')};`,
  );
  return [
    '// Written by "npm run openapi" from openapi.json. Do not edit.',
    '/** Words that a later version of the gateway may add are of this type: treat what you do not know as not final. */',
    'export type Unknown = string & Record<never, never>;',
    ...schemas,
    '/** All of them by name. */',
    'export interface Schemas {',
    ...Object.keys(components.schemas).map((name) => `  readonly ${name}: ${name};`),
    '}',
    '/** What each operation takes and answers. */',
    'export interface Operations {',
    ...routes.map(operationType),
    '}',
    '/** Where each operation is. */',
    'export const ROUTES = {',
    ...routes.map(
      ({ path, method, operation }) =>
        `  ${operation.operationId}: { method: '${method.toUpperCase()}', path: '${path}' },`,
    ),
    '} as const;',
    '',
  ].join('\n');
}

function operationType({ operation }: Route): string {
  const { operationId, summary = '' } = operation;
  const answer = typeOf(answerOf(operation) ?? {}, 'received');
  return `  /** ${summary}. */\n  readonly ${operationId}: { readonly request: ${requestType(operation)}; readonly answer: ${answer} };`;
}

function requestType({ parameters = [], requestBody }: Operation): string {
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const path = parameters.filter((parameter) => parameter.in === 'path');
  const members: string[] = [];
  if (path.length > 0) members.push(`readonly path: ${membersOf(path)}`);
  if (query.length > 0) members.push(`readonly query?: ${membersOf(query)} | undefined`);
  if (requestBody) members.push(bodyMember(requestBody));
  if (parameters.some(({ name }) => name === 'Idempotency-Key')) members.push('readonly idempotencyKey: string');
  return members.length > 0 ? `{ ${members.join('; ')} }` : 'Record<never, never>';
}

const bodyMember = ({ required, content }: NonNullable<Operation['requestBody']>): string =>
  `readonly body${required === true ? '' : '?'}: ${typeOf(content?.['application/json']?.schema ?? {}, 'sent')}`;

const membersOf = (parameters: readonly Parameter[]): string =>
  `{ ${parameters.map(({ name, required, schema }) => `readonly ${nameOf(name)}${required ? '' : '?'}: ${typeOf(schema, 'sent')}${required ? '' : ' | undefined'}`).join('; ')} }`;

/** Undefined where the answer is no JSON, such as a picture. */
function answerOf({ responses }: Operation): Json | undefined {
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return answers[0]?.[1].content?.['application/json']?.schema;
}

/** Schemas that are reached from these. */
function namesIn(from: unknown, schemas: Readonly<Record<string, Json>>): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/(\w+)/gu)) {
      if (found.has(name)) continue;
      found.add(name);
      look(JSON.stringify(schemas[name] ?? {}));
    }
  };
  look(JSON.stringify(from));
  return found.add('Problem');
}

function typeOf(schema: Json, way: Way): string {
  const { $ref, anyOf, oneOf, enum: words } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? 'unknown';
  const choices = (anyOf ?? oneOf) as readonly Json[] | undefined;
  if (choices) return choices.map((choice) => typeOf(choice, way)).join(' | ');
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(words))
    return [...words.map((word) => JSON.stringify(word)), ...(way === 'received' ? ['Unknown'] : [])].join(' | ');
  return ofType(schema, way);
}

function ofType(schema: Json, way: Way): string {
  const { type } = schema;
  if (Array.isArray(type)) return type.map((one: unknown) => ofType({ ...schema, type: one }, way)).join(' | ');
  switch (type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `readonly (${typeOf((schema['items'] ?? {}) as Json, way)})[]`;
    case 'object':
      return objectOf(schema, way);
    default:
      return 'unknown';
  }
}

function objectOf({ properties, required = [], additionalProperties }: Json, way: Way): string {
  const members = Object.entries((properties ?? {}) as Readonly<Record<string, Json>>);
  if (members.length === 0) {
    const rest = typeof additionalProperties === 'object' ? typeOf(additionalProperties as Json, way) : 'unknown';
    return `Readonly<Record<string, ${rest}>>`;
  }
  const lines = members.map(([name, schema]) => {
    const isThere = (required as readonly string[]).includes(name);
    return `${commentOf(schema)}readonly ${nameOf(name)}${isThere ? '' : '?'}: ${typeOf(schema, way)}${isThere ? '' : ' | undefined'};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

const nameOf = (name: string): string => (/^[a-z_$][\w$]*$/iu.test(name) ? name : JSON.stringify(name));

const commentOf = ({ description }: Json): string =>
  typeof description === 'string' ? `/** ${description.replaceAll('*/', '*\\/').replaceAll('\n', '\n * ')} */\n` : '';
