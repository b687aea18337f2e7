import { compareSchedules, type Scheduled, type Schedules, scheduledWord } from './scheduled.js';

const NOW = new Date('2026-02-01T12:00:00Z');
const a = (over: Partial<Scheduled> = {}): Scheduled => ({
  ...{ id: 's-1', number: 2, version: 1, word: 'WAITING', amount: 100 },
  ...{ executionAt: new Date('2026-02-02T12:00:00Z'), retryAt: null, retries: 0, ...over },
});
const compare = (over: Partial<Schedules> = {}) =>
  compareSchedules({ ours: [], theirs: [a()], charges: [], costOf: () => 100, isPaused: false, now: NOW, ...over }).map(
    ({ kind, scheduledId }) => `${kind} ${scheduledId}`,
  );
const PAID = [{ scheduledId: 's-1', status: 'SUCCESS' }];
const overdue = a({ executionAt: new Date('2026-02-01T05:00:00Z') });

it.each<[string, Partial<Schedules>, string[]]>([
  ['nothing where both are the same', {}, []],
  ['nothing of a charge that is paid once', { theirs: [a({ word: 'SUCCESS' })], charges: PAID }, []],
  ['nothing of the amount of what is over', { theirs: [a({ word: 'INVALIDATED', amount: 1 })] }, []],
  ['nothing where no rule covers it', { costOf: () => undefined }, []],
  ['a charge that is overdue', { theirs: [overdue] }, ['missed_charge s-1']],
  ['not so while the plan is paused', { theirs: [overdue], isPaused: true }, []],
  ['not so five hours late', { theirs: [a({ executionAt: new Date('2026-02-01T07:00:00Z') })] }, []],
  [
    'one under way that is not shown any more',
    { theirs: [], ours: [{ id: 's-1', word: 'SENT' }] },
    ['missed_charge s-1'],
  ],
  ['not a planned one that the plan took away', { theirs: [], ours: [{ id: 's-1', word: 'WAITING' }] }, []],
  [
    'a number that was charged twice',
    { theirs: [a({ word: 'SUCCESS' }), a({ word: 'SUCCESS', id: 's-2' })] },
    ['extra_charge s-2'],
  ],
  [
    'one that was charged more than once',
    { theirs: [a({ word: 'SUCCESS' })], charges: [...PAID, ...PAID] },
    ['extra_charge s-1'],
  ],
  ['money that is in no schedule', { charges: [{ scheduledId: 's-9', status: 'SUCCESS' }] }, ['extra_charge s-9']],
  ['another amount', { theirs: [a({ amount: 99 })] }, ['other_amount s-1']],
  ['a success that was taken back', { ours: [{ id: 's-1', word: 'SUCCESS' }] }, ['other_status s-1']],
  [
    'a success that the order does not show',
    { theirs: [a({ word: 'SUCCESS' })], charges: [{ scheduledId: 's-1', status: 'FAIL' }] },
    ['other_status s-1'],
  ],
  ['a failure that was charged', { theirs: [a({ word: 'FAIL_WITHOUT_RETRY' })], charges: PAID }, ['other_status s-1']],
  ['nothing of an order that could not be read', { theirs: [a({ word: 'SUCCESS' })], charges: undefined }, []],
])('finds %s', (_what, over, found) => {
  expect(compare(over)).toEqual(found);
});

it('takes a word that is not printed for one that is not final', () => {
  expect(scheduledWord('NEW_WORD')).toEqual({ shownAs: 'charging', charge: 'processing', chargeable: false });
  expect(scheduledWord('toString')).toMatchObject({ shownAs: 'charging' });
});
