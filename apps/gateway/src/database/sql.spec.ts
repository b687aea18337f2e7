import { rawSql, sql } from './sql.js';

describe('sql', () => {
  it('numbers what is handed in, through pieces within pieces', () => {
    const inner = sql`b = ${2} AND ${sql`c = ${3}`}`;
    expect(sql`UPDATE t SET a = ${1} WHERE ${inner} OR d = ${4}`.render()).toEqual([
      'UPDATE t SET a = $1 WHERE b = $2 AND c = $3 OR d = $4',
      [1, 2, 3, 4],
    ]);
  });

  it('hands in nothing as null, and puts in its own names as they are', () => {
    expect(sql`SELECT ${rawSql('now()')}, ${undefined}::text`.render()).toEqual(['SELECT now(), $1::text', [null]]);
  });

  it('never puts a value into the text', () => {
    const [text] = sql`SELECT ${"'; DROP TABLE payment; --"}`.render();
    expect(text).toBe('SELECT $1');
  });
});
