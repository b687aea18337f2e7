import { z } from 'zod';
import { type OperatorCommand, type Route } from '../audit/command.js';
import { body, type Json, problemsOf, schemasOf } from '../docs/api-description.js';
import { examplesOf } from '../docs/example-of.js';
import { finishOperations, HEADER_COMPONENTS } from '../docs/finish-operations.js';
import { statusOf } from '../ops/operator-routes.js';
import { API_VERSION, CONTACT, problemSchema, usedIn } from './openapi.js';
import { problemExamples } from './problem-examples.js';
import { HTTP_PROBLEMS } from '../http/http-problem.js';

type Routed = OperatorCommand & { readonly route: Route };

/** Of every command with a route. What a command itself may find is at /docs/problems. */
const PROBLEMS_OF_ALL = [
  'API_KEY_MISSING',
  'API_KEY_INVALID',
  'VALIDATION_FAILED',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_ERROR',
] as const;

/** Of the commands' input, by name. */
const MEMBERS = {
  name: 'Hlechyk',
  baseUrl: 'https://api-ecom-prod.bankalliance.ua',
  bankMerchantId: '3f1c7f0e-5a51-4f4e-9d0e-2b1f6c1f2a10',
  serviceCode: '0b9d2c1e-7a34-4c55-8a61-9f3f0c8d7e21',
  addresses: '203.0.113.0/24',
  expiresAt: '2027-01-31T00:00:00Z',
  backupAt: '2026-01-31T03:00:00+02:00',
  reason: 'The bank confirmed by phone that nothing was taken',
  evidence: 'Case 4711 of the bank, 31 January 2026',
  note: 'Case 4711: the second charge was given back by the bank',
  order: 'b8e4c1d2-6f3a-4e0b-9c7d-1a2b3c4d5e6f',
  sub: 'ivan.petrenko@bank.example',
  login: 'olena@example.com',
  account: 'UA213223130000026007233566001',
  taxNumber: '3184710691',
};

/** The routes below /ops, made of the table of commands that the routes themselves are made of. */
export function buildOperatorsOpenApi(commands: readonly OperatorCommand[], server = '/'): Json {
  const routed = commands.filter((command): command is Routed => !('none' in command.route));
  const incoming = Object.fromEntries(
    routed.filter(hasBody).map((command) => [schemaNameOf(command), command.input] as const),
  );
  const schemas = { ...schemasOf(incoming, 'input'), ...schemasOf({ Problem: problemSchema }, 'output') };
  const known = { schemas, examples: {}, members: MEMBERS };
  const paths = finishOperations(pathsOf(routed), known);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Alliance Gateway, for operators',
      version: API_VERSION,
      description:
        'What operators do about accounts, keys, sessions, payments and DCM. Every change leaves a line in the audit. The same commands are at the command line.',
      contact: CONTACT,
    },
    servers: [{ url: server }],
    security: [{ operatorKey: [] }],
    tags: [...new Set(routed.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { operatorKey: { type: 'http', scheme: 'bearer', description: 'The operator key, `OPS_KEY`.' } },
      schemas,
      headers: usedIn(paths, 'headers', HEADER_COMPONENTS),
      examples: usedIn(paths, 'examples', { ...examplesOf(known), ...problemExamples() }),
    },
  };
}

const hasBody = ({ route }: Routed): boolean =>
  (route.method === 'POST' || route.method === 'PATCH') && route.upload !== true;
/** A file is the body; what else is said of it is in the query. */
const FILE_BODY: Json = {
  required: true,
  content: { 'text/csv': { schema: { type: 'string', contentMediaType: 'text/csv' } } },
};
const queryOf = ({ route, input }: Routed): Json[] =>
  route.upload === true && input instanceof z.ZodObject
    ? Object.entries(z.toJSONSchema(input.omit({ file: true }), { io: 'input' }).properties ?? {}).map(
        ([name, schema]) => ({ name, in: 'query', required: false, schema }),
      )
    : [];
const tagOf = ({ id }: OperatorCommand): string => id.split('.')[0] ?? id;
/** `api_key.create` → `ApiKeyCreate` */
const schemaNameOf = ({ id }: OperatorCommand): string =>
  id.replaceAll(/(?:^|[._])(\w)/gu, (_match, letter: string) => letter.toUpperCase());
const pathOf = ({ route }: Routed): string => `/ops/${route.path.replaceAll(/:(\w+)/gu, '{$1}')}`;

const pathsOf = (routed: readonly Routed[]): Json =>
  Object.fromEntries(
    [...Map.groupBy(routed, pathOf)].map(([path, commands]) => [
      path,
      Object.fromEntries(commands.map((command) => [command.route.method.toLowerCase(), operationOf(command)])),
    ]),
  );

function operationOf(command: Routed): Json {
  const { id, summary, params, route } = command;
  const status = statusOf(route);
  return {
    tags: [tagOf(command)],
    operationId: id,
    summary,
    security: [{ operatorKey: [] }],
    parameters: [
      ...params.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...queryOf(command),
    ],
    ...(route.upload ? { requestBody: FILE_BODY } : {}),
    ...(hasBody(command) ? { requestBody: body(schemaNameOf(command), false) } : {}),
    responses: {
      [status]: { description: status === 204 ? 'Done.' : 'Done; the body is what the command prints.' },
      ...problemsOf(HTTP_PROBLEMS, PROBLEMS_OF_ALL),
    },
  };
}
