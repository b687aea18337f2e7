import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { importPrivateKeyText } from '#libs/keystore';
import { type CliName, type CliOption, type OperatorCommand } from '../audit/command.js';
import { wordsOf } from '../http/issue-words.js';
import { CliError } from './cli-error.js';

/** One name of a command, with what it does. */
export interface NamedCommand {
  readonly command: OperatorCommand;
  readonly cli: CliName;
}

/** One name, with what can be given to it. */
export interface Named {
  readonly command: Pick<OperatorCommand, 'params' | 'input'>;
  readonly cli: CliName;
}

/** @param args what stands after the command's name @throws CliError naming everything that is wrong */
export function readInput({ command, cli }: Named, args: readonly string[]): object {
  const { positionals, values } = parse(cli, args);
  const names = [...command.params, ...(cli.args ?? [])];
  if (positionals.length > names.length)
    throw new CliError(`"${positionals[names.length] ?? ''}" is one word too many`);
  const byPlace = names.flatMap((name, at) => memberAt(name, positionals[at]));
  const options = Object.entries(cli.options ?? {}).flatMap(([member, option]) => memberOf(member, option, values));
  const given: Record<string, unknown> = { ...Object.fromEntries([...options, ...byPlace]), ...cli.fixed };
  const path = Object.fromEntries(command.params.map((name) => [name, given[name]]));
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !command.params.includes(name)));
  const parsed = command.input.safeParse(rest, { error: wordsOf });
  if (parsed.success) return { ...parsed.data, ...path };
  const lines = parsed.error.issues.map(({ path: at, message }) => {
    const isMissing = at.length === 1 && !Object.hasOwn(given, String(at[0]));
    return `${flagOf(cli, at)} ${isMissing ? 'is missing' : message}`.trim();
  });
  throw new CliError(lines.join('\n'));
}

/** What follows a command's name, such as `<account> --reason TEXT [--dry-run]`. */
export function usageOf({ command, cli }: Named): string {
  const names = [...command.params, ...(cli.args ?? [])];
  const places = names.map((name) => (name.endsWith('?') ? `[<${name.slice(0, -1)}>]` : `<${name}>`));
  const needed = neededOf(command);
  const options = Object.entries(cli.options ?? {}).map(([member, option]) => {
    const text = `--${option.flag}${PLACEHOLDERS[option.as]}`;
    const isNeeded = option.isNeeded ?? (needed.includes(member) && option.fallback === undefined);
    return isNeeded ? text : `[${text}]`;
  });
  return [...places, ...options].join(' ');
}

const PLACEHOLDERS: Readonly<Record<CliOption['as'], string>> = {
  text: ' TEXT',
  list: ' TEXT,TEXT',
  switch: '',
  json: ' JSON',
  json_file: ' FILE',
  members_file: ' FILE',
  secret_file: ' FILE',
  key_file: ' FILE',
  stream_file: ' FILE',
};

/** Members without which the schema does not pass. */
function neededOf({ input }: Pick<OperatorCommand, 'input'>): readonly string[] {
  const outcome = input.safeParse({});
  if (outcome.success) return [];
  return outcome.error.issues.flatMap(({ path }) => (path.length === 1 ? [String(path[0])] : []));
}

function parse(
  { options = {} }: CliName,
  args: readonly string[],
): { readonly positionals: readonly string[]; readonly values: Readonly<Record<string, unknown>> } {
  const known = Object.values(options).map(
    ({ flag, as }) => [flag, { type: as === 'switch' ? ('boolean' as const) : ('string' as const) }] as const,
  );
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(known), allowPositionals: true, strict: true });
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

function memberAt(name: string, value: string | undefined): [string, string][] {
  const [member = name] = name.split('?');
  if (value !== undefined) return [[member, value]];
  if (name.endsWith('?')) return [];
  throw new CliError(`<${name}> is missing`);
}

function memberOf(
  member: string,
  { flag, as, fallback, isNeeded }: CliOption,
  values: Readonly<Record<string, unknown>>,
): [string, unknown][] {
  const given = values[flag] ?? fallback;
  if (given === undefined) {
    if (isNeeded) throw new CliError(`--${flag} is missing`);
    return [];
  }
  if (typeof given !== 'string') return [[member, given]];
  switch (as) {
    case 'list':
      return [[member, given.split(',').map((part) => part.trim())]];
    case 'members_file':
      return Object.entries(toJson(readText(given), given));
    case 'json_file':
      return [[member, toJson(readText(given), given)]];
    case 'json':
      return [[member, toJson(given, `--${flag}`)]];
    case 'secret_file':
      return [[member, readText(given).trim()]];
    case 'key_file':
      return [[member, importPrivateKeyText(readText(given).trim()).export({ format: 'jwk' })]];
    case 'stream_file':
      return [[member, streamOf(given)]];
    default:
      return [[member, given]];
  }
}

/** The option of a member, in the words of the terminal. */
function flagOf({ options = {} }: CliName, path: readonly PropertyKey[]): string {
  const [member = ''] = path.map(String);
  const option = options[member];
  return option && path.length === 1 ? `--${option.flag}` : path.join('.');
}

/** @param path a file, or `-` for standard input */
function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch {
    throw new CliError(`${path === '-' ? 'standard input' : path} cannot be read`);
  }
}

/** @param path a file, or `-` for standard input; read piece by piece, whatever its size */
function streamOf(path: string): NodeJS.ReadableStream {
  if (path === '-') return process.stdin;
  if (!existsSync(path)) throw new CliError(`${path} cannot be read`);
  return createReadStream(path);
}

function toJson(text: string, name: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // said below, without the parser's quotation of the text
  }
  throw new CliError(`${name} is no JSON object`);
}
