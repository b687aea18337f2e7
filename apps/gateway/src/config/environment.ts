import { readFileSync } from 'node:fs';

/** Variables by name. */
type Values = Readonly<Record<string, string>>;

/** Variables that may be given as `NAME_FILE` instead, so that the secret is in no process listing. */
const FROM_FILE = [
  'ALLIANCE_SERVICE_CODE',
  'ALLIANCE_PRIVATE_KEY',
  'API_KEY',
  'OPS_KEY',
  'DATABASE_URL',
  'DCM_EMPLOYEE_PASSWORD',
] as const;
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
  for (const name of FROM_FILE) {
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

/** Variables that others may have set for purposes of their own, and when we read them. */
const READ_ONLY_IF: Readonly<Record<string, (values: Values) => boolean>> = {
  VAULT_ADDR: ({ KEYSTORE_PROVIDER: provider }) => provider === 'vault',
  AWS_KMS_KEYS: ({ KEYSTORE_PROVIDER: provider }) => provider === 'aws-kms',
  AWS_KMS_ENDPOINT: ({ KEYSTORE_PROVIDER: provider }) => provider === 'aws-kms',
};

function withoutUnused(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => READ_ONLY_IF[name]?.(values) !== false));
}
