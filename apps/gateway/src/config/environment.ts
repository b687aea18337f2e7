import { readFileSync } from 'node:fs';
import { type Values, type Variable } from './variable.js';
import { VARIABLES } from './variables.js';

const ROWS = Object.entries<Variable>(VARIABLES);

/** What is set, secrets read from their files, and nothing that others have set for purposes of their own. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, problems: string[]): Values {
  return withoutUnused(readSecretFiles(withoutBlanks(env), problems));
}

function withoutBlanks(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || value.trim() === '' ? [] : [[name, value]])),
  );
}

function readSecretFiles(env: Record<string, string>, problems: string[]): Record<string, string> {
  const values = { ...env };
  for (const [name] of ROWS.filter(([, { byFile }]) => byFile)) {
    const path = env[`${name}_FILE`];
    if (path === undefined) continue;
    try {
      values[name] = readFileSync(path, 'utf8').trim();
    } catch {
      problems.push(`${name}_FILE names a file that cannot be read (${path}): check the path and its permissions`);
    }
    if (values[name] === '')
      problems.push(`${name}_FILE names a file that is empty (${path}): write the secret into it`);
  }
  return values;
}

/** What others may have set for purposes of their own is not read where it is not used. */
function withoutUnused(values: Values): Record<string, string> {
  const unused = new Set(ROWS.filter(([, { readIf }]) => readIf?.(values) === false).map(([name]) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !unused.has(name)));
}
