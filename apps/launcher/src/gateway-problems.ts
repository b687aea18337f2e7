import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { variablesMeantFor } from './app-plan.js';
import { type Environment } from './launcher-config.js';

/** It opens nothing: loading the program is all that takes time. */
const CHECK_MS = 20_000;
/** Given by us, where nobody else gives it. */
const OUR_DATABASE = 'postgres://gateway@127.0.0.1:5432/gateway';

/**
 * What the gateway would object to in the variables that are handed on to it, so that one start names every mistake.
 * @param told sentences of our own; a variable that they name is not named again
 */
export function gatewayProblems(env: Environment, told: readonly string[], appsDirectory: string): string[] {
  const given = variablesMeantFor('gateway', env);
  const hasDatabase = given['DATABASE_URL'] !== undefined || given['DATABASE_URL_FILE'] !== undefined;
  const said = execFileSync(process.execPath, [path.join(appsDirectory, 'gateway', 'src', 'check-config.js')], {
    env: { ...given, ...(hasDatabase ? {} : { DATABASE_URL: OUR_DATABASE }) },
    encoding: 'utf8',
    timeout: CHECK_MS,
  });
  const subjects = new Set(told.map(subjectOf));
  return said.split('\n').filter((line) => line !== '' && !subjects.has(subjectOf(line)));
}

/** The variable that a sentence is about: by value or by file, it is the same one. */
const subjectOf = (sentence: string): string => (sentence.split(' ')[0] ?? '').replace(/_FILE$/u, '');
