import { openTo } from '../../accounts/scopes.js';
import {
  answer,
  type ApiDescription,
  body,
  type Json,
  pathParameter,
  problemsOf,
  queryParameters,
} from '../../docs/api-description.js';
import { HTTP_PROBLEMS, READING } from '../../http/http-problem.js';
import { IDEMPOTENCY_KEY, REPLAYED, WRITING } from '../../payments/api/payments.openapi.js';
import { PAYMENT_PROBLEMS } from '../../payments/domain/payment-error.js';
import { SUBSCRIPTION_PROBLEMS } from '../subscription-error.js';
import { addPlanVersion, changePlan, createPlan, listPlans, planPage, type PlanView, planView } from './plan.dto.js';

const PROBLEMS = { ...HTTP_PROBLEMS, ...PAYMENT_PROBLEMS, ...SUBSCRIPTION_PROBLEMS };
export const problems = (...codes: (keyof typeof PROBLEMS)[]): Json => problemsOf(PROBLEMS, codes);

const PLAN_ID = pathParameter('id', 'plan_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f');

const MONTHLY = { fromNumber: 1, toNumber: 12, amount: 19_900, intervalCount: 1, intervalUnit: 'month' as const };
const NEW_PLAN = { name: 'Coffee every month', description: 'A bag of beans', rules: [MONTHLY] };
const PLAN: PlanView = {
  object: 'plan',
  id: 'plan_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f',
  status: 'active',
  name: NEW_PLAN.name,
  description: NEW_PLAN.description,
  category: 'C103',
  currency: 'UAH',
  versions: [{ number: 1, rules: [MONTHLY], appliesFrom: '2026-01-31T12:00:00.000Z', appliesTo: null }],
  change: { type: 'create', status: 'succeeded', failureCode: null },
  livemode: false,
  metadata: {},
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:01.000Z',
};

/** The routes below /v1/plans. */
export const describePlans = (): ApiDescription => ({
  tags: ['Plans'],
  paths: { ...listPaths(), ...planPaths(), ...actionPaths() },
  incoming: { CreatePlan: createPlan, AddPlanVersion: addPlanVersion, ChangePlan: changePlan },
  outgoing: { Plan: planView, PlanPage: planPage },
  examples: {
    CreatePlan: { ...NEW_PLAN, currency: 'UAH' },
    AddPlanVersion: { rules: [{ ...MONTHLY, amount: 24_900 }], appliesFrom: '2026-06-01T00:00:00Z' },
    ChangePlan: {},
    Plan: PLAN,
  },
});

const listPaths = (): Json => ({
  '/v1/plans': {
    post: {
      tags: ['Plans'],
      operationId: 'createPlan',
      security: openTo('subscriptions'),
      summary: 'Make a plan: how often, and how much, the bank charges by itself',
      parameters: [IDEMPOTENCY_KEY],
      requestBody: body('CreatePlan'),
      responses: {
        201: answer('Plan', 'The bank has it, or has refused it: see `status` and `change`.', REPLAYED),
        202: answer('Plan', 'Recorded, but the bank has not answered yet: poll the plan.'),
        ...problems('RECURRING_UNAVAILABLE', ...WRITING),
      },
    },
    get: {
      tags: ['Plans'],
      operationId: 'listPlans',
      security: openTo('subscriptions', 'read'),
      summary: 'List plans, newest first',
      parameters: queryParameters(listPlans),
      responses: {
        200: answer('PlanPage', 'A page.'),
        ...problems('VALIDATION_FAILED', 'CURSOR_INVALID', ...READING),
      },
    },
  },
});

const CHANGING = ['PLAN_NOT_FOUND', 'PLAN_NOT_CHANGEABLE', 'RECURRING_REQUEST_OPEN', 'RECURRING_UNAVAILABLE'] as const;
const CHANGED = {
  200: answer('Plan', 'As it is now; `change` says whether the bank took it.', REPLAYED),
  202: answer('Plan', 'Recorded, but the bank has not answered yet: poll the plan.'),
};

const planPaths = (): Json => ({
  '/v1/plans/{id}': {
    get: {
      tags: ['Plans'],
      operationId: 'getPlan',
      security: openTo('subscriptions', 'read'),
      summary: 'Read a plan',
      parameters: [PLAN_ID],
      responses: { 200: answer('Plan', 'As it is now.'), ...problems(...READING, 'PLAN_NOT_FOUND') },
    },
  },
  '/v1/plans/{id}/versions': {
    post: {
      tags: ['Plans'],
      operationId: 'addPlanVersion',
      security: openTo('subscriptions'),
      summary: 'Give a plan other rules, from a time on',
      parameters: [PLAN_ID, IDEMPOTENCY_KEY],
      requestBody: body('AddPlanVersion'),
      responses: { ...CHANGED, ...problems(...CHANGING, ...WRITING) },
    },
  },
});

const ACTIONS = {
  pause: { operationId: 'pausePlan', summary: 'Skip the charges of a plan until it is resumed' },
  resume: { operationId: 'resumePlan', summary: 'Charge a paused plan again' },
  archive: { operationId: 'archivePlan', summary: 'End a plan and all of its subscriptions, for good' },
} as const;

const actionPaths = (): Json =>
  Object.fromEntries(
    Object.entries(ACTIONS).map(([action, { operationId, summary }]) => [
      `/v1/plans/{id}/${action}`,
      {
        post: {
          tags: ['Plans'],
          ...{ operationId, summary },
          security: openTo('subscriptions'),
          parameters: [PLAN_ID, IDEMPOTENCY_KEY],
          requestBody: body('ChangePlan'),
          responses: { ...CHANGED, ...problems(...CHANGING, ...WRITING) },
        },
      },
    ]),
  );
