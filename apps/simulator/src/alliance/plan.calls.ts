import { type Plan, type PlanStatus, type PlanVersion, type Rule } from '../bank/plans.js';
import { BankError } from '../protocol/bank-error.js';
import { formatOrderDate, parseRequestDate } from '../protocol/bank-dates.js';
import { type JsonObject } from '../protocol/body-codec.js';
import { checkDate } from '../protocol/refund.fields.js';
import { type FieldRule } from '../protocol/validator.js';
import { type AllianceCall, type CallContext } from './call.js';
import { flag, integer, merchantId, required, text } from './fields.js';

const ring = 'recurring' as const;

export const id = (name: string): FieldRule => text(name, 36, required);
const when = (name: string): FieldRule => text(name, 50, { check: checkDate });
const versionId = integer('versionId', { ...required, min: 1 });

const RULE_FIELDS: readonly FieldRule[] = [
  integer('paymentNumberFrom', { ...required, min: 1 }),
  integer('paymentNumberTo', { ...required, min: 1 }),
  integer('intervalValue', { ...required, min: 1 }),
  text('intervalUnit', 10, { ...required, values: ['DAY', 'WEEK', 'MONTH'] }),
  integer('coinAmount', { ...required, min: 1 }),
  text('currency', 3, required),
];

export const timeOf = (value: unknown): number | undefined =>
  typeof value === 'string' ? parseRequestDate(value) : undefined;

const spanOf = (body: JsonObject) => {
  const from = timeOf(body['appliesDateTimeFrom']);
  const to = timeOf(body['appliesDateTimeTo']);
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
};

const spanView = ({ from, to }: PlanVersion): JsonObject => ({
  appliesDateTimeFrom: formatOrderDate(from),
  ...(to !== undefined && { appliesDateTimeTo: formatOrderDate(to) }),
});

const stamps = ({ createdAt, updatedAt }: Plan | PlanVersion): JsonObject => ({
  createdAt: formatOrderDate(createdAt),
  updatedAt: formatOrderDate(updatedAt),
});

const namesOf = ({ name, description }: JsonObject) => ({
  ...(typeof name === 'string' && { name }),
  ...(typeof description === 'string' && { description }),
});

const planView = (
  { planId, merchantId: owner, name, description, status, ...plan }: Plan,
  version?: PlanVersion,
): JsonObject => ({
  planId,
  ...(version && { versionId: version.versionId }),
  merchantId: owner,
  name,
  ...(description !== undefined && { description }),
  status,
  ...(version && { rules: version.rules, ...spanView(version) }),
  createdAt: formatOrderDate(plan.createdAt),
  updatedAt: formatOrderDate(plan.updatedAt),
});

const createPlan = ({ bank, caller, body }: CallContext): JsonObject => {
  const owner = bank.merchants.require(String(body['merchantId']), caller);
  const plan = bank.plans.create(
    {
      merchantId: owner.merchantId,
      name: String(body['name']),
      categorySubcategoryIndicator: String(body['categorySubcategoryIndicator']),
      ...(typeof body['description'] === 'string' && { description: body['description'] }),
    },
    { rules: body['rules'] as readonly Rule[], ...spanOf(body) },
  );
  return planView(plan, plan.versions[0]);
};

const updatePlan = ({ bank, caller, body }: CallContext): JsonObject => {
  bank.merchants.require(String(body['merchantId']), caller);
  const before = bank.plans.require(String(body['planId']), caller);
  const rules = body['rules'] as readonly Rule[] | undefined;
  const added = rules ? bank.plans.addVersion(before, { rules, ...spanOf(body) }) : before;
  const plan = bank.plans.rename(added, namesOf(body));
  return planView(plan, rules && plan.versions.at(-1));
};

const setStatus = ({ bank, caller, body }: CallContext): JsonObject => {
  const before = bank.plans.require(String(body['planId']), caller);
  const wanted = body['status'] === 'CANCELLED' ? 'CANCELED' : body['status']; // both spellings are printed (trap 19)
  const { planId, merchantId: owner, status } = bank.plans.setStatus(before, wanted as PlanStatus);
  return { planId, merchantId: owner, status };
};

