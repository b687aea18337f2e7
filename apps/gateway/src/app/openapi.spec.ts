import { readFileSync } from 'node:fs';
import { RequestMethod, type Type } from '@nestjs/common';
import { scopesOf } from '../accounts/scopes.js';
import { ProofController } from '../proof/proof.controller.js';
import { ProofKeysController } from '../proof/proof-keys.controller.js';
import { HealthController } from '../ops/health.controller.js';
import { HostedFieldsController } from '../hosted-fields/hosted-fields.controller.js';
import { PaymentKeyController } from '../payments/api/payment-key.controller.js';
import { PaymentLinksController } from '../payments/api/payment-links.controller.js';
import { PayoutsController } from '../payments/api/payouts.controller.js';
import { SavedCardsController } from '../payments/api/saved-cards.controller.js';
import { SubscriptionsController } from '../subscriptions/api/subscriptions.controller.js';
import { PlansController } from '../subscriptions/api/plans.controller.js';
import { PaymentsController } from '../payments/api/payments.controller.js';
import { RefundsController } from '../payments/api/refunds.controller.js';
import { VerificationsController } from '../payments/api/verifications.controller.js';
import { EventsController } from '../webhooks/api/events.controller.js';
import { WebhookEndpointsController } from '../webhooks/api/webhook-endpoints.controller.js';
import { API_VERSION, buildOpenApi } from './openapi.js';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: string[];
  readonly 'x-scopes'?: readonly string[];
  readonly parameters?: readonly { name: string; in: string; required: boolean }[];
  readonly responses: Record<string, { description?: string }>;
}
const PUBLIC: readonly Type[] = [
  PaymentsController,
  RefundsController,
  VerificationsController,
  PaymentKeyController,
  HostedFieldsController,
  PaymentLinksController,
  PayoutsController,
  SavedCardsController,
  PlansController,
  SubscriptionsController,
  EventsController,
  WebhookEndpointsController,
  ProofController,
  ProofKeysController,
  HealthController,
];

interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly tags: readonly { name: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, { required?: string[]; additionalProperties?: unknown }> };
}

const document = buildOpenApi() as unknown as Document;
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
);
const eachOperation = operations.map(({ name, path, operation }) => [name, operation, path] as const);

/** Every object inside, itself included. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inside : [value as Record<string, unknown>, ...inside];
}

/** As `GET /v1/payments/{id}`, from what the decorators left behind. */
function routesOf(controller: Type): { name: string; handler: object }[] {
  const base = Reflect.getMetadata('path', controller) as string;
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const path = Reflect.getMetadata('path', prototype[name]!) as string | undefined;
    const method = Reflect.getMetadata('method', prototype[name]!) as RequestMethod | undefined;
    if (path === undefined || method === undefined) return [];
    const url = `/${base}/${path}`.replace(/\/+/gu, '/').replace(/(?<=.)\/$/u, '');
    return [{ name: `${RequestMethod[method]} ${url.replace(/:(\w+)/gu, '{$1}')}`, handler: prototype[name]! }];
  });
}

it('is what the repository holds: run "npm run openapi" after a change of the API', () => {
  expect(JSON.parse(readFileSync('openapi.json', 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
});

it('describes the routes of the public controllers, all of them and no others', () => {
  const routes = PUBLIC.flatMap(routesOf).map(({ name }) => name);
  expect(operations.map(({ name }) => name).toSorted()).toEqual(routes.toSorted());
});

describe('the document', () => {
  it('is OpenAPI 3.1 of this version', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: API_VERSION, title: 'Alliance Gateway' } });
  });

  it('refers to nothing that is not there', () => {
    const refs = objectsIn(document).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) {
      const target = ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document);
      expect([ref, typeof target]).toEqual([ref, 'object']);
    }
  });

  it('uses no word of OpenAPI 3.0 and no dialect of its own', () => {
    for (const object of objectsIn(document)) {
      expect(object).not.toHaveProperty('nullable');
      expect(object).not.toHaveProperty('example');
      expect(object).not.toHaveProperty('$schema');
      expect(object).not.toHaveProperty('$id');
    }
  });

  it('gives every operation an id of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(PUBLIC.flatMap(routesOf))('$name declares the scopes that the document names', ({ name, handler }) => {
    const described = operations.find((operation) => operation.name === name)?.operation['x-scopes'] ?? [];
    expect(described).toEqual(scopesOf(handler) ?? []);
    expect(scopesOf(handler) === undefined).toBe(/ \/health\/|\/payment-key$|\/proof-keys\.json$/u.test(name));
  });

  it.each(eachOperation)('%s has a summary, known tags and described answers', (_name, operation) => {
    expect(operation.summary).toMatch(/\S/u);
    const known = document.tags.map((tag) => tag.name);
    expect(known).toEqual(expect.arrayContaining(operation.tags ?? ['missing']));
    for (const [status, answer] of Object.entries(operation.responses)) {
      expect(status).toMatch(/^(?:[2-5]\d\d|default)$/u);
      expect(answer.description).toMatch(/\S/u);
    }
  });

  it.each(eachOperation)('%s declares the parameters of its path, as required', (_name, operation, path) => {
    const wanted = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name);
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    expect(declared.map((parameter) => parameter.name)).toEqual(wanted);
    expect(declared.every((parameter) => parameter.required)).toBe(true);
  });

  /** What is harmless when it happens twice: a receiver of webhooks must bear a repeat anyway. */
  const MAY_BE_REPEATED = ['testWebhookEndpoint', 'recoverWebhookEvents', 'resendWebhookDelivery'];

  it.each(
    eachOperation.filter(
      ([name, { operationId = '' }]) => name.startsWith('POST') && !MAY_BE_REPEATED.includes(operationId),
    ),
  )('%s asks for an Idempotency-Key', (_name, operation) => {
    expect(operation.parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true }),
    );
  });

  it.each<[operationId: string, codes: string[]]>([
    ['createPayment', ['BODY_NOT_JSON', 'IDEMPOTENCY_KEY_MISSING', 'IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH']],
    ['createRefund', ['BODY_NOT_JSON', 'IDEMPOTENCY_KEY_MISSING', 'IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH']],
    ['createRefund', ['PAYMENT_NOT_REFUNDABLE', 'REFUND_TOO_LARGE', 'PAYMENT_NOT_FOUND']],
    ['listPayments', ['CURSOR_INVALID', 'VALIDATION_FAILED', 'API_KEY_INVALID']],
    ['getPayment', ['PAYMENT_NOT_FOUND', 'API_KEY_MISSING']],
    ['createWebhookEndpoint', ['WEBHOOK_ENDPOINT_LIMIT', 'IDEMPOTENCY_MISMATCH']],
    ['resendWebhookDelivery', ['WEBHOOK_DELIVERY_NOT_FOUND']],
    ['listEvents', ['CURSOR_INVALID', 'VALIDATION_FAILED']],
  ])('%s names the problems %s', (operationId, codes) => {
    const { operation } = operations.find((one) => one.operation.operationId === operationId)!;
    const described = Object.values(operation.responses).map((answer) => answer.description);
    for (const code of codes) expect(described.join('\n')).toContain(`\`${code}\``);
  });

  it('asks of a payment what the schema asks, and says that nothing else is taken', () => {
    const { CreatePayment, Payment } = document.components.schemas;
    expect(CreatePayment).toMatchObject({ additionalProperties: false });
    expect(CreatePayment?.required?.toSorted()).toEqual(['amount', 'currency', 'customer']);
    expect(Payment?.required).toContain('failure');
  });
});
