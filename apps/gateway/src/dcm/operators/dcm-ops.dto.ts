import { z } from 'zod';
import { FLOWS, OPERATIONS, type OperationId } from '#libs/dcm';

const name = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(500, { error: 'must have at most 500 characters' })
  .refine((text) => !text.includes('\0') && text.isWellFormed(), { error: 'must be plain text' });
const personal = z.string().trim().min(1).max(200).optional();
const flow = z.enum(FLOWS, { error: `must be one of ${FLOWS.join(', ')}` });

export const addSubject = z.strictObject({
  sub: name.refine((text) => text !== '*', { error: 'must be one subject: "*" is for rules' }),
  kind: z.enum(['employee', 'technical'], { error: 'must be employee or technical' }).default('employee'),
});
export type AddSubject = z.output<typeof addSubject>;

/** The secret is made here: DCM refuses a customer whose secret changes, so it is never taken from outside. */
export const addObject = z.strictObject({
  login: name,
  externalId: name.optional().meta({ description: 'The login where absent.' }),
  firstName: personal,
  lastName: personal,
  email: personal,
  phone: personal,
});
export type AddObject = z.output<typeof addObject>;

export const changeEntry = z.strictObject({ disabled: z.boolean() });

export const addRule = z.strictObject({ sub: name, flow, object: name });
export type AddRule = z.output<typeof addRule>;

export const listObjects = z.strictObject({ login: name.optional() });

export const listDecisions = z.strictObject({ limit: z.coerce.number().pipe(z.int().min(1).max(1_000)).default(50) });

export const replaceKey = z.strictObject({ key: name.optional() });

const operation = z.enum(Object.keys(OPERATIONS) as [OperationId, ...OperationId[]], {
  error: `must be one of ${Object.keys(OPERATIONS).join(', ')}`,
});
const texts = z.record(z.string(), z.string().max(8_192));

export const callDcm = z
  .strictObject({
    operation,
    scheme: z.enum(['bank', 'dcm'], { error: 'must be bank or dcm' }).optional(),
    flow: flow.optional(),
    obj: name.optional(),
    sub: name.optional(),
    path: texts.optional(),
    query: texts.optional(),
    body: z.record(z.string(), z.unknown()).optional(),
  })
  .superRefine(({ operation: id, scheme, ...claims }, context) => {
    const missing = (member: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [member], message });
    };
    if (OPERATIONS[id].credential !== 'scheme') return;
    if (scheme === undefined) missing('scheme', 'is needed for this operation: bank or dcm');
    if (scheme !== 'bank') return;
    for (const member of ['flow', 'obj', 'sub'] as const) {
      if (claims[member] === undefined) missing(member, 'is needed in scheme bank: it goes into our token');
    }
  });
export type CallDcm = z.output<typeof callDcm>;
