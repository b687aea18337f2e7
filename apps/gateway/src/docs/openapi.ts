import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../http/problem-catalogue.js';
import {
  createPayment,
  createRefund,
  listPayments,
  paymentPage,
  paymentView,
  refundList,
  refundView,
} from '../payments/api/payment.dto.js';

type Json = Record<string, unknown>;

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    instance: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable; every code is explained at /docs/problems.' });

/** Bodies that come in show what may be sent; bodies that go out, what is sent. */
const INCOMING = { CreatePayment: createPayment, CreateRefund: createRefund };
const OUTGOING = {
  Payment: paymentView,
  Refund: refundView,
  PaymentPage: paymentPage,
  RefundList: refundList,
  Problem: problem,
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'Unique to this request, for example your order number. Repeat a request with the same key and it happens once.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
/** Problems of every request, and of every request that creates something. */
const READING = ['API_KEY_MISSING', 'API_KEY_INVALID', 'SERVICE_UNAVAILABLE'] as const;
const WRITING = [
  'VALIDATION_FAILED',
  'BODY_NOT_JSON',
  'IDEMPOTENCY_KEY_MISSING',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_IN_FLIGHT',
  'IDEMPOTENCY_MISMATCH',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
  ...READING,
] as const;
const PAYMENT_ID = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

/**
 * The OpenAPI 3.1 document, made from the schemas that validate the requests.
 * @param server where the API is, seen from the document
 */
export function buildOpenApi(version: string, server = '/'): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Alliance Gateway',
      version,
      description:
        'Takes payments through Bank Alliance. Amounts are integers of minor units (kopiyky). Errors are RFC 9457 problem documents.',
    },
    servers: [{ url: server }],
    security: [{ apiKey: [] }],
    tags: [{ name: 'Payments' }, { name: 'Refunds' }, { name: 'Health' }],
    paths: { ...paymentPaths(), ...refundPaths(), ...healthPaths() },
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `ap_test_…` or `ap_live_…`.' },
      },
      schemas: { ...schemasOf(INCOMING, 'input'), ...schemasOf(OUTGOING, 'output') },
    },
  };
}

function paymentPaths(): Json {
  return {
    '/v1/payments': {
      post: {
        tags: ['Payments'],
        operationId: 'createPayment',
        summary: 'Create a payment and get the link to the bank page',
        parameters: [IDEMPOTENCY_KEY],
        requestBody: body('CreatePayment'),
        responses: {
          201: answer('Payment', 'Created: send the customer to `redirectUrl`.', REPLAYED),
          202: answer('Payment', 'Recorded, but the bank has not answered yet: poll the payment.'),
          ...problems(...WRITING),
        },
      },
      get: {
        tags: ['Payments'],
        operationId: 'listPayments',
        summary: 'List payments, newest first',
        parameters: queryParameters(listPayments),
        responses: {
          200: answer('PaymentPage', 'A page.'),
          ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', ...READING),
        },
      },
    },
    '/v1/payments/{id}': {
      get: {
        tags: ['Payments'],
        operationId: 'getPayment',
        summary: 'Read a payment',
        parameters: [PAYMENT_ID],
        responses: { 200: answer('Payment', 'As it is now.'), ...problems(...READING, 'PAYMENT_NOT_FOUND') },
      },
    },
  };
}

function refundPaths(): Json {
  return {
    '/v1/payments/{id}/refunds': {
      post: {
        tags: ['Refunds'],
        operationId: 'createRefund',
        summary: 'Give money back, all or part',
        parameters: [PAYMENT_ID, IDEMPOTENCY_KEY],
        requestBody: body('CreateRefund'),
        responses: {
          201: answer('Refund', 'The bank has it: poll until it is final.', REPLAYED),
          202: answer('Refund', 'The bank did not answer; it is being asked. Do not refund again.'),
          ...problems('PAYMENT_NOT_FOUND', 'PAYMENT_NOT_REFUNDABLE', 'REFUND_TOO_LARGE', ...WRITING),
        },
      },
      get: {
        tags: ['Refunds'],
        operationId: 'listRefunds',
        summary: 'List the refunds of a payment, oldest first',
        parameters: [PAYMENT_ID],
        responses: { 200: answer('RefundList', 'All of them.'), ...problems(...READING, 'PAYMENT_NOT_FOUND') },
      },
    },
  };
}

function healthPaths(): Json {
  const health = (operationId: string, summary: string, more: Json = {}): Json => ({
    get: { tags: ['Health'], operationId, summary, security: [], responses: { 200: { description: 'Yes.' }, ...more } },
  });
  return {
    '/health/live': health('isLive', 'Does the process run?'),
    '/health/ready': health('isReady', 'Can it take payments?', problems('SERVICE_UNAVAILABLE')),
  };
}

const REPLAYED = {
  headers: {
    'Idempotent-Replayed': {
      description: '`true` when this is the first answer again.',
      schema: { type: 'string', const: 'true' },
    },
  },
};

const refTo = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const body = (name: string): Json => ({ required: true, content: { 'application/json': { schema: refTo(name) } } });
const answer = (name: string, description: string, more: Json = {}): Json => ({
  description,
  ...more,
  content: { 'application/json': { schema: refTo(name) } },
});

/** Problems by status; several codes of one status share the entry. */
function problems(...codes: ProblemCode[]): Json {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: refTo('Problem') } },
      },
    ]),
  );
}

function queryParameters(schema: z.ZodObject): Json[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: 'query',
    required: false,
    schema: property,
  }));
}

function schemasOf(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: made } = z.toJSONSchema(registry, {
    io,
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(Object.entries(made).map(([id, schema]) => [id, withoutOwnAddress(schema)]));
}

/** The document says the dialect and the place of its schemas; each need not repeat it. */
function withoutOwnAddress(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([member]) => member !== '$schema' && member !== '$id'));
}
