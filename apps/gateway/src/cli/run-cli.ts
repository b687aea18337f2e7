import { KeystoreError } from '#libs/keystore';
import { type Access, type OperatorCommand } from '../audit/command.js';
import { type Terminal, type Tool } from '../audit/tool.js';
import { TextDocument } from '../audit/text-document.js';
import { startProblem } from '../config/start-problem.js';
import { ConfigError } from '../config/gateway-config.js';
import { CliError } from './cli-error.js';
import { type Named, type NamedCommand, readInput, usageOf } from './command-input.js';
import { nearest } from './nearest.js';

/** Runs one command on an installation that is opened for it. */
export interface OpenedInstallation {
  readonly run: (command: OperatorCommand, input: object) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface CommandLine {
  readonly commands: readonly OperatorCommand[];
  readonly open: (command: OperatorCommand, access: Access) => Promise<OpenedInstallation>;
  readonly tools: readonly Tool[];
  /** Opened for a tool only. */
  readonly terminal: () => Terminal;
}

/** One name at the command line: of a command, or of a tool. */
interface Found extends Named {
  readonly run: (input: object) => Promise<number>;
}

/** @returns the exit code; prints JSON on standard output, tools print lines; problems on standard error */
export async function runCli(args: readonly string[], line: CommandLine): Promise<number> {
  const byName = new Map<string, Found>([...foundCommands(line), ...foundTools(line)]);
  const found = findCommand(byName, args);
  if (!found) return explain(byName, args);
  try {
    return await found.run(readInput(found, found.rest));
  } catch (error) {
    process.stderr.write(`${problemOf(error)}\n`);
    return 1;
  }
}

const foundCommands = ({ commands, open }: CommandLine): [string, Found][] =>
  [...namesOf(commands)].map(([name, { command, cli }]) => {
    const run = async (input: object): Promise<number> => {
      const opened = await open(command, command.accessOf(input));
      const result = await opened.run(command, input).finally(() => opened.close());
      const isText = result instanceof TextDocument;
      await print(isText ? result.text : `${JSON.stringify(result ?? { done: true }, null, 2)}\n`);
      return 0;
    };
    return [name, { command, cli, run }];
  });

const foundTools = ({ tools, terminal }: CommandLine): [string, Found][] =>
  tools.map(({ cli, input, run }) => {
    const command = { params: [], input };
    return [cli.name, { command, cli, run: (given) => run(given, terminal()) }];
  });

/** Every name of a command, in the order of the table. */
export const namesOf = (commands: readonly OperatorCommand[]): ReadonlyMap<string, NamedCommand> =>
  new Map(commands.flatMap((command) => command.cli.map((cli) => [cli.name, { command, cli }] as const)));

async function explain(byName: ReadonlyMap<string, Named>, args: readonly string[]): Promise<number> {
  const [first, ...topic] = args;
  if (first === undefined || first === 'help' || first === '--help') {
    const chosen = [...byName].filter(([name]) => name.startsWith(topic.join(' ')));
    if (chosen.length > 0) {
      await print(help(chosen));
      return 0;
    }
  }
  const asked = args
    .filter((word) => word !== 'help' && !word.startsWith('-'))
    .slice(0, 2)
    .join(' ');
  const close = nearest(asked, [...byName.keys()]);
  process.stderr.write(
    `There is no command "${asked || (first ?? '')}".
The nearest one is "${close}": ${byName.get(close)?.cli.help ?? ''}
All of them: npm run --silent cli -- help\n`,
  );
  return 2;
}

/** What is printed may be a key that is shown this once: somebody has to know that it got lost. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      const { code } = (error ?? {}) as NodeJS.ErrnoException;
      if (error && code !== 'EPIPE') reject(new CliError(`Standard output takes nothing (${code ?? error.message})`));
      else resolve(); // whoever closed it has read what they wanted
    });
  });
}

function findCommand(
  byName: ReadonlyMap<string, Found>,
  args: readonly string[],
): (Found & { readonly rest: readonly string[] }) | undefined {
  for (const words of [2, 1]) {
    const found = byName.get(args.slice(0, words).join(' '));
    if (found) return { ...found, rest: args.slice(words) };
  }
  return undefined;
}

function help(chosen: readonly (readonly [string, Named])[]): string {
  const lines = chosen.map(([name, found]) => `  ${`${name} ${usageOf(found)}`.trim()}\n      ${found.cli.help}\n`);
  return `Usage: npm run --silent cli -- <command>\n\nIt reads the same environment as the gateway.\n\n${lines.join('')}`;
}

/** A known problem is a sentence; a defect shows its stack. */
function problemOf(error: unknown): string {
  if (error instanceof CliError || error instanceof ConfigError) return error.message;
  const { code, message } = error as { code?: unknown; message?: string };
  return code === undefined || error instanceof KeystoreError || !message ? startProblem(error) : message;
}
