import { DueMarks } from '../database/due-marks.js';
import { claimDueSql } from '../database/claim-due.js';
import { DUE_MARKS } from './due-marks.js';

describe('what makes work due', () => {
  const marks = new DueMarks(DUE_MARKS);

  it.each([
    ['UPDATE payment SET hint_queries = 1, next_sync_at = now(), shown = $1', ['sync-payments']],
    ['UPDATE operation SET queries = 0, next_query_at = now() FROM hinted', ['resolve-unknown']],
    ["UPDATE payment SET next_sync_at = now() + random() * interval '1 h'", []],
    ['UPDATE subscription SET next_look_at = now(), looks = 0 FROM told AS h', ['look-at-subscriptions']],
    ['UPDATE subscription SET looks = 1, next_look_at = now() + make_interval(secs => $1)', []],
    ['UPDATE callback_inbox SET attempts = 0, next_attempt_at = now()', ['drain-inbox']],
    ['UPDATE webhook_delivery SET attempts = 0, started_at = now(), next_attempt_at = now()', ['deliver-webhooks']],
    ['UPDATE outbox_event e SET position = 1', []],
  ])('%s', (statement, workers) => {
    expect(marks.of(statement)).toEqual(workers);
  });

  it.each([
    ['payment', 'next_sync_at'],
    ['operation', 'next_query_at'],
    ['callback_inbox', 'next_attempt_at'],
    ['webhook_delivery', 'next_attempt_at'],
    ['subscription', 'next_look_at'],
    ['recurring_request', 'next_attempt_at'],
  ])('not a claim of %s, which a worker makes itself', (table, column) => {
    expect(marks.of(claimDueSql({ table, column, returning: 'id' }))).toEqual([]);
  });
});
