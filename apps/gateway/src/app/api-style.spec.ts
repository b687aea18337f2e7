import { spawnSync } from 'node:child_process';
import { COMMANDS } from './commands.js';
import { buildOpenApi } from './openapi.js';
import { buildOperatorsOpenApi } from './operators-openapi.js';

const lint = (documents: readonly object[]): string[] => {
  const args = ['test/support/lint-openapi.mjs'];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    input: JSON.stringify(documents),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
};

it('the documents meet the recommended rules of Spectral', () => {
  expect(lint([buildOpenApi(), buildOperatorsOpenApi(COMMANDS)])).toEqual([]);
}, 60_000);

it('the linter finds what is wrong', () => {
  expect(lint([{ openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: { '/x': { get: {} } } }])).toEqual(
    expect.arrayContaining([expect.stringContaining('operation-operationId')]),
  );
}, 60_000);
