import { type Json, examplesNamed, refTo } from './api-description.js';
import { exampleOf, type Known } from './example-of.js';

interface Operation extends Json {
  readonly operationId: string;
  readonly description?: string;
  /** By scheme, the scopes that it asks for. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Answer>>;
}
interface Body extends Json {
  readonly content?: Readonly<Record<string, Media>>;
}
interface Answer extends Body {
  readonly headers?: Json;
}
interface Media extends Json {
  readonly schema: Json;
  readonly examples?: Json;
}

/** Headers that answers carry, whatever the route. `only`: with these statuses. */
const HEADERS: Readonly<Record<string, { readonly header: Json; readonly only?: readonly string[] }>> = {
  'X-Request-Id': {
    header: {
      description: 'Id of this request, as in the log of the gateway and in `instance` of a problem.',
      schema: { type: 'string', format: 'uuid' },
    },
  },
  Location: {
    only: ['201'],
    header: { description: 'Address of what was created.', schema: { type: 'string', format: 'uri-reference' } },
  },
  'Retry-After': {
    only: ['202', '408', '409', '429', '503'],
    header: { description: 'Seconds to wait before the next request.', schema: { type: 'integer', minimum: 0 } },
  },
};

export const HEADER_COMPONENTS: Json = Object.fromEntries(
  Object.entries(HEADERS).map(([name, { header }]) => [name, header]),
);

/** What every operation says in the same words, so that no room has to: scopes, headers, examples and other problems. */
export function finishOperations(paths: Json, known: Known): Json {
  const finish = (item: Json): Json =>
    Object.fromEntries(
      Object.entries(item).map(([verb, operation]) => [verb, finished(operation as Operation, known)]),
    );
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, finish(item as Json)]));
}

function finished(operation: Operation, known: Known): Json {
  const { operationId, requestBody, responses, security, summary, description, ...rest } = operation;
  const schemes = [...new Set(security?.flatMap((alternative) => Object.keys(alternative)))];
  const scopes = security?.flatMap((alternative) => Object.values(alternative).flat()) ?? [];
  const answers = Object.entries({ ...responses, default: OTHER_PROBLEM }).map(([status, answer]) => {
    const isSuccess = status.startsWith('2');
    return [
      status,
      { ...withExamples(answer, known, isSuccess ? operationId : undefined), headers: headersOf(status, answer) },
    ];
  });
  return {
    ...{ ...rest, operationId, summary },
    description: [description, sentenceOf(schemes, scopes)].filter(Boolean).join(' '),
    security: schemes.map((scheme) => ({ [scheme]: [] })), // tools know scopes of OAuth only
    ...(scopes.length > 0 ? { 'x-scopes': scopes } : {}),
    ...(requestBody ? { requestBody: withExamples(requestBody, known) } : {}),
    responses: Object.fromEntries(answers) as Json,
  };
}

const OTHER_PROBLEM: Answer = {
  description: 'Any other problem, such as one that a proxy or a later version found.',
  content: { 'application/problem+json': { schema: refTo('Problem'), examples: examplesNamed(['INTERNAL_ERROR']) } },
};

function sentenceOf(schemes: readonly string[], scopes: readonly string[]): string {
  if (schemes.length === 0) return 'Needs no API key.';
  if (scopes.length === 0) return 'Needs the operator key.';
  return `Needs an API key with the scope ${scopes.map((scope) => `\`${scope}\``).join(' or ')}.`;
}

function headersOf(status: string, { headers = {} }: Answer): Json {
  const common = Object.entries(HEADERS).filter(([, { only }]) => only?.includes(status) ?? true);
  return {
    ...Object.fromEntries(common.map(([name]) => [name, { $ref: `#/components/headers/${name}` }])),
    ...headers,
  };
}

/** @param operationId where an example of its own would be of this operation alone */
function withExamples<T extends Body>(part: T, known: Known, operationId?: string): T {
  if (!part.content) return part;
  const content = Object.entries(part.content).map(([type, media]) => [
    type,
    media.examples || !type.endsWith('json')
      ? media
      : { ...media, examples: examplesFor(media.schema, known, operationId) },
  ]);
  return { ...part, content: Object.fromEntries(content) as Json };
}

function examplesFor(schema: Json, known: Known, operationId = ''): Json {
  if (Object.hasOwn(known.examples, operationId)) return examplesNamed([operationId]);
  const { $ref } = schema;
  if (typeof $ref === 'string') return examplesNamed([$ref.split('/').at(-1) ?? '']);
  return { answer: { value: exampleOf(schema, known) } };
}
