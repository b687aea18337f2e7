import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CliError } from './cli-error.js';

/** What stands after a command's name. */
export interface CommandInput {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

const OPTIONS = {
  name: { type: 'string' },
  environment: { type: 'string' },
  'base-url': { type: 'string' },
  'merchant-id': { type: 'string' },
  'service-code-file': { type: 'string' },
  'client-key-file': { type: 'string' },
  file: { type: 'string' },
  reason: { type: 'string' },
  scopes: { type: 'string' },
  addresses: { type: 'string' },
  expires: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'rewrap-only': { type: 'boolean' },
  kind: { type: 'string' },
  login: { type: 'string' },
  'external-id': { type: 'string' },
  scheme: { type: 'string' },
  flow: { type: 'string' },
  obj: { type: 'string' },
  sub: { type: 'string' },
  path: { type: 'string' },
  query: { type: 'string' },
} as const;

/** @throws CliError for an option that does not exist */
export function parseInput(args: readonly string[]): CommandInput {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
      strict: true,
    });
    return { positionals, options: values };
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

export function positional({ positionals }: CommandInput, index: number, name: string): string {
  const value = positionals[index];
  if (value === undefined) throw new CliError(`<${name}> is missing`);
  return value;
}

export function option({ options }: CommandInput, name: keyof typeof OPTIONS): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export const flag = ({ options }: CommandInput, name: keyof typeof OPTIONS): boolean => options[name] === true;

export function required(input: CommandInput, name: keyof typeof OPTIONS): string {
  const value = option(input, name);
  if (value === undefined) throw new CliError(`--${name} is missing`);
  return value;
}

/** @param path a file, or `-` for standard input */
export function readSecret(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8').trim();
  } catch {
    throw new CliError(`${path === '-' ? 'standard input' : path} cannot be read`);
  }
}

interface Schema<T> {
  safeParse: (
    value: unknown,
  ) =>
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } };
}

/** @throws CliError naming every member that is wrong */
export function parseBody<T>(schema: Schema<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CliError(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'));
}