const updateVersion = ({ bank, caller, body }: CallContext): JsonObject => {
  const before = bank.plans.require(String(body['planId']), caller);
  const edit = { ...spanOf(body), ...(body['infiniteVersion'] === true && { infinite: true }) };
  const plan = bank.plans.editVersion(before, Number(body['versionId']), edit);
  const version = plan.versions.find((one) => one.versionId === body['versionId']);
  if (!version) throw new BankError('b_unknown_error');
  return {
    planId: plan.planId,
    versionId: version.versionId,
    rules: version.rules,
    ...spanView(version),
    ...stamps(version),
  };
};

const deleteVersion = ({ bank, caller, body }: CallContext): JsonObject => {
  const before = bank.plans.require(String(body['planId']), caller);
  const { planId } = bank.plans.deleteVersion(before, Number(body['versionId']));
  return { planId, versionId: body['versionId'], versionStatus: 'DELETED' };
};

/** Maps keyed "1", "2", … instead of lists, in this call alone (trap 45). */
const numbered = (list: readonly JsonObject[]): JsonObject =>
  Object.fromEntries(list.map((one, index) => [String(index + 1), one]));

export const listed = ({
  planId,
  name,
  description,
  status,
  categorySubcategoryIndicator,
  ...plan
}: Plan): JsonObject => ({
  planId,
  name,
  ...(description !== undefined && { description }),
  status,
  categorySubcategoryIndicator,
  createdAt: formatOrderDate(plan.createdAt),
  updatedAt: formatOrderDate(plan.updatedAt),
});

const getPlan = ({ bank, caller, body }: CallContext): JsonObject => {
  const plan = bank.plans.require(String(body['planId']), caller);
  const versions = plan.versions.filter(({ status }) => status === 'ACTIVE');
  return {
    merchantId: plan.merchantId,
    plan: listed(plan),
    versions: Object.fromEntries(
      versions.map((version) => [
        String(version.versionId),
        {
          versionId: version.versionId,
          ...spanView(version),
          rules: numbered(version.rules.map((rule) => ({ ...rule }))),
        },
      ]),
    ),
  };
};

export const PLAN_CALLS = {
  'recurring.plan.create': {
    v2: { path: '/scheduled_payments/plan/create_v1' },
    ring,
    fields: [
      merchantId,
      text('name', 150, required),
      text('categorySubcategoryIndicator', 4, { ...required, values: ['C103', 'M103'] }),
      text('description', 255),
      { name: 'rules', type: 'objects', required: true, members: RULE_FIELDS },
      when('appliesDateTimeFrom'),
      when('appliesDateTimeTo'),
    ],
    handle: createPlan,
  },
  'recurring.plan.status-update': {
    v2: { path: '/scheduled_payments/plan/status_update_v1' },
    ring,
    fields: [
      id('planId'),
      text('status', 20, {
        ...required,
        values: ['ACTIVE', 'PAUSED', 'CANCELED', 'CANCELLED'],
        strict: { values: ['ACTIVE', 'PAUSED', 'CANCELED'] },
      }),
    ],
    handle: setStatus,
  },
  'recurring.plan.update': {
    v2: { path: '/scheduled_payments/plan/update_v1' },
    ring,
    fields: [
      merchantId,
      id('planId'),
      text('name', 150),
      text('description', 255),
      { name: 'rules', type: 'objects', members: RULE_FIELDS },
      when('appliesDateTimeFrom'),
      when('appliesDateTimeTo'),
    ],
    handle: updatePlan,
  },
  'recurring.version.update': {
    v2: { path: '/scheduled_payments/plan/version/update_v1' },
    ring,
    fields: [id('planId'), versionId, flag('infiniteVersion'), when('appliesDateTimeFrom'), when('appliesDateTimeTo')],
    handle: updateVersion,
  },
  'recurring.version.delete': {
    v2: { path: '/scheduled_payments/plan/version/delete_v1' },
    ring,
    fields: [id('planId'), versionId],
    handle: deleteVersion,
  },
  'recurring.plan.get': {
    v2: { path: '/scheduled_payments/plan/get_v1' },
    ring,
    fields: [id('planId')],
    handle: getPlan,
  },
} as const satisfies Record<string, AllianceCall>;
