import { refusalOf } from './access.js';
import { freeSlot, KEY_TRANSITIONS, type KeyStatus } from './key-lifecycle.js';

it.each([
  [true, true, true, undefined],
  [false, true, true, 'SUBJECT_UNKNOWN'],
  [true, false, true, 'OBJECT_UNKNOWN'],
  [true, true, false, 'NO_RULE'],
  [false, false, false, 'SUBJECT_UNKNOWN'],
])('subject %s, object %s, rule %s: %s', (subjectKnown, objectKnown, permitted, refusal) => {
  expect(refusalOf({ subjectKnown, objectKnown, permitted })).toBe(refusal);
});

it.each(Object.keys(KEY_TRANSITIONS) as KeyStatus[])('a %s key keeps its record, unless it is retired', (status) => {
  expect(freeSlot([{ slot: 'A', status }])).toBe(status === 'retired' ? 'A' : 'B');
});

it('has no room beside two living keys', () => {
  expect(freeSlot([])).toBe('A');
  expect(
    freeSlot([
      { slot: 'A', status: 'retiring' },
      { slot: 'B', status: 'signing' },
    ]),
  ).toBeUndefined();
});
