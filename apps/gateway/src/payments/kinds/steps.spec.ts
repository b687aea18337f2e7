import { ORDER_STEPS, type StepName } from '../domain/operation.js';
import { maySendAgain, STEP_NAMES, stepOf, type Why } from './steps.js';

/** As docs/correctness.md has it: what is sent again, and when. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  harmless: ['in_doubt 1', 'in_doubt 2', 'unsent 1', 'unsent 2', 'absent 1', 'absent 2'],
  when_absent: ['unsent 1', 'unsent 2', 'absent 1'],
  never: ['unsent 1', 'unsent 2'],
};

/** What is done in doubt, what is asked then, and whether the bank wants to know of the customer. */
const ROWS: Readonly<Record<string, readonly unknown[]>> = {
  order_purchase: ['send_again', 'harmless', 'order', true],
  order_hold: ['send_again', 'harmless', 'order', true],
  order_verification: ['send_again', 'harmless', 'order', true],
  order_a2a: ['send_again', 'harmless', 'order', true],
  card_create: ['by_request_id', 'never', 'by_operation_id', true],
  card_execute: ['by_operation_id', 'never', 'by_operation_id', false],
  hold_create: ['by_request_id', 'never', 'by_operation_id', true],
  hold_execute: ['by_operation_id', 'never', 'by_operation_id', false],
  pay_out: ['by_request_id', 'never', 'by_operation_id', true],
  complete: ['by_request_id', 'when_absent', 'by_request_id', false],
  give_back: ['by_request_id', 'when_absent', 'by_request_id', false],
};

describe('a step', () => {
  it.each(Object.keys(ROWS) as StepName[])('%s is as the table of docs/correctness.md has it', (step) => {
    const { doubt, resend, follow, customer } = stepOf(step);
    expect([doubt, resend, follow, customer]).toEqual(ROWS[step]);
  });

  it.each(STEP_NAMES)('%s goes out again only as its row says', (step) => {
    const cases = (['in_doubt', 'unsent', 'absent'] as Why[]).flatMap((why) =>
      [1, 2].map((attempt) => ({ why, attempt })),
    );
    const allowed = cases.filter(({ why, attempt }) => maySendAgain(step, why, attempt));
    expect(allowed.map(({ why, attempt }) => `${why} ${attempt}`)).toEqual(ALLOWED[stepOf(step).resend]);
  });

  it('that moves money is never sent again in doubt', () => {
    expect(STEP_NAMES.filter((step) => maySendAgain(step, 'in_doubt', 1))).toEqual([...ORDER_STEPS]);
  });
});
