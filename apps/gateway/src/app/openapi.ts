import { z } from 'zod';
import { SCOPES } from '../accounts/scopes.js';
import { type ApiDescription, type Json, schemasOf } from '../docs/api-description.js';
import { examplesOf } from '../docs/example-of.js';
import { finishOperations, HEADER_COMPONENTS } from '../docs/finish-operations.js';
import { describeHostedFields } from '../hosted-fields/hosted-fields.openapi.js';
import { describeHealth } from '../ops/health.openapi.js';
import { describePaymentKey } from '../payments/api/payment-key.openapi.js';
import { describePaymentLinks } from '../payments/api/payment-links.openapi.js';
import { describePayouts } from '../payments/api/payouts.openapi.js';
import { describeSavedCards } from '../payments/api/saved-cards.openapi.js';
import { describePayments } from '../payments/api/payments.openapi.js';
import { describeProof } from '../proof/proof.openapi.js';
import { describeSubscriptions } from '../subscriptions/api/subscriptions.openapi.js';
import { describePlans } from '../subscriptions/api/plans.openapi.js';
import { describeWebhooks } from '../webhooks/api/webhooks.openapi.js';
import { OUTCOMES, RETRIES } from '../problems/coded-error.js';
import { problemExamples } from './problem-examples.js';

/** Version of the public API, raised with every change that clients can see. */
export const API_VERSION = '0.2.0';

/** Who answers for an installation is not known to the code. */
export const CONTACT = { name: 'The team that runs this gateway' };

const ABOUT = `Takes payments through Bank Alliance.

- **Amounts** are integers of minor units (kopiyky).
- **Errors** are RFC 9457 problem documents. \`code\` is stable, \`outcome\` says whether the request had an effect, and \`retry\` whether to send it again.
- **Idempotency**: every POST that creates something needs the header \`Idempotency-Key\`. The same key with the same request gives the first answer again, with \`Idempotent-Replayed: true\`.
- **Lists** come in pages. Pass \`nextCursor\` of a page as \`cursor\` to get the next one; it is null on the last page. \`limit\` is at most 100.
- **Every answer** has an \`X-Request-Id\`. Give it to the operators of the gateway when something goes wrong.
- **Compatibility**: answers may gain members, codes, statuses and flags. Ignore what you do not know.`;

const KEY = `An API key, \`ap_test_…\` or \`ap_live_…\`. Each has scopes, and a route is open to those it names: ${Object.entries(
  SCOPES,
)
  .map(([scope, meaning]) => `\`${scope}\` (${meaning})`)
  .join(', ')}.`;

/** What the rooms say of their routes. */
const described = (): readonly ApiDescription[] => [
  describePayments(),
  describePaymentKey(),
  describeHostedFields(),
  describePaymentLinks(),
  describePayouts(),
  describeSavedCards(),
  describePlans(),
  describeSubscriptions(),
  describeWebhooks(),
  describeProof(),
  describeHealth(),
];

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Address of the page that explains the code.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong with this request, in words for a developer.' }),
    code: z.string().meta({ description: 'Stable. Each operation names those that it can meet; there may be more.' }),
    outcome: z.enum(OUTCOMES).meta({
      description: '`none`: no effect; `unknown`: it may have had one; `final`: what it asks for is so already.',
    }),
    retry: z.enum(RETRIES).meta({
      description:
        '`never`: not as it is; `same_key`: the same again under the same key; `later`: once the cause is gone.',
    }),
    instance: z.string().meta({ description: 'Id of the request, as in `X-Request-Id` and in the log.' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Each wrong member of body or query.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable; every code is explained at /docs/problems.' });

/**
 * The OpenAPI 3.1 document, made from the schemas that validate the requests.
 * @param server where the API is, seen from the document
 */
export function buildOpenApi(server = '/'): Json {
  const rooms = described();
  const schemas = {
    ...schemasOf(
      joined(rooms, ({ incoming }) => incoming),
      'input',
    ),
    ...schemasOf({ ...joined(rooms, ({ outgoing }) => outgoing), Problem: problemSchema }, 'output'),
  };
  const known = { schemas, examples: joined(rooms, ({ examples }) => examples) };
  const paths = finishOperations(
    joined(rooms, (room) => room.paths),
    known,
  );
  return {
    openapi: '3.1.0',
    info: { title: 'Alliance Gateway', version: API_VERSION, description: ABOUT, contact: CONTACT },
    servers: [{ url: server }],
    security: [{ apiKey: [] }],
    tags: rooms.flatMap(({ tags }) => tags.map((name) => ({ name }))),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: KEY },
      },
      schemas,
      headers: usedIn(paths, 'headers', HEADER_COMPONENTS),
      examples: usedIn(paths, 'examples', { ...examplesOf(known), ...problemExamples() }),
    },
  };
}

/** Components that the paths refer to. */
export function usedIn(paths: Json, kind: 'headers' | 'examples', components: Json): Json {
  const text = JSON.stringify(paths);
  return Object.fromEntries(
    Object.entries(components).filter(([name]) => text.includes(`"#/components/${kind}/${name}"`)),
  );
}

const joined = <T>(
  rooms: readonly ApiDescription[],
  part: (room: ApiDescription) => Readonly<Record<string, T>> | undefined,
): Record<string, T> => Object.assign({}, ...rooms.map(part)) as Record<string, T>;
