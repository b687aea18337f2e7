import { CommittedWork, DueMarks } from './due-marks.js';

const marks = new DueMarks([{ text: /INSERT INTO outbox_event/u, worker: 'publish-events' }]);
const EVENT = 'WITH p AS (…) INSERT INTO outbox_event (id) VALUES ($1)';

describe('work that statements make due', () => {
  const told: (readonly string[])[] = [];
  const run = (...statements: readonly string[]): (readonly string[])[] => {
    told.length = 0;
    const work = new CommittedWork(marks, (workers) => told.push(workers));
    for (const statement of statements) work.done(statement);
    return told;
  };

  it.each<[string, readonly string[], number]>([
    ['by itself it is committed', [EVENT], 1],
    ['another makes none', ['SELECT 1'], 0],
    ['a transaction tells when it is committed, once', ['START TRANSACTION', EVENT, EVENT, 'COMMIT'], 1],
    ['and not before', ['START TRANSACTION', EVENT], 0],
    ['nor when it is undone', ['BEGIN', EVENT, 'ROLLBACK', 'SELECT 1'], 0],
    ['what was undone is not told by the next one', ['BEGIN', EVENT, 'ROLLBACK', 'BEGIN', 'SELECT 1', 'COMMIT'], 0],
    ['a savepoint ends nothing', ['BEGIN', EVENT, 'ROLLBACK TO SAVEPOINT one', 'COMMIT'], 1],
    ['after a transaction a statement is by itself again', ['BEGIN', 'COMMIT', EVENT], 1],
  ])('%s', (_what, statements, times) => {
    expect(run(...statements)).toEqual(Array.from({ length: times }, () => ['publish-events']));
  });
});
