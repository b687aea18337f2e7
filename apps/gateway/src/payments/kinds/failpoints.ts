import { reach } from '../../failpoints/failpoint.js';
import { FOLLOW_UP_KINDS, type OperationKind, type StepName } from '../domain/operation.js';
import { followUpOf } from './kinds.js';
import { METHODS, type Way } from './methods.js';
import { stepOf } from './steps.js';

/** In the life of a call with effect; `due`: nothing is on record, `begun`: nothing is sent, `answered`: nothing is written. */
const MOMENTS = ['due', 'begun', 'answered', 'concluded'] as const;
/** Also of what is asked about after a doubt: the bank has said what it knows. */
const ASKED = 'asked';
type Moment = (typeof MOMENTS)[number] | typeof ASKED;

interface StepOfKind {
  readonly kind: OperationKind;
  readonly step: StepName;
}

const nameOf = ({ kind, step }: StepOfKind, moment: Moment): string => `${kind}.${step}.${moment}`;

/** Every step of every kind. */
const STEPS_OF_KINDS: readonly StepOfKind[] = [
  ...Object.values(METHODS).flatMap((ways) =>
    (Object.entries(ways) as [OperationKind, Way][]).flatMap(([kind, { step, second }]) =>
      [step, ...(second ? [second] : [])].map((name) => ({ kind, step: name })),
    ),
  ),
  ...FOLLOW_UP_KINDS.map((kind) => ({ kind, step: followUpOf(kind).step })),
];

/** What has no call with effect: an open payment is given up, the bank is asked for an order; or its call moves no money. */
const OTHERS = [
  ...['cancel.due', 'cancel.concluded', 'sync.read', 'sync.recorded'],
  ...['keep_card.due', 'keep_card.begun', 'keep_card.answered', 'keep_card.concluded'],
  ...['change_card.due', 'change_card.answered', 'change_card.concluded', 'adopt_card.due', 'adopt_card.done'],
] as const;

export const PAYMENT_FAILPOINTS: readonly string[] = [
  ...STEPS_OF_KINDS.flatMap((one) => {
    const isAsked = stepOf(one.step).doubt === 'by_request_id';
    const moments: readonly Moment[] = isAsked ? [...MOMENTS, ASKED] : MOMENTS;
    return moments.map((moment) => nameOf(one, moment));
  }),
  ...OTHERS,
];

/** See {@link reach}. */
export const reachStep = (operation: StepOfKind, moment: Moment): void => {
  reach(nameOf(operation, moment));
};
