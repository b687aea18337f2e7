import { z } from 'zod';
import { cursor, moment, nextCursor, pageSize } from '../../http/members.js';
import { amount, metadata, optional, text } from '../../payments/api/request-members.js';
import { DESCRIPTION_MAX, PLAN_CATEGORIES, PLAN_STATUSES } from '../domain/plan.js';

/** Numbers of charges that one plan may name; a day's charge for ten years. */
const NUMBER_MAX = 3_650;
const RULES_MAX = 20;
const INTERVAL_UNITS = ['day', 'week', 'month'] as const;

const rule = z
  .strictObject({
    fromNumber: z
      .int()
      .min(1)
      .max(NUMBER_MAX)
      .meta({ examples: [1] }),
    toNumber: z
      .int()
      .min(1)
      .max(NUMBER_MAX)
      .meta({ examples: [12] }),
    amount,
    intervalCount: z
      .int()
      .min(1)
      .max(365)
      .meta({ description: 'So many units before each of them.', examples: [1] }),
    intervalUnit: z.enum(INTERVAL_UNITS, { error: `must be one of ${INTERVAL_UNITS.join(', ')}` }),
  })
  .meta({ description: 'What consecutive charges cost, in kopiyky, and how far apart they are.' });

/** Source: bank docs, "Recurring payment: rules". */
const rules = z
  .array(rule)
  .min(1)
  .max(RULES_MAX)
  .refine(
    (list) =>
      list.every(
        ({ fromNumber, toNumber }, at) => fromNumber === (list[at - 1]?.toNumber ?? 0) + 1 && toNumber >= fromNumber,
      ),
    { error: 'must cover consecutive numbers of charges from 1 on' },
  )
  .meta({ description: 'From charge 1, which the customer makes, without a gap.' });

const validity = {
  appliesFrom: optional(moment).meta({ description: 'Without it, at once.' }),
  appliesTo: optional(moment).meta({
    description: 'Nothing is charged after it. Without it the bank plans a year ahead.',
  }),
};

export const createPlan = z
  .strictObject({
    name: text(150).meta({ examples: ['Coffee every month'] }),
    description: optional(text(DESCRIPTION_MAX)),
    category: optional(z.enum(PLAN_CATEGORIES, { error: `must be one of ${PLAN_CATEGORIES.join(', ')}` }))
      .transform((category) => category ?? 'C103')
      .meta({
        description: 'Of the card networks; `C103` when absent. Ask the bank which your contract needs.',
        default: 'C103',
      }),
    currency: z.literal('UAH', { error: 'must be UAH' }),
    rules,
    ...validity,
    metadata,
  })
  .meta({ id: 'CreatePlan' });
export type CreatePlan = z.output<typeof createPlan>;

export const addPlanVersion = z.strictObject({ rules, ...validity }).meta({ id: 'AddPlanVersion' });
export type AddPlanVersion = z.output<typeof addPlanVersion>;

export const changePlan = z.strictObject({}).meta({ id: 'ChangePlan' });

export const listPlans = z.strictObject({
  limit: pageSize,
  cursor,
  status: z.enum(PLAN_STATUSES, { error: `must be one of ${PLAN_STATUSES.join(', ')}` }).optional(),
});
export type ListPlans = z.output<typeof listPlans>;

const instant = z.iso.datetime();

/** Of a plan or subscription: what was last asked of the bank. */
export const changeView = z
  .object({
    type: z.string().meta({ examples: ['pause'] }),
    status: z.enum(['pending', 'succeeded', 'failed']),
    failureCode: z.string().nullable().meta({ description: 'The bank’s code, or `not_reached`, `not_sendable`.' }),
  })
  .nullable()
  .meta({ description: 'What was last asked of the bank. `pending`: nobody knows yet; it is being found out.' });

export const planView = z
  .object({
    object: z.literal('plan'),
    id: z.string().meta({ examples: ['plan_01934f2c7b7a7c3e9d1f2a3b4c5d6e7f'] }),
    status: z.enum(PLAN_STATUSES).meta({
      description:
        '`created`: the bank has not confirmed it yet. `paused`: charges that fall due are skipped, and not made up.',
    }),
    name: z.string(),
    description: z.string().nullable(),
    category: z.enum(PLAN_CATEGORIES),
    currency: z.string(),
    versions: z
      .array(
        z.object({
          number: z.int(),
          rules: z.array(
            z.object({
              fromNumber: z.int(),
              toNumber: z.int(),
              amount: z.int(),
              intervalCount: z.int(),
              intervalUnit: z.enum(INTERVAL_UNITS),
            }),
          ),
          appliesFrom: instant.nullable(),
          appliesTo: instant.nullable(),
        }),
      )
      .meta({ description: 'As the bank has confirmed them, oldest first; one applies at a time.' }),
    change: changeView,
    livemode: z.boolean(),
    metadata: z.record(z.string(), z.string()),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Plan' });
export type PlanView = z.output<typeof planView>;

export const planPage = z
  .object({
    data: z.array(planView),
    nextCursor,
  })
  .meta({ id: 'PlanPage' });
export type PlanPage = z.output<typeof planPage>;
