import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** One answer of the public API, from whichever client of the tests. */
export interface SeenAnswer {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly status: number;
  readonly header: (name: string) => string | null | undefined;
  readonly text: string;
}

interface Answer {
  readonly content?: Readonly<Record<string, { readonly examples?: object }>>;
}
interface Operation {
  readonly responses: Readonly<Record<string, Answer>>;
}
interface Route {
  readonly pattern: RegExp;
  readonly path: string;
  readonly item: Readonly<Record<string, Operation>>;
}

/** The document as it is published. It is read when the first answer comes, and each schema is compiled once. */
class Contract {
  private readonly document = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
    readonly paths: Readonly<Record<string, Route['item']>>;
  };
  private readonly ajv = new Ajv2020({ strict: false, schemas: [{ ...closed(this.document), $id: 'api' }] });
  /** Without parameters first: they are the more exact ones. */
  private readonly routes: readonly Route[] = Object.entries(this.document.paths)
    .map(([path, item]) => ({ path, item, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/gu, '[^/]+')}$`, 'u') }))
    .toSorted((one, other) => one.path.split('{').length - other.path.split('{').length);

  constructor() {
    addFormats.default(this.ajv);
  }

  /** @returns what is wrong with the answer; undefined for one of a route that the document does not have */
  faultOf(seen: SeenAnswer): string | undefined {
    const route = this.routeOf(seen.path);
    const verb = seen.method.toLowerCase();
    const operation = route?.item[verb];
    if (!route || !operation) return undefined;
    const isNamed = Object.hasOwn(operation.responses, seen.status);
    if (!isNamed && seen.status < 400) return 'has a status that the document does not name';
    const name = isNamed ? String(seen.status) : 'default';
    const { content } = operation.responses[name]!;
    const at = ['paths', route.path, verb, 'responses', name];
    return headerFault(seen) ?? typeFault(seen, content) ?? codeFault(seen, content) ?? this.bodyFault(at, seen);
  }

  private routeOf(path: string): Route | undefined {
    const [bare = ''] = path.split('?');
    return this.routes.find(({ pattern }) => pattern.test(bare));
  }

  private bodyFault(at: readonly string[], { header, text }: SeenAnswer): string | undefined {
    const type = typeOf(header);
    if (!type.endsWith('json')) return undefined;
    const steps = [...at, 'content', type, 'schema'].map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1'));
    const validate = this.ajv.getSchema(`api#/${steps.map(encodeURIComponent).join('/')}`) as ValidateFunction;
    if (validate(JSON.parse(text))) return undefined;
    const { instancePath, message, params } = validate.errors![0]!;
    return `${instancePath || 'the body'} ${message ?? ''} ${JSON.stringify(params)}`;
  }
}

const typeOf = (header: SeenAnswer['header']): string => (header('content-type') ?? '').split(';')[0] ?? '';

function headerFault({ header, status }: SeenAnswer): string | undefined {
  if (!header('x-request-id')) return 'has no X-Request-Id';
  return status === 201 && !header('location') ? 'has no Location' : undefined;
}

function typeFault({ header, text }: SeenAnswer, content: Answer['content']): string | undefined {
  if (!content) return text === '' ? undefined : 'has a body that the document does not describe';
  const type = typeOf(header);
  return content[type] ? undefined : `is of type ${type}, and the document says ${Object.keys(content).join(' or ')}`;
}

/** What any request may meet before its route has a say; in the document they are under `default`. */
const OF_THE_EDGE = [
  'REQUEST_MALFORMED',
  'REQUEST_TIMEOUT',
  'ADDRESS_TOO_LONG',
  'HEADERS_TOO_LARGE',
  'VALIDATION_FAILED',
  'ROUTE_NOT_FOUND', // of a process that has another role
];

/** An operation names the problems that it can meet. */
function codeFault({ header, text }: SeenAnswer, content: Answer['content'] = {}): string | undefined {
  const type = typeOf(header);
  if (type !== 'application/problem+json') return undefined;
  const { code } = JSON.parse(text) as { code: string };
  const named = [...OF_THE_EDGE, ...Object.keys(content[type]?.examples ?? {})];
  return named.includes(code) ? undefined : `has the code ${code}, which the operation does not name`;
}

let contract: Contract | undefined;

/**
 * Fails the test that met an answer that is not as the document says. Answers are open to additions for clients, but here a
 * member that the document does not name is a fault.
 * @throws Error naming the request and the member
 */
export function checkAnswer(seen: SeenAnswer): void {
  contract ??= new Contract();
  const fault = contract.faultOf(seen);
  if (fault !== undefined)
    throw new Error(
      `${seen.method} ${seen.path} ${seen.status} ${fault} (see openapi.json): ${seen.text.slice(0, 500)}`,
    );
}

export const headerOf =
  (headers: Readonly<Record<string, unknown>>): SeenAnswer['header'] =>
  (name) =>
    headers[name] as string | undefined;

/** The same schemas, but no object may have a member that is not named. */
function closed(value: unknown): object {
  const walk = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map(walk);
    const walked = Object.fromEntries(Object.entries(part).map(([name, member]) => [name, walk(member)]));
    const isObject = walked['type'] === 'object' && 'properties' in walked && !('additionalProperties' in walked);
    return isObject ? { ...walked, additionalProperties: false } : walked;
  };
  return walk(value) as object;
}
