import { type DueMark } from '../database/due-marks.js';

/**
 * Statements after which a worker should look at once. One that is missing here is found by polling; one too many costs a
 * look in vain. Not those of a lease or a back-off, which make rows due in the future.
 */
export const DUE_MARKS: readonly DueMark[] = [
  { text: /next_sync_at = now\(\)(?! \+)/u, worker: 'sync-payments' },
  { text: /next_query_at = now\(\)(?! \+)/u, worker: 'resolve-unknown' },
  { text: /next_look_at = now\(\)(?! \+)/u, worker: 'look-at-subscriptions' },
  { text: /INSERT INTO outbox_event/u, worker: 'publish-events' },
  { text: /started_at = now\(\), next_attempt_at = now\(\)(?! \+)/u, worker: 'deliver-webhooks' },
  { text: /UPDATE callback_inbox SET attempts = 0, next_attempt_at = now\(\)(?! \+)/u, worker: 'drain-inbox' },
];
