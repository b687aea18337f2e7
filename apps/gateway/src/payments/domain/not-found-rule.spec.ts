import { judgeNotFound, type NotFoundRuling } from './not-found-rule.js';

it.each<[sent: number, first: number | null, ruling: NotFoundRuling]>([
  [0, null, { kind: 'wait', seconds: 120, noted: false }],
  [100, null, { kind: 'wait', seconds: 20, noted: false }],
  [119.5, 119, { kind: 'wait', seconds: 0.5, noted: false }],
  [120, null, { kind: 'wait', seconds: 60, noted: true }],
  [9_999, null, { kind: 'wait', seconds: 60, noted: true }],
  [180, 0, { kind: 'wait', seconds: 60, noted: false }],
  [180, 59, { kind: 'wait', seconds: 1, noted: false }],
  [180, 60, { kind: 'absent' }],
  [9_999, 5_000, { kind: 'absent' }],
])(
  '"not found" %d s after sending, first said %s s ago, means %o',
  (sinceSentSeconds, sinceNotFoundSeconds, ruling) => {
    expect(judgeNotFound({ sinceSentSeconds, sinceNotFoundSeconds })).toEqual(ruling);
  },
);

it('never proves absence with a single answer', () => {
  for (const sinceSentSeconds of [0, 119, 120, 121, 1e9])
    expect(judgeNotFound({ sinceSentSeconds, sinceNotFoundSeconds: null }).kind).toBe('wait');
});
