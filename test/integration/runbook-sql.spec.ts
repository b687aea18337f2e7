import { readFileSync } from 'node:fs';
import { createMigratedDatabase, type MigratedDatabase } from './gateway-parts.js';

const RUNBOOK = readFileSync('docs/runbook.md', 'utf8');
const BEGINS = /^(?:SELECT|UPDATE|INSERT|DELETE)\b/u;

const BLOCK = /```(\w*)\n([\s\S]*?)```/gu;

/** Statements of the blocks marked `sql`, and those that stand in a line of text. */
const statements = [
  ...[...RUNBOOK.matchAll(BLOCK)].flatMap(([, language, text = '']) => (language === 'sql' ? text.split(';') : [])),
  ...[...RUNBOOK.replace(/```[\s\S]*?```/gu, '').matchAll(/`([^`]+)`/gu)].map(([, text = '']) =>
    text.replace(/;$/u, ''),
  ),
]
  .map((statement) => statement.replace(/--.*$/gmu, '').replace(/\s+/gu, ' ').trim())
  .filter((statement) => BEGINS.test(statement) && statement.includes(' '));

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

it('the runbook has statements to try', () => {
  expect(statements.length).toBeGreaterThan(5);
});

it.each(statements)('the schema of today takes: %s', async (statement) => {
  await expect(database.query(`EXPLAIN ${statement}`)).resolves.not.toEqual([]);
});
