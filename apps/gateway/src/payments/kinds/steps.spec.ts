import { ORDER_STEPS } from '../domain/operation.js';
import { maySendAgain, STEP_NAMES, stepOf, type Why } from './steps.js';

/** As docs/correctness.md has it: what is sent again, and when. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  harmless: ['in_doubt 1', 'in_doubt 2', 'unsent 1', 'unsent 2', 'absent 1', 'absent 2'],
  when_absent: ['unsent 1', 'unsent 2', 'absent 1'],
  never: ['unsent 1', 'unsent 2'],
};

describe('a step', () => {
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
