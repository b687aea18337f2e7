import { judgeNotFound, type NotFoundRuling } from './not-found-rule.js';

it.each<[times: number, sinceFirst: number, ruling: NotFoundRuling]>([
  [1, 0, { kind: 'wait', seconds: 900 }],
  [2, 0, { kind: 'wait', seconds: 1_800 }],
  [2, 900, { kind: 'wait', seconds: 900 }],
  [3, 900, { kind: 'wait', seconds: 900 }],
  [30, 1_799, { kind: 'wait', seconds: 60 }],
  [2, 1_800, { kind: 'wait', seconds: 60 }],
  [2, 1e9, { kind: 'wait', seconds: 60 }],
  [3, 1_800, { kind: 'absent' }],
  [30, 1e9, { kind: 'absent' }],
])('"not found" for the %d. time, %d s after the first, means %o', (times, sinceFirst, ruling) => {
  expect(judgeNotFound(times, sinceFirst)).toEqual(ruling);
});

it('never proves absence with fewer than three answers', () => {
  for (const times of [1, 2]) expect(judgeNotFound(times, 1e12).kind).toBe('wait');
});
