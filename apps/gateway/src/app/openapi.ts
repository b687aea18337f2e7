import { z } from 'zod';
import { SCOPES } from '../accounts/scopes.js';
import { type ApiDescription, type Json, schemasOf } from '../docs/api-description.js';
import { describeHealth } from '../ops/health.openapi.js';
import { describePaymentLinks } from '../payments/api/payment-links.openapi.js';
import { describePayments } from '../payments/api/payments.openapi.js';
import { describeWebhooks } from '../webhooks/api/webhooks.openapi.js';
import { OUTCOMES, RETRIES } from '../problems/coded-error.js';
import { type ProblemCode, PROBLEMS } from './problems.js';

/** Version of the public API, raised with every change that clients can see. */
export const API_VERSION = '0.2.0';

const KEY = `An API key, \`ap_test_…\` or \`ap_live_…\`. Each has scopes, and a route is open to those it names: ${Object.entries(
  SCOPES,
)
  .map(([scope, meaning]) => `\`${scope}\` (${meaning})`)
  .join(', ')}.`;

/** What the rooms say of their routes. */
const described = (): readonly ApiDescription[] => [
  describePayments(),
  describePaymentLinks(),
  describeWebhooks(),
  describeHealth(),
];

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    outcome: z.enum(OUTCOMES).meta({
      description: '`none`: no effect; `unknown`: it may have had one; `final`: what it asks for is so already.',
    }),
    retry: z.enum(RETRIES).meta({
      description:
        '`never`: not as it is; `same_key`: the same again under the same key; `later`: once the cause is gone.',
    }),
    instance: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable; every code is explained at /docs/problems.' });

/**
 * The OpenAPI 3.1 document, made from the schemas that validate the requests.
 * @param server where the API is, seen from the document
 */
export function buildOpenApi(server = '/'): Json {
  const rooms = described();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Alliance Gateway',
      version: API_VERSION,
      description:
        'Takes payments through Bank Alliance. Amounts are integers of minor units (kopiyky). Errors are RFC 9457 problem documents. Answers may gain members, codes, statuses and flags: take what you know.',
    },
    servers: [{ url: server }],
    security: [{ apiKey: [] }],
    tags: rooms.flatMap(({ tags }) => tags.map((name) => ({ name }))),
    paths: joined(rooms, ({ paths }) => paths),
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: KEY },
      },
      schemas: {
        ...schemasOf(
          joined(rooms, ({ incoming }) => incoming),
          'input',
        ),
        ...schemasOf({ ...joined(rooms, ({ outgoing }) => outgoing), Problem: problem }, 'output'),
      },
    },
  };
}

const joined = <T>(
  rooms: readonly ApiDescription[],
  part: (room: ApiDescription) => Readonly<Record<string, T>> | undefined,
): Record<string, T> => Object.assign({}, ...rooms.map(part)) as Record<string, T>;
